"""The app has a network security configuration with pins that its manifest does not name.

Android reads the one configuration that `android:networkSecurityConfig` of `<application>` names. A file of any name,
be it `network_security_config`, does nothing by itself, and neither does the `<meta-data>` of name
`android.security.net.config`, which previews of Android 7 read. Its pins are in the app, and protect nothing.

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

```xml
<application android:label="Shop" />
```

Use instead:

```diff
-<application android:label="Shop" />
+<application android:label="Shop" android:networkSecurityConfig="@xml/network_security_config" />
```

References: CWE-1188; MASVS-NETWORK-2; MASTG-TEST-0242; MASWE-0028
"""

from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Each of them, once for all devices, unless a library reads it."""
    read = {one.where.member for one in audited.app.shipped if one.where}
    for file in {one.member: one for one in audited.app.nsc.unnamed}.values():
        if file.member not in read:
            hosts = {one.name: None for config in file.nsc.configs for one in config.domains if config.keys}
            yield RULE.in_file(
                file.where,
                f"the manifest does not name {file.member}, so Android reads none of its pins",
                "name it in android:networkSecurityConfig of <application>, or take it out of the app",
                mechanism=Mechanism.NSC.value,
                hosts=tuple(hosts),
                role=file.member,
            )


RULE = Rule("unnamed-nsc", Level.WARNING, __doc__, app=check)
