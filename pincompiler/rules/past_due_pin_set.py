"""Every certificate that a pin-set was made from has ended.

## Why is this bad?

The set is past due: the server presents a newer certificate by now.  If that has a new key, the app is
locked out; if the key was kept, pins.toml points at a certificate that no longer shows what is served.

## Example

```toml
[keys.old]
file = "certs/ended.pem"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["old", "api-2027"]
```

Use instead:

```toml
[keys.api-2026]
file = "certs/api-2026.pem"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.finding import Finding, Level
from pincompiler.rules.rule import Judged, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(judged: Judged) -> Iterator[Finding]:
    """Enforcing sets whose certificates, if they have any, have all passed their notAfter."""
    for pin_set in judged.pin_sets:
        ends = [key.certificate.not_after.date() for key in pin_set.keys if key.certificate]
        if pin_set.enforce and ends and max(ends) < judged.today:
            where = pin_set.where.at("keys") if pin_set.where else None
            message = f"the last certificate of {pin_set.title} ended on {max(ends).isoformat()}"
            yield RULE.at(where, message, "name the certificate that is served now", hosts=pin_set.hosts)


RULE = Rule("past-due-pin-set", Level.WARNING, __doc__, policy=check)
