"""The app was built with the pins of another environment.

A release with the pins of staging refuses the servers of production, or talks to hosts of production without any pin.
Each build has to take the files of its own environment: in Gradle from the source set of its flavour, in Xcode by a
configuration.

```toml
[environments]
production = { release = true }
staging = {}

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
environments = ["production"]

[[pin-set]]
hosts = ["api.staging.example.com"]
keys = ["api-2026", "api-2027"]
environments = ["staging"]

[target.nsc]
path = "app/src/{environment}/res/xml/network_security_config.xml"
```

```xml
<network-security-config xmlns:pincompiler="urn:pincompiler"
    pincompiler:policy="sha256/WOuJimEiFHzdOsXpduQWwP8x5jPDVOIm99UqbHBH7Io=">
  <domain-config>
    <domain includeSubdomains="false">api.staging.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
-    pincompiler:policy="sha256/WOuJimEiFHzdOsXpduQWwP8x5jPDVOIm99UqbHBH7Io=">
+    pincompiler:policy="sha256/CzEcjZOWr/lX3hwCpal3loLyggYmmXWcORhFPCPJ8L8=">
   <domain-config>
-    <domain includeSubdomains="false">api.staging.example.com</domain>
+    <domain includeSubdomains="false">api.example.com</domain>
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.carried import carried
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Files with a digest that is another environment's."""
    said = set()
    for one in carried(audited.app):
        name = audited.foreign.get(one.digest)
        if name and (one.digest, one.mechanism) not in said:
            said.add((one.digest, one.mechanism))
            yield RULE.in_file(
                one.where,
                f"{one.title} has the pins of {name}, and the app should be of {audited.meant}",
                f"build it with the files of {audited.meant}, or pass -e {name} if {name} is meant",
                mechanism=one.mechanism,
                role=name,
            )


RULE = Rule("wrong-environment", Level.ERROR, __doc__, app=check)
