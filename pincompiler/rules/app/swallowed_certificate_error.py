"""A trust manager makes the check, and goes on when it fails.

## Why is this bad?

The exception is how a chain is refused.  Where it is caught and the method returns, every chain is
accepted, whatever the log says.

## Example

```java
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

public final class Net implements X509TrustManager {
    private final X509TrustManager platform;

    public static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Net(null)}, null);
        return context;
    }

    Net(X509TrustManager platform) {
        this.platform = platform;
    }

    @Override public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        try {
            platform.checkServerTrusted(chain, type);
        } catch (CertificateException error) {
            android.util.Log.w("Net", error);
        }
    }

    @Override public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw new CertificateException("no clients");
    }

    @Override public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
```

Use instead:

```diff
             android.util.Log.w("Net", error);
+            throw error;
         }
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.facts.trust import Decides, Flaw
from pincompiler.rules.app.leniency import lenient, told
from pincompiler.rules.rule import Audited, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.finding import Finding


def check(audited: Audited) -> Iterator[Finding]:
    """Trust managers with this flaw."""
    for one in lenient(audited, Decides.CHAIN, Flaw.SWALLOWS):
        yield from told(
            RULE,
            audited,
            one,
            "catches the refusal of a certificate chain and returns",
            "throw the exception again",
        )


RULE = Rule("swallowed-certificate-error", Level.ERROR, __doc__, app=check)
