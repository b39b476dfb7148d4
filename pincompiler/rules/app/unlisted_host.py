"""The shipped app pins a host that pins.toml does not know.

Nobody plans the rotation of such a host: when the host changes its key, this build stops connecting, and
pins.toml gives no warning.

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
    </pin-set>
  </domain-config>
  <domain-config>
    <domain includeSubdomains="false">old.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
   </domain-config>
-  <domain-config>
-    <domain includeSubdomains="false">old.example.com</domain>
-    <pin-set>
-      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
-      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
-    </pin-set>
-  </domain-config>
 </network-security-config>
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.drifted import DriftKind, drifted
from pincompiler.rules.rule import Level

RULE = drifted(
    "unlisted-host",
    Level.WARNING,
    __doc__,
    DriftKind.HOST_UNKNOWN,
    "add the host to pins.toml, or drop its pins from the app",
)
