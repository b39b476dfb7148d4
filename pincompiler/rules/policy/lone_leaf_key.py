"""A server's key is pinned, and no other server key beside it.

A CA's key as the only backup helps only as long as that CA issues the next certificate, and it lets
every certificate of that CA in.  A second server key, made now and kept offline until it is needed,
survives the loss of the first without trusting anybody new.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "backup-ca"]
```

Use instead:

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028; RFC 7469 section 2.5
"""

from pincompiler.policy.enforcement import Role
from pincompiler.rules.examined import Asked
from pincompiler.rules.rule import Examined, Findings, Level, Rule


def check(examined: Examined) -> Findings:
    """Hosts for which several keys count wherever they stand, of which exactly one is a server's."""
    cas = frozenset(key.spki_sha256 for key in examined.keys if key.role is Role.CA)

    def suspect(asked: Asked) -> bool:
        return any(c.ca and len(c.leaf) > 1 and len(c.leaf - cas) == 1 for c in asked.now)

    for held in examined.held(suspect):
        leaf = next(key for key in held.keys if key.spki_sha256 not in cas)
        # Of a key in a shipped app nobody may know whose it is.
        if leaf.role is Role.LEAF:
            message = f"`{leaf.title}` is the only server key of {held.title}"
            fix = "add the next server key: openssl genpkey, then a CSR or its public key"
            yield RULE.at(held.where("keys"), message, fix, hosts=held.hosts, related=held.related)


RULE = Rule("lone-leaf-key", Level.WARNING, __doc__, policy=check)
