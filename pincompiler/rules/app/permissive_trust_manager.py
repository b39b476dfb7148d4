"""A trust manager accepts every certificate.

No way through its ``checkServerTrusted`` refuses a chain: anybody between the device and the server can
present a certificate of their own and read and change the traffic.  Pins of clients with such a trust manager
do not help either: OkHttp and the network security configuration look for pins in a chain that nothing
vouches for.

```java
public final class Net implements X509TrustManager {
    public static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Net()}, null);
        return context;
    }

    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {}

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
    "permissive-trust-manager",
    Level.ERROR,
    __doc__,
    Decides.CHAIN,
    {Flaw.ACCEPTS_ALL: "accepts every certificate chain"},
    "leave it to the platform: trust local certificates by debug-overrides",
    stock="accepts chains that anybody can make",
)
