"""App Transport Security is loosened for a pinned host.

Pins are checked in a TLS handshake.  Where an exception permits plain HTTP, a link, a redirect or a typing slip
that says `http://` is sent without one, and everybody on the way can read and change it; TLS 1.0 and 1.1 have
broken parts.  `NSAllowsArbitraryLoads` opens all hosts that have no entry of their own in
NSExceptionDomains, the pinned ones among them.

```xml
<key>NSAppTransportSecurity</key>
<dict>
  <key>NSExceptionDomains</key>
  <dict>
    <key>example.com</key>
    <dict>
      <key>NSIncludesSubdomains</key>
      <true/>
      <key>NSExceptionAllowsInsecureHTTPLoads</key>
      <true/>
    </dict>
  </dict>
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
```

Use instead:

```diff
       <true/>
-      <key>NSExceptionAllowsInsecureHTTPLoads</key>
-      <true/>
```

References: CWE-319; MASVS-NETWORK-1; MASTG-TEST-0322; MASTG-TEST-0342; MASWE-0026; Apple: NSAppTransportSecurity
"""

from pincompiler.rules.plists import FaultKind, Level, faulty

RULE = faulty("loosened-pinned-host", Level.WARNING, __doc__, FaultKind.LOOSENED)
