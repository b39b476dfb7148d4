"""The pins of a host end on another day than pins.toml says.

## Why is this bad?

An earlier end leaves the host unpinned without anybody noticing; a later end, or none, turns a planned end
into an outage.

## Example

```toml
version = 1

[keys.api-2026]
spki-sha256 = "HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U="
role = "leaf"

[keys.api-2027]
spki-sha256 = "UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q="
role = "leaf"

[[pin-set]]
hosts = ["api.example.com"]
expires = 2036-12-31
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "network_security_config.xml"
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

from pincompiler.rules.rule import Level, Rule
from pincompiler.verdicts.drift import DriftKind

RULE: Rule = Rule(
    "changed-expiry",
    Level.ERROR,
    __doc__,
    app=lambda audited: RULE.drifted(audited, DriftKind.EXPIRY, "run pincompiler compile and build again"),
)
