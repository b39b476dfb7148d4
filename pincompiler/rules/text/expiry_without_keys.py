"""A pin-set without keys has an `expires`.

What ends on that day are pins, and there are none.  Whom a host trusts never ends: a server under another CA is
refused after that day as before it, and so is every server once the anchor's own certificate is replaced by another
CA's.  Whoever wrote the day expects that apps become less strict then, or that a CA stops being trusted.

```toml
[anchors.company-root]
file = "certs/shop-ca.pem"

[[pin-set]]
hosts = ["intranet.example.com"]
trust = ["company-root"]
expires = 2027-06-01
```

Use instead:

```diff
 trust = ["company-root"]
-expires = 2027-06-01
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("expiry-without-keys", Level.WARNING, __doc__)
