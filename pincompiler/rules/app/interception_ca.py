"""The app trusts the CA of a tool for intercepting traffic.

Such a CA is made on a developer's machine so that traffic can be read there.  Its private key lies
unprotected on that machine, and whoever has the key can read the traffic of every user of the app.

```java
public final class Net {
    public static SSLContext tls(Resources resources) throws Exception {
        InputStream file = resources.openRawResource(R.raw.mitmproxy);
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
-        InputStream file = resources.openRawResource(R.raw.mitmproxy);
+        InputStream file = resources.openRawResource(R.raw.example_ca_2);
         KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
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
