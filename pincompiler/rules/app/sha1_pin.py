"""A pin is a SHA-1.

SHA-1 is broken: two keys with the same hash can be made, and nobody knows what the next attack on it allows.
OkHttp takes SHA-256 since 3.2, and the other platforms take nothing else.

```java
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

from pincompiler.base.bounds import shortened
from pincompiler.rules.okhttp_patterns import added, entry
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """SHA-1 pins of the app."""
    for one, library in added(audited):
        update = "update OkHttp, and pin by SHA-256"
        fix = update if library.major == 2 else "pin the key by SHA-256: pincompiler pin FILE"
        for pin in one.pins:
            if pin.startswith("sha1/"):
                message = f"the pin {shortened(pin)} for {one.pattern} is a SHA-1"
                yield from entry(RULE, audited, one, message, fix, pin)


RULE = Rule("sha1-pin", Level.WARNING, __doc__, app=check)
