"""An anchor is the certificate of a server.

The usual advice for "certificate pinning on Android" puts the server's certificate into `<trust-anchors>`.  What
that pins is its key: Android knows an anchor by its name and key, takes a renewed certificate for the same anchor,
and does not look at its dates, so that an expired certificate is accepted as well.  Pin the certificate, or its
key, and say so.

```toml
[anchors.api]
file = "certs/api-2026.pem"

[[pin-set]]
hosts = ["api.example.com"]
trust = ["api"]
```

Use instead:

```diff
-[anchors.api]
-file = "certs/api-2026.pem"
-
 [[pin-set]]
 hosts = ["api.example.com"]
-trust = ["api"]
+keys = ["api-2026", "api-2027"]
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("anchor-is-leaf", Level.ERROR, __doc__)
