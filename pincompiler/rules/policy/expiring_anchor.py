"""The certificate of an anchor is about to end.

Servers under a new CA are refused by every app that does not know it, so an app with the new anchor beside the old
one has to be out before servers change.  The rule warns 30 days ahead, or as many days as `--expiring-within` says;
updates take longer, so plan for more.

```toml
[anchors.company-root]
file = "certs/ending-ca.pem"       # it ends on 2026-12-10

[[pin-set]]
hosts = ["intranet.example.com"]
trust = ["company-root"]
```

Use instead:

```diff
-file = "certs/ending-ca.pem"       # it ends on 2026-12-10
+file = "certs/shop-ca.pem"
```

References: CWE-298; MASVS-NETWORK-1; MASWE-0028
"""

from pincompiler.rules.anchors import ending
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Anchors whose last day is within the horizon."""
    for one in ending(examined, lambda day: 0 <= (day - examined.today).days <= examined.horizon):
        message = f"the anchor `{one.first.name}` ends on {one.day}{one.others}"
        fix = "add the next anchor beside it, and release in time"
        yield RULE.at(one.named.where, message, fix, hosts=one.named.hosts, related=one.named.related)


RULE = Rule("expiring-anchor", Level.WARNING, __doc__, policy=check)
