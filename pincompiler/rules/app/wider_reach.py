"""The shipped app pins names below a host that pins.toml leaves alone.

A server below the host that has another key, run by a partner or bought in, cannot be reached by this
build.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
   <domain-config>
-    <domain includeSubdomains="true">api.example.com</domain>
+    <domain includeSubdomains="false">api.example.com</domain>
     <pin-set>
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.drifted import DriftKind, drifted
from pincompiler.rules.rule import Level

RULE = drifted(
    "wider-reach",
    Level.WARNING,
    __doc__,
    DriftKind.WIDER,
    "say subdomains in pins.toml, or compile and build again",
)
