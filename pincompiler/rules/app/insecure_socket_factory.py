"""A socket factory that checks nothing is used.

## Why is this bad?

``SSLCertificateSocketFactory.getInsecure`` makes sockets that accept every certificate for every host.  It is
meant for tests of servers.

## Example

```java
import android.net.SSLCertificateSocketFactory;
import javax.net.ssl.SSLSocketFactory;

public final class Net {
    @SuppressWarnings("deprecation")
    public static SSLSocketFactory factory() {
        return SSLCertificateSocketFactory.getInsecure(10_000, null);
    }
}
```

Use instead:

```java
import javax.net.ssl.SSLSocketFactory;

public final class Net {
    public static SSLSocketFactory factory() {
        return (SSLSocketFactory) SSLSocketFactory.getDefault();
    }
}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.rules.rule import Audited, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.finding import Finding


def check(audited: Audited) -> Iterator[Finding]:
    """Calls of getInsecure."""
    call = "SSLCertificateSocketFactory.getInsecure"
    for one in audited.app.trust.insecure:
        message = f"{call} makes sockets that accept every certificate for every host"
        yield from RULE.in_code(
            audited, one.code, message, "use the default factory", shown=(call,), role=call
        )


RULE = Rule("insecure-socket-factory", Level.ERROR, __doc__, app=check)
