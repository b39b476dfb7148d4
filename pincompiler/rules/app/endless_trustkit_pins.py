"""The date on which pins should end is none to TrustKit, so they never do.

TrustKit reads TSKExpirationDate as `yyyy-MM-dd` and takes what it cannot read for no date at all.  The pins
then hold for as long as the app is installed, and a team that counts on their end to recover from a lost key
finds its users locked out.

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
      <key>TSKExpirationDate</key>
      <string>30.06.2030</string>
      <key>TSKDisableDefaultReportUri</key>
      <true/>
    </dict>
  </dict>
</dict>
```

Use instead:

```diff
-      <string>30.06.2030</string>
+      <string>2030-06-30</string>
```

References: CWE-1188; MASVS-NETWORK-2; MASWE-0028; TrustKit 3.0.7: parse_configuration.m
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("endless-trustkit-pins", Level.WARNING, __doc__, FaultKind.ENDLESS)
