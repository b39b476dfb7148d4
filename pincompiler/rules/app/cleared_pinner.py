"""A client's pinner is replaced by one that pins nothing.

A client inherits the pinner of the client it is derived from, until certificatePinner is called again:
CertificatePinner.DEFAULT, like any pinner without pins, accepts everything.  Whatever uses the derived
client is not pinned, though it looks as if it were.

```java
public final class Net {
    private static final CertificatePinner PINS = new CertificatePinner.Builder()
        .add("api.example.com",
                "sha256/HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
                "sha256/UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=")
        .build();

    public static OkHttpClient client() {
        return new OkHttpClient.Builder().certificatePinner(PINS).build();
    }

    public static OkHttpClient uploads() {
        return client().newBuilder().certificatePinner(CertificatePinner.DEFAULT).build();
    }
}
```

Use instead:

```diff
     public static OkHttpClient uploads() {
-        return client().newBuilder().certificatePinner(CertificatePinner.DEFAULT).build();
+        return client().newBuilder().retryOnConnectionFailure(false).build();
     }
```

References: CWE-295; CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.okhttp import Pinning
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Clients of the app whose pinner is taken away."""
    for client in audited.app.okhttp.clients:
        where = client.cleared or client.code
        perhaps = client.pinning is Pinning.PERHAPS
        if (perhaps or client.pinning is Pinning.CLEARED) and where.owner.first_party:
            sure = not perhaps and not client.library.renamed
            yield from RULE.in_code(
                audited,
                where,
                f"the pinner of a client {'may be' if perhaps else 'is'} replaced by one that pins nothing",
                "leave the pinner as it is",
                level=Level.WARNING if perhaps else None,
                mechanism=Mechanism.OKHTTP.value,
                confidence=Confidence.CONFIRMED if sure else Confidence.LIKELY,
                role="client",
            )


RULE = Rule("cleared-pinner", Level.ERROR, __doc__, app=check)
