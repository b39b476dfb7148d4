"""The file of a key is a private key.

A pin needs the public key only.  A private key beside the sources of an app is in every clone and every
backup of the repository, and whoever has the key can pose as the server, to pinned apps too.  Extract the
public key (`openssl pkey -pubout`), and treat a private key that was committed as lost.

```toml
[keys.api-2026]
file = "certs/api.key"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```diff
 [keys.api-2026]
-file = "certs/api.key"
+file = "certs/api-2026.pem"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("private-key-file", Level.ERROR, __doc__)
