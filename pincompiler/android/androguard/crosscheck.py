"""Where androguard and pincompiler differ about what is in an app, its code apart."""

from __future__ import annotations

from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from pincompiler.android.androguard.process import AndroguardError, Question, ask
from pincompiler.android.apk.manifest import CODENAME_SDK
from pincompiler.base.bounds import SHOWN_LONG, shortened
from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.etree import _Element as Element

    from pincompiler.android.apk.manifest import Manifest
    from pincompiler.android.apk.package import Package, Part

_REFERENCE = lazy_regex(r"@(?:android:)?0*([0-9a-f]+)")
_NUMBER = lazy_regex(r"(0x|#)0*([0-9a-f]+)")
_WHITE = lazy_regex(r"\s+")


class Compared(Enum):
    """What a disagreement is about."""

    MANIFEST = "manifest"
    NSC = "nsc"
    CODE = "code"
    NOTHING = "nothing"
    """They could not be compared: what pincompiler reads stands alone, as it does by default."""


class EngineDisagreement(NamedTuple):
    """Something that the two read differently, or that could not be compared."""

    subject: Compared
    what: str
    """The member or the part of the app."""
    why: str
    """A sentence without its full stop."""


def disagreements(package: Package) -> Iterator[EngineDisagreement]:
    """Compare DEX files, manifests and network security configurations of each APK of an app."""
    for part, manifest in zip(package.parts, package.manifests, strict=True):
        name = part.name or package.name
        if part.proto:
            yield _uncompared(name, "androguard reads no app bundles")
            continue
        storage = part.archive.storage
        try:
            told = ask(Question.APK, storage.read(0, storage.size))
        except AndroguardError as error:
            yield _uncompared(name, f"androguard cannot read it: {error}")
            continue
        yield from _dex(package, part, told["dex"])
        for what, ours, theirs in _manifest(manifest, told):
            if ours != theirs:
                yield _differ(Compared.MANIFEST, part.shown("AndroidManifest.xml"), what, ours, theirs)
        if not manifest.split:
            yield from _nsc(package, part, told["files"])


def _uncompared(name: str, why: str) -> EngineDisagreement:
    why = f"the two engines could not be compared on its manifest and resources: {why}"
    return EngineDisagreement(Compared.NOTHING, name, why)


def _differ(subject: Compared, member: str, what: str, ours: object, theirs: object) -> EngineDisagreement:
    why = f"the two engines disagree on {what}: {_shown(ours)}; androguard has {_shown(theirs)}"
    return EngineDisagreement(subject, member, why)


def _shown(value: object) -> str:
    return shortened(ascii(sorted(value) if isinstance(value, frozenset) else value), SHOWN_LONG)


def _dex(package: Package, part: Part, theirs: Mapping[str, str]) -> Iterator[EngineDisagreement]:
    """The DEX files by name, then each by its contents."""
    entries = [entry for _, entry in part.dex()]
    if set(entries) != set(theirs):
        what = "which DEX files there are"
        yield _differ(Compared.CODE, part.name or package.name, what, frozenset(entries), frozenset(theirs))
    members = {part.shown(entry): entry for entry in entries if entry in theirs}
    for member, data in package.dex_files():
        if member in members and sha256(data).hexdigest() != theirs[members[member]]:
            yield EngineDisagreement(Compared.CODE, member, "the two engines disagree on its contents")


def _manifest(ours: Manifest, told: Mapping[str, Any]) -> Iterator[tuple[str, object, object]]:
    """What each fact is called, and what it is to the one and to the other, if that is known."""
    for fact, what, mine, theirs in _facts(ours, told):
        # androguard has one APK at a time: the resource may be in another.
        if not any(value.startswith("@") for value in told["facts"].get(fact, ())):
            yield what, mine, theirs


def _facts(ours: Manifest, told: Mapping[str, Any]) -> Iterator[tuple[str, str, object, object]]:
    facts: dict[str, list[str]] = told["facts"]
    package = told["package"]
    minimum = _level(facts["min-sdk"]) or 1
    low, high = _number(facts["version-code"]) or 0, _number(facts["version-code-major"]) or 0
    yield "", "the package", ours.package, package
    yield "", "the split", ours.split, told["split"]
    yield "version-name", "versionName", ours.version_name, _among(ours.version_name, facts["version-name"])
    yield "version-code", "versionCode", ours.version_code, (high << 32) + (low & 0xFFFFFFFF)
    yield "min-sdk", "minSdkVersion", ours.min_sdk, minimum
    yield "target-sdk", "targetSdkVersion", ours.target_sdk, _level(facts["target-sdk"]) or minimum
    yield "debuggable", "debuggable", ours.debuggable, _truth(facts["debuggable"]) or False
    yield "test-only", "testOnly", ours.test_only, _truth(facts["test-only"]) or False
    yield "cleartext", "usesCleartextTraffic", ours.cleartext, _truth(facts["cleartext"])
    yield "", "networkSecurityConfig", ours.nsc or 0, told["nsc"]
    for what, mine, name in (
        ("the application class", ours.application, "application"),
        ("appComponentFactory", ours.component_factory, "component-factory"),
    ):
        yield name, what, mine, _among(mine, [_class(package, value) for value in facts[name]])
    components = frozenset((kind, _class(package, name)) for kind, name in told["components"] if name)
    yield "", "the components", frozenset((one.kind, one.name) for one in ours.components), components


def _among(ours: str, theirs: list[str]) -> str:
    """Theirs; ours if it is one of several values of a resource."""
    return ours if ours in theirs else next(iter(theirs), "")


def _class(package: str, name: str) -> str:
    if name.startswith("."):
        return package + name
    return name if "." in name or not name else f"{package}.{name}"


def _number(values: Iterable[str]) -> int | None:
    value = next(iter(values), "").lower()
    try:
        return int(value, 16 if value.startswith("0x") else 10)
    except ValueError:
        return None


def _level(values: list[str]) -> int | None:
    """An API level; a codename stands for the level of all previews."""
    number = _number(values)
    return CODENAME_SDK if number is None and any(values) else number


def _truth(values: list[str]) -> bool | None:
    return any(value not in ("false", "0", "0x00000000") for value in values) if values else None


def _nsc(package: Package, part: Part, theirs: Mapping[str, Any]) -> Iterator[EngineDisagreement]:
    """The files that this part has of the network security configuration, and what is in them."""
    shown = {part.shown(part.resource(path)): tree for path, tree in theirs.items()}
    beside = {other.shown(entry) for other in package.parts if other is not part for entry in _entries(other)}
    variants = [one for one in package.nsc_variants() if one.member and one.member not in beside]
    members = frozenset(one.member for one in variants)
    if members != frozenset(shown):
        yield _differ(Compared.NSC, "networkSecurityConfig", "its files", members, frozenset(shown))
    for one in variants:
        if one.member in shown:
            mine, other = one.root, shown[one.member]
            if (mine is None) != (other is None) or (mine is not None and _ours(mine) != _theirs(other)):
                yield EngineDisagreement(Compared.NSC, one.member, "the two engines disagree on what it says")


def _entries(part: Part) -> Iterable[str]:
    return part.archive.names() if part.name else ()


_Tree = tuple[str, frozenset[tuple[str, str]], str, tuple[Any, ...]]


def _ours(element: Element) -> _Tree:
    texts = [element.text or "", *(child.tail or "" for child in element)]
    children = tuple(_ours(child) for child in element if isinstance(child.tag, str))
    return _plain(str(element.tag), {str(k): str(v) for k, v in element.attrib.items()}, texts, children)


def _theirs(tree: list[Any]) -> _Tree:
    tag, attributes, text, children = tree
    return _plain(tag, attributes, [text], tuple(_theirs(child) for child in children))


def _plain(
    tag: str, attributes: Mapping[str, str], texts: Iterable[str], children: tuple[_Tree, ...]
) -> _Tree:
    """An element in the words of both: numbers without leading zeros, white space as one blank."""
    values = frozenset((name, _value(value)) for name, value in attributes.items())
    return tag, values, _WHITE.sub(" ", "".join(texts)).strip(), children


def _value(text: str) -> str:
    if found := _REFERENCE.fullmatch(text.lower()):
        return f"@{found[1]}"
    found = _NUMBER.fullmatch(text.lower())
    return f"{found[1]}{found[2]}" if found else text
