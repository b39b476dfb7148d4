"""A target does nothing for some of the users of an app.

Systems older than the mechanism ignore the file silently: users of these systems are not pinned.  `[app]` in
pins.toml says which systems the app supports.

```toml
[app]
android-min-sdk = 21

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "network_security_config.xml"
```

Use instead:

```diff
 [app]
-android-min-sdk = 21
+android-min-sdk = 24
```
"""

from pincompiler.rules.rule import Findings, Level, Lowered, Rule


def check(lowered: Lowered) -> Findings:
    """Targets that need a newer system than the app does."""
    problem = lowered.target.inert(lowered.app)
    if problem:
        own = any(one.trust.anchors for one in lowered.policy.sets)
        more = "; servers under CAs of the app are refused there" if own else ""
        message = f"{problem}, and users there are not pinned by it{more}"
        fix = f"raise the app's minimum, or pin there by other means than {lowered.name}"
        yield RULE.at(lowered.app.where, message, fix, target=lowered.name)


RULE = Rule("inert-target", Level.WARNING, __doc__, target=check)
