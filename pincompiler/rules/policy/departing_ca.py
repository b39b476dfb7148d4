"""A pinned root CA is planned to leave the lists of Mozilla and Chrome.

Both drop roots by the age of their keys, on days that are known years before.  The CA moves its customers to another root
before that day, and an app that pins the old root alone stops when its servers renew.  The rule warns a year ahead,
since the successor has to be in every supported release by then.  It is a plan: devices keep the root until they are
updated, and the programs may change their minds.

```toml
[keys.globalsign]
spki-sha256 = "cGuxAXyFXFkWm61cF4HPWX8S0srS9j0aSqN0k4AP+4A="  # GlobalSign Root CA - R3

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027", "globalsign"]
```

Use instead:

```diff
-[keys.globalsign]
-spki-sha256 = "cGuxAXyFXFkWm61cF4HPWX8S0srS9j0aSqN0k4AP+4A="  # GlobalSign Root CA - R3
+[keys.globalsign-r6]
+spki-sha256 = "aCdH+LpiG4fN07wpXtXKvOciocDANj0daLOJKNJ4fx4="  # GlobalSign Root CA - R6
@@
-keys = ["api-2026", "api-2027", "globalsign"]
+keys = ["api-2026", "api-2027", "globalsign-r6"]
```

References: CWE-298; MASVS-NETWORK-2; MASWE-0028; Mozilla Root Store Policy section 7.4
"""

from datetime import date
from typing import Final

from pincompiler.roots.root import Root
from pincompiler.rules.public_roots import called, next_roots, pinned_roots, root_of
from pincompiler.rules.rule import Examined, Findings, Level, Rule

_AHEAD: Final = 365
"""Days: a release is supported for about as long, and certificates of servers are renewed several times in it."""


def check(examined: Examined) -> Findings:
    """Public roots with a planned end within a year, where no root that stays is pinned beside them."""
    for key, root in pinned_roots(examined):
        # Of one that issues no more there is another rule.
        issuing = not (root.distrusted_after or root.chrome_until)
        if root.planned_end is None or not issuing or _stays(root, examined.today):
            continue
        sets = [one for one in examined.pin_sets if key in one.keys]
        beside = [[other for other in map(root_of, one.keys) if other] for one in sets]
        if sets and all(any(_stays(other, examined.today) for other in others) for others in beside):
            continue
        verb = "is" if root.planned_end >= examined.today else "was"
        message = f"{called(key, root)}, which {verb} planned out of Mozilla's and Chrome's lists on {root.planned_end}"
        fix = f"pin a root of the CA that stays as well, and ship it before: {next_roots(root, examined.app)}"
        yield RULE.at(key.where, message, fix)


def _stays(root: Root, today: date) -> bool:
    return root.planned_end is not None and (root.planned_end - today).days > _AHEAD


RULE = Rule("departing-ca", Level.WARNING, __doc__, policy=check)
