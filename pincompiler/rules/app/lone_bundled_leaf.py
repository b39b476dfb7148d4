"""The app trusts one server certificate that it brings along, and nothing else.

When the server gets a certificate for another key, because the old one was lost, stolen or renewed in the
usual way, every installed app is cut off until its user updates it.  Trust the CA that issues the server's
certificates, or a second certificate whose key is kept in reserve.

```java
public final class Net {
    public static SSLContext tls(Resources resources) throws Exception {
        InputStream file = resources.openRawResource(R.raw.api_example_com_2036);  // a server's own
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("api", CertificateFactory.getInstance("X.509").generateCertificate(file));
        TrustManagerFactory managers = TrustManagerFactory.getInstance("X509");
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
```

Use instead:

```diff
-        InputStream file = resources.openRawResource(R.raw.api_example_com_2036);  // a server's own
+        InputStream file = resources.openRawResource(R.raw.example_ca_2);
         KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
```

References: CWE-693; MASVS-NETWORK-2; MASWE-0028; RFC 7469 section 4.3
"""

from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Trust managers of one key that is no CA's."""
    for trust in audited.app.bundled.used:
        keys = {one.spki_sha256 for one in trust.certificates}
        if len(keys) != 1 or not trust.complete or any(one.ca is not False for one in trust.certificates):
            continue
        certificate = trust.certificates[0]
        yield from RULE.in_code(
            audited,
            trust.code,
            f"only the server certificate {certificate.title} is trusted, and no backup"
            f"{audited.app.bundled.origin(trust, certificate)}",
            "add a certificate of a key kept in reserve, or trust the CA",
            mechanism="keystore",
            confidence=trust.confidence,
            role=f"trusts {certificate.spki_sha256.hex()}",
        )


RULE = Rule("lone-bundled-leaf", Level.WARNING, __doc__, app=check)
