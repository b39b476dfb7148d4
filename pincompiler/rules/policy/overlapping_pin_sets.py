"""A pin-set is for hosts that the one above it reaches as well.

Such sets are easily misread.  In pins.toml, on Android and in TrustKit the most specific name decides, and no
key of the set above counts for the host.  In OkHttp and NSPinnedDomains the keys add up, so that an inner
entry takes none away, which is why those targets need the inner set to hold every key of the outer one.

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

```diff
 hosts = ["example.com"]
-subdomains = "all"
 keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.overlaps import overlaps
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Names that an entry above would hold to other pins, or holds to more."""
    for overlap in overlaps(examined):
        if not overlap.same:
            counts, what = (
                ("count for it too", "the set that counts too")
                if overlap.adds_up
                else ("do not count for it", "the set it overrides")
            )
            message = f"{overlap.host} is below {overlap.above_host}, whose keys {counts}"
            related = ((what, overlap.above.where),) if overlap.above.where else ()
            yield RULE.at(
                overlap.where,
                message,
                "nothing to do if that is meant",
                hosts=(overlap.host,),
                related=related,
                kind=overlap.above_host,
            )


RULE = Rule("overlapping-pin-sets", Level.NOTE, __doc__, policy=check)
