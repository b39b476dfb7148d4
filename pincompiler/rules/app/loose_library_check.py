"""A library checks less of servers than the platform does.

Libraries that speak TLS by themselves have switches that turn their checks off, for tests with certificates of
one's own; some compare the host with the certificate only if they are asked to.  In an app for users, anybody
between the device and the server can then present a certificate of their own, or one that was issued for another
name, and read and change the traffic.  Neither the network security configuration nor other clients' pins make up
for it.

```java
public final class Feed {
    public static Object read() throws Exception {
        return org.jsoup.Jsoup.connect("https://api.example.com/feed").validateTLSCertificates(false);
    }
}
```

Use instead:

```diff
-        return org.jsoup.Jsoup.connect("https://api.example.com/feed").validateTLSCertificates(false);
+        return org.jsoup.Jsoup.connect("https://api.example.com/feed");
```

References: CWE-295; CWE-297; CWE-319; MASVS-NETWORK-1; MASTG-TEST-0282; MASTG-TEST-0283; MASWE-0027
"""

from typing import Final

from pincompiler.facts.kits import Looseness
from pincompiler.rules.rule import Audited, Findings, Level, Rule

_DOES: Final = {
    Looseness.ANY_CHAIN: "accept every certificate",
    Looseness.ANY_NAME: "accept the certificate of any other host",
    Looseness.PLAIN_TEXT: "connect without TLS",
}


def check(audited: Audited) -> Findings:
    """Uses of libraries that check less by them, or by themselves."""
    for one in audited.app.kits.loose:
        does = _DOES[one.looseness]
        if one.cures:
            said = f"after {one.call}, {one.library} would {does}, and nothing in the app asks it not to"
            fix = one.cures[0]
        else:
            said, fix = f"{one.call} makes {one.library} {does}", "leave the check on"
        yield from RULE.in_code(
            audited,
            one.code,
            said,
            fix,
            level=Level.WARNING if one.looseness is Looseness.PLAIN_TEXT else None,
            shown=(one.call,),
            role=one.call,
        )


RULE = Rule("loose-library-check", Level.ERROR, __doc__, app=check)
