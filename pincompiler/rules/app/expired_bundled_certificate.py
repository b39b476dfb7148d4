"""A certificate that the app brings along and trusts has ended.

## Why is this bad?

Android does not look at the dates of a trust anchor: the key stays trusted for as long as the app is
installed, though its owner may have stopped guarding it.  If the certificate is a server's own, the server
has another one by now, and unless that one has the same name and key, no connection works any more: then the
finding is an error, otherwise a warning.

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
        "MIIBODCB4KADAgECAggu49rt3RkDpzAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5j"
        + "b20wHhcNMjUwNTAxMTIwMDAwWhcNMjYwNjAxMTIwMDAwWjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5j"
        + "b20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ1Vf1uxiL/huIX8o/5doISGufwku/alNWhbCCfNnnm"
        + "Yhb0rM3DO0llih2O/Ce0taQtS+fxPnfu0NZCx3iF+Hn+oxAwDjAMBgNVHRMBAf8EAjAAMAoGCCqGSM49"
        + "BAMCA0cAMEQCIByiM/G5ciIYkjNL2N8uTID4QPtbW9NBraTkjsWdn2dFAiARjQruAa0uH6Ibrst4T4Nx"
        + "xF++sWdIc7IPtQRRvc3EcQ==";

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
-        "MIIBODCB4KADAgECAggu49rt3RkDpzAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5j"
-        + "b20wHhcNMjUwNTAxMTIwMDAwWhcNMjYwNjAxMTIwMDAwWjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5j"
-        + "b20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ1Vf1uxiL/huIX8o/5doISGufwku/alNWhbCCfNnnm"
-        + "Yhb0rM3DO0llih2O/Ce0taQtS+fxPnfu0NZCx3iF+Hn+oxAwDjAMBgNVHRMBAf8EAjAAMAoGCCqGSM49"
-        + "BAMCA0cAMEQCIByiM/G5ciIYkjNL2N8uTID4QPtbW9NBraTkjsWdn2dFAiARjQruAa0uH6Ibrst4T4Nx"
-        + "xF++sWdIc7IPtQRRvc3EcQ==";
+        "MIIBNTCB3aADAgECAghHHLext1Q4+jAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIw"
+        + "HhcNMjYwMTAxMTIwMDAwWhcNNDYwMTAxMTIwMDAwWjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIwWTAT"
+        + "BgcqhkjOPQIBBggqhkjOPQMBBwNCAASC/Uw4Y+bqo47qV/bvcpaoFMSCUonvOCVGRWsW64/g0QTJSdiL"
+        + "p4C6vLJkWp7Cqb8Ev4AGMI34483Db5GKQK8LoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMC"
+        + "A0cAMEQCIF0T+G2i0Vrg0YND74yCTH8EBajPc1Uc7MeEkh+VrofWAiBF7krTzEF/ZYj4p8ngymFqLOl5"
+        + "gzQWXRqZVZ1UBuLL4g==";

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
