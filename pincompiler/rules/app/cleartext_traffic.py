"""The app permits connections without TLS.

Whatever is sent over `http://` can be read and changed by everybody on the way.  Android 9 and newer refuse
such traffic unless the app permits it; a network security configuration decides alone where there is one,
else `android:usesCleartextTraffic` does.

```xml
<application android:usesCleartextTraffic="true" />
```

Use instead:

```xml
<application android:usesCleartextTraffic="false" />
```

References: CWE-319; MASVS-NETWORK-1; MASTG-TEST-0235; MASWE-0026
"""

from ipaddress import ip_address

from pincompiler.base.location import Location
from pincompiler.facts.nsc import NscFile
from pincompiler.policy.enforcement import title_of
from pincompiler.rules.rule import Audited, Findings, Level, Rule

SDK = 28
"""The target from which on Android refuses it by default."""


def check(audited: Audited) -> Findings:
    """Who permits it: the base-config, a domain-config without pins, the manifest, or an old target."""
    manifest = audited.app.manifest
    default = manifest.target_sdk < SDK
    for file in audited.app.nsc.read:
        yield from _of_file(file)
        default = default and file.nsc.base.cleartext is None
    where = Location(audited.app.path, member="AndroidManifest.xml")
    decided = bool(audited.app.nsc.files) or audited.app.nsc.unresolved
    said = None if decided else manifest.cleartext
    if said:
        message = "usesCleartextTraffic permits traffic without TLS to every host"
        yield RULE.in_file(where, message, 'write android:usesCleartextTraffic="false"', role="manifest")
    elif default and said is None and not audited.app.nsc.unresolved:
        message = f"cleartext traffic is permitted to every host by default: the app targets API level {manifest.target_sdk}"
        fix = f"raise targetSdkVersion to {SDK} at least, or forbid it in the manifest"
        yield RULE.in_file(where, message, fix, level=Level.NOTE, role="target")


def _of_file(file: NscFile) -> Findings:
    fix = 'write cleartextTrafficPermitted="false"'
    base = file.nsc.base
    if base.cleartext:
        message = "the base-config permits traffic without TLS to every host without a domain-config"
        yield RULE.in_nsc(file, base.cleartext_where, message, fix, role="base")
    reported = {base.cleartext_where}
    for config in file.nsc.configs:
        settings = config.settings
        hosts = tuple(domain.name for domain in config.matched if not _local(domain.name))
        if settings.cleartext and not config.keys and hosts and settings.cleartext_where not in reported:
            reported.add(settings.cleartext_where)
            message = f"traffic without TLS is permitted to {title_of(hosts)}"
            where = settings.cleartext_where
            yield RULE.in_nsc(file, where, message, fix, level=Level.NOTE, hosts=hosts, role=hosts[0])


def _local(host: str) -> bool:
    """Whether the traffic does not leave the machine: the device itself, and an emulator's host.

    RFC 6761 section 6.3 keeps ``localhost`` and the names below it for the device; RFC 1122 section 3.2.1.3, the
    addresses of ``127.0.0.0/8``.  A name that only begins like such an address may be anybody's.
    """
    if host in ("localhost", "10.0.2.2", "10.0.3.2") or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


RULE = Rule("cleartext-traffic", Level.WARNING, __doc__, app=check)
