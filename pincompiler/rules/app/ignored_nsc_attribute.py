"""Android ignores or misreads an attribute of the network security configuration.

## Why is this bad?

Android asks for each attribute by its exact name, upper and lower case included, and a value that is no
boolean counts as the default.  `includeSubDomains="true"` includes no subdomains, `Expiration` never expires,
and `cleartextTrafficPermitted="no"` permits cleartext traffic.

## Example

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

from pincompiler.platforms.nsc.oddities import OddityKind
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Attributes with a name, a place or a value that Android does not know."""
    for file in audited.app.nsc.read:
        for odd in file.nsc.oddities:
            if odd.kind is OddityKind.ATTRIBUTE:
                level = RULE.level if odd.pinning else Level.WARNING
                yield RULE.in_file(
                    odd.where,
                    f"{odd.message}{f' (for {odd.hosts[0]})' if odd.hosts else ''}",
                    odd.fix,
                    level=level,
                    hosts=odd.hosts,
                    mechanism="nsc",
                    api=str(file.api),
                    role=odd.message,
                )


RULE = Rule("ignored-nsc-attribute", Level.ERROR, __doc__, app=check)
