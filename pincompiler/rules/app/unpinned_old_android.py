"""On Android 6 and older, a pinned host is not pinned.

Android reads the network security configuration from version 7.0 (API level 24) on.  An app that also runs on
older versions has no pins there, and these versions trust every CA that the user installed.  Trust anchors of the
app are not known to them either: servers under a CA of one's own are refused.

```xml
<uses-sdk android:minSdkVersion="21" android:targetSdkVersion="34" />
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

```diff
-<uses-sdk android:minSdkVersion="21" android:targetSdkVersion="34" />
+<uses-sdk android:minSdkVersion="24" android:targetSdkVersion="34" />
```

References: CWE-295; MASVS-NETWORK-2; MASTG-TEST-0285; MASWE-0028
"""

from pincompiler.facts import State, VersionRange
from pincompiler.policy.enforcement import title_of
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule
from pincompiler.verdicts.confining import Confinement, confinement

SINCE = 24
"""The API level of Android 7.0."""


def check(audited: Audited) -> Findings:
    """Hosts that the NSC alone pins, or confines to CAs of the app, in an app for versions that ignore it."""
    app = audited.app
    if app.manifest.min_sdk >= SINCE or any(one.mechanisms - {Mechanism.NSC} for one in app.unseen):
        return
    others = [
        one.enforcement
        for one in app.shipped
        if one.mechanism is not Mechanism.NSC and one.state is State.ACTIVE and one.api.first < SINCE
    ]
    pinned = dict.fromkeys(
        name
        for file in app.nsc.read
        for name in file.nsc.names()
        if file.nsc.demand(name) or confinement(file.nsc.trust(name)) is Confinement.CAS
    )
    hosts = tuple(name for name in pinned if not any(one.demand(name) for one in others))
    if hosts:
        old = VersionRange(app.manifest.min_sdk, SINCE - 1)
        yield RULE.in_file(
            app.nsc.read[0].where,
            f"{title_of(hosts)} is not pinned on API levels {old}, which ignore the network security configuration",
            f"raise minSdkVersion to {SINCE}, or pin in code as well",
            hosts=hosts,
            mechanism="nsc",
            api=str(old),
            role=hosts[0],
        )


RULE = Rule("unpinned-old-android", Level.WARNING, __doc__, app=check)
