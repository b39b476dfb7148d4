"""iOS or TrustKit skips an entry of the property list without a word.

Each key is asked for by its exact name, and its value by its type: NSIncludesSubdomains that is a text is no
boolean to iOS, and a misspelt NSPinnedLeafIdentities leaves the host without pins.  Neither the build nor the
device says so.

```xml
<key>NSAppTransportSecurity</key>
<dict>
  <key>NSPinnedDomains</key>
  <dict>
    <key>api.example.com</key>
    <dict>
      <key>NSPinnedLeafIdentity</key>
      <array>
        <dict><key>SPKI-SHA256-BASE64</key><string>HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</string></dict>
        <dict><key>SPKI-SHA256-BASE64</key><string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string></dict>
      </array>
    </dict>
  </dict>
</dict>
```

Use instead:

```diff
-      <key>NSPinnedLeafIdentity</key>
+      <key>NSPinnedLeafIdentities</key>
```

References: CWE-295; CWE-1188; MASVS-NETWORK-2; MASWE-0028; Apple: NSPinnedDomains
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("ignored-plist-key", Level.ERROR, __doc__, FaultKind.IGNORED)
