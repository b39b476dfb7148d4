"""A key of pins.toml is not in the shipped app.

## Why is this bad?

When the server changes to that key, every installed copy of this build stops connecting; if the key is the
backup, the build has none.

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
    <domain includeSubdomains="false">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
       <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
+      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
     </pin-set>
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.rule import Level, Rule
from pincompiler.verdicts.drift import DriftKind

RULE: Rule = Rule(
    "missing-key",
    Level.ERROR,
    __doc__,
    app=lambda audited: RULE.drifted(
        audited, DriftKind.KEY_MISSING, "run pincompiler compile and build again"
    ),
)
