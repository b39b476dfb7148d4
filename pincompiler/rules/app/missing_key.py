"""A key of pins.toml is not in the shipped app.

When the server changes to that key, every installed copy of this build stops connecting; if the key is the
backup, the build has none.

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
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
       <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
+      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
     </pin-set>
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.drifted import DriftKind, drifted
from pincompiler.rules.rule import Level

RULE = drifted(
    "missing-key", Level.ERROR, __doc__, DriftKind.KEY_MISSING, "run pincompiler compile and build again"
)
