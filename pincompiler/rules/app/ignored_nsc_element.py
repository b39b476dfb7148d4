"""Android skips an element of the network security configuration without a word.

## Why is this bad?

Android asks for each element by its exact name and in its place, and skips whatever else there is.  A
misspelt or misplaced element leaves hosts without the pins or the trust anchors that the file seems to
give them; neither the build nor the device says so.

## Example

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

References: CWE-1188; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.platforms.nsc.oddities import OddityKind
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Names that are nearly right, and right names in the wrong place."""
    for file in audited.app.nsc.read:
        for odd in file.nsc.oddities:
            if odd.kind is OddityKind.ELEMENT:
                level = Level.ERROR if odd.pinning else Level.WARNING
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


RULE = Rule("ignored-nsc-element", Level.ERROR, __doc__, app=check)
