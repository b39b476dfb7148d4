"""The day until which a finding was accepted has come.

The finding counts again: the reason for living with it was given for a time that is over.  Mend the finding
and drop the `[[accept]]`, or decide anew and write down the new day and the reason.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["backup-ca"]

[[accept]]
rule = "missing-backup-pin"
reason = "the second CA signs from spring on"
until = 2026-10-01
```

Use instead:

```diff
 reason = "the second CA signs from spring on"
-until = 2026-10-01
+until = 2027-04-01
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("expired-acceptance", Level.WARNING, __doc__)
