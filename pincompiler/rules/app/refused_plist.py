"""A property list cannot be read as its author meant it.

Apple's reader gives up at what is no XML, at a value of another kind than its element, at a key without a value and at
what an entity stands for: Xcode does not build an app with such an Info.plist, and code that loads such a file gets
nothing from it, so nothing is pinned.  Of a key that stands twice it takes the last value without a word, and what
the first one says, pins or not, is gone.

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
<key>NSAppTransportSecurity</key>
<dict>
  <key>NSAllowsLocalNetworking</key>
  <true/>
</dict>
```

Use instead:

```diff
   </dict>
-</dict>
-<key>NSAppTransportSecurity</key>
-<dict>
   <key>NSAllowsLocalNetworking</key>
```

References: CWE-1188; MASVS-NETWORK-2; MASWE-0028; Apple: CFPropertyList.c, parseDictTag and parseEntityReference
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("refused-plist", Level.ERROR, __doc__, FaultKind.REFUSED)
