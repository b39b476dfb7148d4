"""The shipped app pins names below a host that pins.toml leaves alone.

## Why is this bad?

A server below the host that has another key, run by a partner or bought in, cannot be reached by this
build.

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
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "network_security_config.xml"
```

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

Use instead:

```diff
   <domain-config>
-    <domain includeSubdomains="true">api.example.com</domain>
+    <domain includeSubdomains="false">api.example.com</domain>
     <pin-set>
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.rule import Level, Rule
from pincompiler.verdicts.drift import DriftKind

RULE: Rule = Rule(
    "wider-reach",
    Level.WARNING,
    __doc__,
    app=lambda audited: RULE.drifted(
        audited, DriftKind.WIDER, "say subdomains in pins.toml, or compile and build again"
    ),
)
