"""Chains that end in some trust anchor skip the pins.

With `overridePins="true"` Android checks no pin of a chain that ends in one of these CAs.  With the system's
CAs pinning is off; with those that users install, pins no longer keep out the very CAs that they are meant to
keep out.  The place for `overridePins` is `<debug-overrides>`, which release builds ignore.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
    <trust-anchors>
      <certificates src="user" overridePins="true"/>
      <certificates src="system"/>
    </trust-anchors>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     <trust-anchors>
-      <certificates src="user" overridePins="true"/>
       <certificates src="system"/>
@@
   </domain-config>
+  <debug-overrides>
+    <trust-anchors>
+      <certificates src="user"/>
+    </trust-anchors>
+  </debug-overrides>
 </network-security-config>
```

References: CWE-295; MASVS-NETWORK-2; MASTG-TEST-0286; MASWE-0028
"""

from pincompiler.base.location import Location
from pincompiler.facts.nsc import anchors_called
from pincompiler.platforms.nsc.model import Certificates
from pincompiler.policy.enforcement import title_of
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Anchors that override the pins of some host; in debuggable builds, those of debug-overrides too."""
    for file in audited.app.nsc.read:
        found: dict[Location | None, tuple[Certificates, list[str]]] = {}
        for config in file.nsc.configs:
            for anchor in (config.settings.anchors or ()) if config.keys and config.matched else ():
                if anchor.overrides_pins:
                    _, hosts = found.setdefault(anchor.where, (anchor, []))
                    hosts += (domain.name for domain in config.matched)
        debugging = {anchor.where for anchor in file.nsc.overrides or ()}
        for anchor, hosts in found.values():
            debug = anchor.where in debugging
            yield RULE.in_nsc(
                file,
                anchor.where,
                f"the pins of {title_of(tuple(hosts))} are skipped for chains that end in {anchors_called(anchor.source)}",
                "audit a release build" if debug else "take overridePins away, or move it to debug-overrides",
                level=Level.WARNING if audited.app.manifest.debuggable and debug else RULE.level,
                hosts=tuple(hosts),
                role=anchor.source,
            )


RULE = Rule("overridden-pins", Level.ERROR, __doc__, app=check)
