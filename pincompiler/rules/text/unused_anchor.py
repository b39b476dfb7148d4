"""No pin-set trusts an anchor.

A CA that was meant to be trusted and is not named leaves its servers refused, and one that is not needed any more
should not stay where the next edit may take it up again.

```toml
[anchors.company-root]
file = "certs/shop-ca.pem"

[[pin-set]]
hosts = ["intranet.example.com"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```diff
 hosts = ["intranet.example.com"]
+trust = ["company-root"]
 keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unused-anchor", Level.WARNING, __doc__)
