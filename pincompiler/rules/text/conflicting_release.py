"""A release has both a policy and a file.

The file shows what was shipped, and the policy follows from the file.  When the two disagree, nobody knows
which of them the users of that release have, and a plan that is built on the wrong one locks these users out.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[[release]]
name = "4.2"
date = 2026-09-01
policy = "sha256/Ss/mnCbrLlVjTZKbPlcQeJZUhkPJVMIqUkrVRKEVwVQ="
file = "git:v4.2:pins.toml"
```

Use instead:

```diff
 date = 2026-09-01
-policy = "sha256/Ss/mnCbrLlVjTZKbPlcQeJZUhkPJVMIqUkrVRKEVwVQ="
 file = "git:v4.2:pins.toml"
```
"""

from pincompiler.rules.rule import Level, Rule

RULE = Rule("conflicting-release", Level.ERROR, __doc__)
