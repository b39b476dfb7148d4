"""TrustKit-Android refuses its configuration, and the app crashes when TrustKit is started.

TrustKit-Android is stricter than Android: it wants two different pins for a host that it enforces, hosts
below a top-level domain that its table of 2016 knows, and, from Android 7 on, the very file that the
manifest names, which `initializeWithNetworkSecurityConfiguration(context)` looks for as
`@xml/network_security_config`.  Whatever it refuses is an exception in `Application.onCreate`, on every
device; and a `<debug-overrides>` without `<trust-anchors>` keeps it reading until some other element has
them, or for ever.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
    </pin-set>
    <trustkit-config enforcePinning="true" disableDefaultReportUri="true" />
  </domain-config>
</network-security-config>
```

Use instead:

```diff
       <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
+      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
     </pin-set>
```

References: CWE-755; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.kits import OS_ENFORCES
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """What it raises for, where the app starts it."""
    kit = audited.app.kits.trustkit
    if kit is None or not kit.is_started:
        return
    trustkit = Mechanism.TRUSTKIT.value
    for domain in kit.domains:
        for problem, remedy in domain.raised:
            message = f"TrustKit raises when the app starts it: {problem}"
            yield RULE.in_file(domain.where, message, remedy, hosts=(domain.host,), mechanism=trustkit)
    for where, problem, remedy in kit.unended:
        yield RULE.in_file(where, problem, remedy, mechanism=trustkit)
    for code, why in kit.mismatches:
        yield from RULE.in_code(
            audited,
            code,
            f"TrustKit raises when it is started here: {why}",
            "start it with the resource that android:networkSecurityConfig names",
            mechanism=trustkit,
            api=f"{OS_ENFORCES}+",
        )


RULE = Rule("crashing-trustkit-config", Level.ERROR, __doc__, app=check)
