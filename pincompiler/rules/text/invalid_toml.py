"""The file pins.toml is not valid TOML.

Nothing can be read from the file, not even the part before the mistake.  A compiler that guessed could drop a
pin-set, and with it the protection of its hosts.

```toml
[[pin-set]]
hosts = ["api.example.com"
keys = ["api-2026", "api-2027"]
```

Use instead:

```diff
-hosts = ["api.example.com"
+hosts = ["api.example.com"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("invalid-toml", Level.ERROR, __doc__)
