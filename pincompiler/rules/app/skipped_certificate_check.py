"""A trust manager checks nothing under some condition.

A flag that is forgotten, set by whoever can write the app's settings, or a host's name that is compared
first makes every certificate pass.  A condition that holds in debuggable apps only is a note; one on the
shape of the chain is an error, since whoever makes the chain meets it.

A null test of the chain is no condition: no server sends none.  Where nothing is checked under a condition
that cannot be read, a delegate that may be missing for example, the app is not fully audited (exit code 3),
and the report says where.

```java
public final class Net implements X509TrustManager {
    private final X509TrustManager platform;

    public static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Net(null)}, null);
        return context;
    }

    Net(X509TrustManager platform) { this.platform = platform; }

    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        if (Boolean.getBoolean("trust.all")) {
            return;
        }
        platform.checkServerTrusted(chain, type);
    }

    @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
}
```

Use instead:

```diff
-        if (Boolean.getBoolean("trust.all")) {
-            return;
+        try {
+            platform.checkServerTrusted(chain, type);
+        } catch (CertificateException error) {
+            android.util.Log.w("Net", error);
+            throw error;
         }
-        platform.checkServerTrusted(chain, type);
     }
```

References: CWE-295; CWE-489; MASVS-NETWORK-1; MASTG-TEST-0282; MASWE-0027
"""

from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.leniency import OPEN, lenient, reported
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Trust managers with this flaw."""
    for one in lenient(audited, Decides.CHAIN, Flaw.SKIPS):
        level = Level.ERROR if one.when in OPEN else None
        yield from reported(
            RULE,
            audited,
            one,
            "accepts every certificate chain",
            "check always: trust local certificates by debug-overrides",
            level=level,
        )


RULE = Rule("skipped-certificate-check", Level.WARNING, __doc__, app=check)
