"""A trust manager looks at nothing but names and numbers in a certificate.

## Why is this bad?

Whoever makes a certificate chooses the names of its subject and issuer, and its serial number.  Only a
signature, or the key itself, shows that a certificate is genuine.

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
        if (!chain[0].getIssuerDN().getName().contains("CN=Example CA")) {
            throw new CertificateException("unknown issuer");
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

References: CWE-295; CWE-296; MASVS-NETWORK-1; MASTG-TEST-0282; MASWE-0027
"""

from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.leniency import always
from pincompiler.rules.rule import Level, Rule

_DOES = "compares names in a certificate and never verifies a signature"
_FIX = "leave it to the platform, and pin the key"

RULE: Rule = Rule(
    "name-only-trust-manager",
    Level.ERROR,
    __doc__,
    app=lambda audited: always(RULE, audited, Decides.CHAIN, Flaw.NAME_ONLY, _DOES, _FIX),
)
