"""Two releases have one name.

`plan` and `impact` name the releases that would be locked out, and the day until which each is supported.
With two releases of a name nobody knows which of them to withdraw, and one of the two is often a copy whose
dates were never changed.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[[release]]
name = "4.2"
date = 2026-09-01
file = "pins.toml"

[[release]]
name = "4.2"
date = 2026-12-01
file = "pins.toml"
```

Use instead:

```diff
 date = 2026-09-01
-file = "pins.toml"
+file = "git:v4.2:pins.toml"

 [[release]]
-name = "4.2"
+name = "4.3"
 date = 2026-12-01
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("duplicate-release", Level.ERROR, __doc__)
