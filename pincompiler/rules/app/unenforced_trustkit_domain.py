"""TrustKit reports connections with a wrong key and lets them pass.

With TSKEnforcePinning that is not true, TrustKit sends a report and accepts the connection: such pins are a
record of attacks and no defence.  That is right for the weeks in which pins are tried out, and easily forgotten
afterwards.

```xml
<key>TSKConfiguration</key>
<dict>
  <key>TSKPinnedDomains</key>
  <dict>
    <key>api.example.com</key>
    <dict>
      <key>TSKPublicKeyHashes</key>
      <array>
        <string>HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</string>
        <string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string>
      </array>
      <key>TSKEnforcePinning</key>
      <false/>
      <key>TSKDisableDefaultReportUri</key>
      <true/>
    </dict>
  </dict>
</dict>
```

Use instead:

```diff
-      <false/>
+      <true/>
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028; TrustKit 3.0.7: TSKPinningValidator.m
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("unenforced-trustkit-domain", Level.WARNING, __doc__, FaultKind.UNENFORCED)
