"""A trust manager checks the chain, and goes on when the check fails.

## Why is this bad?

A chain is refused by an exception.  Where the exception is caught and the method returns, every chain is
accepted, whatever the log says.

## Example

```java
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

public final class Net implements X509TrustManager {
    private final X509TrustManager platform;

    public static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Net(null)}, null);
        return context;
    }

    Net(X509TrustManager platform) {
        this.platform = platform;
    }

    @Override public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        try {
            platform.checkServerTrusted(chain, type);
        } catch (CertificateException error) {
            android.util.Log.w("Net", error);
        }
    }

    @Override public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw new CertificateException("no clients");
    }

    @Override public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
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
from pincompiler.rules.leniency import always
from pincompiler.rules.rule import Level, Rule

_DOES = "catches the refusal of a certificate chain and returns"
_FIX = "throw the exception again"

RULE: Rule = Rule(
    "swallowed-certificate-error",
    Level.ERROR,
    __doc__,
    app=lambda audited: always(RULE, audited, Decides.CHAIN, Flaw.SWALLOWS, _DOES, _FIX),
)
