"""A socket factory that checks nothing is used.

``SSLCertificateSocketFactory.getInsecure`` makes sockets that accept every certificate for every host.  It is
meant for tests of servers.

```java
public final class Net {
    @SuppressWarnings("deprecation")
    public static SSLSocketFactory factory() {
        return SSLCertificateSocketFactory.getInsecure(10_000, null);
    }
}
```

Use instead:

```diff
-    @SuppressWarnings("deprecation")
     public static SSLSocketFactory factory() {
-        return SSLCertificateSocketFactory.getInsecure(10_000, null);
+        return (SSLSocketFactory) SSLSocketFactory.getDefault();
     }
```

References: CWE-295; CWE-297; MASVS-NETWORK-1; MASTG-TEST-0234; MASWE-0027
"""

from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Calls of getInsecure."""
    call = "SSLCertificateSocketFactory.getInsecure"
    for one in audited.app.trust.insecure:
        message = f"{call} makes sockets that accept every certificate for every host"
        yield from RULE.in_code(
            audited, one.code, message, "use the default factory", shown=(call,), role=call
        )


RULE = Rule("insecure-socket-factory", Level.ERROR, __doc__, app=check)
