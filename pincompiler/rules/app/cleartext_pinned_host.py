"""A pinned host may be reached without TLS.

Pins are checked in a TLS handshake.  Where cleartext traffic is permitted, a link, a redirect or a typing
slip that says `http://` is sent to the host without one, and everybody on the way can read and change it.
Unless the file forbids cleartext traffic, it is permitted to apps that target Android 8.1 or older, and to
every app on devices of Android 8.1 and older, which is a note if the app runs on such devices.

```xml
<network-security-config>
  <domain-config cleartextTrafficPermitted="true">
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
 <network-security-config>
-  <domain-config cleartextTrafficPermitted="true">
+  <domain-config cleartextTrafficPermitted="false">
     <domain includeSubdomains="true">api.example.com</domain>
```

References: CWE-319; MASVS-NETWORK-1; MASTG-TEST-0235; MASWE-0026
"""

from pincompiler.policy.enforcement import title_of
from pincompiler.rules.rule import Audited, Findings, Level, Rule
from pincompiler.verdicts.confining import Confinement, confinement


def check(audited: Audited) -> Findings:
    """Domain-configs with pins or CAs of the app alone where cleartext traffic is permitted, by themselves or by default."""
    target = audited.app.manifest.target_sdk
    for file in audited.app.nsc.read:
        oldest = file.api.first if file.api else audited.app.manifest.min_sdk
        for config in file.nsc.configs:
            confined = confinement(config.settings.trust(target)) is Confinement.CAS
            held = config.matched and (config.keys or confined)
            if held and config.settings.permits_cleartext(target, oldest):
                hosts = tuple(domain.name for domain in config.matched)
                everywhere = config.settings.permits_cleartext(target)
                default = f", as is the default of apps that target API level {target}"
                if not everywhere:
                    default = ", as is the default on devices of Android 8.1 and older"
                yield RULE.in_nsc(
                    file,
                    config.settings.cleartext_where or config.where,
                    f"{title_of(hosts)} is pinned{'' if config.keys else ' by its CAs'}, and cleartext traffic to it is permitted"
                    f"{default if config.settings.cleartext is None else ''}",
                    'write cleartextTrafficPermitted="false" on its domain-config',
                    level=None if everywhere else Level.NOTE,
                    hosts=hosts,
                    role=hosts[0],
                )


RULE = Rule("cleartext-pinned-host", Level.WARNING, __doc__, app=check)
