"""A pin-set repeats what the set above it already says.

The entry changes nothing today.  On the day one of the two is edited, the more specific one decides, and
whoever rotated the keys of the other believes that all its hosts follow.  Where entries add up, as in OkHttp
and NSPinnedDomains, a key that is taken out of one of them is still accepted by the other.

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

from pincompiler.rules.overlaps import overlaps
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Names that are held to the same pins without their entries."""
    for overlap in overlaps(examined):
        if overlap.same:
            message = (
                f"{overlap.host} repeats pins of {overlap.above_host}, which count for it anyway"
                if overlap.adds_up
                else f"{overlap.host} is pinned by {overlap.above_host} to the same keys already"
            )
            related = (("the set that covers it", overlap.above.where),) if overlap.above.where else ()
            yield RULE.at(
                overlap.where,
                message,
                "drop it, or give it keys of its own",
                hosts=(overlap.host,),
                related=related,
                kind=overlap.above_host,
            )


RULE = Rule("shadowed-pin-set", Level.WARNING, __doc__, policy=check)
