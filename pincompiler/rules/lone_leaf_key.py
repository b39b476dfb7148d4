"""A server's key is pinned, and no other server key beside it.

## Why is this bad?

A CA's key as the only backup helps only as long as that CA issues the next certificate, and it lets
every certificate of that CA in.  A second server key, made now and kept offline until it is needed,
survives the loss of the first without trusting anybody new.

## Example

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
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.finding import Finding, Level
from pincompiler.policy import Role
from pincompiler.rules.rule import Judged, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(judged: Judged) -> Iterator[Finding]:
    """Sets of several keys of which exactly one is a server's."""
    for pin_set in judged.pin_sets:
        pins = {key.spki_sha256 for key in pin_set.keys}
        leaves = {key.spki_sha256: key for key in pin_set.keys if key.role is not Role.CA}
        leaf = next(iter(leaves.values()), None)
        # Of a key in a shipped app nobody may know whose it is.
        if pin_set.enforce and len(pins) > 1 and len(leaves) == 1 and leaf and leaf.role is Role.LEAF:
            where = pin_set.where.at("keys") if pin_set.where else None
            message = f"`{leaf.title}` is the only server key of {pin_set.title}"
            fix = "add the next server key: openssl genpkey, then a CSR or its public key"
            yield RULE.at(where, message, fix, hosts=pin_set.hosts)


RULE = Rule("lone-leaf-key", Level.WARNING, __doc__, policy=check, sources=("RFC 7469 section 2.5",))
