"""Every certificate that a pin-set was made from has ended.

The set is past due: the server presents a newer certificate by now.  If that has a new key, the app is
locked out; if the key was kept, pins.toml points at a certificate that no longer shows what is served.

```toml
[keys.old]
file = "certs/ended.pem"

[[pin-set]]
hosts = ["api.example.com"]
keys = ["old", "api-2027"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

References: CWE-298; MASVS-NETWORK-2; MASTG-TEST-0243; MASWE-0028
"""

from datetime import date

from pincompiler.policy.enforcement import Clause
from pincompiler.rules.examined import Held
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Hosts for which the certificates of a clause, if it has any, have all passed their notAfter."""
    ended = {
        key.spki_sha256
        for key in examined.keys
        if key.certificate and key.certificate.not_after.date() < examined.today
    }
    if not ended:
        return
    for held in examined.held(lambda asked: any(not ended.isdisjoint(c.leaf | c.ca) for c in asked.now)):
        last = [_last(held, clause) for clause in held.asked.now]
        past = [day for day in last if day and day < examined.today]
        if past:
            message = f"the last certificate of {held.title} ended on {max(past).isoformat()}"
            fix = "name the certificate that is served now"
            yield RULE.at(held.where("keys"), message, fix, hosts=held.hosts)


def _last(held: Held, clause: Clause) -> date | None:
    """The last day of the certificates of its keys; None without any."""
    pins = clause.leaf | clause.ca
    certificates = (key.certificate for key in held.keys if key.spki_sha256 in pins)
    return max((one.not_after.date() for one in certificates if one), default=None)


RULE = Rule("past-due-pin-set", Level.WARNING, __doc__, policy=check)
