"""A trust manager looks at nothing but the dates of a certificate.

Whoever makes a certificate chooses its dates.  The signature is not checked: a self-signed certificate that
is not expired is accepted for every host.

```java
public final class Net implements X509TrustManager {
    public static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Net()}, null);
        return context;
    }

    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        for (X509Certificate certificate : chain) {
            certificate.checkValidity();
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

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0282; MASWE-0027
"""

from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.leniency import lenient_rule
from pincompiler.rules.rule import Level

RULE = lenient_rule(
    "validity-only-trust-manager",
    Level.ERROR,
    __doc__,
    Decides.CHAIN,
    {Flaw.VALIDITY_ONLY: "asks for the dates of a certificate and for nothing else"},
    "leave it to the platform, which checks the dates as well",
)
