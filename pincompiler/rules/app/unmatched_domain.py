"""A `<domain>` of the network security configuration matches no host.

Android compares the text with the host name of a connection and accepts any text: wildcards, schemes, ports,
paths, a trailing dot and international names are never equal to a host name.  The settings of the
domain-config then hold for no connection, and the host that was meant is not pinned.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">*.example.com</domain>
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
-    <domain includeSubdomains="true">*.example.com</domain>
+    <domain includeSubdomains="true">example.com</domain>
     <pin-set>
```

References: CWE-295; CWE-1188; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

import re

from pincompiler.platforms.nsc.model import Nsc
from pincompiler.policy.hosts import canonical_host
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Names that are no host's; graver where their pins are lost by it."""
    for file in audited.app.nsc.read:
        for config in file.nsc.configs:
            for domain in config.domains:
                if reason := domain.unmatched:
                    lost = bool(config.keys) and not _pinned_otherwise(file.nsc, domain.name)
                    level = Level.ERROR if lost else Level.WARNING
                    message = f"<domain>{domain.name}</domain> matches no host: {reason}"
                    fix, hosts = _fix(domain.name), (domain.name,)
                    yield RULE.in_nsc(file, domain.where, message, fix, level=level, hosts=hosts)


def _meant(name: str) -> str:
    """The host that was probably meant; empty if that is unclear."""
    text = name.removeprefix("**.").removeprefix("*.").removeprefix(".").partition("://")[2] or name
    text = re.sub(r":\d*\Z", "", re.split(r"[/?#]", text.lstrip("*."))[0])
    host = canonical_host(text)
    return host if isinstance(host, str) else ""


def _pinned_otherwise(nsc: Nsc, name: str) -> bool:
    """Whether another entry pins what was meant: then this one is no more than a dead line."""
    host = _meant(name)
    return bool(host) and bool(nsc.demand(f"x.{host}" if name.startswith(("*", ".")) else host))


def _fix(name: str) -> str:
    host = _meant(name)
    wide = ' and includeSubdomains="true"' if name.startswith(("*", ".")) else ""
    return f"write {host}{wide}" if host else "write a host name"


RULE = Rule("unmatched-domain", Level.ERROR, __doc__, app=check)
