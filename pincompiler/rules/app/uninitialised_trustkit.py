"""TrustKit-Android is configured or used, and the app never starts it.

TrustKit-Android reads its part of the network security configuration when
`TrustKit.initializeWithNetworkSecurityConfiguration` is called, and not before: without the call,
`<trustkit-config>` has no effect.  Below Android 7, where TrustKit alone would enforce, nothing is pinned;
from there on Android enforces the pins, and no failure is ever reported.  Code that asks for the instance
throws.

```xml
<uses-sdk android:minSdkVersion="21" android:targetSdkVersion="34" />
```

```java
public class App extends Application {
    public SSLSocketFactory sockets() {
        return TrustKit.getInstance().getSSLSocketFactory("api.example.com");
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
 public class App extends Application {
+    @Override public void onCreate() {
+        super.onCreate();
+        TrustKit.initializeWithNetworkSecurityConfiguration(this);
+    }
+
     public SSLSocketFactory sockets() {
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.kits import below_os
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule

_FIX = "call TrustKit.initializeWithNetworkSecurityConfiguration in Application.onCreate"


def check(audited: Audited) -> Findings:
    """A configuration without a start, and calls that need one."""
    kit = audited.app.kits.trustkit
    if kit is None or kit.is_started:
        return
    seen = not any(Mechanism.TRUSTKIT in one.mechanisms for one in audited.app.unseen)
    sure = Confidence.CONFIRMED if seen and kit.bundled else Confidence.LIKELY
    if kit.configured:
        below = below_os(audited.app.manifest.min_sdk)
        hosts = tuple(dict.fromkeys(d.host for d in kit.domains if d.where in kit.configured and d.host))
        what = "the app never starts it" if kit.bundled else "it is not in the app"
        harm = f"at API level {below} nothing is pinned" if below else "no failure is reported"
        yield RULE.in_file(
            kit.configured[0],
            f"TrustKit is configured for {', '.join(hosts[:3]) or 'no host'} and {what}: {harm}",
            _FIX if kit.bundled else "add TrustKit and start it, or take <trustkit-config> out",
            level=Level.ERROR if below else Level.WARNING,
            hosts=hosts,
            mechanism=Mechanism.TRUSTKIT.value,
            api=str(below or ""),
            confidence=sure,
        )
    for code in kit.used:
        message = "TrustKit is used here and the app never starts it: it throws IllegalStateException"
        yield from RULE.in_code(
            audited, code, message, _FIX, mechanism=Mechanism.TRUSTKIT.value, confidence=sure
        )


RULE = Rule("uninitialised-trustkit", Level.ERROR, __doc__, app=check)
