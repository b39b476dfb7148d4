"""A rotation does not begin where the one before it ends.

Between two rotations a host serves one chain of keys.  If the rotations disagree on that chain, one of them
is wrong or a third is missing, and a plan would be about keys that are never served.  On a single day a host
is rotated once, since clients may meet the old key and the new one on that day.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027", "backup-ca"]

[[rotation]]
host = "api.example.com"
from = "api-2026"
to = "api-2027"
date = 2027-03-01

[[rotation]]
host = "api.example.com"
from = "api-2026"
to = "backup-ca"
date = 2027-09-01
```

Use instead:

```diff
 host = "api.example.com"
-from = "api-2026"
+from = "api-2027"
 to = "backup-ca"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("disconnected-rotation", Level.ERROR, __doc__)
