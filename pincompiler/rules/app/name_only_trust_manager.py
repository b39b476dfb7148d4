"""A trust manager looks at nothing but names and numbers in a certificate.

Whoever makes a certificate chooses the names of its subject and issuer, and its serial number.  Only a
signature, or the key itself, shows that a certificate is genuine.

```java
public final class Net implements X509TrustManager {
    public static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Net()}, null);
        return context;
    }

    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        if (!chain[0].getIssuerDN().getName().contains("CN=Example CA")) {
            throw new CertificateException("unknown issuer");
        }
    }

    @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
}
```

Use instead:

```java
public final class Net {
    public static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        return context;
    }
}
```

References: CWE-295; CWE-296; MASVS-NETWORK-1; MASTG-TEST-0282; MASWE-0027
"""

from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.leniency import lenient_rule
from pincompiler.rules.rule import Level

RULE = lenient_rule(
    "name-only-trust-manager",
    Level.ERROR,
    __doc__,
    Decides.CHAIN,
    {Flaw.NAME_ONLY: "compares names in a certificate and never verifies a signature"},
    "leave it to the platform, and pin the key",
)
