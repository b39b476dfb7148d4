"""A host has a single pin.

When that key is lost, stolen or simply replaced, no other key is accepted, and every installed app
stops connecting until its user updates it.  RFC 7469 section 4.3 therefore demands a backup pin: the pin
of a key that is not in use yet.

What counts is what the platform demands of the host.  OkHttp and NSPinnedDomains add up all entries that
match the host, and NSPinnedDomains demands a server's key and a CA's if both are listed: then each needs a
backup of its own.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028; RFC 7469 section 4.3; lint:MissingBackupPin
"""

from pincompiler.policy.enforcement import Demand
from pincompiler.rules.examined import Asked
from pincompiler.rules.rule import Examined, Findings, Level, Rule

_HASHES = (20, 32)
"""Bytes of SHA-1, which OkHttp takes, and of SHA-256: no key has a pin of another length."""


def check(examined: Examined) -> Findings:
    """Hosts for which every chain that is accepted has one and the same key."""
    for held in examined.held(_rests_on_one):
        message = f"{held.title} {_said(held.asked.now)}"
        fix = "add a second key that is not in use yet"
        yield RULE.at(held.where("keys"), message, fix, hosts=held.hosts, related=held.related)


def _rests_on_one(asked: Asked) -> bool:
    """Whether some clause has a single key; what no chain can meet is lost already.

    A single certificate is for lone-certificate-pin.
    """
    counting = [{pin for pin in clause.pins if len(pin) in _HASHES} for clause in asked.now]
    alone = any(
        len(pins) == 1 and clause.leaf | clause.ca for pins, clause in zip(counting, asked.now, strict=True)
    )
    return alone and all(counting)


def _said(demand: Demand) -> str:
    """What there is one of: NSPinnedDomains may demand a server's key and a CA's besides."""
    alone = ["server" if clause.leaf else "CA" for clause in demand if len(clause.leaf | clause.ca) == 1]
    if len(demand) == 1:
        return "has one pin, so losing its key locks every user out"
    if len(alone) == 1:
        return f"has one {alone[0]} pin, which every chain must match, so losing its key locks every user out"
    return "has one server pin and one CA pin, and every chain must match both, so losing either key locks every user out"


RULE = Rule("missing-backup-pin", Level.ERROR, __doc__, policy=check)
