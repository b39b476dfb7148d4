"""A client is made without the pinner that another client has.

Pins belong to a client, not to the app: what goes through another client is not pinned, even for the same
host.  Clients for uploads, logins or images are often made later, by somebody who did not know.  A client
that is used for other hosts only, as far as the code shows, is not reported.

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
        return new OkHttpClient.Builder().retryOnConnectionFailure(false).build();
    }
}
```

Use instead:

```diff
     public static OkHttpClient uploads() {
-        return new OkHttpClient.Builder().retryOnConnectionFailure(false).build();
+        return client().newBuilder().retryOnConnectionFailure(false).build();
     }
```

References: CWE-295; CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts import State
from pincompiler.facts.okhttp import Pinning
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Clients of the app without pins, where it has pinned ones."""
    app = audited.app
    bases = {code for client in app.okhttp.clients for code in client.derived}
    if not any(one.pinning is Pinning.PINNED and one.code.owner.first_party for one in app.okhttp.clients):
        return
    for client in app.okhttp.clients:
        owner = client.code.owner
        if client.pinning is not Pinning.NONE or not owner.first_party or not owner.known:
            continue
        pinned = tuple(host for host in client.hosts if _is_pinned(audited, host))
        # Clients are meant to be derived from a common one, which may well be used for nothing else.
        if not pinned and (client.hosts or client.code in bases):
            continue
        said = (
            f" and used for {pinned[0]}, which is pinned elsewhere" if pinned else ", and others are pinned"
        )
        sure = bool(pinned) and not client.library.renamed
        yield from RULE.in_code(
            audited,
            client.code,
            f"a client is made without a CertificatePinner{said}",
            "derive it from the pinned client by newBuilder(), or give it the pinner",
            level=Level.ERROR if pinned else None,
            hosts=pinned,
            mechanism=Mechanism.OKHTTP.value,
            confidence=Confidence.CONFIRMED if sure else Confidence.LIKELY,
            role="client",
        )


def _is_pinned(audited: Audited, host: str) -> bool:
    return any(
        shipped.enforcement.demand(host)
        for shipped in audited.app.okhttp.shipped
        if shipped.state is State.ACTIVE and shipped.owner.first_party
    )


RULE = Rule("unpinned-client", Level.WARNING, __doc__, app=check)
