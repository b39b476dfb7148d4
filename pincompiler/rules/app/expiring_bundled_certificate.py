"""A certificate that the app brings along and trusts ends soon.

The servers will change to another certificate, perhaps of another key.  An app that trusts only the old one
is cut off, and a new version needs weeks to reach every user.

```java
public final class Net {
    public static SSLContext tls(Resources resources) throws Exception {
        InputStream file = resources.openRawResource(R.raw.example_ca_1);  // ends on 2026-12-10
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
-        InputStream file = resources.openRawResource(R.raw.example_ca_1);  // ends on 2026-12-10
+        InputStream file = resources.openRawResource(R.raw.example_ca_2);
         KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
```

References: CWE-298; MASVS-NETWORK-2; MASWE-0028
"""

from datetime import timedelta

from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Certificates near their end, without one that lasts beside them."""
    horizon = audited.today + timedelta(days=audited.horizon)
    for trust in audited.app.bundled.used:
        if any(one.ends > horizon for one in trust.certificates) or not trust.complete:
            continue
        for certificate in trust.certificates:
            if certificate.ends >= audited.today:
                yield from RULE.in_code(
                    audited,
                    trust.code,
                    f"the bundled certificate {certificate.title} ends on {certificate.ends}, and nothing"
                    f" that lasts is trusted beside it{audited.app.bundled.origin(trust, certificate)}",
                    "add the certificate that will follow it, and release the app before that day",
                    mechanism="keystore",
                    confidence=trust.confidence,
                    role=f"trusts {certificate.sha256.hex()}",
                )


RULE = Rule("expiring-bundled-certificate", Level.WARNING, __doc__, app=check)
