"""A pin of a whole certificate ends with the certificate.

When the server renews it, even with the same key, every app that has the old certificate is locked out until its
user updates.  Certificates of public servers last 200 days since March 2026, 100 from March 2027 and 47 from March
2029 (CA/Browser Forum ballot SC-081), which is the longest that users have.  Pin the key, which a renewed certificate
may keep, unless certificates are compared on purpose.

```toml
[keys.kiosk]
file = "certs/spring.pem"          # it ends on 2027-04-01
pin = "certificate"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["kiosk", "api-2027"]
```

Use instead:

```diff
-pin = "certificate"
+pin = "key"
```

References: CWE-298; MASVS-NETWORK-2; MASWE-0028; CABF SC-081v3
"""

from datetime import date

from pincompiler.policy.enforcement import Role
from pincompiler.rules.rule import Examined, Findings, Level, Rule

_LONGEST = ((date(2029, 3, 15), 47), (date(2027, 3, 15), 100), (date(2026, 3, 15), 200), (date.min, 398))
"""From which day on certificates may last how many days, the latest first (CA/Browser Forum ballot SC-081v3)."""


def _longest(day: date) -> int:
    """How many days a public CA may let a certificate last that it issues on a day."""
    return next(days for since, days in _LONGEST if since <= day)


def check(examined: Examined) -> Findings:
    """Whole certificates whose end is known, with the day."""
    for key in (one for one in examined.keys if one.whole and one.certificate):
        hosts = examined.hosts_of(key)
        if hosts and key.certificate:
            day = key.certificate.not_after.date()
            ends = f"ended on {day}" if day < examined.today else f"ends on {day}"
            message = f"the certificate `{key.title}` {ends}, and apps that compare it refuse the next one"
            if key.role is Role.LEAF:  # the ballot is on certificates of servers: those of CAs last for years
                longest = _longest(max(day, examined.today))
                message += f", which lasts {longest} days at most if a public CA issues it then"
            where = key.where.at("pin") if key.where else None
            yield RULE.at(
                where, message, 'pin its key (pin = "key"), or release before that day', hosts=hosts
            )


RULE = Rule("certificate-needs-reissue", Level.WARNING, __doc__, policy=check)
