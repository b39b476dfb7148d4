"""A pin-set covers everything below a public suffix.

## Why is this bad?

Below `co.uk` or `appspot.com` are strangers' sites.  Pinning them all to your keys breaks every one that the
app or a library in it talks to, and TrustKit refuses such an entry by crashing at launch.

## Example

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
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.finding import Finding, Level
from pincompiler.hosts import public_suffix
from pincompiler.policy import Reach
from pincompiler.rules.rule import Judged, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(judged: Judged) -> Iterator[Finding]:
    """Hosts that reach below themselves and are public suffixes."""
    for pin_set in judged.pin_sets:
        if pin_set.reach is Reach.NONE:
            continue
        for host in pin_set.hosts:
            if public_suffix(host) == host:
                where = pin_set.where_host(host)
                message = f"{host} is a public suffix: names below it belong to strangers"
                yield RULE.at(where, message, "name your own domain below it", hosts=(host,), kind="suffix")


RULE = Rule("public-suffix-pin", Level.ERROR, __doc__, policy=check)
