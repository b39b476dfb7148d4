"""Android ignores or misreads an attribute of the network security configuration.

Android asks for each attribute by its exact name, upper and lower case included, and a value that is no
boolean counts as the default.  `includeSubDomains="true"` includes no subdomains, `Expiration` never expires,
and `cleartextTrafficPermitted="no"` permits cleartext traffic.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubDomains="true">example.com</domain>
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
-    <domain includeSubDomains="true">example.com</domain>
+    <domain includeSubdomains="true">example.com</domain>
     <pin-set>
```

References: CWE-1188; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.rules.oddities import OddityKind, odd
from pincompiler.rules.rule import Level

RULE = odd("ignored-nsc-attribute", Level.ERROR, __doc__, OddityKind.ATTRIBUTE)
