"""Audits for a terminal, to be read top-down: verdicts, findings by severity with evidence, inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.bounds import SHOWN_ENDPOINTS
from pincompiler.base.finding import Change, Confidence, Level
from pincompiler.facts.common import FIRST_PARTY, UNIDENTIFIED, Owner, System
from pincompiler.reports.audit.since import overview
from pincompiler.reports.findings.text import painted, visible
from pincompiler.reports.names import java_name, versions
from pincompiler.rules.registry import references
from pincompiler.verdicts.headline import headline
from pincompiler.verdicts.hosts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.base.finding import Evidence, Finding
    from pincompiler.base.location import Location
    from pincompiler.verdicts.hosts import HostVerdict
    from pincompiler.verdicts.subject import InventoryPin, Subject

_GOOD, _BAD, _DIM = "32", "31;1", "33"
_COLOURS = {Verdict.ENFORCED: _GOOD, Verdict.UNKNOWN: _DIM, Verdict.NOT_COVERED: _DIM}
_WIDEST_HOST = 60


def render(subjects: Iterable[Subject], *, colour: bool = False) -> str:
    """The reports on all apps, a blank line between them."""
    return "\n".join("\n".join(_subject(subject, colour=colour)) + "\n" for subject in subjects)


def _subject(subject: Subject, *, colour: bool) -> Iterator[str]:
    said = visible(headline(subject))
    if subject.error:
        yield f"{visible(subject.path)}: {said}"
        return
    yield f"{visible(subject.path)}: {_title(subject)}"
    yield said
    yield f"sha256 {subject.sha256}"
    yield from _since(subject)
    yield from _section("Verdicts", _verdicts(subject, colour=colour))
    yield from _section("Findings", _findings(subject, colour=colour))
    fixed = [f"{one.level.value}: {visible(one.message)} [{one.rule}]" for one in subject.fixed]
    yield from _section("Fixed", fixed)
    yield from _section("Endpoints", _endpoints(subject))
    yield from _section("Pins", _pins(subject.pins))
    yield from _section("Pins gone", _pins(subject.gone))
    unseen = [f"{java_name(one.what)}: {java_name(one.why)}" for one in subject.unseen if one.mechanisms]
    yield from _section("Not seen", unseen)
    remarks = [f"{java_name(one.what)}: {java_name(one.why)}" for one in subject.unseen if not one.mechanisms]
    yield from _section("Remarks", remarks)


def _title(subject: Subject) -> str:
    version = f" {visible(subject.version_name)}" if subject.version_name else ""
    name = "an app without a package name" if subject.system is System.ANDROID else "an app without a name"
    return f"{visible(subject.package) or name}{version}, {subject.kind}, {runs_on(subject)}"


def runs_on(subject: Subject) -> str:
    """The versions of the system that it is for."""
    if not subject.processes:
        return f"Android API {subject.min_sdk}+, aimed at {subject.target_sdk}"
    main = subject.processes[0]
    aimed = f", aimed at {visible(main.sdk)}" if main.sdk else ""
    return f"{main.system.value} {visible(main.minimum) or '(versions not given)'}{'+' if main.minimum else ''}{aimed}"


def _since(subject: Subject) -> Iterator[str]:
    """What it was compared with, and how it came out."""
    found = overview(subject)
    if found is None:
        return
    yield f"since {found.build}: {found.said}" if found.build else found.said
    if found.doubt:
        yield found.doubt


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = list(lines)
    if lines:
        yield ""
        yield title
        yield from (f"  {line}".rstrip() for line in lines)


def _verdicts(subject: Subject, *, colour: bool) -> Iterator[str]:
    rows = subject.verdicts
    cells = [(visible(row.host), _by(row), row.api.words, row.verdict.value) for row in rows]
    widths = _widths(cells)
    for row, (host, mechanism, api, verdict) in zip(rows, cells, strict=True):
        code = _COLOURS.get(row.verdict, _BAD)
        shown = painted(verdict.ljust(widths[3]), code, colour=colour)
        start = f"{host:<{widths[0]}}  {mechanism:<{widths[1]}}  {api:<{widths[2]}}"
        yield f"{start}  {shown}  {java_name(row.why)}"


def _by(row: HostVerdict) -> str:
    return f"{row.mechanism.value} in {visible(row.process)}" if row.process else row.mechanism.value


def _widths(rows: Sequence[tuple[str, ...]]) -> list[int]:
    return [min(max(map(len, column)), _WIDEST_HOST) for column in zip(*rows, strict=True)]


def _findings(subject: Subject, *, colour: bool) -> Iterator[str]:
    for number, finding in enumerate(subject.findings):
        if number:
            yield ""
        yield from _finding(finding, subject.path, colour=colour)
    if not subject.findings:
        yield "none"


def _finding(finding: Finding, path: str, *, colour: bool) -> Iterator[str]:
    codes = {Level.ERROR: _BAD, Level.WARNING: "33;1", Level.NOTE: "36;1"}
    level = painted(finding.level.value, codes[finding.level], colour=colour)
    new = "new " if finding.change is Change.NEW else ""
    yield f"{new}{level}: {visible(finding.message)} [{finding.rule}]"
    if finding.location:
        yield f"    at {place(finding.location, path)}"
    for what, where in finding.related:
        yield f"    {visible(what)}: {place(where, path)}"
    if finding.evidence:
        yield from _evidence(finding.evidence)
    if finding.fix:
        yield f"    fix: {visible(finding.fix)}"
    if finding.evidence and finding.evidence.remedy:
        yield from (f"    + {visible(line)}" for line in finding.evidence.remedy.text.split("\n"))
    ids = references(finding.rule)
    if ids:
        yield f"    see: {', '.join(ids)}"


def _evidence(evidence: Evidence) -> Iterator[str]:
    whose = Owner(evidence.owner, evidence.first_party).words if evidence.owner else ""
    words = [whose, evidence.use.value, versions(evidence.api)]
    words.append(evidence.confidence.value if evidence.confidence is not Confidence.CONFIRMED else "")
    said = ", ".join(visible(word) for word in words if word)
    if said:
        yield f"    {said}"
    if evidence.chain:
        yield f"    reached by {' > '.join(map(java_name, evidence.chain))}"
    yield from (f"    | {java_name(line)}" for line in evidence.shown)


def _endpoints(subject: Subject) -> Iterator[str]:
    """The hosts that the app names, with what decides and where the first of them stands."""
    shown = subject.endpoints[: SHOWN_ENDPOINTS.limit]
    cells = [
        (visible(one.host), one.state.value, {True: "own", False: "other", None: ""}[one.own])
        for one in shown
    ]
    widths = _widths(cells) if cells else []
    for one, row in zip(shown, cells, strict=True):
        start = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        where = f" ({place(one.named[0], subject.path)})" if one.named else ""
        yield f"{start}  {java_name(one.why)}{where}"
    if len(subject.endpoints) > len(shown):
        yield f"and {len(subject.endpoints) - len(shown):,} more, which the other forms list"


def _pins(pins: Sequence[InventoryPin]) -> Iterator[str]:
    rows = [
        (
            found.pin.mechanism.value,
            visible(_host(found)),
            found.pin.algorithm.value,
            visible(found.pin.pin),
            _state(found),
        )
        for found in pins
    ]
    widths = _widths(rows) if rows else []
    for found, row in zip(pins, rows, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        ends = f", until {found.pin.expires.isoformat()}" if found.pin.expires else ""
        more = f", {visible(found.pin.what)}" if found.pin.what else ""
        more += ", new" if found.change is Change.NEW else ""
        owner = (
            "" if found.pin.owner in {FIRST_PARTY, UNIDENTIFIED} else f", {visible(found.pin.owner.words)}"
        )
        yield f"{cells}  {place(found.pin.where, '')}{ends}{owner}{more}"


def _state(found: InventoryPin) -> str:
    """Whether it does anything; of what only looks like a pin, that nothing is seen to use it."""
    if found.enforced is not False:
        return "enforced" if found.enforced else "unknown"
    return "candidate" if found.pin.confidence is Confidence.CANDIDATE else "not enforced"


def _host(found: InventoryPin) -> str:
    reach = found.pin.reach.value if found.pin.reach else ""
    wide = {"all": " and below", "one-label": " and one label below"}.get(reach, "")
    return (
        f"{found.pin.host}{'' if '*' in found.pin.host else wide}" if found.pin.host else "(host not known)"
    )


def place(where: Location, path: str) -> str:
    """``classes2.dex com.example.Net.client() (line 31)``; ``pins.toml:12:3``."""
    span = where.span
    if not where.member:
        return visible(where.file) + (f":{span.line}:{span.column}" if span else "")
    member = where.member if where.file == path or not path else f"{where.file}!{where.member}"
    if where.symbol:
        line = f" (line {span.line})" if span else ""
        return f"{visible(member)} {java_name(where.symbol)}{line}"
    return visible(member) + (f":{span.line}" if span else "")
