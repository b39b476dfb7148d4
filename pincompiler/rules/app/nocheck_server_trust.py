"""A script turns the certificate checks of Cordova's HTTP plugin off.

In the mode `nocheck`, and after `acceptAllCerts(true)` of its versions before 2.0, cordova-plugin-advanced-http
accepts every certificate for every host: anybody between the device and the server reads and changes the traffic.
After `validateDomainName(false)`, of versions before 1.6.2, whoever has a certificate for any host at all can.

```js
cordova.plugin.http.setServerTrustMode('nocheck', start, fail);
```

Use instead:

```js
cordova.plugin.http.setServerTrustMode('default', start, fail);
```

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0282; MASWE-0027
"""

from typing import Final

from pincompiler.facts.bundled import Trusts
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule

_ACCEPTED: Final = {
    Trusts.EVERYBODY: "every certificate for every host",
    Trusts.ANY_NAME: "certificates of other hosts for every host",
}


def check(audited: Audited) -> Findings:
    """Calls in scripts; whether such a script runs in a release is unknown."""
    for one in audited.app.bundled.scripts:
        if one.trusts in _ACCEPTED:
            yield RULE.in_file(
                one.where,
                f"{one.call} accepts {_ACCEPTED[one.trusts]}",
                "use the mode pinned, or default",
                mechanism=Mechanism.HYBRID.value,
                confidence=Confidence.LIKELY,
                role="nocheck" if one.trusts is Trusts.EVERYBODY else one.trusts.value,
            )


RULE = Rule("nocheck-server-trust", Level.ERROR, __doc__, app=check)
