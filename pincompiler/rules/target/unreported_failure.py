"""A target cannot report what the policy wants reported.

The NSC, OkHttp and NSPinnedDomains have no way to report a pin failure, and none to try pins without
enforcing them.  Hosts with `enforce = false` are left out of such targets, never enforced, and failures of
others are seen only where TrustKit runs.

```toml
[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]
report-uris = ["https://reports.example.com/pins"]

[target.nsc]
path = "network_security_config.xml"
```

Use instead:

```diff
-[target.nsc]
+[target.trustkit-android]
 path = "network_security_config.xml"
```
"""

from pincompiler.rules.rule import Findings, Level, Lowered, Rule


def check(lowered: Lowered) -> Findings:
    """Report-only sets that the target leaves out, and report URIs that it has no place for."""
    target, present = lowered.target, frozenset(lowered.model.names())
    for pin_set in lowered.policy.sets:
        where, hosts, title = pin_set.where, pin_set.hosts, target.title
        if pin_set.keys and not pin_set.enforce and not (target.reports and present.issuperset(hosts)):
            message = f"{pin_set.title} is report-only, so {title} does nothing for it"
            yield RULE.at(
                where, message, "use `trustkit` to hear of failures", hosts=hosts, target=lowered.name
            )
        elif pin_set.report_uris and not target.reports:
            place = where.at("report-uris") if where else None
            message = f"{title} reports no failure of {pin_set.title}"
            yield RULE.at(
                place, message, "nothing to do if another target does", hosts=hosts, target=lowered.name
            )


RULE = Rule("unreported-failure", Level.NOTE, __doc__, target=check)
