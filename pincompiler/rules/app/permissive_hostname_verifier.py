"""A hostname verifier accepts every host.

## Why is this bad?

A certificate that any authority issued, to anybody, for any name, is accepted for the host: its owner can
read and change the traffic.  The network security configuration and the default trust manager do not make
up for it.

## Example

```java
import java.net.URL;
import javax.net.ssl.HttpsURLConnection;

public final class Net {
    public static HttpsURLConnection open() throws Exception {
        URL url = new URL("https://api.example.com/");
        HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
        connection.setHostnameVerifier((host, session) -> true);
        return connection;
    }
}
```

```kotlin
import okhttp3.OkHttpClient

class Clients {
    fun client(): OkHttpClient = OkHttpClient.Builder().hostnameVerifier { _, _ -> true }.build()
}
```

Use instead:

```diff
         HttpsURLConnection connection = (HttpsURLConnection) url.openConnection();
-        connection.setHostnameVerifier((host, session) -> true);
         return connection;
```

```diff
 class Clients {
-    fun client(): OkHttpClient = OkHttpClient.Builder().hostnameVerifier { _, _ -> true }.build()
+    fun client(): OkHttpClient = OkHttpClient.Builder().build()
 }
```

References: CWE-297; MASVS-NETWORK-1; MASTG-TEST-0283; MASWE-0027
"""

from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.leniency import lenient, reported, stock
from pincompiler.rules.rule import Audited, Findings, Level, Rule

_FIX = "remove it: the platform compares the names"


def check(audited: Audited) -> Findings:
    """Verifiers of the app's own, and uses of those that libraries offer."""
    for one in lenient(audited, Decides.HOST, Flaw.ACCEPTS_ALL):
        yield from reported(RULE, audited, one, "accepts a certificate for any host", _FIX)
    yield from stock(RULE, audited, Decides.HOST, "accepts a certificate for any host", _FIX)


RULE = Rule("permissive-hostname-verifier", Level.ERROR, __doc__, app=check)
