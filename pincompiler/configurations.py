"""Any file that says which hosts are pinned: pins.toml, an NSC, an Info.plist, a shipped Android app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.compiler import check_document
from pincompiler.errors import InputError
from pincompiler.facts import State
from pincompiler.finding import Finding, Level, fold
from pincompiler.location import Location
from pincompiler.platforms.okhttp.model import OkHttp, together
from pincompiler.records import dataclass
from pincompiler.regexes import lazy_regex
from pincompiler.rules.registry import judge
from pincompiler.rules.rule import Judged
from pincompiler.source.document import Document, decode, read_bytes, read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from pincompiler.facts import Shipped
    from pincompiler.platforms.nsc.model import Nsc
    from pincompiler.policy import Enforcement, PinSet

_APPS = (".apk", ".apks", ".xapk", ".apkm", ".aab")
_ROOT = lazy_regex(rb"<(?:\w+:)?([A-Za-z][\w.-]*)[\s/>]")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One enforcement that a file describes."""

    title: str
    """How sentences call it."""
    enforcement: Enforcement
    doubts: tuple[str, ...] = ()
    """What of the file could not be told; nothing may be concluded from what is not found in it."""


def read_configurations(path: Path, today: date) -> tuple[Configuration, ...]:
    """What a file describes, told by its content; an Info.plist may hold two, an app a variant for some devices.

    Raises InputError when it is none of them, or is refused by the platform it is for.
    """
    if path.suffix == ".toml":
        return (_from_toml(read_document(path), path, today),)
    if is_app(path):
        return _from_app(path)
    data = read_bytes(path)
    root = _ROOT.search(data)
    if data.startswith(b"bplist") or (root and root[1] == b"plist"):
        return _from_plist(data, path)
    if root and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return (_from_nsc(data, path),)
    if str(path) == "-":
        return (_from_toml(decode(data, "<stdin>"), path, today),)
    raise InputError(f"{path}: is no pins.toml, network security configuration or property list")


def judged(path: Path, today: date, horizon: int) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """What the rules on policies find in an NSC, an Info.plist or an app, and what could not be told.

    Raises InputError as :func:`read_configurations` does.
    """
    found: list[Finding] = []
    configurations = read_configurations(path, today)
    for configuration in configurations:
        sets = tuple(_placed(pin_set, path) for pin_set in configuration.enforcement.pin_sets())
        keys = tuple(dict.fromkeys(key for pin_set in sets for key in pin_set.keys))
        found += judge(Judged(sets, keys, today, horizon))
    return fold(found), doubts_of(configurations)


def doubts_of(configurations: Iterable[Configuration]) -> tuple[str, ...]:
    """What could not be told of any of them, each once."""
    return tuple(dict.fromkeys(doubt for one in configurations for doubt in one.doubts))


def _placed(pin_set: PinSet, path: Path) -> PinSet:
    return pin_set if pin_set.where else replace(pin_set, where=Location(str(path)))


def _from_toml(document: Document, path: Path, today: date) -> Configuration:
    """The policy of a pins.toml whose text is sound."""
    root = Path.cwd() if str(path) == "-" else path.parent
    checked = check_document(document, root, today, targets=())
    if not checked.readable:
        first = next(finding for finding in checked.findings if finding.level is Level.ERROR)
        raise InputError(f"{path}: {first.message}; run pincompiler check {path}")
    return Configuration(str(path), checked.project.policy)


def _from_nsc(data: bytes, path: Path) -> Configuration:
    from pincompiler.platforms.nsc.reader import read_xml

    return _unless_refused(read_xml(data, str(path)), str(path))


def is_app(path: Path) -> bool:
    """Whether a path is an app's by its name, or a directory of its splits."""
    if path.suffix in _APPS:
        return True
    try:
        return any(path.glob("*.apk")) if path.is_dir() else False
    except OSError:  # reading it will say why
        return False


def _from_app(path: Path) -> tuple[Configuration, ...]:
    """Each variant of a shipped app's NSC, and the OkHttp pins in its code."""
    from pincompiler.apk import open_package
    from pincompiler.shipped import okhttp

    with open_package(path) as package:
        variants = [variant for variant in package.nsc_variants() if not variant.is_debug_twin]
        facts, unseen = okhttp.read_alone(str(path), package, package.dex_files())
        unread = [
            (unknown.what.endswith(".dex"), f"{unknown.what}: {unknown.why}") for unknown in package.unknowns
        ]
    # Code that could not be read says nothing against the configuration in the resources.
    elsewhere = tuple(text for in_code, text in unread if not in_code)
    in_code = (*(text for _, text in unread), *(f"{one.what} {one.why}" for one in unseen if one.mechanisms))
    found = [
        _unless_refused(v.nsc, f"{path}!{v.member}{f' ({v.qualifier})' if v.qualifier else ''}", elsewhere)
        for v in variants
    ]
    pinners = [shipped for shipped in facts.shipped if shipped.owner.first_party]
    if pinners or in_code:
        found.append(_pinned(path, pinners, in_code))
    if not found:
        raise InputError(f"{path}: has neither a network security configuration nor OkHttp pins")
    return tuple(found)


def _pinned(path: Path, pinners: Sequence[Shipped], doubts: tuple[str, ...]) -> Configuration:
    """All pinners that clients are given, as one."""
    given = [one.enforcement for one in pinners if one.state is State.ACTIVE]
    whole = together(one for one in given if isinstance(one, OkHttp))
    detached = pinners and not given
    title = f"{path} (OkHttp{', whose pins no client is given' if detached else ''})"
    return Configuration(title, whole, doubts)


def _unless_refused(nsc: Nsc, title: str, doubts: tuple[str, ...] = ()) -> Configuration:
    # What only old Androids refuse means something on the others.
    problem = next((one for one in nsc.problems if one.before is None), None)
    if problem is not None:
        line = f":{problem.where.span.line}" if problem.where.span else ""
        raise InputError(f"{title}{line}: Android refuses this file: {problem.message}")
    return Configuration(title, nsc, doubts)


def _from_plist(data: bytes, path: Path) -> tuple[Configuration, ...]:
    from pincompiler.platforms import ats, plist, trustkit

    values = plist.load(data, str(path))
    pinned, kit = ats.read_values(values), trustkit.read_values(values)
    if kit.problems:
        raise InputError(f"{path}: TrustKit raises on this file: {kit.problems[0]}")
    found = []
    if pinned.domains:
        found.append(Configuration(f"{path} (NSPinnedDomains)", pinned))
    if kit.domains:
        found.append(Configuration(f"{path} (TrustKit)", kit))
    if not found:
        raise InputError(f"{path}: has neither NSPinnedDomains nor TSKPinnedDomains")
    return tuple(found)
