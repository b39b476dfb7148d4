"""A trust manager looks at nothing but the dates of a certificate.

## Why is this bad?

Whoever makes a certificate chooses its dates.  The signature is not checked: a self-signed certificate that
is not expired is accepted for every host.

## Example

```java
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

public final class Net implements X509TrustManager {
    public static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Net()}, null);
        return context;
    }

    @Override public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        for (X509Certificate certificate : chain) {
            certificate.checkValidity();
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

```java
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public final class Net {
    public static SSLContext context() throws Exception {
        TrustManagerFactory platform =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        platform.init((KeyStore) null);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, platform.getTrustManagers(), null);
        return context;
    }
}
```

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0282; MASWE-0027
"""

from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.leniency import always
from pincompiler.rules.rule import Level, Rule

_DOES = "asks for the dates of a certificate and for nothing else"
_FIX = "leave it to the platform, which checks the dates as well"

RULE: Rule = Rule(
    "validity-only-trust-manager",
    Level.ERROR,
    __doc__,
    app=lambda audited: always(RULE, audited, Decides.CHAIN, Flaw.VALIDITY_ONLY, _DOES, _FIX),
)
