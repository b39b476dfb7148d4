"""A version of TLS is asked for that is broken.

## Why is this bad?

SSL 3, TLS 1.0 and TLS 1.1 have known attacks and are withdrawn (RFC 7568, RFC 8996).  Android offers TLS 1.2
and newer by itself; newer Android versions refuse the old ones altogether.  Named beside a newer version it is
a note, for the server chooses.

## Example

```java
import javax.net.ssl.SSLContext;

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
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.rules.rule import Audited, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.finding import Finding


def check(audited: Audited) -> Iterator[Finding]:
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


RULE = Rule(
    "outdated-tls-protocol",
    Level.WARNING,
    __doc__,
    app=check,
    sources=("https://www.rfc-editor.org/rfc/rfc8996",),
)
