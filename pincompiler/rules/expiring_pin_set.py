"""A pin-set is about to expire.

## Why is this bad?

An app update takes weeks to reach its users.  When the pins end before the next release is out, Android
and TrustKit stop enforcing them without a word.  Told 30 days ahead, or as many as
`--expiring-within` says.

## Example

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
expires = 2026-12-01
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
expires = 2027-12-01
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.finding import Finding, Level
from pincompiler.rules.rule import Judged, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(judged: Judged) -> Iterator[Finding]:
    """Enforcing sets whose day is within the horizon."""
    for pin_set in judged.pin_sets:
        if not pin_set.enforce or pin_set.expires is None:
            continue
        days = (pin_set.expires - judged.today).days
        if 0 < days <= judged.horizon:
            where = pin_set.where.at("expires") if pin_set.where else None
            left = "tomorrow" if days == 1 else f"in {days} days"
            message = f"the pins of {pin_set.title} expire {left}, on {pin_set.expires.isoformat()}"
            yield RULE.at(where, message, "set a later day and release in time", hosts=pin_set.hosts)


RULE = Rule("expiring-pin-set", Level.WARNING, __doc__, policy=check, sources=("lint:PinSetExpiry",))
