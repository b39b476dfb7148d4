"""The shipped app pins fewer names below a host than pins.toml.

Connections to the names that are left out are open to any certificate that the device trusts, though
the policy says that they are pinned.

```toml
[[pin-set]]
hosts = ["example.com"]
subdomains = "all"
keys = ["api-2026", "api-2027"]
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="false">example.com</domain>
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
-    <domain includeSubdomains="false">example.com</domain>
+    <domain includeSubdomains="true">example.com</domain>
     <pin-set>
```

References: CWE-693; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.rules.drifted import DriftKind, drifted
from pincompiler.rules.rule import Level

RULE = drifted(
    "narrower-reach", Level.ERROR, __doc__, DriftKind.NARROWER, "run pincompiler compile and build again"
)
