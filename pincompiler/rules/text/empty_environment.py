"""No pin-set counts for an environment.

Its builds would be made and shipped to testers without any pin, and nobody would notice until pins are tried for the
first time in production.  If that is meant, say it: with `pinning = false` the files are written, so that the builds
compile, and pin nothing.

```toml
[environments]
production = { release = true }
staging = {}

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
environments = ["production"]
```

Use instead:

```diff
-staging = {}
+staging = { pinning = false }
```

References: CWE-295; MASVS-NETWORK-2
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("empty-environment", Level.ERROR, __doc__)
