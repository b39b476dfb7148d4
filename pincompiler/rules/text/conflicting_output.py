"""Two targets write the same file.

The second would overwrite the first, and one platform would ship without its pins.  Only targets that
edit an Info.plist may share it, under one spelling of its name, since each of them writes a section of its
own.  Nor may an output be an input: pins.toml itself, a key, or a `base`.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "app/src/main/res/xml/network_security_config.xml"

[target.trustkit-android]
path = "app/src/main/res/xml/network_security_config.xml"
```

Use instead:

```diff
-[target.nsc]
-path = "app/src/main/res/xml/network_security_config.xml"
-
 [target.trustkit-android]
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("conflicting-output", Level.ERROR, __doc__)
