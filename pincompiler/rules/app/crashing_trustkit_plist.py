"""TrustKit raises on its configuration, so the app crashes when it starts.

Where an Info.plist has TSKConfiguration, TrustKit reads it before the app's own code runs, and whatever it
refuses is an exception: fewer than two different pins for a host that it enforces, a pin that is no base64 of 32
bytes, a name under a top-level domain that its table of 2018 does not know, an exclusion without a policy above.
Every user of the release is affected.

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
      </array>
      <key>TSKDisableDefaultReportUri</key>
      <true/>
    </dict>
  </dict>
</dict>
```

Use instead:

```diff
         <string>HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</string>
+        <string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string>
```

References: CWE-755; MASVS-NETWORK-2; MASWE-0028; TrustKit 3.0.7: parse_configuration.m
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("crashing-trustkit-plist", Level.ERROR, __doc__, FaultKind.CRASHING)
