"""The shipped configuration was compiled from another pins.toml.

The build took an old generated file, or pins.toml was changed and not compiled again: what was reviewed
is not what ships, even where the difference does no harm yet.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

```xml
<network-security-config xmlns:pincompiler="urn:pincompiler"
    pincompiler:policy="sha256/2jmj7l5rSw0yVb/vlWAYkK/YBwk9HsvxVGEOyXiV8mA=">
  <domain-config>
    <domain includeSubdomains="false">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
-<network-security-config xmlns:pincompiler="urn:pincompiler"
-    pincompiler:policy="sha256/2jmj7l5rSw0yVb/vlWAYkK/YBwk9HsvxVGEOyXiV8mA=">
+<network-security-config>
   <domain-config>
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.base.location import Location
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Generated files whose digest is not that of the policy; those of others that pins.toml has, have rules of their own."""
    if audited.policy is None:
        return
    digest = audited.policy.digest()
    for shipped in audited.app.shipped:
        digest_there = getattr(shipped.enforcement, "policy_digest", "")
        known = digest_there in audited.foreign or bool(
            audited.traces and digest_there in audited.traces.digests
        )
        if digest_there not in ("", digest) and not known and shipped.owner.first_party:
            message = (
                f"{shipped.title} was compiled from the policy {digest_there}, and pins.toml has {digest}"
            )
            fix = "run pincompiler compile and build again"
            where = shipped.where or Location(audited.app.path)
            yield RULE.in_file(where, message, fix, mechanism=shipped.mechanism.value)


RULE = Rule("stale-artifact", Level.WARNING, __doc__, app=check)
