"""A WebView loads pages although their certificate was refused.

``SslErrorHandler.proceed()`` overrules the refusal: anybody between the device and the server can show their
own page, with the app's JavaScript interfaces and cookies.  Asking the user first helps little, since no user
can distinguish a forged certificate from a broken one.  What happens in debuggable apps only is a note.

A null test of what Android passes (``handler?.proceed()``) is no condition: the handler, the error and the
view are always there.  Nor is one that an attacker meets: any certificate of theirs is an ``SSL_UNTRUSTED``
error, one that was issued for another host an ``SSL_IDMISMATCH``, and one whose dates are past an
``SSL_DATE_INVALID``, since WebView looks at dates before it asks who signed; whoever makes a certificate writes
its names and dates; the address of every page begins with ``https``.  To go on for ``SSL_EXPIRED`` or
``SSL_NOTYETVALID`` only, which WebView does not report, or for some named hosts, is a warning.  Where the app's own code goes on under a condition that cannot be read, or leaves the
decision to code that cannot be followed, the app is not fully audited (exit code 3), and the report says where.

```java
public final class Pages {
    public static void set(WebView view) {
        view.setWebViewClient(new WebViewClient() {
            @Override public void onReceivedSslError(WebView v, SslErrorHandler handler, SslError error) {
                handler.proceed();
            }
        });
    }
}
```

Use instead:

```diff
             @Override public void onReceivedSslError(WebView v, SslErrorHandler handler, SslError error) {
-                handler.proceed();
+                handler.cancel();
             }
```

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0284; MASWE-0027
"""

from pincompiler.facts.trust import Decides, Flaw, When
from pincompiler.rules.leniency import lenient, reported
from pincompiler.rules.rule import Audited, Findings, Level, Rule


def check(audited: Audited) -> Findings:
    """Clients of WebViews that go on."""
    for one in lenient(audited, Decides.ERROR, Flaw.ACCEPTS_ALL, Flaw.SKIPS):
        does = "loads pages although their certificate was refused"
        ours = one.code.owner.first_party or one.when is not When.DEBUGGABLE
        yield from reported(
            RULE, audited, one, does, "call handler.cancel()" if ours else "ship a release build"
        )


RULE = Rule("webview-ignores-tls-errors", Level.ERROR, __doc__, app=check)
