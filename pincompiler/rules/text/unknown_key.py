"""An entry of pins.toml is unknown where it stands.

The entry is misspelt, or belongs to another table.  Skipping it would be silent: without `subdomains` hosts
stay unpinned, without `expires` they are pinned for ever, and nobody notices before the first key is
replaced.

```toml
[[pin-set]]
hosts = ["example.com"]
include-subdomains = true
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

RULE = Rule("unknown-key", Level.ERROR, __doc__)
