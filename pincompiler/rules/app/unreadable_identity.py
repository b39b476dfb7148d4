"""An identity in NSPinnedDomains counts for nothing.

iOS drops what it cannot read from a list of identities, and keeps what can match no key, without a word.  The
others of the list count, so nothing fails today: on the day on which the server changes to the key that was
meant, every connection does.

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
        <string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string>
        <dict><key>SPKI-SHA256-BASE64</key><string>C19MxjnQbkj8SSM22OjahbG3IPjBysNGZpcqJLWmXPc=</string></dict>
      </array>
    </dict>
  </dict>
</dict>
```

Use instead:

```diff
-        <string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string>
+        <dict><key>SPKI-SHA256-BASE64</key><string>UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</string></dict>
```

References: CWE-1188; MASVS-NETWORK-2; MASWE-0028; Apple: NSPinnedDomains
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("unreadable-identity", Level.ERROR, __doc__, FaultKind.IDENTITY)
