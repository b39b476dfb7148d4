"""The pins of a host end on another day than pins.toml says.

An earlier end leaves the host unpinned without anybody noticing; a later end, or none, turns a planned end
into an outage.

```toml
[[pin-set]]
hosts = ["api.example.com"]
expires = 2036-12-31
keys = ["api-2026", "api-2027"]
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="false">api.example.com</domain>
    <pin-set expiration="2035-06-30">
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     <domain includeSubdomains="false">api.example.com</domain>
-    <pin-set expiration="2035-06-30">
+    <pin-set expiration="2036-12-31">
       <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
```

References: CWE-693; MASVS-NETWORK-2; MASTG-TEST-0243; MASWE-0028
"""

from pincompiler.rules.drifted import DriftKind, drifted
from pincompiler.rules.rule import Level

RULE = drifted(
    "changed-expiry", Level.ERROR, __doc__, DriftKind.EXPIRY, "run pincompiler compile and build again"
)
