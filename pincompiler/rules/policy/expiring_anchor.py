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

from pincompiler.rules.anchors import ends_of
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Anchors whose last day is within the horizon."""
    for anchor, day, hosts in ends_of(examined):
        if 0 <= (day - examined.today).days <= examined.horizon:
            message = f"the anchor `{anchor.name}` ends on {day.isoformat()}"
            fix = "add the next anchor beside it, and release in time"
            where = anchor.where.at("file") if anchor.where else None
            yield RULE.at(where, message, fix, hosts=hosts)


RULE = Rule("expiring-anchor", Level.WARNING, __doc__, policy=check)
