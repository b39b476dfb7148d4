"""The certificate of an anchor has ended.

Android does not look at the dates of anchors, and goes on to accept what the CA has signed: a CA whose keys nobody
guards any more is trusted for as long as the app is installed.  Other platforms refuse its servers.

```toml
[anchors.company-root]
file = "certs/ended-ca.pem"        # it ended on 2026-10-01

[[pin-set]]
hosts = ["intranet.example.com"]
trust = ["company-root"]
```

Use instead:

```diff
-file = "certs/ended-ca.pem"        # it ended on 2026-10-01
+file = "certs/shop-ca.pem"
```

References: CWE-298; MASVS-NETWORK-1; MASWE-0028
"""

from pincompiler.rules.anchors import ending
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Anchors whose last day has passed."""
    for one in ending(examined, lambda day: day < examined.today):
        message = (
            f"the anchor `{one.first.name}` ended on {one.day}, which Android does not look at{one.others}"
        )
        fix = "name the certificate that followed it"
        yield RULE.at(one.named.where, message, fix, hosts=one.named.hosts, related=one.named.related)


RULE = Rule("expired-anchor", Level.ERROR, __doc__, policy=check)
