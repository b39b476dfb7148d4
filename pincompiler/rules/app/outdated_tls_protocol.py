"""The app asks for a broken version of TLS.

SSL 3, TLS 1.0 and TLS 1.1 have known attacks and are withdrawn (RFC 7568, RFC 8996).  Android offers TLS 1.2
and newer by default; newer Android versions refuse the old ones altogether.  An old version beside a newer
one is a note, since the server chooses.

```java
public final class Net {
    public static SSLContext context() throws Exception {
        return SSLContext.getInstance("TLSv1");
    }
}
```

Use instead:

```diff
     public static SSLContext context() throws Exception {
-        return SSLContext.getInstance("TLSv1");
+        return SSLContext.getInstance("TLS");
     }
```

References: CWE-757; CWE-327; MASVS-NETWORK-1; MASTG-TEST-0217; MASWE-0026; https://www.rfc-editor.org/rfc/rfc8996
"""

from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Calls that name an old version."""
    for one in audited.app.trust.protocols:
        yield from RULE.in_code(
            audited,
            one.code,
            f"{one.call} asks for {', '.join(one.versions)}",
            'ask for "TLS", and leave the versions to the platform',
            level=None if one.only else Level.NOTE,
            shown=one.versions,
            role=one.call,
        )


RULE = Rule("outdated-tls-protocol", Level.WARNING, __doc__, app=check)
