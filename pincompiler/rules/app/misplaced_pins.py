"""Pins stand in a place of the property list where nobody reads them.

iOS reads NSPinnedDomains in NSAppTransportSecurity at the root of the Info.plist, and TrustKit reads
TSKPinnedDomains in TSKConfiguration at the root.  Anywhere else they are one more entry that means nothing: the
build accepts it, and the hosts are not pinned.

```xml
<key>NSAppTransportSecurity</key>
<dict>
  <key>NSExceptionDomains</key>
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
</dict>
```

Use instead:

```diff
   <key>NSExceptionDomains</key>
+  <dict/>
+  <key>NSPinnedDomains</key>
   <dict>
-    <key>NSPinnedDomains</key>
-    <dict>
-      <key>api.example.com</key>
+    <key>api.example.com</key>
@@
         </array>
-      </dict>
     </dict>
```

References: CWE-295; CWE-1188; MASVS-NETWORK-2; MASWE-0028; Apple: NSPinnedDomains
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("misplaced-pins", Level.ERROR, __doc__, FaultKind.MISPLACED)
