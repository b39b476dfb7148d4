"""A pin is a SHA-1.

## Why is this bad?

SHA-1 is broken: two keys with the same hash can be made, and what the next attack on it allows is not
known.  OkHttp takes SHA-256 since 3.2, and the other platforms take nothing else.

## Example

```java
import okhttp3.CertificatePinner;
import okhttp3.OkHttpClient;

public final class Net {
    private static final CertificatePinner PINS = new CertificatePinner.Builder()
        .add("api.example.com",
                "sha256/HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
                "sha1/BOGTsVLDcPLoV8xDIFV4cHjXNB4=")
        .build();

    public static OkHttpClient client() {
        return new OkHttpClient.Builder().certificatePinner(PINS).build();
    }
}
```

Use instead:

```diff
                 "sha256/HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
-                "sha1/BOGTsVLDcPLoV8xDIFV4cHjXNB4=")
+                "sha256/UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=")
         .build();
```

References: CWE-328; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.okhttp import Added, Library
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """SHA-1 pins of the app."""
    for pinner in audited.app.okhttp.pinners:
        for added in pinner.added:
            if added.code.owner.first_party:
                yield from _judged(audited, added, pinner.library)


def _judged(audited: Audited, added: Added, library: Library) -> Findings:
    for pin in added.pins:
        if pin.startswith("sha1/"):
            fix = (
                "update OkHttp, and pin by SHA-256"
                if library.major == 2
                else "pin the key by SHA-256: pincompiler pin FILE"
            )
            yield from RULE.in_code(
                audited,
                added.code,
                f"the pin {pin[:60]} for {added.pattern} is a SHA-1",
                fix,
                hosts=(added.pattern,),
                mechanism=Mechanism.OKHTTP.value,
                shown=(pin[:200],),
                role=pin[:200],
            )


RULE = Rule("sha1-pin", Level.WARNING, __doc__, app=check)
