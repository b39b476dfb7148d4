"""The check of all connections of an app is replaced by one that accepts everything.

``HttpsURLConnection.setDefaultSSLSocketFactory`` and ``setDefaultHostnameVerifier`` hold for the whole
process: the connections of every library and SDK in the app lose their protection too.

```java
public final class Net {
    public static void start() {
        HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true);
    }
}
```

Use instead:

```java
public final class Net {
    public static HttpsURLConnection open() throws Exception {
        return (HttpsURLConnection) new java.net.URL("https://api.example.com/").openConnection();
    }
}
```

References: CWE-295; CWE-297; MASVS-NETWORK-1; MASTG-TEST-0282; MASTG-TEST-0283; MASWE-0027
"""

from pincompiler.base.location import java_name
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Replacements by what is known to decide wrongly; one that pins for the whole app is sound."""
    for one in audited.app.trust.overrides:
        if one.broken_by:
            broken = java_name(one.broken_by)
            message = f"{one.call} makes all connections of the app trust what {broken} accepts"
            fix = "remove the call"
            yield from RULE.in_code(audited, one.code, message, fix, shown=(one.broken_by,), role=one.call)


RULE = Rule("global-trust-override", Level.ERROR, __doc__, app=check)
