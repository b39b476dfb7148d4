"""An anchor is the certificate of a server.

The usual advice for "certificate pinning on Android" puts the server's certificate into `<trust-anchors>`.  What
that pins is its key: Android knows an anchor by its name and key, takes a renewed certificate for the same anchor,
and does not look at its dates, so that an expired certificate is accepted as well.  Pin the certificate, or its
key, and say so.  In a network security configuration that exists already it is a warning.

```toml
[anchors.api]
file = "certs/api-2026.pem"

[[pin-set]]
hosts = ["api.example.com"]
trust = ["api"]
```

Use instead:

```diff
-[anchors.api]
-file = "certs/api-2026.pem"
-
 [[pin-set]]
 hosts = ["api.example.com"]
-trust = ["api"]
+keys = ["api-2026", "api-2027"]
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028
"""

from dataclasses import replace
from datetime import date

from pincompiler.policy.trust import Anchor
from pincompiler.rules.anchors import in_configuration
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Those of a network security configuration, which works as long as the server keeps its key: a warning."""
    for named in in_configuration(examined):
        for anchor in (one for one in named.anchors if not one.is_ca):
            ends = f", and ended on {day}" if (day := _last_day(anchor)) and day < examined.today else ""
            message = (
                f"the anchor `{anchor.name}` is no CA's certificate{ends}: Android takes every certificate with its "
                "name and key for it, ended ones as well"
            )
            fix = "pin its key and a backup in a <pin-set>, and trust the CA that issued it"
            found = RULE.at(named.where, message, fix, hosts=named.hosts, related=named.related)
            yield replace(found, level=Level.WARNING)


def _last_day(anchor: Anchor) -> date | None:
    return anchor.certificate.not_after.date() if anchor.certificate else None


RULE = Rule("anchor-is-leaf", Level.ERROR, __doc__, policy=check)
