"""A value has the wrong type.

The meaning would have to be guessed: whether a string is one host or a list of them, whether a date has a
time and in which zone.  The platforms guess differently, so pincompiler does not guess at all.

```toml
[[pin-set]]
hosts = "api.example.com"
keys = ["api-2026", "api-2027"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("wrong-type", Level.ERROR, __doc__)
