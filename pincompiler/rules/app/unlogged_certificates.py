"""Certificate Transparency is switched off.

From Android 16 (API level 36) on the platform can demand that certificates are in the public logs, where
one that was issued to the wrong hands is noticed.  Switching that off gives up the second line of defence
of hosts without pins.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">example.com</domain>
    <certificateTransparency enabled="false"/>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     <domain includeSubdomains="true">example.com</domain>
-    <certificateTransparency enabled="false"/>
+    <certificateTransparency enabled="true"/>
   </domain-config>
```

References: CWE-295; MASVS-NETWORK-1; MASWE-0027
"""

from pincompiler.base.location import Location
from pincompiler.platforms.nsc.model import Settings
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """``<certificateTransparency>`` that says no, or says nothing, which means no."""
    for file in audited.app.nsc.read:
        configs: list[tuple[Settings, tuple[str, ...]]] = [(file.nsc.base, ())]
        configs += [
            (one.settings, tuple(d.name for d in one.matched))
            for one in file.nsc.configs
            if not one.keys and one.matched
        ]
        reported: set[Location | None] = set()
        for settings, hosts in configs:
            where = settings.transparency_where
            if settings.transparency is False and where not in reported:
                reported.add(where)
                message = f"Certificate Transparency is switched off for {hosts[0] if hosts else 'all hosts'}"
                role = hosts[0] if hosts else "base"
                yield RULE.in_nsc(
                    file, where, message, 'write enabled="true"', hosts=hosts, api="36+", role=role
                )


RULE = Rule("unlogged-certificates", Level.NOTE, __doc__, app=check)
