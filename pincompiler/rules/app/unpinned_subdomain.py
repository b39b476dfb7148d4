"""The app names a host below a pinned domain, and nothing pins that host.

Without `includeSubdomains="true"` a `<domain>` stands for that one name.  An app that pins `example.com` and
connects to `api.example.com` has pinned the host that it does not use: nothing warns, and connections to the
other host work with any certificate that the device trusts.  The rule looks at hosts in addresses that the
app's own code has, unless the configuration has an entry for them or another mechanism pins them.

```xml
<network-security-config>
  <domain-config>
    <domain>example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

```java
public final class Api {
    public static java.io.InputStream orders() throws java.io.IOException {
        return new URL("https://api.example.com/orders").openStream();
    }
}
```

Use instead:

```diff
   <domain-config>
-    <domain>example.com</domain>
+    <domain includeSubdomains="true">example.com</domain>
     <pin-set>
```

References: CWE-295; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.facts import Code, State
from pincompiler.facts.nsc import NscFile
from pincompiler.platforms.nsc.model import Domain
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Hosts that the code names; what pins.toml has a say on is drift."""
    if not audited.app.complete:
        return  # what was not seen may pin them
    for host, code in _in_code(audited).items():
        if _is_pinned(audited, host) or (audited.policy and audited.policy.covering(host)):
            continue
        for file in audited.app.nsc.read:
            above = _pinned_alone(file, host)
            if above is not None:
                yield from RULE.in_code(
                    audited,
                    code,
                    f"the code names {host}, which is not pinned, for the pins of {above.name} are for that name alone",
                    f'write <domain includeSubdomains="true">{above.name}</domain>, or list {host}',
                    hosts=(host,),
                    related=(("the pins are here", above.where),) if above.where else (),
                    mechanism="nsc",
                    api=str(file.api),
                    confidence=Confidence.LIKELY,
                )
                break


def _in_code(audited: Audited) -> dict[str, Code]:
    """Each host of an ``https://`` address of the code, with where it stands first."""
    named = (one for one in reversed(audited.app.addresses.named) if one.secure)
    return {one.host: one.code for one in named if one.code}


def _is_pinned(audited: Audited, host: str) -> bool:
    """Whether any mechanism has pins for a host."""
    active = (one for one in audited.app.shipped if one.state is State.ACTIVE)
    return any(one.enforcement.demand(host) for one in active)


def _pinned_alone(file: NscFile, host: str) -> Domain | None:
    """The nearest domain above a host that has pins, for itself alone; none if the host has an entry of its own."""
    if file.nsc.config(host) is not None:
        return None
    while host := host.partition(".")[2]:
        config = file.nsc.config(host)
        if config and config.keys:
            return next((one for one in config.domains if one.name == host), None)
    return None


RULE = Rule("unpinned-subdomain", Level.WARNING, __doc__, app=check)
