"""An accepted finding is not found any more.

Whoever reads the `[[accept]]` believes that something is still wrong.  And the acceptance would silence the
same finding on the day somebody brings it back, when nobody has decided to live with it.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[[accept]]
rule = "missing-backup-pin"
reason = "the second key is made in spring"
until = 2027-04-01
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unused-acceptance", Level.WARNING, __doc__)
