"""A value is none of the possible ones.

The value has the right type but no meaning, such as a word that is no choice or a version that is no number.
If a default took its place, the app would pin more or fewer hosts than its authors believe.

```toml
[[pin-set]]
hosts = ["example.com"]
subdomains = "yes"
keys = ["api-2026", "api-2027"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["example.com"]
subdomains = "all"
keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("invalid-value", Level.ERROR, __doc__)
