"""A certificate that the app brings along and trusts ends soon.

## Why is this bad?

The servers will change to another certificate, perhaps of another key.  An app that trusts only the old one
is cut off, and a new version needs weeks to reach every user.

## Example

```java
import java.io.ByteArrayInputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public final class Net {
    private static final String CERTIFICATE =
        "MIIBNTCB3aADAgECAgh2Ofl+ZXIU0zAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDEw"
        + "HhcNMTYxMjEwMTIwMDAwWhcNMjYxMjEwMTIwMDAwWjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDEwWTAT"
        + "BgcqhkjOPQIBBggqhkjOPQMBBwNCAATq2cOiyLYlFEZTaOvhzx4m8b3HluRd+URNnux1AJxhs9XOzc+w"
        + "AmdvTLAW1F2hJ5Ip0kW9AUZzCA8eVViVo8pcoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMC"
        + "A0cAMEQCIH52MoiPKQ7NnKFR15BNCih93NpEOSd3au7tOpVjjIgkAiB+5iUz2BV/jAP/HZh9kbNUvYVY"
        + "Wv8rbcATu952b0Z9ww==";

    public static SSLContext tls() throws Exception {
        byte[] der = Base64.getDecoder().decode(CERTIFICATE);
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("api", CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(der)));
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
     private static final String CERTIFICATE =
-        "MIIBNTCB3aADAgECAgh2Ofl+ZXIU0zAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDEw"
-        + "HhcNMTYxMjEwMTIwMDAwWhcNMjYxMjEwMTIwMDAwWjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDEwWTAT"
-        + "BgcqhkjOPQIBBggqhkjOPQMBBwNCAATq2cOiyLYlFEZTaOvhzx4m8b3HluRd+URNnux1AJxhs9XOzc+w"
-        + "AmdvTLAW1F2hJ5Ip0kW9AUZzCA8eVViVo8pcoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMC"
-        + "A0cAMEQCIH52MoiPKQ7NnKFR15BNCih93NpEOSd3au7tOpVjjIgkAiB+5iUz2BV/jAP/HZh9kbNUvYVY"
-        + "Wv8rbcATu952b0Z9ww==";
+        "MIIBNTCB3aADAgECAghHHLext1Q4+jAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIw"
+        + "HhcNMjYwMTAxMTIwMDAwWhcNNDYwMTAxMTIwMDAwWjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIwWTAT"
+        + "BgcqhkjOPQIBBggqhkjOPQMBBwNCAASC/Uw4Y+bqo47qV/bvcpaoFMSCUonvOCVGRWsW64/g0QTJSdiL"
+        + "p4C6vLJkWp7Cqb8Ev4AGMI34483Db5GKQK8LoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMC"
+        + "A0cAMEQCIF0T+G2i0Vrg0YND74yCTH8EBajPc1Uc7MeEkh+VrofWAiBF7krTzEF/ZYj4p8ngymFqLOl5"
+        + "gzQWXRqZVZ1UBuLL4g==";

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
