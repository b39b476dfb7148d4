"""A script pins to certificates that are not in the app.

In the mode `pinned`, cordova-plugin-advanced-http trusts the certificates in files of `www/certificates` whose names
end in `.cer`, and no others. Without such a file it trusts nobody, and each request that goes through it fails. With a
file that is no certificate the call fails instead: the mode stays what it was, which pins nothing. In an app of
Capacitor, too, the plugin looks for them in `assets/www`, although the scripts are in `assets/public`.

```js
cordova.plugin.http.setServerTrustMode('pinned', start, fail);
```

Add the certificates of the server's CAs to `www/certificates`, as DER.

Use instead:

```js
cordova.plugin.http.setServerTrustMode('default', start, fail);
```

References: CWE-295; MASVS-NETWORK-2; MASWE-0028
"""

from pincompiler.facts.bundled import Trusts
from pincompiler.rules.rule import Audited, Confidence, Findings, Level, Mechanism, Rule


def check(audited: Audited) -> Findings:
    """Calls in scripts that pin, where no certificate is, or something else; not where not all files were read."""
    bundled = audited.app.bundled
    whole = {file.where.member for file in bundled.files if file.store.certificates}
    unread = any(Mechanism.KEYSTORE in one.mechanisms for one in audited.app.unseen)
    for one in bundled.scripts:
        if one.trusts is Trusts.CERTIFICATES:
            damaged = [file for file in one.files if file not in whole and not unread]
            if not one.files:
                said = "trusts nobody, for the app has no .cer file in assets/www/certificates: each request fails"
            elif damaged:
                said = f"fails, for {damaged[0]} is no certificate: requests go on without pins"
            else:
                continue
            yield RULE.in_file(
                one.where,
                f"{one.call} {said}",
                "put the certificates, as DER, into www/certificates, with names that end in .cer",
                mechanism=Mechanism.HYBRID.value,
                confidence=Confidence.LIKELY,
                role=damaged[0] if damaged else "none",
            )


RULE = Rule("pinned-without-certificates", Level.ERROR, __doc__, app=check)
