"""A target has a name that pincompiler does not know.

Nothing would be written for the target, and the app for that platform would be built without pins.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.okhttp]
path = "app/src/main/kotlin/com/example/shop/Pins.kt"
package = "com.example.shop"
```

Use instead:

```diff
-[target.okhttp]
+[target.okhttp-kotlin]
 path = "app/src/main/kotlin/com/example/shop/Pins.kt"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("unknown-target", Level.ERROR, __doc__)
