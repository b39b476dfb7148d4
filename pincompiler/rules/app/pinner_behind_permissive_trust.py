"""A client that pins is given code that accepts any certificate or any host name.

OkHttp compares pins with the chain as the trust manager and the chain cleaner leave it.  Where these accept
everything, the chain can be anything: an attacker in the middle appends the pinned certificate, which is
public, to a chain of their own.  A verifier that accepts any name lets the holder of any other certificate
under a pinned CA answer for the host.

```java
public final class Net {
    private static final CertificatePinner PINS = new CertificatePinner.Builder()
        .add("api.example.com",
                "sha256/HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
                "sha256/UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=")
        .build();

    public static OkHttpClient client() {
        return new OkHttpClient.Builder()
            .certificatePinner(PINS)
            .hostnameVerifier((host, session) -> true)
            .build();
    }
}
```

Use instead:

```diff
     public static OkHttpClient client() {
-        return new OkHttpClient.Builder()
-            .certificatePinner(PINS)
-            .hostnameVerifier((host, session) -> true)
-            .build();
+        return new OkHttpClient.Builder().certificatePinner(PINS).build();
     }
```

References: CWE-295; MASVS-NETWORK-1; MASVS-NETWORK-2; MASTG-TEST-0282; MASTG-TEST-0283; MASWE-0027; MASWE-0028
"""

from pincompiler.base.location import java_name
from pincompiler.facts.okhttp import Pinning
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Pinned clients of the app with a trust manager or verifier that is always wrong."""
    wrong = {one.code.class_name: one for one in audited.app.trust.permissive}
    for client in audited.app.okhttp.clients:
        for name in client.trust:
            if name in wrong and client.pinning is Pinning.PINNED and client.code.owner.first_party:
                decider = wrong[name]
                message = f"a client with pins is given {java_name(name)}, which accepts anything"
                yield from RULE.in_code(
                    audited,
                    client.code,
                    message,
                    "leave trust to the platform; pins come on top of it",
                    related=(("it is here", decider.code.location),),
                    mechanism=Mechanism.OKHTTP.value,
                    confidence=decider.confidence,
                    shown=decider.shown,
                    role=f"client with {decider.role}",
                )


RULE = Rule("pinner-behind-permissive-trust", Level.ERROR, __doc__, app=check)
