"""A key is in no pin-set.

The key looks like a backup and is none: no app accepts it.  When the server changes to that key, every
installed app stops connecting.  A key of the past misleads whoever reads the file.

```toml
[keys.backup-ca]
file = "certs/backup-ca.pem"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```diff
 hosts = ["api.example.com"]
-keys = ["api-2026", "api-2027"]
+keys = ["api-2026", "api-2027", "backup-ca"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unused-key", Level.WARNING, __doc__)
