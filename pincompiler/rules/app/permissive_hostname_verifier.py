"""A hostname verifier accepts every host.

A certificate that any authority issued, to anybody, for any name, is accepted for the host: its owner can
read and change the traffic.  The network security configuration and the default trust manager do not make
up for it.

```java
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
from pincompiler.rules.leniency import lenient_rule
from pincompiler.rules.rule import Level

_DOES = "accepts a certificate for any host"

RULE = lenient_rule(
    "permissive-hostname-verifier",
    Level.ERROR,
    __doc__,
    Decides.HOST,
    {Flaw.ACCEPTS_ALL: _DOES},
    "remove it: the platform compares the names",
    stock=_DOES,
)
