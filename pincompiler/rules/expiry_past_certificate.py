"""A pin-set outlives the certificate of a server key in it.

## Why is this bad?

When the certificate ends before the pins do, the server must renew it with the very same key, or every
app built with these pins is locked out.  Public certificates last 200 days since March 2026, 100 from
March 2027 and 47 from March 2029 (CA/Browser Forum ballot SC-081), and most servers make a new key at
each renewal unless told otherwise (`certbot --reuse-key`).

## Example

```toml
[keys.spring]
file = "certs/spring.pem"  # its certificate ends on 2027-04-01

[[pin-set]]
hosts = ["api.example.com"]
keys = ["spring", "backup-ca"]
expires = 2028-01-01
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
from pincompiler.policy import Role
from pincompiler.rules.rule import Judged, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(judged: Judged) -> Iterator[Finding]:
    """Enforcing sets whose expiry is later than the notAfter of a pinned server certificate."""
    for pin_set in judged.pin_sets:
        expires = pin_set.expires
        if not pin_set.enforce or expires is None:
            continue
        for number, key in enumerate(pin_set.keys):
            if key.certificate and key.role is not Role.CA and key.certificate.not_after.date() < expires:
                where = pin_set.where.at("expires") if pin_set.where else None
                ended = key.certificate.not_after.date().isoformat()
                message = f"{pin_set.title} is pinned until {expires.isoformat()}, and `{key.title}` ends on {ended}"
                fix = "renew with the same key, or let the pins end first"
                yield RULE.at(where, message, fix, hosts=pin_set.hosts, kind=str(number))


RULE = Rule("expiry-past-certificate", Level.WARNING, __doc__, policy=check, sources=("CABF SC-081v3",))
