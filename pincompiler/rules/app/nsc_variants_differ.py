"""The network security configuration pins differently on some devices.

Resources may have variants for versions of Android, orientations or countries, and Android takes one of
them, whole.  A variant that is forgotten at a rotation leaves its devices unpinned, or cut off.

```xml
<!-- res/xml-v28/network_security_config.xml -->
<network-security-config/>
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

References: CWE-295; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.facts.nsc import NscFile
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.policy.differences import unused_labels
from pincompiler.policy.enforcement import title_of
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Hosts that are not pinned, or not left to CAs, alike by all variants; what pins.toml has a say on is drift."""
    files = audited.app.nsc.read
    if len(files) < 2:
        return
    names = dict.fromkeys(name for file in files for name in file.nsc.names())
    labels = unused_labels(names)
    found: dict[tuple[NscFile, NscFile, str], list[str]] = {}
    for name in names:
        if not (audited.policy and audited.policy.covering(name)):
            first = next((one for one in files if one.nsc.demand(name)), files[0])
            for other in files:
                if other is not first and (said := _differs(first.nsc, other.nsc, name, labels)):
                    found.setdefault((first, other, said), []).append(name)
    for (first, other, said), hosts in found.items():
        yield RULE.in_nsc(
            other,
            other.where,
            f"{title_of(tuple(hosts))} is {said.format(first.title, other.title)}",
            "generate every variant from one pins.toml",
            hosts=tuple(hosts),
            related=(("the other variant", first.where),),
            role=hosts[0],
        )


def _differs(one: Nsc, other: Nsc, name: str, labels: tuple[str, str]) -> str:
    """In what the variants differ for the name or for those below, with room for their titles; empty: in nothing."""
    for host in (name, f"{labels[0]}.{name}"):
        here, there = one.demand(host), other.demand(host)
        if here != there:
            return "pinned otherwise by {} than by {}" if there else "pinned by {} and not by {}"
        if one.trust(host) != other.trust(host):
            return "left to other CAs by {} than by {}"
    return ""


RULE = Rule("nsc-variants-differ", Level.WARNING, __doc__, app=check)
