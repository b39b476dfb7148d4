"""What opens a build for an assessment is in the app.

An assessment build lets a proxy read its traffic, for every host and whatever is pinned. The file that does so belongs
into the source set of debug builds, and never into an app that ships: whoever has the proxy's key reads the traffic of
all users as soon as one flag of the manifest is wrong, or at once where code pins by itself.  What a release has of it
shows that its files were put together wrongly, whether it has an effect today or not.

```toml
[assessment]
anchors = ["user"]

[[pin-set]]
hosts = ["api.example.com"]
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "app/src/main/res/xml/network_security_config.xml"
```

```xml
<network-security-config>
  <domain-config>
    <domain includeSubdomains="false">api.example.com</domain>
    <pin-set>
      <pin digest="SHA-256">HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=</pin>
      <pin digest="SHA-256">UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=</pin>
    </pin-set>
  </domain-config>
  <debug-overrides>
    <trust-anchors>
      <certificates src="user"/>
    </trust-anchors>
  </debug-overrides>
</network-security-config>
```

Use instead:

```diff
   </domain-config>
-  <debug-overrides>
-    <trust-anchors>
-      <certificates src="user"/>
-    </trust-anchors>
-  </debug-overrides>
 </network-security-config>
```

References: CWE-489; CWE-295; MASVS-NETWORK-2; MASVS-RESILIENCE-4
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from pincompiler.facts.nsc import NscFile
from pincompiler.platforms.nsc.model import Certificates
from pincompiler.policy.enforcement import Key
from pincompiler.rules.carried import carried
from pincompiler.rules.rule import Audited, Findings, Level, Rule

_FIX = "build without the source set of debug builds, and look for the file in those of the release"


def check(audited: Audited) -> Findings:
    """Each trace, by itself: digests, anchors, overrides, the file beside the configuration, Cronet's bypass."""
    yield from _overrides(audited)
    if audited.traces:
        yield from chain(
            _twins(audited),
            _digests(audited),
            _certificates(audited),
            _pins(audited),
            _sightings(audited),
            _bypass(audited),
        )


def _overrides(audited: Audited) -> Findings:
    """Anchors for debuggable builds; without [assessment] those of the file itself are what Android advises."""
    for file, anchors in _overriding(audited):
        names = ", ".join(dict.fromkeys(one.source for one in anchors))
        which = "is for debuggable builds alone, and" if file.is_debug_twin else "has debug-overrides, which"
        if not (audited.traces or file.is_debug_twin):
            continue
        level = Level.ERROR if audited.traces else Level.WARNING
        message = f"{file.title} {which} trusts {names} for every host"
        yield RULE.in_nsc(file, anchors[0].where, message, _FIX, level=level, role="overrides")


def _twins(audited: Audited) -> Findings:
    """A file of the debug source set that opens nothing: its source set is in the app all the same."""
    for file in audited.app.nsc.files:
        if file.is_debug_twin and not file.nsc.overrides:
            yield RULE.in_file(file.where, f"{file.title} is for debuggable builds alone", _FIX, role="twin")


def _overriding(audited: Audited) -> Iterator[tuple[NscFile, list[Certificates]]]:
    """Each file with the anchors that stand in it: in a debuggable build those of the twin are in force in the file, too."""
    twins = [file for file in audited.app.nsc.files if file.is_debug_twin]
    elsewhere = {one.where for file in twins for one in file.nsc.overrides or ()}
    for file in audited.app.nsc.files:
        own = [one for one in file.nsc.overrides or () if file.is_debug_twin or one.where not in elsewhere]
        if own:
            yield file, own


def _digests(audited: Audited) -> Findings:
    digests = audited.traces.digests if audited.traces else frozenset()
    for one in carried(audited.app):
        if one.digest in digests:
            message = f"{one.title} was compiled for assessment builds, by its policy {one.digest}"
            yield RULE.in_file(one.where, message, _FIX, mechanism=one.mechanism, role="digest")


def _certificates(audited: Audited) -> Findings:
    anchors = {one.spki_sha256: one.name for one in audited.traces.anchors} if audited.traces else {}
    for file in audited.app.bundled.files:
        for name in dict.fromkeys(anchors.get(one.spki_sha256) for one in file.store.certificates):
            if name:
                message = f"{file.title} has the certificate of `{name}`, a CA of assessment builds"
                yield RULE.in_file(file.where, message, _FIX, role=f"certificate {name}")


def _pins(audited: Audited) -> Findings:
    """Keys of anchors among the pins, or in the code whether it pins or not."""
    names = _names(audited)
    said = set()
    for pin in audited.app.pins:
        if name := names.get(pin.pin):
            said.add(name)
            message = f"the key of `{name}`, a CA of assessment builds, is pinned"
            hosts = (pin.host,) if pin.host else ()
            more = f" for {pin.host}" if pin.host else ""
            mechanism = pin.mechanism.value
            yield RULE.in_file(
                pin.where, f"{message}{more}", _FIX, hosts=hosts, mechanism=mechanism, role=name
            )
    for one in audited.app.okhttp.hashes:
        name = _in_code(one.text, names)
        if name and name not in said:
            message = f"the code has the key of `{name}`, a CA of assessment builds"
            yield RULE.in_file(one.where, message, _FIX, mechanism="okhttp", role=name)


def _names(audited: Audited) -> dict[str, str]:
    """The anchors by what pins of them are, and by the same in hexadecimal."""
    found: dict[str, str] = {}
    for one in audited.traces.anchors if audited.traces else ():
        found |= dict.fromkeys((Key(one.spki_sha256).pin, one.spki_sha256.hex()), one.name)
    return found


def _in_code(text: str, names: Mapping[str, str]) -> str:
    """The anchor whose key a text of the code is; empty if it is none's."""
    return names.get(text.removeprefix("sha256/")) or names.get(text.lower(), "")


def _sightings(audited: Audited) -> Findings:
    """Files with a certificate or key in another form than those before: in an image, in hexadecimal, in a table."""
    names, seen = _names(audited), audited.app.bundled.sightings
    said = {(pin.where.member, names.get(pin.pin)) for pin in audited.app.pins}
    said |= {(one.where.member, _in_code(one.text, names)) for one in audited.app.okhttp.hashes}
    for file in audited.app.bundled.files:
        said |= {(file.where.member, names.get(one.spki_sha256.hex())) for one in file.store.certificates}
    # What lies unpacked in an archive is seen in the archive as well.
    inner = said | {(one.where.member, one.name) for one in seen}
    for one in seen:
        member = one.where.member
        if (member, one.name) not in said and not any(
            name == one.name and other.startswith(f"{member}!") for other, name in inner
        ):
            what = f"the certificate or the key of `{one.name}`, a CA of assessment builds"
            yield RULE.in_file(one.where, f"{member} has {what}", _FIX, role=f"sighting {one.name}")


def _bypass(audited: Audited) -> Findings:
    """Cronet's pins that a CA which was installed on the device skips, as is its default."""
    said = set()
    for entry in audited.app.kits.cronet:
        if entry.bypass is not None and entry.code.location.symbol not in said:
            said.add(entry.code.location.symbol)
            yield from RULE.in_code(
                audited,
                entry.code,
                f"{entry.builder} skips its pins for CAs installed on the device, as an assessment build may",
                "switch the bypass off in releases: the rule bypassable-cronet-pins says how",
                mechanism="cronet",
                confidence=entry.bypass,
                role="bypass",
            )


RULE = Rule("assessment-in-release", Level.ERROR, __doc__, app=check)
