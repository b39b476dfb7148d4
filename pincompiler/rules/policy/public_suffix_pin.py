"""A pin-set covers everything below a public suffix.

Below `co.uk` or `appspot.com` are strangers' sites.  Pinning them all to your keys breaks every one that the
app or a library in it talks to, and TrustKit refuses such an entry by crashing at launch.

```toml
[[pin-set]]
hosts = ["co.uk"]
subdomains = "all"
keys = ["api-2026", "api-2027"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["example.co.uk"]
subdomains = "all"
keys = ["api-2026", "api-2027"]
```

References: CWE-1188; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.policy.enforcement import PinSet, Reach
from pincompiler.policy.hosts import public_suffix
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Public suffixes below which hosts are pinned, or have their pins tried."""
    for pin_set in examined.pin_sets:
        if pin_set.reach is Reach.NONE or not pin_set.keys:
            continue
        for host in pin_set.hosts:
            if public_suffix(host) == host and _reaches(examined, pin_set, host):
                where = pin_set.where_host(host)
                message = f"{host} is a public suffix: names below it belong to strangers"
                yield RULE.at(where, message, "name your own domain below it", hosts=(host,), kind="suffix")


def _reaches(examined: Examined, pin_set: PinSet, host: str) -> bool:
    """Whether the platform takes the entry for names below; one that is only tried is asked for nothing."""
    return not pin_set.enforce or bool(examined.enforcement.demand(examined.below(host)[1]))


RULE = Rule("public-suffix-pin", Level.ERROR, __doc__, policy=check)
