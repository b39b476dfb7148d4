"""A name in NSPinnedDomains or TSKPinnedDomains matches no host.

iOS and TrustKit compare the key with the host of a connection and accept any text: wildcards, ports, addresses of
pages, a dot at the end and international names are never equal to a host, nor are capital letters to
TrustKit.  Nothing is pinned by such an entry, and nobody says so.

```xml
<key>NSAppTransportSecurity</key>
<dict>
  <key>NSPinnedDomains</key>
  <dict>
    <key>*.example.com</key>
    <dict>
      <key>NSPinnedLeafIdentities</key>
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
-    <key>*.example.com</key>
-    <dict>
+    <key>example.com</key>
+    <dict>
+      <key>NSIncludesSubdomains</key>
+      <true/>
```

References: CWE-295; CWE-1188; MASVS-NETWORK-2; MASWE-0028; Apple: NSPinnedDomains
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("unmatched-pinned-domain", Level.ERROR, __doc__, FaultKind.UNMATCHED)
