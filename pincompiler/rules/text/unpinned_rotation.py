"""A rotation names a host that no pin-set covers.

Most often the name is misspelt, and the host that really changes its key is not in the plan.  If the host is
no longer pinned, its rotations matter as long as a release that still pins it is supported.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[[rotation]]
host = "api.example.org"
from = "api-2026"
to = "api-2027"
date = 2027-03-01
```

Use instead:

```diff
 [[rotation]]
-host = "api.example.org"
+host = "api.example.com"
 from = "api-2026"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unpinned-rotation", Level.WARNING, __doc__)
