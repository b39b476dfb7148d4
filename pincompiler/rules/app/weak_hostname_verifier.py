"""A hostname verifier does not compare the host with the names in the certificate.

A verifier is passed the name that the app asked for: comparing that name with a constant shows nothing about
who answered.  A name that merely ends with, or contains, another is no proof either: ``notexample.com`` ends
with ``example.com``.

```java
public final class Net {
    public static HttpsURLConnection open() throws Exception {
        URL url = new URL("https://api.example.com/");
        HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
        connection.setHostnameVerifier((host, session) -> host.endsWith("example.com"));
        return connection;
    }
}
```

Use instead:

```diff
         HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
-        connection.setHostnameVerifier((host, session) -> host.endsWith("example.com"));
+        connection.setHostnameVerifier((host, session) ->
+                host.endsWith("example.com")
+                        && HttpsURLConnection.getDefaultHostnameVerifier().verify(host, session));
         return connection;
```

References: CWE-297; MASVS-NETWORK-1; MASTG-TEST-0283; MASWE-0027
"""

from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.leniency import OPEN, lenient, reported
from pincompiler.rules.rule import Audited, Findings, Level, Rule

_DOES = {
    Flaw.IGNORES_CERTIFICATE: "decides without asking for a name in the certificate",
    Flaw.SUBSTRING: "is content with a part of a name in the certificate",
    Flaw.SKIPS: "accepts a certificate for any host",
}


def check(audited: Audited) -> Findings:
    """Verifiers that compare something, and not the names."""
    for one in lenient(audited, Decides.HOST, *_DOES):
        refuses_some = one.flaw is Flaw.SUBSTRING or one.when not in OPEN
        level = RULE.level if one.flaw is Flaw.IGNORES_CERTIFICATE or not refuses_some else Level.WARNING
        fix = "ask HttpsURLConnection.getDefaultHostnameVerifier() as well"
        yield from reported(RULE, audited, one, _DOES[one.flaw], fix, level=level)


RULE = Rule("weak-hostname-verifier", Level.ERROR, __doc__, app=check)
