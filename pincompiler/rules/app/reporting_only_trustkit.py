"""TrustKit-Android reports connections with a wrong key and lets them pass.

`enforcePinning` is false by default, unlike in TrustKit for iOS.  Below Android 7, where TrustKit alone
enforces, such pins are a record of attacks and no defence.  From Android 7 on, Android enforces the pin-set
of the same file whatever TrustKit does.

```xml
<uses-sdk android:minSdkVersion="21" android:targetSdkVersion="34" />
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
    <trustkit-config disableDefaultReportUri="true" />
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     </pin-set>
-    <trustkit-config disableDefaultReportUri="true" />
+    <trustkit-config enforcePinning="true" disableDefaultReportUri="true" />
   </domain-config>
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.kits import below_os
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Pins that TrustKit alone could enforce, and only reports on."""
    kit = audited.app.kits.trustkit
    below = below_os(audited.app.manifest.min_sdk)
    if kit is None or not kit.is_started or below is None:
        return
    for domain in kit.domains:
        if domain.pinned and not domain.enforcing and domain.host:
            yield RULE.in_file(
                domain.where,
                f"TrustKit only reports for {domain.host}: at API level {below} a wrong key passes",
                'set enforcePinning="true" in its <trustkit-config>',
                hosts=(domain.host,),
                mechanism=Mechanism.TRUSTKIT.value,
                api=str(below),
            )


RULE = Rule("reporting-only-trustkit", Level.WARNING, __doc__, app=check)
