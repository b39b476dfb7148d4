"""A certificate that the app brings along and trusts has ended.

Android does not look at the dates of a trust anchor: the key stays trusted for as long as the app is
installed, though its owner may have stopped guarding it.  If the certificate is a server's own, the server
has another one by now, and unless that one has the same name and key, no connection works any more: then the
finding is an error, otherwise a warning.

```java
public final class Net {
    public static SSLContext tls(Resources resources) throws Exception {
        InputStream file = resources.openRawResource(R.raw.api_example_com);  // a server's own, which ended on 2026-06-01
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
-        InputStream file = resources.openRawResource(R.raw.api_example_com);  // a server's own, which ended on 2026-06-01
+        InputStream file = resources.openRawResource(R.raw.example_ca_2);
         KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
```

References: CWE-298; MASVS-NETWORK-2; MASWE-0028; Let's Encrypt, Extending Android Device Compatibility, 2020
"""

from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Certificates past their end, in a trust manager that is used."""
    for trust in audited.app.bundled.used:
        ended = [one for one in trust.certificates if one.ends < audited.today]
        # As long as one is left, servers that have gone over to it are reached.
        outage = len(ended) == len(trust.certificates) and all(one.ca is False for one in ended)
        for certificate in ended:
            yield from RULE.in_code(
                audited,
                trust.code,
                f"the bundled certificate {certificate.title} ended on {certificate.ends}"
                f" and is trusted nevertheless{audited.app.bundled.origin(trust, certificate)}",
                "replace it by the CA's present certificate, or pin keys in the network security configuration",
                level=Level.ERROR if outage and trust.complete else Level.WARNING,
                mechanism="keystore",
                confidence=trust.confidence,
                role=f"trusts {certificate.sha256.hex()}",
            )


RULE = Rule("expired-bundled-certificate", Level.ERROR, __doc__, app=check)
