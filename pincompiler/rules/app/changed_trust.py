"""The shipped app trusts other CAs for a host than pins.toml says.

Whom an app trusts decides before any pin is looked at.  A CA too many lets its holder be the server of hosts whose
pins do not count, or have ended; a CA too few refuses the server.  The finding names a chain on which the app and
pins.toml disagree.

```toml
[[pin-set]]
hosts = ["example.com"]
keys = ["api-2026", "api-2027"]
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="false">example.com</domain>
    <trust-anchors>
      <certificates src="user"/>
    </trust-anchors>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     <trust-anchors>
-      <certificates src="user"/>
+      <certificates src="system"/>
     </trust-anchors>
```

References: CWE-295; MASVS-NETWORK-2; MASTG-TEST-0286; MASWE-0028
"""

from pincompiler.rules.drifted import DriftKind, drifted
from pincompiler.rules.rule import Level

RULE = drifted(
    "changed-trust", Level.ERROR, __doc__, DriftKind.TRUST, "run pincompiler compile and build again"
)
