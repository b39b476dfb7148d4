"""TrustKit-Android is started, and no connection is made through it.

TrustKit-Android pins and reports only for connections that use its socket factory, its trust manager
or its interceptor.  Below Android 7, where Android does not know the configuration, all others go
unpinned; from there on Android pins them, and their failures are not reported.

```xml
<uses-sdk android:minSdkVersion="21" android:targetSdkVersion="34" />
```

```java
public class App extends Application {
    @Override public void onCreate() {
        super.onCreate();
        TrustKit.initializeWithNetworkSecurityConfiguration(this);
    }
}
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="true">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
    <trustkit-config enforcePinning="true" disableDefaultReportUri="true" />
  </domain-config>
</network-security-config>
```

Use instead:

```diff
     }
+
+    public SSLSocketFactory sockets() {
+        return TrustKit.getInstance().getSSLSocketFactory("api.example.com");
+    }
 }
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.kits import below_os
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """A start, and nothing that uses what was started."""
    kit = audited.app.kits.trustkit
    if kit is None or not kit.started or kit.attached:
        return
    below = below_os(audited.app.manifest.min_sdk)
    harm = f"at API level {below} nothing is pinned" if below else "no failure is reported"
    yield from RULE.in_code(
        audited,
        kit.started[0],
        f"TrustKit is started here and no connection is made through it: {harm}",
        "give clients TrustKit's socket factory and trust manager",
        level=Level.ERROR if below else Level.WARNING,
        mechanism=Mechanism.TRUSTKIT.value,
        api=str(below or ""),
        confidence=Confidence.LIKELY,
    )


RULE = Rule("unattached-trustkit", Level.ERROR, __doc__, app=check)
