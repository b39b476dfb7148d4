"""No build of the app has a file there, or builds of all environments have it.

Gradle finds an environment's file because its flavour has the source set of that name.  There is no flavour whose name
begins with `test`, none called `lint`, `debug` or `release` (the Android Gradle Plugin refuses these), and `main` is the
source set of all builds.  A file in a source set of tests is in no app, whose builds then pin nothing, or what another
file says.  Where `debug` and `release` are all the environments that there are, they may be the build types.

```toml
[environments]
production = { release = true }
test = {}

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "app/src/{environment}/res/xml/network_security_config.xml"
```

Use instead:

```diff
-test = {}
+qa = {}
```

References: [Configure build variants](https://developer.android.com/build/build-variants)
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("wrong-source-set", Level.ERROR, __doc__)
