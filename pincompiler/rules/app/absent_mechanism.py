"""The shipped app lacks a kind of pinning that pins.toml compiles to.

The generated file was never put into the build, or nothing uses it and the shrinker took it out.  What the
mechanism would have covered, such as old Android versions or a WebView, is not pinned.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "network_security_config.xml"

[target.okhttp-kotlin]
path = "Pins.kt"
package = "com.example.app"
```

```xml
<network-security-config>
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
 path = "network_security_config.xml"
-
-[target.okhttp-kotlin]
-path = "Pins.kt"
-package = "com.example.app"
```

References: CWE-693; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.base.location import Location
from pincompiler.facts.common import AppMechanism
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Targets whose mechanism the app lacks, unless what was not seen could have it."""
    there = {shipped.mechanism for shipped in audited.app.shipped}
    unseen = {mechanism for one in audited.app.unseen for mechanism in one.mechanisms}
    said: set[AppMechanism] = set()
    for wanted in audited.expected:
        mechanism, output = wanted.mechanism, wanted.output
        if mechanism not in there | unseen | said and any(wanted.effective.names()):
            said.add(mechanism)
            message = f"pins.toml compiles to {output.name}, and the app has no {mechanism.value} pins"
            fix = f"put {output.path} into the build, or drop the target"
            where = output.where or Location("pins.toml")
            yield RULE.in_file(where, message, fix, mechanism=mechanism.value)


RULE = Rule("absent-mechanism", Level.WARNING, __doc__, app=check)
