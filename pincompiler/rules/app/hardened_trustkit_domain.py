"""NSPinnedDomains enforces what TrustKit should soften or end.

NSPinnedDomains knows no report-only mode and no date.  iOS checks it wherever a chain is evaluated for the host,
TrustKit's own evaluation included, so that a key which only TrustKit's entry would forgive, be it by
TSKEnforcePinning or after TSKExpirationDate, is refused all the same.

```xml
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
      <string>2030-06-30</string>
      <key>TSKDisableDefaultReportUri</key>
      <true/>
    </dict>
  </dict>
</dict>
```

Use instead:

```diff
-      <key>TSKExpirationDate</key>
-      <string>2030-06-30</string>
```

References: CWE-1188; MASVS-NETWORK-2; MASWE-0028; Apple: NSPinnedDomains
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("hardened-trustkit-domain", Level.WARNING, __doc__, FaultKind.HARDENED)
