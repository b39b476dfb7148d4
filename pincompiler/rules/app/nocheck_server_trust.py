"""A script turns cordova-plugin-advanced-http's certificate checks off.

In the mode `nocheck` the plugin accepts every certificate for every host: anybody between the device and
the server reads and changes the traffic.

```js
cordova.plugin.http.setServerTrustMode('nocheck', start, fail);
```

Use instead:

```js
cordova.plugin.http.setServerTrustMode('pinned', start, fail);
```

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0282; MASWE-0027
"""

from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Choices of that mode in scripts; whether such a script runs in a release is unknown."""
    for one in audited.app.kits.hybrid:
        if one.mode == "nocheck":
            yield RULE.in_file(
                one.where,
                "setServerTrustMode('nocheck') accepts every certificate for every host",
                "use the mode pinned, or default",
                mechanism=Mechanism.HYBRID.value,
                confidence=Confidence.LIKELY,
                role="nocheck",
            )


RULE = Rule("nocheck-server-trust", Level.ERROR, __doc__, app=check)
