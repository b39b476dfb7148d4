"""A pin-set is about to expire.

An app update takes weeks to reach its users.  When the pins end before the next release is out, Android and
TrustKit stop enforcing them without a word.  The rule warns 30 days ahead, or as many days as
`--expiring-within` says.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
expires = 2026-12-01
```

Use instead:

```diff
-expires = 2026-12-01
+expires = 2027-12-01
```

References: CWE-298; MASVS-NETWORK-2; MASTG-TEST-0243; MASWE-0028; lint:PinSetExpiry
"""

from datetime import date, timedelta

from pincompiler.rules.examined import Asked
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Hosts for which nothing is demanded any more from a day within the horizon on."""
    for held in examined.held(lambda asked: 0 < _days(asked, examined.today) <= examined.horizon):
        days = _days(held.asked, examined.today)
        left = "tomorrow" if days == 1 else f"in {days} days"
        on = (examined.today + timedelta(days=days)).isoformat()
        message = f"the pins of {held.title} expire {left}, on {on}"
        fix = "set a later day and release in time"
        yield RULE.at(held.where("expires"), message, fix, hosts=held.hosts)


def _days(asked: Asked, today: date) -> int:
    """How many more days the pins are in force; 0 if they are not, or have no end."""
    return (asked.ends - today).days if asked.ends else 0


RULE = Rule("expiring-pin-set", Level.WARNING, __doc__, policy=check)
