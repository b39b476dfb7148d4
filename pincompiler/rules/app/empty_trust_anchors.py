"""No certificate authority is trusted.

A `<trust-anchors>` replaces the anchors around it.  Without `<certificates>`, or with none whose name Android
knows, no chain can end in an anchor, so every TLS connection to these hosts fails.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
    <trust-anchors/>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     </pin-set>
-    <trust-anchors/>
+    <trust-anchors>
+      <certificates src="system"/>
+    </trust-anchors>
   </domain-config>
```

References: CWE-755; MASVS-NETWORK-1; MASWE-0027
"""

from pincompiler.base.location import Location
from pincompiler.policy.enforcement import title_of
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Configs in whose trust-anchors there is nothing."""
    for file in audited.app.nsc.read:
        found: dict[Location | None, list[str]] = {}
        for config in file.nsc.configs:
            if config.settings.anchors == ():
                found.setdefault(config.settings.anchors_where, []).extend(d.name for d in config.domains)
        if file.nsc.base.anchors == ():
            found[file.nsc.base.anchors_where] = []
        for where, hosts in found.items():
            rest = "every host without a domain-config"
            who = title_of(tuple(hosts)) if hosts else rest
            message = f"no CA is trusted for {who}, so every TLS connection fails"
            fix = 'write <certificates src="system"/>, or take the empty <trust-anchors> away'
            yield RULE.in_nsc(file, where, message, fix, hosts=tuple(hosts), role=(*hosts, rest)[0])


RULE = Rule("empty-trust-anchors", Level.ERROR, __doc__, app=check)
