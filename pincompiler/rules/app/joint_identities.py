"""A host has pins for its server and pins for its CA, and both must match.

iOS checks NSPinnedLeafIdentities against the server's certificate and NSPinnedCAIdentities against those of the
CAs, each by itself, and refuses a chain that fails either.  A CA in the second list is therefore no backup
for the server's keys in the first: a change of CA blocks the host even where the server keeps its key.

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
      <key>NSPinnedCAIdentities</key>
      <array>
        <dict><key>SPKI-SHA256-BASE64</key><string>C19MxjnQbkj8SSM22OjahbG3IPjBysNGZpcqJLWmXPc=</string></dict>
        <dict><key>SPKI-SHA256-BASE64</key><string>sxJOnxwlx4lSEirKS3uhon4ruFPDs6H/qeISuYtdcvs=</string></dict>
      </array>
    </dict>
  </dict>
</dict>
```

Use instead:

```diff
-      <key>NSPinnedCAIdentities</key>
-      <array>
-        <dict><key>SPKI-SHA256-BASE64</key><string>C19MxjnQbkj8SSM22OjahbG3IPjBysNGZpcqJLWmXPc=</string></dict>
-        <dict><key>SPKI-SHA256-BASE64</key><string>sxJOnxwlx4lSEirKS3uhon4ruFPDs6H/qeISuYtdcvs=</string></dict>
-      </array>
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028; Apple: NSPinnedDomains
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("joint-identities", Level.WARNING, __doc__, FaultKind.JOINT)
