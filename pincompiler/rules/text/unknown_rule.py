"""An accepted finding is of a rule that does not exist.

The `[[accept]]` has no effect: the name of its rule is misspelt, or comes from another version of
pincompiler.  The finding that the acceptance was written for still counts, and its reason is on record for
nothing.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["backup-ca"]

[[accept]]
rule = "missing-backup"
reason = "the second CA signs from spring on"
until = 2027-04-01
```

Use instead:

```diff
 [[accept]]
-rule = "missing-backup"
+rule = "missing-backup-pin"
 reason = "the second CA signs from spring on"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unknown-rule", Level.ERROR, __doc__)
