"""OkHttp throws on a pin, or no key can ever match it.

## Why is this bad?

OkHttp takes pins that begin with `sha256/` or `sha1/` and throws on all others when the pinner is built,
which mostly crashes the app at its start.  It does not look at the length: a hash that was cut off matches
no key, and every connection to the host fails.

## Example

```java
import okhttp3.CertificatePinner;
import okhttp3.OkHttpClient;

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

from pincompiler.facts.okhttp import Added, Library
from pincompiler.platforms.okhttp.pins import hash_of
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Pins of the app that do not have the form or the length."""
    for pinner in audited.app.okhttp.pinners:
        for added in pinner.added:
            if added.code.owner.first_party:
                yield from _judged(audited, added, pinner.library)


def _judged(audited: Audited, added: Added, library: Library) -> Findings:
    for pin in added.pins:
        if said := _fault(pin, library):
            yield from RULE.in_code(
                audited,
                added.code,
                f"the pin {pin[:60]} for {added.pattern} {said}",
                "put the pin of the key: pincompiler pin FILE",
                hosts=(added.pattern,),
                mechanism=Mechanism.OKHTTP.value,
                shown=(pin[:200],),
                role=pin[:200],
            )


def _fault(pin: str, library: Library) -> str:
    found = hash_of(pin)
    if library.major == 2 and not pin.startswith("sha1/"):
        return "is refused by OkHttp 2, which throws on all but `sha1/`"
    if found is None:
        return "is refused by OkHttp, which throws"
    length = 20 if pin.startswith("sha1/") else 32
    return "" if len(found) == length else f"has {len(found)} bytes and not {length}: no key matches it"


RULE = Rule("malformed-okhttp-pin", Level.ERROR, __doc__, app=check)
