"""A pinned root CA is planned to leave the lists of Mozilla and Chrome, or ends.

Both drop roots by the age of their keys, on days that are known years before.  The CA moves its customers to another root
before that day, and an app that pins the old root alone stops when its servers renew.  The rule warns a year ahead,
since the successor has to be in every supported release by then.  It is a plan: devices keep the root until they are
updated, and the programs may change their minds.  Where the root's own certificate ends first, that day counts: Android does
not look at it, other clients do.

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
        # Of one that has ended or issues no more there is another rule.
        left = (root.last_day, root.distrusted_after, root.chrome_until, root.left_mozilla)
        if any(day and day < examined.today for day in left) or _stays(root, examined.today):
            continue
        sets = [one for one in examined.pin_sets if key in one.keys]
        beside = [[other for other in map(root_of, one.keys) if other] for one in sets]
        if sets and all(any(_stays(other, examined.today) for other in others) for others in beside):
            continue
        fix = f"pin a root of the CA that stays as well, and ship it before: {next_roots(root, examined)}"
        yield RULE.at(key.where, f"{called(key, root)}, {_leaving(root, examined.today)}", fix)


def _leaving(root: Root, today: date) -> str:
    ends = _ends(root)
    day = min(ends)
    return f"{ends[day]} {day}" if day >= today else f"{ends[day].replace('is planned', 'was planned')} {day}"


def _ends(root: Root) -> dict[date, str]:
    """The days on which a root comes to an end, each with what to say of it."""
    days = (
        (root.chrome_until, "of which Chrome refuses certificates that are first logged after"),
        (root.distrusted_after, "of which Mozilla refuses certificates that are issued after"),
        (root.planned_end, "which is planned out of Mozilla's and Chrome's lists on"),
        (root.last_day, "whose certificate ends on"),
    )
    return {day: said for day, said in days if day}


def _stays(root: Root, today: date) -> bool:
    return (min(_ends(root)) - today).days > _AHEAD and not (root.left_mozilla and root.left_mozilla < today)


RULE = Rule("departing-ca", Level.WARNING, __doc__, policy=check)
