"""The policy of a release is not a digest.

A digest that is cut short or was copied from elsewhere belongs to no policy.  What the release accepts stays
unknown then, and with it whether any change of keys is safe for its users.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[[release]]
name = "4.2"
date = 2026-09-01
policy = "4acfe69c26eb2e55634d929b3e571078965486"
```

Use instead:

```diff
 date = 2026-09-01
-policy = "4acfe69c26eb2e55634d929b3e571078965486"
+policy = "sha256/Ss/mnCbrLlVjTZKbPlcQeJZUhkPJVMIqUkrVRKEVwVQ="
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("malformed-digest", Level.ERROR, __doc__)
