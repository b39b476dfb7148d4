"""The file of a key holds no public key that can be read.

Without the key there is no pin.  A file that was cut short in copying, is empty or is not there must stop
the build: an app built without it would lack the pin of a server or of its backup.

```toml
[keys.api-2026]
file = "certs/truncated.pem"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```diff
 [keys.api-2026]
-file = "certs/truncated.pem"
+file = "certs/api-2026.pem"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unreadable-key", Level.ERROR, __doc__)
