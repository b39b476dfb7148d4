"""A pin-set names a key that pins.toml does not define.

Without the key, the set has one pin less than it seems to.  If the server uses that key, every installed app
stops connecting; if the key is the backup, the next change of keys locks everybody out.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2072"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("undefined-key", Level.ERROR, __doc__)
