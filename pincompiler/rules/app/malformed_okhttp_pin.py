"""OkHttp throws on a pin, or no key can ever match it.

OkHttp takes pins that begin with `sha256/` or `sha1/` and throws on all others when the pinner is built,
which mostly crashes the app at its start.  OkHttp does not look at the length: a hash that was cut off
matches no key, and every connection to the host fails.

```java
public final class Net {
    private static final CertificatePinner PINS = new CertificatePinner.Builder()
        .add("api.example.com",
                "sha256/HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
                "sha256/UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07c")
        .build();

    public static OkHttpClient client() {
        return new OkHttpClient.Builder().certificatePinner(PINS).build();
    }
}
```

Use instead:

```diff
                 "sha256/HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
-                "sha256/UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07c")
+                "sha256/UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=")
         .build();
```

References: CWE-1188; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.base.bounds import shortened
from pincompiler.facts.okhttp import Library
from pincompiler.platforms.okhttp.pins import hash_of
from pincompiler.rules.okhttp_patterns import added, entry
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Pins of the app that do not have the form or the length."""
    for one, library in added(audited):
        for pin in one.pins:
            if fault := _fault(pin, library):
                message = f"the pin {shortened(pin)} for {one.pattern} {fault}"
                fix = "put the pin of the key: pincompiler pin FILE"
                yield from entry(RULE, audited, one, message, fix, pin)


def _fault(pin: str, library: Library) -> str:
    found = hash_of(pin)
    if library.major == 2 and not pin.startswith("sha1/"):
        return "is refused by OkHttp 2, which throws on all but `sha1/`"
    if found is None:
        return "is refused by OkHttp, which throws"
    length = 20 if pin.startswith("sha1/") else 32
    return "" if len(found) == length else f"has {len(found)} bytes and not {length}: no key matches it"


RULE = Rule("malformed-okhttp-pin", Level.ERROR, __doc__, app=check)
