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
from pincompiler.policy.trust import Store
from pincompiler.rules.rule import Audited, Findings, Level, Rule

DEFAULT_SINCE = 36
"""Apps that aim at a later API level have logs demanded by default."""


def check(audited: Audited) -> Findings:
    """``<certificateTransparency>`` that says no, or says nothing, which means no; and anchors that have ended it."""
    for file in audited.app.nsc.read:
        configs: list[tuple[Settings, tuple[str, ...]]] = [(file.nsc.base, ())]
        configs += [
            (one.settings, tuple(d.name for d in one.matched))
            for one in file.nsc.configs
            if not one.keys and one.matched
        ]
        reported: set[Location | None] = set()
        for settings, hosts in configs:
            where, why, fix = settings.transparency_where, "", 'write enabled="true"'
            if _ended(settings, file.nsc.target_sdk):
                where, why = (
                    settings.anchors_where,
                    ", since it has trust anchors of its own beside the system's",
                )
                fix = 'write <certificateTransparency enabled="true"/> beside them, or trust the system alone'
            elif settings.transparency is not False:
                continue
            if where not in reported:
                reported.add(where)
                who = hosts[0] if hosts else "all hosts"
                message = f"Certificate Transparency is switched off for {who}{why}"
                role = hosts[0] if hosts else "base"
                yield RULE.in_nsc(file, where, message, fix, hosts=hosts, api="36+", role=role)


def _ended(settings: Settings, target_sdk: int) -> bool:
    """Whether anchors do away with a demand, said around them or the default of the target, for the system's CAs too."""
    demanded = settings.lapsed or target_sdk > DEFAULT_SINCE
    return settings.exempt and demanded and Store.SYSTEM in settings.trust(target_sdk).sources


RULE = Rule("unlogged-certificates", Level.NOTE, __doc__, app=check)
