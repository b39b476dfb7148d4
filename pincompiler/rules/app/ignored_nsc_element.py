"""Android skips an element of the network security configuration without a word.

Android asks for each element by its exact name and in its place, and skips whatever else there is.  A
misspelt or misplaced element leaves hosts without the pins or the trust anchors that the file seems to
give them; neither the build nor the device says so.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pinset>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pinset>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
-    <pinset>
+    <pin-set>
@@
-    </pinset>
+    </pin-set>
```

References: CWE-1188; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.rules.oddities import OddityKind, odd
from pincompiler.rules.rule import Level

RULE = odd("ignored-nsc-element", Level.ERROR, __doc__, OddityKind.ELEMENT)
