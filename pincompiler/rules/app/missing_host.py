"""A host of pins.toml is not pinned by the shipped app.

Whoever holds a certificate that the device trusts can read and change the traffic of this host, though
the policy says that it is pinned.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="false">www.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
   <domain-config>
-    <domain includeSubdomains="false">www.example.com</domain>
+    <domain includeSubdomains="false">api.example.com</domain>
     <pin-set>
```

References: CWE-693; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.base.location import Location
from pincompiler.policy.policy import Policy
from pincompiler.policy.trust import Trust
from pincompiler.rules.rule import Audited, Findings, Level, Rule
from pincompiler.verdicts.confining import Confinement, confinement
from pincompiler.verdicts.drift import DriftKind


def check(audited: Audited) -> Findings:
    """Hosts that one configuration lacks, and those that nothing in the app pins."""
    yield from RULE.drifted(audited, DriftKind.HOST_MISSING, "run pincompiler compile and build again")
    compared = {one.shipped.mechanism for one in audited.drift if one.kind is DriftKind.HOST_MISSING}
    if audited.policy is None or compared:
        return
    for pin_set in audited.policy.sets:
        for host in pin_set.hosts if pin_set.enforce else ():
            if not _as_wanted(audited, audited.policy, host):
                message = f"{host} is pinned by nothing in the app"
                fix = "build the app with what pincompiler compile writes"
                where = pin_set.where_host(host) or _WHOLE
                yield RULE.in_file(where, message, fix, hosts=(host,), remedy=audited.remedy(host))


def _as_wanted(audited: Audited, policy: Policy, host: str) -> bool:
    """Whether some configuration, in force or not, decides on the host by pins, or something unseen could.

    Where pins.toml demands nothing but CAs, any CAs of the app alone pin the host: `changed-trust` asks which.
    """
    if not audited.app.complete:
        return True
    wanted = None if policy.demand(host) else policy.trust(host)
    configured = ((one, one.enforcement) for one in audited.app.shipped)
    return any(
        one.doubts or of.demand(host) or (wanted is not None and _trusted(of.trust(host), wanted))
        for one, of in configured
    )


def _trusted(trust: Trust, wanted: Trust) -> bool:
    """Whether the app trusts those that pins.toml has it trust, or no CA but some of its own."""
    return trust == wanted or confinement(trust) is Confinement.CAS


_WHOLE = Location("pins.toml")

RULE = Rule("missing-host", Level.ERROR, __doc__, app=check)
