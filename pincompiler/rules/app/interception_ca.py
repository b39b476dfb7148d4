"""The app trusts the CA of a tool for intercepting traffic.

## Why is this bad?

Such a CA is made on a developer's machine so that traffic can be read there.  Its private key lies
unprotected on that machine, and whoever has the key can read the traffic of every user of the app.

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
        "MIIBWTCB/6ADAgECAghm2otzz3DpOjAKBggqhkjOPQQDAjAoMRIwEAYDVQQDDAltaXRtcHJveHkxEjAQ"
        + "BgNVBAoMCW1pdG1wcm94eTAeFw0yNjAxMDExMjAwMDBaFw0zNjAxMDExMjAwMDBaMCgxEjAQBgNVBAMM"
        + "CW1pdG1wcm94eTESMBAGA1UECgwJbWl0bXByb3h5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6SXq"
        + "rhDNlA3QgPrJr12ar8DvAiqhfi6vEXQYYYyDsbYZvf8Giib+8zQHB9mXXAdwRQ3/4vOb8krEQxJ0+Ojg"
        + "hKMTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAmVmzHh9Miqo0tgml/Q31BH5o"
        + "iwLACxkvN9fkWWAYyKECIQCkXRudENup5Ligt+0dILH78gltMsLaaIOUKiea31b4Ww==";

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
-        "MIIBWTCB/6ADAgECAghm2otzz3DpOjAKBggqhkjOPQQDAjAoMRIwEAYDVQQDDAltaXRtcHJveHkxEjAQ"
-        + "BgNVBAoMCW1pdG1wcm94eTAeFw0yNjAxMDExMjAwMDBaFw0zNjAxMDExMjAwMDBaMCgxEjAQBgNVBAMM"
-        + "CW1pdG1wcm94eTESMBAGA1UECgwJbWl0bXByb3h5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6SXq"
-        + "rhDNlA3QgPrJr12ar8DvAiqhfi6vEXQYYYyDsbYZvf8Giib+8zQHB9mXXAdwRQ3/4vOb8krEQxJ0+Ojg"
-        + "hKMTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAmVmzHh9Miqo0tgml/Q31BH5o"
-        + "iwLACxkvN9fkWWAYyKECIQCkXRudENup5Ligt+0dILH78gltMsLaaIOUKiea31b4Ww==";
+        "MIIBNTCB3aADAgECAghHHLext1Q4+jAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIw"
+        + "HhcNMjYwMTAxMTIwMDAwWhcNNDYwMTAxMTIwMDAwWjAXMRUwEwYDVQQDDAxFeGFtcGxlIENBIDIwWTAT"
+        + "BgcqhkjOPQIBBggqhkjOPQMBBwNCAASC/Uw4Y+bqo47qV/bvcpaoFMSCUonvOCVGRWsW64/g0QTJSdiL"
+        + "p4C6vLJkWp7Cqb8Ev4AGMI34483Db5GKQK8LoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMC"
+        + "A0cAMEQCIF0T+G2i0Vrg0YND74yCTH8EBajPc1Uc7MeEkh+VrofWAiBF7krTzEF/ZYj4p8ngymFqLOl5"
+        + "gzQWXRqZVZ1UBuLL4g==";

```

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0282; MASWE-0027
"""

from pincompiler.keys.certificates import BundledCertificate
from pincompiler.keys.interception import TOOLS
from pincompiler.rules.rule import Audited, Findings, Level, Rule

_FIX = "trust it in debug builds only: <debug-overrides> of the network security configuration"


def check(audited: Audited) -> Findings:
    """Certificates that such a tool made, in a trust manager that is used or in the NSC."""
    yield from _in_code(audited)
    for file in audited.app.bundled.files:
        for certificate in file.store.certificates if file.anchor else ():
            if tool := _tool(certificate):
                message = (
                    f"{certificate.title}, a CA for intercepting traffic, is a trust anchor of the network"
                    " security configuration"
                )
                yield RULE.in_file(file.where, message, _FIX, mechanism="nsc", role=f"trusts {tool}")


def _tool(certificate: BundledCertificate) -> str:
    """The name of the tool that made it, if one did."""
    found = TOOLS.search(certificate.subject) if certificate.ca is not False else None
    return found[0].lower() if found else ""


def _in_code(audited: Audited) -> Findings:
    for trust in audited.app.bundled.used:
        for certificate in trust.certificates:
            if tool := _tool(certificate):
                yield from RULE.in_code(
                    audited,
                    trust.code,
                    f"{certificate.title}, a CA for intercepting traffic, is trusted"
                    f"{audited.app.bundled.origin(trust, certificate)}",
                    _FIX,
                    mechanism="keystore",
                    confidence=trust.confidence,
                    role=f"trusts {tool}",
                )


RULE = Rule("interception-ca", Level.ERROR, __doc__, app=check)
