"""An entry is for an environment that is not declared.

A misspelt name would take the pin-set out of every environment, and hosts would lose their pins without a word.
Environments are declared once, in `[environments]`; an entry that names none counts for all of them.

```toml
[environments]
production = { release = true }
staging = {}

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
environments = ["prodution", "staging"]
```

Use instead:

```diff
-environments = ["prodution", "staging"]
+environments = ["production", "staging"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unknown-environment", Level.ERROR, __doc__)
