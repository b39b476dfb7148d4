"""A `<pin-set>` or a CertificatePinner has no pin, which turns pinning off.

An empty pin-set is no error to Android: its hosts are not pinned.  Inside a domain-config that has pins, an
empty pin-set takes even these away.  OkHttp checks nothing either if the CertificatePinner of a client was
given no pins.  A build step that finds no pins to fill in leaves such a file, or such a list.

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set expiration="2030-01-01"/>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
-    <pin-set expiration="2030-01-01"/>
+    <pin-set>
+      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
+      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
+    </pin-set>
   </domain-config>
```

References: CWE-295; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Pin-sets and pinners of which nothing is left to check."""
    for pinner in audited.app.okhttp.pinners:
        if pinner.is_empty and pinner.code.owner.first_party:
            yield from RULE.in_code(
                audited,
                pinner.code,
                "the CertificatePinner that a client is given has no pins, which turns pinning off",
                "give it pins, or give the client none",
                mechanism=Mechanism.OKHTTP.value,
                confidence=Confidence.LIKELY,
                role="pinner",
            )
    for file in audited.app.nsc.read:
        for config in file.nsc.configs:
            hosts = tuple(domain.name for domain in config.matched)
            if hosts and config.pin_set and not config.keys and not _exempt(audited, hosts):
                message = f"the <pin-set> of {hosts[0]} is empty, which turns pinning off"
                fix = "give it pins, or take it away if these hosts are not to be pinned"
                yield RULE.in_nsc(file, config.pin_set, message, fix, hosts=hosts, role=hosts[0])


def _exempt(audited: Audited, hosts: tuple[str, ...]) -> bool:
    """Whether pins.toml says of all of them that they are not enforced."""
    found = [audited.policy.covering(host) if audited.policy else None for host in hosts]
    return all(one is not None and not one.enforce for one in found)


RULE = Rule("empty-pin-set", Level.ERROR, __doc__, app=check)
