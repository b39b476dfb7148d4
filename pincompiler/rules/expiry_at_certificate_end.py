"""A pin-set expires on the very day its certificate does.

## Why is this bad?

The end of a certificate says nothing about when an app may stop pinning.  Certificates are renewed weeks
before they end, and their lives shrink to 47 days by 2029 (CA/Browser Forum ballot SC-081), so pins that
copy notAfter would have to be released anew with each renewal.  Pin keys, keep the key across renewals,
and choose the day by your release calendar.

## Example

```toml
[keys.spring]
file = "certs/spring.pem"  # its certificate ends on 2027-04-01

[[pin-set]]
hosts = ["api.example.com"]
keys = ["spring", "api-2027"]
expires = 2027-04-01
```

Use instead:

```toml
[keys.spring]
file = "certs/spring.pem"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["spring", "api-2027"]
expires = 2027-03-01
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.finding import Finding, Level
from pincompiler.rules.rule import Judged, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(judged: Judged) -> Iterator[Finding]:
    """Enforcing sets whose expiry equals the day of a pinned certificate's notAfter."""
    for pin_set in judged.pin_sets:
        expires = pin_set.expires
        if not pin_set.enforce or expires is None:
            continue
        for key in pin_set.keys:
            if key.certificate and key.certificate.not_after.date() == expires:
                where = pin_set.where.at("expires") if pin_set.where else None
                message = f"the pins of {pin_set.title} end on the day the certificate of `{key.title}` does"
                fix = "choose the day by your releases, not by the certificate"
                yield RULE.at(where, message, fix, hosts=pin_set.hosts, kind=key.title)


RULE = Rule("expiry-at-certificate-end", Level.WARNING, __doc__, policy=check, sources=("CABF SC-081v3",))
