"""A pinned root CA has left Mozilla's list, has ended, or may issue no new certificates.

Servers cannot get new certificates under such a root that browsers take, so the pin protects nothing once the last
one ends; as the only pin it locks the app out.  Leaving Mozilla's list is not leaving devices: a phone keeps a root until
its system is updated, and connections under the root go on there.  What is said of devices stands beside it.

```toml
[keys.entrust]
spki-sha256 = "du6FkDdMcVQ3u8prumAo6t3i3G27uMP2EOhR8R0at/U="  # Entrust Root Certification Authority - G2

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027", "entrust"]
```

Use instead:

```diff
-[keys.entrust]
-spki-sha256 = "du6FkDdMcVQ3u8prumAo6t3i3G27uMP2EOhR8R0at/U="  # Entrust Root Certification Authority - G2
-
 [[pin-set]]
@@
-keys = ["api-2026", "api-2027", "entrust"]
+keys = ["api-2026", "api-2027"]
```

References: CWE-298; MASVS-NETWORK-2; MASWE-0028; Mozilla Root Store Policy
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from pincompiler.roots.root import Root
from pincompiler.rules.public_roots import called, next_roots, on_devices, pinned_roots
from pincompiler.rules.rule import Examined, Findings, Level, Rule

_SOON: Final = 365
"""Days before the end of a certificate on which it is said as well."""


def check(examined: Examined) -> Findings:
    """Public roots that Mozilla or Chrome have dropped, wholly or for new certificates."""
    for key, root in pinned_roots(examined):
        if said := tuple(_against(root, examined.today)):
            fix = f"pin what your servers' CA issues from now: {next_roots(root, examined)}"
            yield RULE.at(key.where, f"{called(key, root)}: {'; '.join(said)}", fix)


def _against(root: Root, today: date) -> Iterator[str]:
    dropped = tuple(_dropped(root, today))
    if root.last_day < today:
        yield f"its certificate ended on {root.last_day}"
    elif dropped and (root.last_day - today).days <= _SOON:
        yield f"its certificate ends on {root.last_day}"
    yield from dropped


def _dropped(root: Root, today: date) -> Iterator[str]:
    if root.left_mozilla and root.left_mozilla < today:
        yield f"Mozilla's list last had it on {root.left_mozilla}"
        if devices := on_devices(root):
            yield devices
    if root.distrusted_after and root.distrusted_after < today:
        yield f"Mozilla refuses certificates that were issued after {root.distrusted_after}"
    if root.chrome_until and root.chrome_until < today:
        yield f"Chrome refuses those first logged after {root.chrome_until}"


RULE = Rule("distrusted-ca", Level.WARNING, __doc__, policy=check)
