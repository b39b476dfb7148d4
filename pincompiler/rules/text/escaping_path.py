"""A path leads out of the directory of pins.toml.

Whoever can edit pins.toml could then have any file of the machine that builds the app read or
overwritten.  And an absolute path, or one into the parent directory, is another file on the next
machine.  Put pins.toml at the top of the project, and name everything from there.  Where several pins.toml of
one repository share keys, `root = "../.."` says from which folder a file names all its paths: one above it, in the
same repository, or below the working directory where there is none.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "../app/src/main/res/xml/network_security_config.xml"
```

Use instead:

```diff
 [target.nsc]
-path = "../app/src/main/res/xml/network_security_config.xml"
+path = "app/src/main/res/xml/network_security_config.xml"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("escaping-path", Level.ERROR, __doc__)
