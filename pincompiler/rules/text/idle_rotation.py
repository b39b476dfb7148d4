"""A rotation ends with the keys that it starts from.

Such a rotation changes nothing, so a plan calls it safe.  Either the next key was meant, and then nobody has
checked whether the released apps accept that key, or the certificate is renewed for the same key, which pins
do not notice.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[[rotation]]
host = "api.example.com"
from = "api-2026"
to = "api-2026"
date = 2027-03-01
```

Use instead:

```diff
 from = "api-2026"
-to = "api-2026"
+to = "api-2027"
 date = 2027-03-01
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("idle-rotation", Level.ERROR, __doc__)
