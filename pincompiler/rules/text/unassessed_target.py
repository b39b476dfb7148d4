"""A target keeps its pins in assessment builds.

The network security configuration lets the proxy through in a debuggable build, and this target still refuses it: the
reviewer sees no traffic of clients that it pins.  Either it has no way to know a debuggable build, or nobody said where
its second file goes.  A class needs a source set of its own in either build, since Kotlin and Java refuse one that is
declared in `src/main` and in `src/debug`.

```toml
[anchors.proxy]
file = "certs/shop-ca.pem"

[assessment]
anchors = ["proxy"]

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "app/src/main/res/xml/network_security_config.xml"

[target.okhttp-kotlin]
path = "app/src/main/kotlin/com/example/shop/Pins.kt"
package = "com.example.shop"
```

Use instead:

```diff
-path = "app/src/main/kotlin/com/example/shop/Pins.kt"
+path = "app/src/release/kotlin/com/example/shop/Pins.kt"
 package = "com.example.shop"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unassessed-target", Level.WARNING, __doc__)
