"""The file pins.toml is not valid TOML.

## Why is this bad?

Nothing can be read from the file, not even the part before the mistake.  A compiler that guessed could drop a
pin-set, and with it the protection of its hosts.

## Example

```toml
[keys.api-2026]
file = "certs/api-2026.pem"

[[pin-set]]
hosts = ["api.example.com"
keys = ["api-2026"]
```

Use instead:

```toml
[keys.api-2026]
file = "certs/api-2026.pem"

[keys.api-2027]
file = "certs/api-2027.csr"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("invalid-toml", Level.ERROR, __doc__)
