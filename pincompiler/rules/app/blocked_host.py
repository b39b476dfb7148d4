"""A host in NSPinnedDomains accepts no chain at all.

iOS takes a host for pinned as soon as a list of identities is there, and then demands that the chain match one that
it could read.  It drops what it cannot read without a word: another spelling of `SPKI-SHA256-BASE64`, a text where
a dictionary belongs, a pin with a prefix, in hex or of another length.  Where none is left, and where a list
is empty, every connection to the host fails, on every device, until the app is updated.

```xml
<key>NSAppTransportSecurity</key>
<dict>
  <key>NSPinnedDomains</key>
  <dict>
    <key>api.example.com</key>
    <dict>
      <key>NSPinnedLeafIdentities</key>
      <array>
        <dict><key>SPKI-SHA256-Base64</key><string>HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</string></dict>
        <dict><key>SPKI-SHA256-Base64</key><string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string></dict>
      </array>
    </dict>
  </dict>
</dict>
```

Use instead:

```diff
-        <dict><key>SPKI-SHA256-Base64</key><string>HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</string></dict>
-        <dict><key>SPKI-SHA256-Base64</key><string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string></dict>
+        <dict><key>SPKI-SHA256-BASE64</key><string>HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</string></dict>
+        <dict><key>SPKI-SHA256-BASE64</key><string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string></dict>
```

References: CWE-1188; MASVS-NETWORK-2; MASWE-0028; Apple: NSPinnedDomains
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("blocked-host", Level.ERROR, __doc__, FaultKind.BLOCKED)
