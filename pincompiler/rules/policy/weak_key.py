"""A pinned key or CA is too weak to be worth pinning.

Whoever can break the key passes the pin.  RSA below 2048 bits is within reach and refused by iOS and
Android; a CA certificate that another CA signed with SHA-1 can be forged by collision.

```toml
[keys.old]
file = "certs/rsa1024.pem"

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

References: CWE-326; MASVS-NETWORK-2; MASWE-0028; NIST SP 800-131A
"""

from pincompiler.policy.enforcement import Key, Role
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Short RSA keys, and CAs that were signed with SHA-1 or MD5."""
    for key in examined.keys:
        weakness = _weakness(key)
        if weakness:
            yield RULE.at(key.where, f"`{key.title}` {weakness[0]}", weakness[1])


def _weakness(key: Key) -> tuple[str, str] | None:
    bits = key.algorithm.removeprefix("RSA-")
    if bits != key.algorithm and int(bits) < 2048:
        return f"has only {bits} bits of RSA", "use P-256, or RSA of 2048 bits and more"
    certificate = key.certificate
    # A root's own signature is checked by nobody; it is trusted for being in the store.
    if certificate is None or key.role is not Role.CA or certificate.self_signed:
        return None
    if certificate.signature_hash in ("sha1", "md5"):
        return f"is a CA signed with {certificate.signature_hash.upper()}", "pin a CA signed with SHA-256"
    return None


RULE = Rule("weak-key", Level.ERROR, __doc__, policy=check)
