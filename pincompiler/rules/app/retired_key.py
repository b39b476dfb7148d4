"""A key that pins.toml has retired is pinned by the shipped app.

Whoever has the lost or stolen private key can answer for the host, and the app takes the attacker for the
right server.

```toml
[keys.api-2024]                    # its private key was on a stolen laptop
spki-sha256 = "AAVSFeGxhVy8JLPsj6x9T2qkQ9VrZUWxbmCplAGxgNw="
role = "leaf"
retired = true

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="false">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
      <pin digest="SHA-256">AAVSFeGxhVy8JLPsj6x9T2qkQ9VrZUWxbmCplAGxgNw=</pin>
    </pin-set>
  </domain-config>
</network-security-config>
```

Use instead:

```diff
       <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
-      <pin digest="SHA-256">AAVSFeGxhVy8JLPsj6x9T2qkQ9VrZUWxbmCplAGxgNw=</pin>
     </pin-set>
```

References: CWE-324; CWE-798; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.rule import Audited, Examined, Findings, Level, Rule


def check_policy(examined: Examined) -> Findings:
    """Retired keys in the pin-sets of pins.toml itself."""
    for pin_set in examined.pin_sets:
        for n, key in enumerate(pin_set.keys):
            if key.retired:
                where = pin_set.where.at("keys", n) if pin_set.where else None
                message = f"`{key.title}` is retired, and {pin_set.title} still pins it"
                yield RULE.at(where, message, "drop it from the pin-set", hosts=pin_set.hosts)


def check(audited: Audited) -> Findings:
    """Retired keys among all pins of the app, whatever the host and mechanism."""
    keys = audited.project.keys if audited.project else ()
    retired = {key.pin: key for key in keys if key.retired}
    for pin in audited.app.pins:
        key = retired.get(pin.pin)
        if key is not None and pin.owner.first_party:
            message = f"the retired key `{key.title}` is pinned for {pin.host or 'an unknown host'}"
            hosts = (pin.host,) if pin.host else ()
            yield RULE.in_file(
                pin.where,
                message,
                "take the pin out and release",
                hosts=hosts,
                related=(("retired here", key.where),) if key.where else (),
                mechanism=pin.mechanism.value,
                confidence=pin.confidence,
                role=pin.pin,
            )


RULE = Rule("retired-key", Level.ERROR, __doc__, policy=check_policy, app=check)
