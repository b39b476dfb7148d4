"""One key stands in a pin-set twice.

Two names for one key look like a key and its backup, and are a single key: on the day that it is lost, no key
is left.

```toml
[keys.api-backup]
file = "certs/api-2026.pem"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-backup"]
```

Use instead:

```diff
 [keys.api-backup]
-file = "certs/api-2026.pem"
+file = "certs/api-2027.csr"
```

References: CWE-1188; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.policy.enforcement import Key, PinSet
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Keys of one set with equal pins; what is repeated in another set adds nothing, and deceives nobody."""
    for pin_set in examined.pin_sets:
        met: dict[bytes, list[Key]] = {}
        for number, key in enumerate(pin_set.keys):
            others = met.setdefault(key.whole or key.spki_sha256, [])
            others.append(key)
            other = others[0]
            if other is not key and len(others) > _places(examined, pin_set, key):
                where = pin_set.where.at("keys", number) if pin_set.where else None
                message = f"`{key.title}` and `{other.title}` are the same key"
                related = (("the key it repeats", other.where),) if other.where else ()
                yield RULE.at(where, message, "name another key", hosts=pin_set.hosts, related=related)


def _places(examined: Examined, pin_set: PinSet, key: Key) -> int:
    """In how many places a chain needs a key: NSPinnedDomains lists servers' keys and CAs' apart."""
    demand = examined.enforcement.demand(pin_set.hosts[0])
    return max(1, sum((key.whole or key.spki_sha256) in clause.pins for clause in demand))


RULE = Rule("duplicate-pin", Level.ERROR, __doc__, policy=check)
