"""A subdomain loses the pins of the domain above it.

Exactly one domain-config counts for a host: that of the longest matching domain.  A domain-config beside the
pinned one inherits nothing from it, so a host that is listed for some other setting, such as its trust
anchors, is not pinned any more.  Only a nested domain-config inherits the pins around it.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
  <domain-config cleartextTrafficPermitted="false">
    <domain includeSubdomains="true">api.example.com</domain>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     </pin-set>
-  </domain-config>
-  <domain-config cleartextTrafficPermitted="false">
-    <domain includeSubdomains="true">api.example.com</domain>
+    <domain-config cleartextTrafficPermitted="false">
+      <domain includeSubdomains="true">api.example.com</domain>
+    </domain-config>
   </domain-config>
```

References: CWE-295; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.platforms.nsc.model import Domain, Nsc
from pincompiler.rules.rule import Audited, Findings, Level, Rule
from pincompiler.verdicts.confining import Confinement, confinement


def check(audited: Audited) -> Findings:
    """Domains without pins below one whose pins reach them; what pins.toml has a say on is drift."""
    for file in audited.app.nsc.read:
        for config in file.nsc.configs:
            confined = confinement(config.settings.trust(file.nsc.target_sdk)) is not Confinement.NONE
            if config.keys or config.pin_set or confined:
                continue
            for domain in config.matched:
                above = _pinned_above(file.nsc, domain.name)
                if above is not None and not (audited.policy and audited.policy.covering(domain.name)):
                    yield RULE.in_nsc(
                        file,
                        domain.where,
                        f"{domain.name} is not pinned, for its own domain-config takes it from under the pins of {above.name}",
                        f"move its domain-config into that of {above.name}, or give it pins",
                        hosts=(domain.name,),
                        related=(("the pins are here", above.where),) if above.where else (),
                    )


def _pinned_above(nsc: Nsc, name: str) -> Domain | None:
    """The domain whose pins would count if this one were not listed."""
    while name := name.partition(".")[2]:
        config = nsc.config(name)
        found = next((d for d in config.domains if d.name == name), None) if config else None
        if config and found and found.include_subdomains:
            return found if config.keys else None
    return None


RULE = Rule("shadowed-domain", Level.WARNING, __doc__, app=check)
