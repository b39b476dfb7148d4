"""The support of a release ends before the release.

Nobody would ever run that release, so a plan would call a change of keys safe that locks its users out.  Most
often a year was not changed, or the two dates were swapped.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[[release]]
name = "4.2"
date = 2026-09-01
support-until = 2026-03-01
file = "pins.toml"
```

Use instead:

```diff
 date = 2026-09-01
-support-until = 2026-03-01
+support-until = 2027-03-01
 file = "pins.toml"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("reversed-dates", Level.ERROR, __doc__)
