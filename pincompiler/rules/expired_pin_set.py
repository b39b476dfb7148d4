"""A pin-set has expired.

## Why is this bad?

From the day it names on, Android and TrustKit enforce nothing for its hosts, while OkHttp and
NSPinnedDomains, which know no expiry, still do: half the users have lost their protection and the other
half are locked in.

## Example

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
expires = 2026-10-01
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
expires = 2027-10-01
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.finding import Finding, Level
from pincompiler.rules.rule import Judged, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(judged: Judged) -> Iterator[Finding]:
    """Enforcing sets whose day has come."""
    for pin_set in judged.pin_sets:
        if pin_set.enforce and pin_set.expires and pin_set.expires <= judged.today:
            where = pin_set.where.at("expires") if pin_set.where else None
            message = f"the pins of {pin_set.title} expired on {pin_set.expires.isoformat()}"
            yield RULE.at(where, message, "set a later day, or drop `expires`", hosts=pin_set.hosts)


RULE = Rule("expired-pin-set", Level.ERROR, __doc__, policy=check, sources=("lint:PinSetExpiry",))
