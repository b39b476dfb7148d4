"""A trust manager asks for the server's key, has pins, and lets in every chain that Android trusts.

A comparison pins only if its answer decides.  Where a wrong key is written to a log, or the answer is dropped, any
CA that the device trusts can certify somebody in the middle, as it can without pins.  Where a few bytes of a hash are
compared, keys with the same bytes are found by trying.

```java
public final class Net implements X509TrustManager {
    private static final String PIN = "HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=";
    private final X509TrustManager platform;

    public static SSLContext context() throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init((KeyStore) null);
        X509TrustManager platform = (X509TrustManager) factory.getTrustManagers()[0];
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Net(platform)}, null);
        return context;
    }

    Net(X509TrustManager platform) { this.platform = platform; }

    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        platform.checkServerTrusted(chain, type);
        if (!hash(chain[0]).equals(PIN)) {
            android.util.Log.w("Net", "wrong key");
        }
    }

    private static String hash(X509Certificate leaf) throws CertificateException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(leaf.getPublicKey().getEncoded());
            return Base64.encodeToString(digest, Base64.NO_WRAP);
        } catch (java.security.NoSuchAlgorithmException error) {
            throw new CertificateException(error);
        }
    }

    @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
}
```

Use instead:

```diff
-            android.util.Log.w("Net", "wrong key");
+            throw new CertificateException("wrong key");
         }
```

References: CWE-295; MASVS-NETWORK-2; MASTG-TEST-0282; MASWE-0028
"""

from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.leniency import lenient_rule
from pincompiler.rules.rule import Level

RULE = lenient_rule(
    "unheeded-pins",
    Level.WARNING,
    __doc__,
    Decides.CHAIN,
    {
        Flaw.UNHEEDED: "asks for keys, has constants to compare them with, and lets in whatever Android trusts",
        Flaw.PARTIAL: "compares so little of a hash that keys can be found which have the same",
    },
    "throw a CertificateException where no key is pinned",
)
