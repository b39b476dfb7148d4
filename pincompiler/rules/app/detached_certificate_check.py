"""A script compares certificates of another connection than those that the app uses.

cordova-plugin-sslcertificatechecker connects, compares a fingerprint with that of the server's certificate, and closes
the connection. What the app sends afterwards goes through connections of the WebView, or of another plugin, which nobody
compares: whoever lets the check through to the real server, and answers the others, is not noticed. Its makers say
so, too.

```js
window.plugins.sslCertificateChecker.check(
    start, fail, "https://api.example.com",
    "8A 92 C2 5E F2 77 1B 46 0F 8F 44 D1 0B 39 8C 6A 3C 65 2D 0B 57 1B D9 4C 1D 5A 7E 0E 42 C9 8A 31");
```

Use instead:

```js
cordova.plugin.http.setServerTrustMode('default', start, fail);
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.bundled import Trusts
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Calls in scripts; whether they run in a release is unknown."""
    for one in audited.app.bundled.scripts:
        if one.trusts is Trusts.APART:
            yield RULE.in_file(
                one.where,
                f"{one.call} compares certificates of a connection of its own, and the app's are not compared",
                "pin where the connections are made: with the network security configuration, or the mode pinned of"
                " cordova-plugin-advanced-http",
                mechanism=Mechanism.HYBRID.value,
                confidence=Confidence.LIKELY,
                role=one.trusts.value,
            )


RULE = Rule("detached-certificate-check", Level.WARNING, __doc__, app=check)
