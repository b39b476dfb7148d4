"""A certificate is pinned for a host that it is not for.

A client refuses a certificate whose subjectAltName does not have the host, whatever is pinned (RFC 6125 section 6.4),
so the pin can only count for another certificate with the same key.  As a rule a host was written into the wrong
pin-set, or the server of that host has a certificate and key of its own, which apps will refuse.

```toml
[[pin-set]]
hosts = ["pay.example.com"]
keys = ["api-2026", "api-2027"]
```

Use instead:

```diff
-hosts = ["pay.example.com"]
+hosts = ["api.example.com"]
```

References: CWE-297; MASVS-NETWORK-2; MASWE-0028; RFC 6125 section 6.4
"""

from pincompiler.keys.names import is_for
from pincompiler.policy.enforcement import Key, Role
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Hosts that the certificate of a server's key does not name; where nothing is enforced, nobody is refused."""
    for pin_set in examined.pin_sets:
        for number, key in enumerate(pin_set.in_force):
            strangers = tuple(host for host in pin_set.hosts if not _may_be_for(key, host))
            if strangers:
                more = f" and {len(strangers) - 1:,} more" if len(strangers) > 1 else ""
                named = key.certificate and key.certificate.names
                why = "" if named else ": it has no subjectAltName, and clients do not look at its subject"
                message = f"the certificate of `{key.title}` is not for {strangers[0]}{more}{why}"
                fix = "pin the key of that host's own certificate"
                where = pin_set.where.at("keys", number) if pin_set.where else None
                yield RULE.at(where, message, fix, hosts=strangers)


def _may_be_for(key: Key, host: str) -> bool:
    """Whether a server's certificate names a host, as far as it is known."""
    names = key.certificate.names if key.certificate and key.role is Role.LEAF else None
    return names is None or is_for(names, host)


RULE = Rule("mismatched-host", Level.WARNING, __doc__, policy=check)
