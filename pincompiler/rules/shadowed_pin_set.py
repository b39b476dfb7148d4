"""A pin-set repeats what the set above it already says.

## Why is this bad?

The entry changes nothing today.  It does from the day one of the two is edited: then the more specific one
decides, and whoever rotated the keys of the other believes that its host follows.

## Example

```toml
[[pin-set]]
hosts = ["example.com"]
subdomains = "all"
keys = ["api-2026", "api-2027"]

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["example.com"]
subdomains = "all"
keys = ["api-2026", "api-2027"]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.finding import Finding, Level
from pincompiler.rules.overlaps import overlaps
from pincompiler.rules.rule import Judged, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(judged: Judged) -> Iterator[Finding]:
    """Hosts for which the set above says the same."""
    for overlap in overlaps(judged.pin_sets):
        if overlap.same:
            message = f"{overlap.host} is pinned by {overlap.above_host} to the same keys already"
            related = (("the set that covers it", overlap.above.where),) if overlap.above.where else ()
            yield RULE.at(
                overlap.inner.where_host(overlap.host),
                message,
                "drop it, or give it keys of its own",
                hosts=(overlap.host,),
                related=related,
                kind=overlap.above_host,
            )


RULE = Rule("shadowed-pin-set", Level.WARNING, __doc__, policy=check)
