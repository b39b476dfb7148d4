"""What becomes of a certificate on the apps that are out there, day by day.

::

    new.pem, host, trust store -> Candidate --+
                                              +-> fate -> Fate:  mechanism x Android versions x days
    app, NSC, plist, pins.toml -> Release ----+

A configuration asks for the path that ends in whom it trusts.  OkHttp, Cronet and TrustKit-Android leave that to
Android, so their pins are held against the path that the app's network security configuration leads to.
Nothing here reads a file or a clock.  A day is a day on the device's own calendar.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts import NO_VERSION, FileMechanism, InForce, Mechanism, State
from pincompiler.policy.policy import Policy
from pincompiler.policy.trust import SYSTEM_ALONE
from pincompiler.roots.holding import Answer
from pincompiler.verdicts.by_device import by_device
from pincompiler.verdicts.candidate import DAY
from pincompiler.verdicts.chain_verdicts import COUNTS, ChainVerdict, Outcome, verdict_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from pincompiler.facts import VersionRange
    from pincompiler.facts.common import System
    from pincompiler.verdicts.by_device import DevicePart
    from pincompiler.verdicts.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Release:
    """What was shipped, and is on devices."""

    title: str
    in_force: tuple[InForce, ...] = ()
    error: str = ""
    """Why it could not be read at all."""
    oldest: Mapping[System, int] = field(default_factory=dict, compare=False)
    """The oldest versions that it runs on, of systems of which that is known."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which a verdict holds, both included."""

    first: date
    last: date
    verdict: ChainVerdict


@dataclass(frozen=True, slots=True)
class FateRow:
    """One configuration on one range of Android versions, over time."""

    mechanism: str
    title: str
    api: VersionRange | None
    spans: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Fate:
    """A chain for a host on one release: a cell of the matrix."""

    release: Release
    host: str
    rows: tuple[FateRow, ...]

    def spans(self) -> tuple[Period, ...]:
        """All mechanisms together: an app gets through if every one lets it, so the worst counts.

        Where all who know let it pass and some pin, the connection is pinned.
        """
        if not self.rows:
            return ()
        starts = sorted({span.first for row in self.rows for span in row.spans})
        last = max(span.last for row in self.rows for span in row.spans)
        spans = (
            Period(first, following - DAY if following else last, self.on(first))
            for first, following in zip(starts, [*starts[1:], None], strict=True)
        )
        return tuple(_merged(spans))

    def on(self, day: date) -> ChainVerdict:
        """The verdict that counts on a day."""
        verdicts = [span.verdict for row in self.rows for span in row.spans if span.first <= day <= span.last]
        return min(verdicts, key=lambda one: COUNTS.index(one.outcome))

    def has(self, outcome: Outcome) -> bool:
        """Whether it ever comes to this."""
        return any(span.verdict.outcome is outcome for span in self.spans())


def fate(release: Release, candidate: Candidate, first: date, last: date) -> Fate:
    """What becomes of the chain on the days from ``first`` to ``last``, both included."""
    rows = dict.fromkeys(
        row for one in release.in_force for row in _rows(one, release, candidate, first, last)
    )
    if release.error or rows:
        return Fate(release, candidate.host, tuple(rows))
    nothing = InForce(
        FileMechanism.ANY,
        "",
        Policy(()),
        api=NO_VERSION,
        state=State.DISABLED,
        why="nothing in it pins a host",
    )
    return Fate(release, candidate.host, (_row(nothing, _spans(nothing, (candidate,), first, last)),))


def _shown_to(one: InForce, release: Release, candidate: Candidate) -> tuple[Candidate, ...]:
    """The chain, as it is validated before a configuration is asked; where Android versions differ in that, each.

    What leaves trust to Android is not asked of chains that Android refuses, which the row of the network security
    configuration reports.
    """
    trust = one.enforcement.trust(candidate.host)
    if trust != SYSTEM_ALONE or one.mechanism is Mechanism.NSC or not isinstance(one.mechanism, Mechanism):
        return (candidate.under(trust),)
    android = (other.enforcement for other in release.in_force if other.mechanism is Mechanism.NSC)
    trusts = dict.fromkeys(enforcement.trust(candidate.host) for enforcement in android)
    validated = [candidate.under(other) for other in trusts] or [candidate]
    return tuple(other for other in validated if other.path) or (validated[0],)


def _rows(one: InForce, release: Release, candidate: Candidate, first: date, last: date) -> Iterator[FateRow]:
    """The fate on one configuration: by versions of the system, where their stores make a difference."""
    shown = _shown_to(one, release, candidate)
    ordinary = tuple(_spans(one, shown, first, last))
    parts: list[tuple[VersionRange, tuple[Period, ...]]] = []
    for part in by_device(one, release.in_force, release.oldest, candidate):
        spans = tuple(_spans_of(one, part, first, last)) if part.differs else ordinary
        if parts and parts[-1][1] == spans:
            parts[-1] = (replace(parts[-1][0], last=part.versions.last), spans)
        else:
            parts.append((part.versions, spans))
    if len({spans for _, spans in parts}) < 2:
        yield _row(one, parts[0][1] if parts else ordinary)
        return
    for versions, spans in parts:
        yield FateRow(one.mechanism.value, one.title, versions, spans)


def _row(one: InForce, spans: Iterable[Period]) -> FateRow:
    api = None if one.api == NO_VERSION else one.api
    return FateRow(one.mechanism.value, one.title, api, tuple(spans))


def _spans(one: InForce, shown: tuple[Candidate, ...], first: date, last: date) -> Iterator[Period]:
    return _merged(_periods(one, shown, first, last, lambda day: _worst(one, shown, day)))


def _spans_of(one: InForce, part: DevicePart, first: date, last: date) -> Iterator[Period]:
    return _merged(_periods(one, part.paths, first, last, lambda day: on_part(one, part, day)))


def _periods(
    one: InForce,
    shown: tuple[Candidate, ...],
    first: date,
    last: date,
    verdict: Callable[[date], ChainVerdict],
) -> Iterator[Period]:
    turns = {day for candidate in shown for day in _turns(one, candidate)}
    starts = [first, *sorted(day for day in turns if first < day <= last)]
    return (
        Period(start, following - DAY if following else last, verdict(start))
        for start, following in zip(starts, [*starts[1:], None], strict=True)
    )


def on_part(one: InForce, part: DevicePart, day: date) -> ChainVerdict:
    """What becomes of a chain on devices that build one of several paths, or none."""
    ended = [path.last for path in part.paths if path.last and day > path.last]
    if ended and part.followed:
        why = f"a certificate of the path has ended on {min(ended)}, and another path takes over"
        return ChainVerdict(Outcome.UNKNOWN, why)
    verdicts = tuple(verdict_on(one, path, day) for path in part.paths)
    if part.refused is Answer.YES:
        return ChainVerdict(Outcome.BLOCKED, part.why)
    if all(one.outcome is Outcome.BLOCKED for one in verdicts):
        return verdicts[0] if verdicts else ChainVerdict(Outcome.UNKNOWN, part.why)
    if part.refused is Answer.UNKNOWN:
        return ChainVerdict(Outcome.UNKNOWN, part.why)
    if len({one.outcome for one in verdicts}) > 1:
        worst = min(verdicts, key=lambda one: COUNTS.index(one.outcome))
        return ChainVerdict(Outcome.UNKNOWN, f"{part.why}; by one of their paths, {worst.why}")
    return verdicts[0]


def _worst(one: InForce, shown: tuple[Candidate, ...], day: date) -> ChainVerdict:
    verdicts = (verdict_on(one, candidate, day) for candidate in shown)
    return min(verdicts, key=lambda verdict: COUNTS.index(verdict.outcome))


def _merged(spans: Iterable[Period]) -> Iterator[Period]:
    """The spans, with those that follow each other and say the same as one."""
    held: Period | None = None
    for span in spans:
        if held and held.verdict == span.verdict:
            held = Period(held.first, span.last, held.verdict)
            continue
        if held:
            yield held
        held = span
    if held:
        yield held


def _turns(one: InForce, candidate: Candidate) -> set[date]:
    """Every day on which the verdict may change."""
    demand = one.enforcement.demand(candidate.host)
    days = {day for clause in demand for day in (clause.since, clause.until) if day}
    if candidate.first:
        days.add(candidate.first)
    return days | {day + DAY for day in (candidate.last, candidate.anchor_last) if day}
