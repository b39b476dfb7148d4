"""A pin-set has expired.

From the day of `expires` on, Android and TrustKit enforce nothing for these hosts, while OkHttp and
NSPinnedDomains, which know no expiry, go on enforcing: half of the users have lost their protection, and the
other half are locked in.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
expires = 2026-10-01
```

Use instead:

```diff
-expires = 2026-10-01
+expires = 2027-10-01
```

References: CWE-298; MASVS-NETWORK-2; MASTG-TEST-0243; MASWE-0028; lint:PinSetExpiry
"""

from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Hosts for which pins were demanded until their day came."""
    for held in examined.held(lambda asked: not asked.now and bool(asked.ended(examined.today))):
        message = f"the pins of {held.title} expired on {held.asked.ended(examined.today)}"
        fix = "set a later day, or drop `expires`"
        yield RULE.at(held.where("expires"), message, fix, hosts=held.hosts)


RULE = Rule("expired-pin-set", Level.ERROR, __doc__, policy=check)
