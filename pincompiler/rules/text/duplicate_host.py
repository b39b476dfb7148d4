"""A host is named twice.

The platforms disagree about the meaning: OkHttp adds up the pins of both entries, a property list keeps one
entry per name, and Android crashes at the first connection.  Names that differ only in case, in a trailing
dot or in being written as an A-label are the same host.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[[pin-set]]
hosts = ["API.example.com"]
keys = ["api-2027", "backup-ca"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027", "backup-ca"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("duplicate-host", Level.ERROR, __doc__)
