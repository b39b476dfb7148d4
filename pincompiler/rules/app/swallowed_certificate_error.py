"""A trust manager checks the chain, and goes on when the check fails.

A chain is refused by an exception.  Where the exception is caught and the method returns, every chain is
accepted, whatever the log says.

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
        try {
            platform.checkServerTrusted(chain, type);
        } catch (CertificateException error) {
            android.util.Log.w("Net", error);
        }
    }

    @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
}
```

Use instead:

```diff
             android.util.Log.w("Net", error);
+            throw error;
         }
```

References: CWE-295; CWE-390; MASVS-NETWORK-1; MASTG-TEST-0282; MASWE-0027
"""

from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.leniency import lenient_rule
from pincompiler.rules.rule import Level

RULE = lenient_rule(
    "swallowed-certificate-error",
    Level.ERROR,
    __doc__,
    Decides.CHAIN,
    {Flaw.SWALLOWS: "catches the refusal of a certificate chain and returns"},
    "throw the exception again",
)
