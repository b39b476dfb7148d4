"""A pin is the hash of a public root's certificate instead of its key.

CAs publish both: the fingerprint of a root's certificate stands in every list of roots, the hash of its key in few.  The two
never match, so the pin blocks every connection that no other pin lets pass.  Which root it is, and what its pin is, is
known of all public roots.

```toml
[keys.digicert]
spki-sha256 = "yzzLt2Ax5eATj43TmiP53kf/w15DwRRM6ifUalqxy18="

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027", "digicert"]
```

Use instead:

```diff
-spki-sha256 = "yzzLt2Ax5eATj43TmiP53kf/w15DwRRM6ifUalqxy18="
+spki-sha256 = "i7WTqTvh0OioIruIfFR4kMPnBqrS2rdiVPl/s2uC/CY="
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028; RFC 7469 section 2.4
"""

from pincompiler.roots.knowledge import known_roots
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Pins that equal the fingerprint of a public root; of certificates at hand there is another rule."""
    at_hand = {key.certificate.sha256 for key in examined.keys if key.certificate}
    known = known_roots()
    for key in examined.keys:
        root = known.by_certificate(key.spki_sha256)
        if root and key.spki_sha256 not in at_hand:
            where = key.where.at("spki-sha256") if key.where and key.where.path else key.where
            message = (
                f"the pin of `{key.title}` is the SHA-256 of the certificate of {root.name}, not of its key"
            )
            yield RULE.at(where, message, f'write "{root.pin}"')


RULE = Rule("root-certificate-hash", Level.ERROR, __doc__, policy=check)
