"""A pattern matches no host in the OkHttp that the app contains.

A pattern is a host, `*.` and a host for exactly one label below it, or since OkHttp 4.3 `**.` and a host for
everything from it downwards.  With any other text older versions pin nothing and say nothing; newer ones
throw when the pinner is built.

```java
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

from pincompiler.base.bounds import shortened
from pincompiler.platforms.okhttp.pins import fault_of
from pincompiler.rules.okhttp_patterns import added, entry
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Patterns of the app that cannot match."""
    for one, library in added(audited):
        if fault := fault_of(one.pattern, library.known_version):
            message = f"the pattern {shortened(one.pattern)} matches no host in {library.title}: {fault}"
            fix = "write the host, or `*.` or `**.` and the host"
            yield from entry(RULE, audited, one, message, fix, one.pattern)


RULE = Rule("unmatched-pattern", Level.ERROR, __doc__, app=check)
