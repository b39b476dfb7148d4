"""A pinned root CA is missing on devices that the app supports.

Their stores lack it, since it is younger than they are, or has gone: a chain that ends there is refused before any pin is
looked at.  A young root works on them only where an older root has signed it and servers send that certificate.  The rule needs the app's minimum
versions, and is silent where a root that they have is pinned for the same hosts.

```toml
[app]
android-min-sdk = 26

[keys.x2]
spki-sha256 = "diGVwiVYbubAI3RW4hB9xU8e/CH2GnkuvVFZE8zmgzI="  # ISRG Root X2

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027", "x2"]
```

Use instead:

```diff
+[keys.x1]
+spki-sha256 = "C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M="  # ISRG Root X1
+
 [[pin-set]]
@@
-keys = ["api-2026", "api-2027", "x2"]
+keys = ["api-2026", "api-2027", "x1", "x2"]
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.roots.absence import absences
from pincompiler.rules.examined import Asked
from pincompiler.rules.public_roots import called, oldest, pinned_roots
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Hosts of which every pinned public root is missing on some supported device."""
    supported = oldest(examined.app)
    roots = {key.whole or key.spki_sha256: (key, root) for key, root in pinned_roots(examined)}
    missing = {pin: tuple(absences(root, supported)) for pin, (_, root) in roots.items()}

    def suspect(asked: Asked) -> bool:
        known = [clause.pins & roots.keys() for clause in asked.now]
        return any(pins and all(missing[pin] for pin in pins) for pins in known)

    for held in examined.held(suspect) if any(missing.values()) else ():
        for key in held.keys:
            pin = key.whole or key.spki_sha256
            if missing.get(pin):
                clauses = ", and which ".join(one.clause for one in missing[pin])
                message = f"{called(*roots[pin])}, which {clauses}"
                fix = "pin a root of the CA that they have as well, or serve the certificate by which it signed this one"
                yield RULE.at(key.where, message, fix, hosts=held.hosts)


RULE = Rule("young-root", Level.WARNING, __doc__, policy=check)
