"""A hand-written base pins hosts that pins.toml does not know.

Such a host is pinned on this platform and on no other, its keys are rotated by hand, and no check covers
them.  Move the pins to pins.toml, which then covers every platform.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "network_security_config.xml"
base = "android/base-with-pins.xml"
```

Use instead:

```diff
 path = "network_security_config.xml"
-base = "android/base-with-pins.xml"
+base = "android/nsc-base.xml"
```
"""

from pincompiler.rules.rule import Findings, Level, Lowered, Rule


def check(lowered: Lowered) -> Findings:
    """Names of the base that are pinned there and not covered by the policy."""
    for name in sorted(lowered.unmanaged):
        if lowered.model.demand(name) and lowered.policy.covering(name) is None:
            message = f"{name} is pinned by the base of {lowered.name} only"
            fix = "move its pins to pins.toml"
            yield RULE.at(lowered.where, message, fix, hosts=(name,), target=lowered.name, kind="base")


RULE = Rule("unmanaged-pin", Level.WARNING, __doc__, target=check)
