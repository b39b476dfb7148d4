"""A trust manager accepts every certificate.

## Why is this bad?

No way through its ``checkServerTrusted`` refuses a chain: anybody between the device and the server can
present a certificate of their own and read and change the traffic.  Pins of clients with such a trust manager
do not help either: OkHttp and the network security configuration look for pins in a chain that nothing
vouches for.

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
            throws CertificateException {}

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
from pincompiler.rules.leniency import lenient, reported, stock
from pincompiler.rules.rule import Audited, Findings, Level, Rule

_FIX = "leave it to the platform: trust local certificates by debug-overrides"


def check(audited: Audited) -> Findings:
    """Trust managers and strategies of the app's own, and uses of those that libraries offer."""
    for one in lenient(audited, Decides.CHAIN, Flaw.ACCEPTS_ALL):
        yield from reported(RULE, audited, one, "accepts every certificate chain", _FIX)
    yield from stock(RULE, audited, Decides.CHAIN, "accepts chains that anybody can make", _FIX)


RULE = Rule("permissive-trust-manager", Level.ERROR, __doc__, app=check)
