"""Any file that says which hosts are pinned: pins.toml, an NSC, an Info.plist, a shipped Android app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.android.apk import app_files, is_app_file
from pincompiler.base.errors import InputError
from pincompiler.base.finding import Confidence, Finding, Level, fold
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import Location, java_name
from pincompiler.base.records import dataclass
from pincompiler.facts import ApiRange, Mechanism, ShippedApp, State
from pincompiler.facts.kits import OS_ENFORCES as SINCE
from pincompiler.facts.nsc import NscFacts, NscFile
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.platforms.okhttp.model import OkHttp
from pincompiler.rules.examined import of_file
from pincompiler.rules.registry import APP_RULES, examine
from pincompiler.rules.rule import Audited
from pincompiler.source.document import Document, decode, read_bytes, read_document
from pincompiler.verdicts.headline import lets_past
from pincompiler.workflows.compile import check_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from pincompiler.facts import Shipped
    from pincompiler.platforms.nsc.model import Problem
    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.verdicts.subject import Subject

_ON_NSC = frozenset(
    {
        *("ignored-nsc-element", "ignored-nsc-attribute", "unmatched-domain", "empty-pin-set"),
        *("empty-trust-anchors", "overridden-pins", "shadowed-domain"),
    }
)
"""Rules on apps that look at nothing but the network security configuration."""
_ROOT = lazy_regex(rb"<(?:\w+:)?([A-Za-z][\w.-]*)[\s/>]")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One enforcement that a file describes."""

    title: str
    """How sentences call it."""
    enforcement: Enforcement
    doubts: tuple[str, ...] = ()
    """Why the enforcement may not be all there is of it: nothing may be concluded from what is not found in it."""
    beside: tuple[str, ...] = ()
    """What else of the file decides on connections, and was not compared with anything."""
    lacking: str = ""
    """That the file pins nothing: a difference from others, and nothing to check or to take over."""


def read_configurations(path: Path, today: date) -> tuple[Configuration, ...]:
    """What a file describes, told by its content; an Info.plist may hold two, an app a variant for some devices.

    Raises InputError when it is none of them, or is refused by the platform it is for.
    """
    if path.suffix == ".toml":
        return (_from_toml(read_document(path), path, today),)
    if is_app(path):
        return _from_app(path, today)
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
    """What the rules find in an NSC, an Info.plist or an app, and what could not be told.

    Of an app it is what an audit finds, of an NSC what an audit finds in it.  Raises InputError as :func:`read_configurations` does, and when nothing
    is pinned.
    """
    if is_app(path):
        return _judged_app(path, today, horizon)
    found: list[Finding] = []
    configurations = read_configurations(path, today)
    refuse_lacking(configurations, path)
    # Of what is not whole no rule could say what it lacks.
    for one in configurations:
        if not one.doubts:
            found += examine(of_file(one.enforcement, {}, Location(str(path)), today, horizon))
        if isinstance(one.enforcement, Nsc):
            found += _in_nsc(one.enforcement, path, today)
    return fold(dict.fromkeys(found)), doubts_of(configurations)


def _in_nsc(nsc: Nsc, path: Path, today: date) -> Iterator[Finding]:
    """What an audit finds in a network security configuration that asks nothing of the app around it."""
    file = NscFile("", str(path), nsc, Location(str(path)), ApiRange(SINCE))
    alone = Audited(ShippedApp(str(path), "", "", nsc=NscFacts(files=(file,))), today)
    for rule in APP_RULES:
        if rule.id in _ON_NSC and rule.app:
            yield from rule.app(alone)


def _judged_app(path: Path, today: date, horizon: int) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    from pincompiler.shipped import read_app
    from pincompiler.workflows.audit import audit_options, judge_app

    app = read_app(path)
    subject = judge_app(app, audit_options(today, None, (), horizon))
    if subject.complete and not (subject.pins or subject.findings):
        raise InputError(f"{path}: no pins were found in it")
    return subject.findings, tuple(_unseen(app, subject))


def refuse_lacking(configurations: Iterable[Configuration], path: Path) -> None:
    """Raise InputError for a file that pins nothing."""
    for one in configurations:
        if one.lacking:
            raise InputError(f"{path}: {one.lacking}")


def doubts_of(configurations: Iterable[Configuration]) -> tuple[str, ...]:
    """What could not be told of any of them, each once."""
    return tuple(dict.fromkeys(doubt for one in configurations for doubt in (*one.doubts, *one.beside)))


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

    nsc = read_xml(data, str(path))
    # What only old Androids refuse means something on the others.
    _refuse((one for one in nsc.problems if one.before is None), str(path))
    return Configuration(str(path), nsc)


def is_app(path: Path) -> bool:
    """Whether a path is an app's by its name, or a directory of its splits."""
    if is_app_file(path.name):
        return True
    try:
        return bool(app_files(path)) if path.is_dir() else False
    except (InputError, OSError):  # reading it will say why
        return False


def _from_app(path: Path, today: date) -> tuple[Configuration, ...]:
    """What an app has in force, and what else of it decides on connections."""
    from pincompiler.shipped import read_app
    from pincompiler.workflows.audit import audit_options, judge_app

    app = read_app(path)
    for file in app.nsc.counting:
        _refuse(file.problems, f"{path}!{file.title}")
    subject = judge_app(app, audit_options(today, None, ()))
    # What lets everything past has no pins that could be called the same as any others.
    beside = tuple(dict.fromkeys((*unseen_in(app, subject), *undermining(app, subject))))
    found = in_app(app)
    if found:
        return (replace(found[0], beside=beside), *found[1:])
    # Nothing is claimed of pins that were not seen.
    lacking = "" if beside else "no pins were found in it"
    return (Configuration(str(path), Nsc(()), beside, lacking=lacking),)


def in_app(app: ShippedApp) -> tuple[Configuration, ...]:
    """Each configuration of an app that was seen whole and counts."""
    from pincompiler.workflows.audit import comparable

    found = [
        Configuration(_titled(app, one), one.enforcement)
        for mechanism in Mechanism
        for one in comparable(app, mechanism)
    ]
    made = [one for one in app.okhttp.shipped if one.owner.first_party]
    seen = not any(Mechanism.OKHTTP in one.mechanisms for one in app.unseen)
    if made and seen and all(one.state is State.DISABLED and not one.doubts for one in made):
        found.append(Configuration(f"{app.path} (OkHttp, whose pins no client is given)", OkHttp(())))
    return tuple(found)


def unseen_in(app: ShippedApp, subject: Subject) -> tuple[str, ...]:
    """What of an app decides on connections and cannot be compared with pins for hosts."""
    return tuple(dict.fromkeys((*_unseen(app, subject), *_elsewhere(app, subject))))


def undermining(app: ShippedApp, subject: Subject) -> tuple[str, ...]:
    """What an audit finds in an app that lets connections past its pins, or makes some of them worthless."""
    idle = (f"{one.title}: {one.why}" for one in app.shipped if _is_idle(one))
    found = (f"{one.message} [{one.rule}]" for one in subject.findings if lets_past(one))
    return tuple(dict.fromkeys((*idle, *found)))


def _is_idle(one: Shipped) -> bool:
    """Whether some of it, which seems to enforce, does not; of OkHttp what no client is given is left out anyway."""
    if not one.owner.first_party:
        return False
    without = one.state is State.DISABLED and one.mechanism not in {Mechanism.OKHTTP, Mechanism.TRUSTKIT}
    return one.state is State.BROKEN or one.unenforced is not None or bool(one.unmatched) or without


def _titled(app: ShippedApp, one: Shipped) -> str:
    if one.mechanism is Mechanism.NSC:
        return f"{app.path}!{one.title}"
    kind = "OkHttp" if one.mechanism is Mechanism.OKHTTP else one.title
    return f"{app.path} ({kind})"


def _unseen(app: ShippedApp, subject: Subject) -> Iterator[str]:
    """What of an app could not be read or followed, each once."""
    doubts = dict.fromkeys(doubt for one in app.shipped for doubt in one.doubts)
    for unseen in subject.unseen:
        if unseen.mechanisms and f"{unseen.what} {unseen.why}" not in doubts:
            yield java_name(f"{unseen.what}: {unseen.why}")
    yield from doubts


def _elsewhere(app: ShippedApp, subject: Subject) -> Iterator[str]:
    """What of an app decides on connections in another way than by pins of its own for known hosts."""
    if app.nsc.unresolved:
        yield "the network security configuration that the manifest names could not be read"
    for one in app.shipped:
        if not one.owner.first_party and any(one.enforcement.names()):
            yield java_name(f"{one.title}: pins of {one.owner.name}, for connections of its own")
    for pin in (found.pin for found in subject.pins if not found.pin.host):
        place = java_name(pin.where.symbol) or pin.where.member or subject.path
        if pin.confidence is Confidence.CANDIDATE:
            yield f"{place}: what may be {pin.mechanism.value} pins, and nothing is seen to use it"
        else:
            yield f"{place}: {pin.mechanism.value} pins, for hosts that are not known"


def _refuse(problems: Iterable[Problem], title: str) -> None:
    for problem in problems:
        line = f":{problem.where.span.line}" if problem.where.span else ""
        raise InputError(f"{title}{line}: Android refuses this file: {problem.message}")


def _from_plist(data: bytes, path: Path) -> tuple[Configuration, ...]:
    from pincompiler.platforms import ats, plist, trustkit

    values = plist.load(data, str(path))
    pinned, kit = ats.read_values(values), trustkit.read_values(values)
    doubts = tuple(
        f"{path}: {' › '.join(place)}: {text} is a build setting, which Xcode fills in"
        for place, text in plist.build_settings(values, (ats.SECTION, trustkit.SECTION))
    )
    if kit.problems and not doubts:
        raise InputError(f"{path}: TrustKit raises on this file: {kit.problems[0]}")
    found = []
    if pinned.domains:
        found.append(Configuration(f"{path} (NSPinnedDomains)", pinned, doubts))
    if kit.domains:
        found.append(Configuration(f"{path} (TrustKit)", kit, doubts))
    if not found:
        lacking = "" if doubts else "has neither NSPinnedDomains nor TSKPinnedDomains"
        found.append(Configuration(str(path), pinned, doubts, lacking=lacking))
    return tuple(found)
