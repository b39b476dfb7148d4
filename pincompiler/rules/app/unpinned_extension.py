"""An extension, or an app within the app, does not pin a host that the app pins.

A widget, a share sheet, a notification service or a watch app is a process of its own.  iOS reads
`NSPinnedDomains` and TrustKit reads `TSKConfiguration` from the Info.plist of that process alone: what the app's
Info.plist or that of a framework says counts for nothing there.  If it talks to the same servers, as most do, whoever
holds a certificate that the device trusts can read and change that traffic.

```xml
<!-- Info.plist -->
<key>NSAppTransportSecurity</key>
<dict>
  <key>NSPinnedDomains</key>
  <dict>
    <key>api.example.com</key>
    <dict>
      <key>NSPinnedLeafIdentities</key>
      <array>
        <dict><key>SPKI-SHA256-BASE64</key><string>HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</string></dict>
        <dict><key>SPKI-SHA256-BASE64</key><string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string></dict>
      </array>
    </dict>
  </dict>
</dict>
```

```xml
<!-- PlugIns/Share.appex/Info.plist -->
<key>CFBundleName</key>
<string>Share</string>
```

Use instead:

```diff
 <string>Share</string>
+<key>NSAppTransportSecurity</key>
+<dict>
+  <key>NSPinnedDomains</key>
+  <dict>
+    <key>api.example.com</key>
+    <dict>
+      <key>NSPinnedLeafIdentities</key>
+      <array>
+        <dict><key>SPKI-SHA256-BASE64</key><string>HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</string></dict>
+        <dict><key>SPKI-SHA256-BASE64</key><string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string></dict>
+      </array>
+    </dict>
+  </dict>
+</dict>
```

References: CWE-693; MASVS-NETWORK-2; MASTG-TEST-0385; MASWE-0028; Apple: NSPinnedDomains
"""

from collections.abc import Iterator

from pincompiler.facts import AppleMechanism, InForce, State
from pincompiler.facts.ios import Process
from pincompiler.policy.enforcement import title_of
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Processes beside the app's whose own Info.plist leaves out hosts of the app's."""
    shipped = [one for one in audited.app.shipped if isinstance(one.mechanism, AppleMechanism)]
    for process in audited.app.ios.processes[1:]:
        hosts = tuple(_left_out(process, shipped)) if process.is_read else ()
        if hosts and process.where:
            message = f"{process.path} does not pin {title_of(hosts)}, which the app pins: it has an Info.plist of its own"
            fix = "put the pins into its Info.plist as well; a target of pins.toml may name both files"
            yield RULE.in_file(
                process.where,
                message,
                fix,
                hosts=hosts,
                confidence=Confidence.LIKELY,
                mechanism=AppleMechanism.ATS.value,
                role=process.path,
            )


def _left_out(process: Process, shipped: list[InForce]) -> Iterator[str]:
    own = [one.enforcement for one in shipped if one.process == process.path]
    for one in shipped:
        for host in () if one.process or one.state is not State.ACTIVE else one.enforcement.names():
            if one.enforcement.demand(host) and not any(other.demand(host) for other in own):
                yield host


RULE = Rule("unpinned-extension", Level.WARNING, __doc__, app=check)
