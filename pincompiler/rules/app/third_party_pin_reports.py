"""TrustKit sends its reports to its makers as well.

Unless `disableDefaultReportUri` is true, or `TSKDisableDefaultReportUri` on iOS, each connection that fails is
reported to overmind.datatheorem.com: host, certificates, app and device id, and with them the user's IP address.
A privacy notice seldom names them.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
    <trustkit-config enforcePinning="true" />
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     </pin-set>
-    <trustkit-config enforcePinning="true" />
+    <trustkit-config enforcePinning="true" disableDefaultReportUri="true" />
   </domain-config>
```

References: CWE-359; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.plists import FaultKind, faults
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Pinned hosts whose failures go there."""
    yield from faults(RULE, audited, FaultKind.REPORTING)
    kit = audited.app.kits.trustkit
    if kit is None or not kit.is_started:
        return
    found = [domain for domain in kit.domains if domain.pinned and domain.default_report and domain.host]
    if found:
        hosts = tuple(dict.fromkeys(domain.host for domain in found))
        more = f" and {len(hosts) - 1:,} more" if len(hosts) > 1 else ""
        yield RULE.in_file(
            found[0].where,
            f"failed connections to {hosts[0]}{more} are reported to overmind.datatheorem.com",
            'set disableDefaultReportUri="true" in each <trustkit-config>',
            hosts=hosts,
            mechanism=Mechanism.TRUSTKIT.value,
        )


RULE = Rule("third-party-pin-reports", Level.NOTE, __doc__, app=check)
