"""A pin-set has a single key.

## Why is this bad?

When that key is lost, stolen or simply replaced, no other key is accepted, and every installed app
stops connecting until its user updates it.  RFC 7469 section 4.3 therefore demands a backup pin: the pin
of a key that is not in use yet.

## Example

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026"]
```

Use instead:

```toml
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
    """Enforcing sets with one distinct key."""
    for pin_set in judged.pin_sets:
        if pin_set.enforce and len({key.spki_sha256 for key in pin_set.keys}) == 1:
            where = pin_set.where.at("keys") if pin_set.where else None
            message = f"{pin_set.title} has one pin, so losing its key locks every user out"
            yield RULE.at(where, message, "add a second key that is not in use yet", hosts=pin_set.hosts)


RULE = Rule(
    "missing-backup-pin",
    Level.ERROR,
    __doc__,
    policy=check,
    sources=("RFC 7469 section 4.3", "lint:MissingBackupPin"),
)
