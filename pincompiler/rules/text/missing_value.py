"""A value that pins.toml must have is missing.

A pin-set without hosts protects nothing, a pin-set without keys leaves its hosts open, and a target without a
path has nowhere to be written.  No default would be right: only you know which hosts and keys are meant.

```toml
[[pin-set]]
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

RULE = Rule("missing-value", Level.ERROR, __doc__)
