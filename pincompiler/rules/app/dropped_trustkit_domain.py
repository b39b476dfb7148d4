"""TrustKit-Android keeps only the last of several domains in one domain-config.

Android reads every `<domain>` of a `<domain-config>`; TrustKit-Android overwrites each by the next.  Below
Android 7, where TrustKit alone enforces, the others go unpinned, without an error.

```xml
<uses-sdk android:minSdkVersion="21" android:targetSdkVersion="34" />
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <domain includeSubdomains="true">auth.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
    <trustkit-config enforcePinning="true" disableDefaultReportUri="true" />
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     <domain includeSubdomains="true">api.example.com</domain>
+    <pin-set>
+      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
+      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
+    </pin-set>
+    <trustkit-config enforcePinning="true" disableDefaultReportUri="true" />
+  </domain-config>
+  <domain-config>
     <domain includeSubdomains="true">auth.example.com</domain>
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.kits import below_os
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Domains whose pins TrustKit alone could enforce, and that TrustKit drops."""
    kit = audited.app.kits.trustkit
    below = below_os(audited.app.manifest.min_sdk)
    if kit is None or not kit.is_started or below is None:
        return
    for domain in kit.domains:
        if domain.dropped and domain.enforcing:
            yield RULE.in_file(
                domain.where,
                f"TrustKit drops {', '.join(domain.dropped[:3])}: at API level {below} it is not pinned",
                "write one domain in each domain-config",
                hosts=domain.dropped,
                mechanism=Mechanism.TRUSTKIT.value,
                api=str(below),
            )


RULE = Rule("dropped-trustkit-domain", Level.WARNING, __doc__, app=check)
