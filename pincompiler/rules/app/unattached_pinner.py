"""A CertificatePinner is made, and given to no client.

A pinner checks nothing by itself: only a client that was built with the pinner asks it.  Without such a
client, every connection is accepted whose certificate the device trusts, and the pins in the code have no
effect.

```java
public final class Net {
    private static final CertificatePinner PINS = new CertificatePinner.Builder()
        .add("api.example.com",
                "sha256/HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
                "sha256/UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=")
        .build();

    public static OkHttpClient client() {
        return new OkHttpClient.Builder().build();
    }
}
```

Use instead:

```diff
     public static OkHttpClient client() {
-        return new OkHttpClient.Builder().build();
+        return new OkHttpClient.Builder().certificatePinner(PINS).build();
     }
```

References: CWE-295; CWE-693; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.okhttp import PinnerUse
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Pinners of the app that nothing gets."""
    for pinner in audited.app.okhttp.pinners:
        if pinner.use is PinnerUse.NEVER and pinner.added and pinner.code.owner.first_party:
            hosts = tuple(dict.fromkeys(added.pattern for added in pinner.added))
            more = f" and {len(hosts) - 1} more" if len(hosts) > 1 else ""
            yield from RULE.in_code(
                audited,
                pinner.code,
                f"no client is given the CertificatePinner for {hosts[0]}{more}",
                "give it to OkHttpClient.Builder.certificatePinner",
                hosts=hosts,
                mechanism=Mechanism.OKHTTP.value,
                confidence=Confidence.LIKELY if pinner.library.renamed else Confidence.CONFIRMED,
                role="pinner",
            )


RULE = Rule("unattached-pinner", Level.ERROR, __doc__, app=check)
