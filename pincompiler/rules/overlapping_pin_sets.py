"""A pin-set overrides the one above it for some of its hosts.

## Why is this bad?

It need not be: the most specific name decides, and none of the keys above counts for it.  But a reader may
expect the keys to add up, as they do in OkHttp and NSPinnedDomains, which is why those targets need the
inner set to hold every key of the outer one.

## Example

```toml
[[pin-set]]
hosts = ["example.com"]
subdomains = "all"
keys = ["api-2026", "api-2027"]

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2027", "backup-ca"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["example.com"]
keys = ["api-2026", "api-2027"]

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2027", "backup-ca"]
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
    """Hosts for which the set above says something else."""
    for overlap in overlaps(judged.pin_sets):
        if not overlap.same:
            message = f"{overlap.host} is below {overlap.above_host}, whose keys do not count for it"
            related = (("the set it overrides", overlap.above.where),) if overlap.above.where else ()
            yield RULE.at(
                overlap.inner.where_host(overlap.host),
                message,
                "nothing to do if that is meant",
                hosts=(overlap.host,),
                related=related,
                kind=overlap.above_host,
            )


RULE = Rule("overlapping-pin-sets", Level.NOTE, __doc__, policy=check)
