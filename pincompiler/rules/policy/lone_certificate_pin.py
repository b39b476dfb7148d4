"""A host has a whole certificate as its only pin.

The backup of a certificate is the next certificate, which does not exist before a CA has issued it: a host that is
pinned to one certificate is cut off on the day its server renews, for all who have not updated by then.  The key of
the next certificate can be made today, and pinned beside.

```toml
[keys.kiosk]
file = "certs/api-2026.pem"
pin = "certificate"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["kiosk"]
```

Use instead:

```diff
-keys = ["kiosk"]
+keys = ["kiosk", "api-2027"]
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028; RFC 7469 section 4.3
"""

from pincompiler.rules.examined import Asked
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Hosts for which every chain that is accepted has one and the same certificate."""
    for held in examined.held(_rests_on_one):
        message = f"{held.title} is pinned to one certificate, and cut off when its server renews"
        fix = "add the key of the next certificate, or the certificate itself once it is issued"
        yield RULE.at(held.where("keys"), message, fix, hosts=held.hosts, related=held.related)


def _rests_on_one(asked: Asked) -> bool:
    return any(
        len(clause.pins) == 1 and bool(clause.leaf_certificates | clause.ca_certificates)
        for clause in asked.now
    )


RULE = Rule("lone-certificate-pin", Level.ERROR, __doc__, policy=check)
