"""A TLS socket is used without comparing the host's name with the certificate.

An ``SSLSocket`` checks that an authority vouches for the certificate, and not for whom it was issued: anybody
with a certificate for any name can answer.  So does an ``SSLEngine``.  Neither the network security configuration nor OkHttp sees such a
connection.

```java
public final class Net {
    public static void talk() throws Exception {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket = (SSLSocket) factory.createSocket("api.example.com", 443);
        socket.startHandshake();
        socket.getOutputStream().write(1);
    }
}
```

Use instead:

```diff
         SSLSocket socket = (SSLSocket) factory.createSocket("api.example.com", 443);
+        SSLParameters parameters = socket.getSSLParameters();
+        parameters.setEndpointIdentificationAlgorithm("HTTPS");
+        socket.setSSLParameters(parameters);
         socket.startHandshake();
```

References: CWE-297; MASVS-NETWORK-1; MASTG-TEST-0234; MASWE-0027
"""

from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Sockets of clients near which no code asks for the name."""
    for one in audited.app.trust.sockets:
        what = "an engine" if one.call.endswith("Engine") else "a socket"
        yield from RULE.in_code(
            audited,
            one.code,
            f"{what} of {one.call} is used, and nothing compares the host with its certificate",
            'set the endpoint identification algorithm "HTTPS" in its SSLParameters',
            confidence=Confidence.LIKELY,
            shown=(one.call,),
            role=one.call,
        )


RULE = Rule("unverified-tls-socket", Level.ERROR, __doc__, app=check)
