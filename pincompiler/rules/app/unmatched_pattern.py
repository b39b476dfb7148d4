"""A pattern matches no host in the OkHttp that the app contains.

## Why is this bad?

A pattern is a host, `*.` and a host for exactly one label below it, or since OkHttp 4.3 `**.` and a host
for everything from it downwards.  With anything else older versions pin nothing and say nothing; newer
ones throw when the pinner is built.

## Example

```java
import okhttp3.CertificatePinner;
import okhttp3.OkHttpClient;

public final class Net {
    private static final CertificatePinner PINS = new CertificatePinner.Builder()
        .add("https://api.example.com",
                "sha256/HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
                "sha256/UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=")
        .build();

    public static OkHttpClient client() {
        return new OkHttpClient.Builder().certificatePinner(PINS).build();
    }
}
```

Use instead:

```diff
     private static final CertificatePinner PINS = new CertificatePinner.Builder()
-        .add("https://api.example.com",
+        .add("api.example.com",
                 "sha256/HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
```

References: CWE-295; CWE-1188; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.okhttp import Added, Library
from pincompiler.platforms.okhttp.pins import fault_of
from pincompiler.rules.rule import Audited, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Patterns of the app that cannot match."""
    for pinner in audited.app.okhttp.pinners:
        for added in pinner.added:
            if added.code.owner.first_party:
                yield from _judged(audited, added, pinner.library)


def _judged(audited: Audited, added: Added, library: Library) -> Findings:
    if fault := fault_of(added.pattern, library.known_version):
        yield from RULE.in_code(
            audited,
            added.code,
            f"the pattern {added.pattern[:80]} matches no host in {library.title}: {fault}",
            "write the host, or `*.` or `**.` and the host",
            hosts=(added.pattern,),
            mechanism=Mechanism.OKHTTP.value,
            shown=(added.pattern[:200],),
            role=added.pattern[:200],
        )


RULE = Rule("unmatched-pattern", Level.ERROR, __doc__, app=check)
