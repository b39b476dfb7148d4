"""The release trusts certificate authorities that users install.

Whoever talks a user or an administrator into installing a CA, or has the device for a minute, reads and
changes all traffic of hosts without pins, and of pinned ones from the day on which their pins expire.
Android trusts no such CA unless the app asks for it or targets Android 6 or older.

```xml
<network-security-config>
  <base-config>
    <trust-anchors>
      <certificates src="system"/>
      <certificates src="user"/>
    </trust-anchors>
  </base-config>
</network-security-config>
```

Use instead:

```xml
<network-security-config>
  <debug-overrides>
    <trust-anchors>
      <certificates src="user"/>
    </trust-anchors>
  </debug-overrides>
</network-security-config>
```

References: CWE-295; MASVS-NETWORK-1; MASTG-TEST-0286; MASWE-0027
"""

from collections.abc import Iterator

from pincompiler.base.location import Location
from pincompiler.platforms.nsc.model import Certificates, Nsc
from pincompiler.policy.enforcement import title_of
from pincompiler.rules.rule import Audited, Findings, Level, Rule

SDK = 24
"""The target from which on Android does not trust them by default."""


def check(audited: Audited) -> Findings:
    """What asks for user CAs; that an old target does so by default is a note."""
    app = audited.app
    for file in app.nsc.read:
        for anchor, hosts, pinned in _asking(file.nsc):
            who = title_of(tuple(hosts)) if hosts else "every host without a domain-config"
            rest = ": its pins alone keep them out, as long as they are in force" if pinned else ""
            yield RULE.in_nsc(
                file,
                anchor.where,
                f"CAs that the user installed are trusted for {who}{rest}",
                "take it away, or move it to debug-overrides",
                hosts=tuple(hosts),
                role=hosts[0] if hosts else "base",
            )
    if app.manifest.target_sdk < SDK and not _says(audited) and not app.nsc.unresolved:
        yield RULE.in_file(
            Location(app.path, member="AndroidManifest.xml"),
            "CAs that the user installed are trusted for every host, for the app targets API level "
            f"{app.manifest.target_sdk}",
            f"raise targetSdkVersion to {SDK} at least",
            level=Level.NOTE,
            role="target",
        )


def _asking(nsc: Nsc) -> Iterator[tuple[Certificates, list[str], bool]]:
    """Each entry for user CAs outside debug-overrides, its hosts, and whether all of them are pinned."""
    found: dict[Location | None, tuple[Certificates, list[str], list[bool]]] = {}
    ignored = {anchor.where for anchor in nsc.overrides or ()}
    settings = [(nsc.base, [""], False)]
    settings += [
        (config.settings, [domain.name for domain in config.matched], bool(config.keys))
        for config in nsc.configs
        if config.matched
    ]
    for one, hosts, pinned in settings:
        for anchor in one.anchors or ():
            # Overridden pins have a rule of their own.
            overridden = pinned and anchor.overrides_pins
            if anchor.source == "user" and anchor.where not in ignored and not overridden:
                _, names, pins = found.setdefault(anchor.where, (anchor, [], []))
                names += hosts
                pins.append(pinned)
    for anchor, names, pins in found.values():
        # An entry of base-config is reported for all hosts, not for those that inherit it.
        yield anchor, [] if "" in names else names, all(pins)


def _says(audited: Audited) -> bool:
    """Whether a configuration decides for all hosts, so that no default is left."""
    files = audited.app.nsc.read
    return bool(files) and all(file.nsc.base.anchors is not None for file in files)


RULE = Rule("user-ca-trusted", Level.WARNING, __doc__, app=check)
