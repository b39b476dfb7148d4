"""What the page and the Markdown of an audit show, made ready: the templates only lay it out.

Every string that comes from an app has gone through :func:`~pincompiler.reports.findings.text.visible`: control
characters, and those that reorder text, are spelt out.
"""

from __future__ import annotations

import shlex
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pincompiler.base.finding import Change, Confidence, Level
from pincompiler.base.records import dataclass
from pincompiler.facts.common import FIRST_PARTY, UNIDENTIFIED, Owner
from pincompiler.reports.audit.calendar import calendar
from pincompiler.reports.audit.matrix import matrix
from pincompiler.reports.audit.since import overview
from pincompiler.reports.audit.text import place, runs_on
from pincompiler.reports.findings.text import tally, visible
from pincompiler.reports.names import java_name, mechanism_name, versions
from pincompiler.reports.rules.page import page_of
from pincompiler.verdicts.fingerprints import fingerprinted
from pincompiler.verdicts.headline import headline
from pincompiler.verdicts.subject import Pinned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.base.finding import Evidence, Finding
    from pincompiler.facts import System
    from pincompiler.reports.audit.calendar import Calendar
    from pincompiler.reports.audit.matrix import Matrix
    from pincompiler.reports.audit.since import Overview
    from pincompiler.reports.rules.page import RulePage
    from pincompiler.verdicts.subject import Endpoint, InventoryPin, KnownKey, Run, Subject

_CHANGES = (Change.NEW, None, Change.UNCHANGED, Change.FIXED)
"""In the order in which findings are shown."""
_LANGUAGES = frozenset({"xml", "kotlin", "java"})
"""A saved result may say anything."""
_USE = {
    "reachable": "reachable from a component that Android starts",
    "referenced": "referred to, and no way from a component was found",
    "present": "nothing refers to it",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value."""

    name: str
    value: str
    code: bool = False
    """Whether the value is something to be copied, or compared letter by letter."""


@dataclass(frozen=True, slots=True)
class Item:
    """One finding."""

    message: str
    where: str
    facts: tuple[Pair, ...]
    chain: tuple[str, ...]
    shown: str
    fix: str
    remedy: str
    """Code or XML that belongs there."""
    language: str
    """That of the remedy."""
    accepted: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule at one level."""

    change: str
    """``new``, ``unchanged``, ``fixed``; empty: compared with no audit before."""
    level: str
    rule: RulePage
    items: tuple[Item, ...]
    count: str


@dataclass(frozen=True, slots=True)
class PinUse:
    """One place where a pin stands."""

    host: str
    state: str
    kind: str
    mechanism: str
    where: str
    change: str


@dataclass(frozen=True, slots=True)
class PinRow:
    """A pin with everything that is known of its key."""

    name: str
    pin: str
    algorithm: str
    facts: tuple[str, ...]
    uses: tuple[PinUse, ...]


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """A host that the app names."""

    host: str
    state: str
    look: str
    own: str
    why: str
    where: str
    """The first place that names it."""


@dataclass(frozen=True, slots=True)
class AppView:
    """One app."""

    anchor: str
    title: str
    file: str
    error: str
    headline: str
    """Whether its hosts are pinned, or why it could not be read."""
    facts: tuple[Pair, ...]
    counts: tuple[Pair, ...]
    """Findings by level; the name is the level."""
    said: str
    system: str
    """What it is for, by its maker's name."""
    since: Overview | None
    """What has changed since an audit before."""
    matrix: Matrix
    groups: tuple[Group, ...]
    """What is new first, what is fixed last."""
    endpoints: tuple[EndpointRow, ...]
    pins: tuple[PinRow, ...]
    calendar: Calendar | None
    unseen: tuple[Pair, ...]
    remarks: tuple[Pair, ...]
    run: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """Several."""

    title: str
    day: str
    apps: tuple[AppView, ...]
    rules: tuple[RulePage, ...]
    """Of all findings, by their ids."""
    compared: bool
    """Whether some app was compared with an audit before."""


def view(subjects: Sequence[Subject]) -> ReportView:
    """Everything the report says."""
    titles = _titles(subjects)
    apps = tuple(_app(subject, number, titles[number - 1]) for number, subject in enumerate(subjects, 1))
    rules = {finding.rule for subject in subjects for finding in (*subject.findings, *subject.fixed)}
    days = sorted({subject.run.day.isoformat() for subject in subjects if subject.run})
    title = apps[0].title if len(apps) == 1 else f"{len(apps):,} apps"
    compared = any(app.since for app in apps)
    return ReportView(title, ", ".join(days), apps, tuple(map(page_of, sorted(rules))), compared)


def _app(subject: Subject, number: int, title: str) -> AppView:
    counts = ((level, sum(finding.level is level for finding in subject.findings)) for level in Level)
    unseen = tuple(Pair(java_name(one.what), java_name(one.why)) for one in subject.unseen if one.mechanisms)
    remarks = tuple(
        Pair(java_name(one.what), java_name(one.why)) for one in subject.unseen if not one.mechanisms
    )
    return AppView(
        f"app-{number}",
        title,
        visible(subject.path),
        visible(subject.error),
        visible(headline(subject)),
        tuple(_facts(subject)),
        tuple(Pair(level.value, f"{count:,}") for level, count in counts),
        tally(subject),
        subject.system.value,
        overview(subject),
        matrix(subject),
        tuple(_groups(subject)),
        tuple(_endpoint(one, subject.path) for one in subject.endpoints),
        tuple(_pins(subject)),
        calendar(subject),
        unseen,
        remarks,
        tuple(_run(subject)),
    )


def _titles(subjects: Sequence[Subject]) -> list[str]:
    """What each app is called; builds with one name also by their files, and those of one file by numbers."""
    titles = _kept_apart([_title(subject) for subject in subjects], [visible(one.path) for one in subjects])
    return _kept_apart(titles, [f"{number:,}" for number in range(1, len(titles) + 1)])


def _kept_apart(titles: list[str], more: list[str]) -> list[str]:
    often = Counter(titles)
    return [
        f"{title} ({what})" if often[title] > 1 else title for title, what in zip(titles, more, strict=True)
    ]


def _title(subject: Subject) -> str:
    name = visible(subject.package) or visible(subject.path)
    return f"{name} {visible(subject.version_name)}".rstrip()


def _facts(subject: Subject) -> Iterator[Pair]:
    yield Pair("File", visible(subject.path), code=True)
    if subject.error:
        return
    yield Pair("SHA-256", visible(subject.sha256), code=True)
    main = subject.processes[0] if subject.processes else None
    yield Pair("Identifier" if main else "Package", visible(subject.package) or "none", code=True)
    code = f"code {subject.version_code}" if subject.version_code else ""
    code = f"build {visible(main.build)}" if main and main.build else code
    version = ", ".join(part for part in (visible(subject.version_name), code) if part)
    yield Pair("Version", version or "not given")
    if main is None:
        yield Pair("Android", f"API {subject.min_sdk} and newer, aimed at API {subject.target_sdk}")
        return
    yield Pair("System", runs_on(subject))
    for one in subject.processes[1:]:
        yield Pair("Also in it", f"{visible(one.path)} ({visible(one.identifier) or 'no identifier'})")


# -- findings ------------------------------------------------------------------------------------


def _groups(subject: Subject) -> Iterator[Group]:
    """By change, then by level and rule, as they are sorted."""
    pairs = sorted(fingerprinted(subject), key=lambda pair: _CHANGES.index(pair[0].change))
    for (change, level, rule), some in groupby(pairs, key=_kind):
        items = tuple(
            _item(finding, subject.path, fingerprint, subject.system) for finding, fingerprint in some
        )
        yield Group(
            change.value if change else "",
            level.value,
            page_of(rule),
            items,
            "one finding" if len(items) == 1 else f"{len(items):,} findings",
        )


def _kind(pair: tuple[Finding, str]) -> tuple[Change | None, Level, str]:
    finding, _ = pair
    return finding.change, finding.level, finding.rule


def _item(finding: Finding, path: str, fingerprint: str, system: System) -> Item:
    evidence = finding.evidence
    remedy = evidence.remedy if evidence else None
    facts = [
        Pair(visible(what).capitalize(), place(where, path), code=True) for what, where in finding.related
    ]
    where = finding.location
    if where and where.offset is not None:
        facts.append(Pair("Bytecode offset", f"0x{where.offset:04x}", code=True))
    if evidence:
        facts += _evidence(evidence, system)
    return Item(
        _sentence(visible(finding.message)),
        place(where, path) if where else "",
        tuple(facts),
        tuple(map(java_name, evidence.chain)) if evidence else (),
        "\n".join(map(java_name, evidence.shown)) if evidence else "",
        _sentence(visible(finding.fix)) if finding.fix else "",
        "\n".join(map(visible, remedy.text.split("\n"))) if remedy else "",
        remedy.language if remedy and remedy.language in _LANGUAGES else "",
        visible(finding.accepted),
        fingerprint,
    )


def _sentence(text: str) -> str:
    """What begins with a name stays as it is: ``api.example.com``, ``okhttp3``."""
    first = text.partition(" ")[0]
    return f"{text[:1].upper()}{text[1:]}" if first.isalpha() and first.islower() else text


def _evidence(evidence: Evidence, system: System) -> Iterator[Pair]:
    if evidence.owner:
        yield Pair("Whose code", visible(Owner(evidence.owner, evidence.first_party).words))
    if evidence.use.value:
        yield Pair("Use", _USE[evidence.use.value])
    api = visible(versions(evidence.api))
    if concerns := ", ".join(part for part in (mechanism_name(evidence.mechanism, system), api) if part):
        yield Pair("Concerns", concerns)
    sure = {Confidence.LIKELY: "likely", Confidence.CANDIDATE: "candidate, for a person to decide"}
    yield Pair("Confidence", sure.get(evidence.confidence, "confirmed"))


# -- endpoints -----------------------------------------------------------------------------------

_LOOKS: Final = {Pinned.PINNED: "enforced", Pinned.NOT_PINNED: "disabled"}


def _endpoint(one: Endpoint, path: str) -> EndpointRow:
    return EndpointRow(
        visible(one.host),
        one.state.value,
        _LOOKS.get(one.state, "unknown"),
        {True: "own", False: "other", None: ""}[one.own],
        java_name(one.why),
        place(one.named[0], path) if one.named else "",
    )


# -- pins ----------------------------------------------------------------------------------------

_STATES: Final = {
    True: ("enforced", "enforced"),
    False: ("not enforced", "disabled"),
    None: ("unknown whether enforced", "unknown"),
}
"""By whether a pin does anything, the words for it and the style."""


def _pins(subject: Subject) -> Iterator[PinRow]:
    """Each pin once, with all the places where it stands."""
    keys = {key.pin: key for key in subject.run.keys} if subject.run else {}
    by_pin: dict[tuple[str, str], list[InventoryPin]] = {}
    for found in subject.pins:
        by_pin.setdefault((found.pin.pin, found.pin.algorithm.value), []).append(found)
    unnamed = "not in pins.toml" if subject.run and subject.run.pins else "no name without pins.toml"
    for (pin, algorithm), some in by_pin.items():
        key = keys.get(pin)
        facts = [*(_key_facts(key) if key else ()), *dict.fromkeys(visible(one.pin.what) for one in some)]
        name = visible(key.name) if key else unnamed
        yield PinRow(
            name,
            visible(pin),
            algorithm,
            tuple(fact for fact in facts if fact),
            tuple(_use(one, subject.path, subject.system) for one in some),
        )


def _key_facts(key: KnownKey) -> Iterator[str]:
    role = {"leaf": "server key", "ca": "CA key"}.get(key.role, "")
    yield visible(", ".join(part for part in (key.algorithm, role, "retired" if key.retired else "") if part))
    if key.subject:
        begins = f"{key.begins.isoformat()} to " if key.begins else "to "
        ends = f", {begins}{key.ends.isoformat()}" if key.ends else ""
        yield f"{visible(key.subject)}{ends}"


def _use(found: InventoryPin, path: str, system: System) -> PinUse:
    pin = found.pin
    reach = pin.reach.value if pin.reach and "*" not in pin.host else ""
    wide = {"all": " and below", "one-label": " and one label below"}.get(reach, "")
    ends = f", until {pin.expires.isoformat()}" if pin.expires else ""
    owner = "" if pin.owner in {FIRST_PARTY, UNIDENTIFIED} else f", of {visible(pin.owner.words)}"
    said, look = _STATES[found.enforced]
    return PinUse(
        f"{visible(pin.host)}{wide}" if pin.host else "host not known",
        f"{said}{ends}{owner}",
        look,
        mechanism_name(pin.mechanism.value, system),
        place(pin.where, path),
        found.change.value if found.change else "",
    )


# -- how it was made -----------------------------------------------------------------------------


def _run(subject: Subject) -> Iterator[Pair]:
    run = subject.run
    if run is None:
        return
    yield Pair("Command", command(run, [subject.path]), code=True)
    yield Pair("pincompiler", visible(run.version))
    yield Pair("As of", run.day.isoformat())
    yield Pair("Warned before an expiry", f"{run.horizon:,} days")
    yield Pair("Engine", visible(run.engine))
    if run.pins:
        yield Pair("pins.toml", visible(run.pins), code=True)
        yield Pair("Policy", visible(run.policy), code=True)
    if run.accepts:
        yield Pair("Acceptances", ", ".join(map(visible, run.accepts)))


def command(run: Run, paths: Iterable[str]) -> str:
    """The command line that makes the audit again."""
    words = ["pincompiler", "audit"]
    words += ["--pins", run.pins] if run.pins else []
    for path in run.accepts:
        words += ["--accept", path]
    words += ["--expiring-within", str(run.horizon)] if run.horizon != 30 else []
    for domain in run.own_domains:
        words += ["--own-domains", domain]
    words += ["--engine", run.engine] if run.engine not in ("", "fast") else []
    return visible(shlex.join([*words, "--today", run.day.isoformat(), *paths]))
