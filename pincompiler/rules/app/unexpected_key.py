"""The shipped app accepts a key that pins.toml does not list for that host.

Whoever holds that key can answer for the host.  A key of the past that nobody guards any more is the
usual case; a key that was slipped in is the worst.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="false">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
      <pin digest="SHA-256">AAVSFeGxhVy8JLPsj6x9T2qkQ9VrZUWxbmCplAGxgNw=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
       <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
-      <pin digest="SHA-256">AAVSFeGxhVy8JLPsj6x9T2qkQ9VrZUWxbmCplAGxgNw=</pin>
     </pin-set>
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.drifted import DriftKind, drifted
from pincompiler.rules.rule import Level

RULE = drifted(
    "unexpected-key", Level.ERROR, __doc__, DriftKind.KEY_UNKNOWN, "drop the pin, or add its key to pins.toml"
)
