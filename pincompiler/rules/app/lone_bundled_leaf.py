"""The app trusts one server certificate that it brings along, and nothing else.

## Why is this bad?

When the server gets a certificate for another key, because the old one was lost, stolen or renewed in the
usual way, every installed app is cut off until its user updates it.  Trust the CA that issues the server's
certificates, or a second certificate whose key is kept in reserve.

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
        "MIIBOTCB4KADAgECAggC/toIw2cTpDAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5j"
        + "b20wHhcNMjYxMDAxMTIwMDAwWhcNMzYxMDAxMTIwMDAwWjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5j"
        + "b20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATxmFPbZvzG1wk1mUcxL/+OnGMmdCaRCJApe++F55gq"
        + "C5u8BQpETNCH6f3xHVZapmHjnYaIijota6F72YNBs3FgoxAwDjAMBgNVHRMBAf8EAjAAMAoGCCqGSM49"
        + "BAMCA0gAMEUCIQD8z3S7oePcb4oNofvEonV9cgf97ZkqqLMi+kB3EmMkuAIgf+YdHAl1JsRxp/qNkE4F"
        + "Hzorg1QVfug+7qHDryEJkK8=";

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
-        "MIIBOTCB4KADAgECAggC/toIw2cTpDAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5j"
-        + "b20wHhcNMjYxMDAxMTIwMDAwWhcNMzYxMDAxMTIwMDAwWjAaMRgwFgYDVQQDDA9hcGkuZXhhbXBsZS5j"
-        + "b20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATxmFPbZvzG1wk1mUcxL/+OnGMmdCaRCJApe++F55gq"
-        + "C5u8BQpETNCH6f3xHVZapmHjnYaIijota6F72YNBs3FgoxAwDjAMBgNVHRMBAf8EAjAAMAoGCCqGSM49"
-        + "BAMCA0gAMEUCIQD8z3S7oePcb4oNofvEonV9cgf97ZkqqLMi+kB3EmMkuAIgf+YdHAl1JsRxp/qNkE4F"
-        + "Hzorg1QVfug+7qHDryEJkK8=";
+        "MIIBNTCB3aADAgECAghHHLext1Q4+jAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIw"
+        + "HhcNMjYwMTAxMTIwMDAwWhcNNDYwMTAxMTIwMDAwWjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIwWTAT"
+        + "BgcqhkjOPQIBBggqhkjOPQMBBwNCAASC/Uw4Y+bqo47qV/bvcpaoFMSCUonvOCVGRWsW64/g0QTJSdiL"
+        + "p4C6vLJkWp7Cqb8Ev4AGMI34483Db5GKQK8LoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMC"
+        + "A0cAMEQCIF0T+G2i0Vrg0YND74yCTH8EBajPc1Uc7MeEkh+VrofWAiBF7krTzEF/ZYj4p8ngymFqLOl5"
+        + "gzQWXRqZVZ1UBuLL4g==";

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
