"""A pin-set trusts the CAs that users install.

Whoever gets a CA onto the device, by a profile, a management tool or a trick, can then be the server, unless pins
of the host are in force; and pins end.  Android has not trusted such CAs since version 7 for that reason.  For
looking at an app's traffic, trust the proxy in debuggable builds alone (`<debug-overrides>`).

```toml
[[pin-set]]
hosts = ["api.example.com"]
trust = ["system", "user"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```diff
-trust = ["system", "user"]
+trust = ["system"]
```

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0286; MASWE-0028
"""

from pincompiler.policy.trust import Store
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Sets with the user's store among what they trust."""
    for pin_set in examined.pin_sets:
        if Store.USER in pin_set.trust.sources:
            message = f"{pin_set.title} trusts CAs that users install"
            where = pin_set.where.at("trust") if pin_set.where else None
            others = pin_set.trust.sources - {Store.USER}
            fix = 'drop "user"' if others else 'trust "system" or an anchor instead'
            yield RULE.at(where, message, fix, hosts=pin_set.hosts)


RULE = Rule("user-store-trusted", Level.ERROR, __doc__, policy=check)
