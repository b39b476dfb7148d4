"""The file of a key holds several keys, and none is chosen.

A bundle has the server's certificate and those of the CAs above it, in an order that varies.  Pinning
whichever comes first may pin a CA instead of the server, which lets every certificate of that CA in.
Choose one with `subject` or `index`.

```toml
[keys.shop-ca]
file = "certs/bundle.pem"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["shop-ca", "backup-ca"]
```

Use instead:

```diff
 file = "certs/bundle.pem"
+subject = "Shop CA"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("ambiguous-key", Level.ERROR, __doc__)
