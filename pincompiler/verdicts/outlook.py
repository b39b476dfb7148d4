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

from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts import NO_VERSION, FileMechanism, InForce, Mechanism, State
from pincompiler.policy.enforcement import Role
from pincompiler.policy.policy import Policy
from pincompiler.policy.trust import SYSTEM_ALONE, Store
from pincompiler.verdicts.candidate import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from pincompiler.facts import VersionRange
    from pincompiler.policy.enforcement import Clause, Demand
    from pincompiler.policy.trust import Source, Trust
    from pincompiler.verdicts.candidate import Candidate


class Outcome(StrEnum):
    """What becomes of a connection."""

    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    UNPINNED = "unpinned"
    """It is made, and no pin has a say in it."""
    WORKS = "works"


@dataclass(frozen=True, slots=True)
class Release:
    """What was shipped, and is on devices."""

    title: str
    in_force: tuple[InForce, ...] = ()
    error: str = ""
    """Why it could not be read at all."""


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """What becomes of connections, and why."""

    outcome: Outcome
    why: str
    """A sentence without its full stop."""
    keys: tuple[str, ...] = ()
    """The pins, in base64, that decide: those of the chain that are pinned."""


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
        return min(verdicts, key=lambda one: _COUNTS.index(one.outcome))

    def has(self, outcome: Outcome) -> bool:
        """Whether it ever comes to this."""
        return any(span.verdict.outcome is outcome for span in self.spans())


# Where several have a say, the first of these that one of them comes to.
_COUNTS = (Outcome.BLOCKED, Outcome.UNKNOWN, Outcome.WORKS, Outcome.UNPINNED)


def fate(release: Release, candidate: Candidate, first: date, last: date) -> Fate:
    """What becomes of the chain on the days from ``first`` to ``last``, both included."""
    rows = dict.fromkeys(
        _row(one, _shown_to(one, release, candidate), first, last) for one in release.in_force
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
    return Fate(release, candidate.host, (_row(nothing, (candidate,), first, last),))


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


def _row(one: InForce, shown: tuple[Candidate, ...], first: date, last: date) -> FateRow:
    api = None if one.api == NO_VERSION else one.api
    return FateRow(one.mechanism.value, one.title, api, tuple(_spans(one, shown, first, last)))


def _spans(one: InForce, shown: tuple[Candidate, ...], first: date, last: date) -> Iterator[Period]:
    turns = {day for candidate in shown for day in _turns(one, candidate)}
    starts = [first, *sorted(day for day in turns if first < day <= last)]
    spans = (
        Period(start, following - DAY if following else last, _worst(one, shown, start))
        for start, following in zip(starts, [*starts[1:], None], strict=True)
    )
    return _merged(spans)


def _worst(one: InForce, shown: tuple[Candidate, ...], day: date) -> ChainVerdict:
    verdicts = (verdict_on(one, candidate, day) for candidate in shown)
    return min(verdicts, key=lambda verdict: _COUNTS.index(verdict.outcome))


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
    days = {clause.until for clause in demand if clause.until}
    if candidate.first:
        days.add(candidate.first)
    return days | {day + DAY for day in (candidate.last, candidate.anchor_last) if day}


def verdict_on(one: InForce, candidate: Candidate, day: date) -> ChainVerdict:
    """What comes of one configuration on one day."""
    pinned = on_pins(one, candidate, day)
    trusted = _unplanned(one, candidate) if candidate.assumed else _of_trust(one, candidate, day)
    if trusted is None:
        return pinned
    # What a client refuses before it looks at pins, and what they refuse of what might be trusted.
    return min(trusted, pinned, key=lambda verdict: _COUNTS.index(verdict.outcome))


def _unplanned(one: InForce, candidate: Candidate) -> ChainVerdict | None:
    """Why a chain that is still to come may not be trusted: the app names its CAs, and the plan names none of them."""
    trust = one.enforcement.trust(candidate.host)
    if one.state is not State.ACTIVE or set(Store) & trust.sources:
        return None
    known = {anchor.spki_sha256 for anchor in trust.anchors}
    if any(key.spki_sha256 in known for key in candidate.path):
        return None
    why = f"{one.title} trusts {names_of(trust)} alone there; name the key of the CA in the rotation as well"
    return ChainVerdict(Outcome.UNKNOWN, why)


def _of_trust(one: InForce, candidate: Candidate, day: date) -> ChainVerdict | None:
    """Why the chain is refused, or may be, before any pin is looked at; None: it is not."""
    if not candidate.path:
        return _untrusted(one, candidate)
    if candidate.first and day < candidate.first:
        return ChainVerdict(Outcome.BLOCKED, f"the chain is not valid before {candidate.first}")
    if candidate.last and day > candidate.last:
        return ChainVerdict(Outcome.BLOCKED, f"the chain has ended: its last whole day is {candidate.last}")
    minds = not (candidate.anchors and isinstance(one.mechanism, Mechanism))
    if minds and candidate.anchor_last and day > candidate.anchor_last:
        return ChainVerdict(Outcome.UNKNOWN, "the trust anchor has ended, which not every platform minds")
    return None


def _untrusted(one: InForce, candidate: Candidate) -> ChainVerdict:
    """What becomes of a chain that none of the CAs that are known vouches for."""
    trust = one.enforcement.trust(candidate.host)
    if candidate.misnamed or (Store.SYSTEM in trust.sources and not trust.unread):
        return ChainVerdict(Outcome.BLOCKED, f"the server {candidate.problem}")
    own = f"{one.title} trusts {names_of(trust)}"
    if not candidate.declared and (trust.unread or Store.USER in trust.sources):
        return ChainVerdict(Outcome.UNKNOWN, f"{own}; pass those with --ca-file")
    return ChainVerdict(
        Outcome.BLOCKED, f"{own} and not the system's CAs, and the server {candidate.problem}"
    )


def on_pins(one: InForce, candidate: Candidate, day: date) -> ChainVerdict:
    """The same, of a chain that is valid and trusted on that day."""
    if one.state is State.BROKEN:
        # The app crashes, at launch or at its first connection, to whichever host.
        return ChainVerdict(Outcome.BLOCKED, one.why)
    demand = one.enforcement.demand(candidate.host)
    if not demand:
        return _undemanded(one, candidate)
    if one.idle(candidate.host):
        return ChainVerdict(Outcome.UNPINNED, one.why)
    in_force = tuple(clause for clause in demand if clause.in_force(day))
    if not in_force:
        ended = f"its pins ended on {max(clause.until for clause in demand if clause.until)}"
        return _left_to_cas(one, candidate, f"{ended}; ") or ChainVerdict(Outcome.UNPINNED, ended)
    if not candidate.path:
        # The lack of a path has been reported; pins have nothing to add.
        return ChainVerdict(Outcome.UNPINNED, "")
    return _held_to(one, candidate, in_force, day)


def _undemanded(one: InForce, candidate: Candidate) -> ChainVerdict:
    """What becomes of chains for a host that no known pin is for."""
    if left := _left_to_cas(one, candidate):
        return left
    if one.doubts and one.state is State.ACTIVE:
        return ChainVerdict(Outcome.UNKNOWN, one.doubts[0])
    pinning = any(one.enforcement.names()) or not one.why
    return ChainVerdict(Outcome.UNPINNED, f"{one.title} does not pin it" if pinning else one.why)


def _left_to_cas(one: InForce, candidate: Candidate, said: str = "") -> ChainVerdict | None:
    """What a host's own CAs alone, which no end of its pins ends, make of the chain; ``None``: the device has a say."""
    trust = one.enforcement.trust(candidate.host)
    anchor = candidate.anchor_of(trust.sources) if not set(Store) & trust.sources else None
    if anchor is None or one.state is not State.ACTIVE:
        return None
    why = f"{said}ends in {anchor}, and {one.title} trusts no CA of the device there"
    return ChainVerdict(Outcome.WORKS, why)


def _held_to(one: InForce, candidate: Candidate, in_force: Demand, day: date) -> ChainVerdict:
    """What the pins in force say, with what may lift them."""
    trust = one.enforcement.trust(candidate.host)
    skips = [source for source in trust.overriding if candidate.declared or source is not Store.USER]
    if _skipped(candidate, trust, skips):
        ends = candidate.anchor_of(skips) or _cas_of(min(skips, key=_source_name))
        return ChainVerdict(Outcome.UNPINNED, f"chains that end in {ends} skip the pins (overridePins)")
    chain = candidate.chain
    if odd := one.enforcement.refuses(candidate.host, chain):
        return ChainVerdict(Outcome.BLOCKED, f"{one.title} {odd}")
    if one.enforcement.meets(candidate.host, chain, day):
        keys = _deciding(candidate, in_force)
        return ChainVerdict(Outcome.WORKS, _named(candidate, keys), tuple(key.pin for key in keys))
    refused = f"none of its pins is in the chain: {', '.join(one.enforcement.deciding(candidate.host)[:2])}"
    unless = _unless(one, skips, in_force)
    return (
        ChainVerdict(Outcome.UNKNOWN, f"{refused}{unless}")
        if unless
        else ChainVerdict(Outcome.BLOCKED, refused)
    )


def _skipped(candidate: Candidate, trust: Trust, skips: list[Source]) -> bool:
    """Whether pins do not count for the chain, in whichever CA that it may end in it ends."""
    if candidate.assumed:
        return bool(skips) and trust.sources <= {*skips, Store.USER}
    # Whether a CA that the app names is in the device's store as well is not known.
    elsewhere = not (candidate.declared or candidate.ends_in(trust.sources))
    return (Store.SYSTEM in skips and elsewhere) or candidate.ends_in(skips)


def _unless(one: InForce, skips: list[Source], in_force: Demand) -> str:
    """Why a chain without a known pin may get through all the same; empty if it does not."""
    if skips:
        return f", unless it ends in {_cas_of(min(skips, key=_source_name))}, which skips the pins"
    if one.doubts:
        return f"; but {one.doubts[0]}"
    if any(len(pin) == 20 for clause in in_force for pin in clause.leaf | clause.ca):
        return "; but some pins are SHA-1, which are not compared"
    return ""


def names_of(trust: Trust) -> str:
    """Whom it trusts, for a sentence."""
    return ", ".join(sorted(map(_source_name, trust.sources))) or "no CA"


def _source_name(source: Source) -> str:
    return source.value if isinstance(source, Store) else source.name


_OF_STORES = {Store.SYSTEM: "a CA of the system", Store.USER: "a CA that the user installed"}


def _cas_of(source: Source) -> str:
    return _OF_STORES[source] if isinstance(source, Store) else source.name


@dataclass(frozen=True, slots=True)
class _Deciding:
    pin: str
    words: str


def _deciding(candidate: Candidate, in_force: Iterable[Clause]) -> tuple[_Deciding, ...]:
    """The keys of the chain that are pinned, each in the place where it counts."""
    clauses = tuple(in_force)
    found = []
    for number, key in enumerate(candidate.path):
        role = Role.CA if number else Role.LEAF
        wanted = (
            clause.ca | clause.ca_certificates if number else clause.leaf | clause.leaf_certificates
            for clause in clauses
        )
        if any(not pins.isdisjoint((key.spki_sha256, key.whole)) for pins in wanted):
            found.append(_Deciding(key.pin, f"{role.value} {key.algorithm} {key.pin[:8]}… {key.subject}"))
    return tuple(found)


def _named(candidate: Candidate, keys: tuple[_Deciding, ...]) -> str:
    return "; ".join(key.words for key in keys) or f"every chain of {candidate.host} is good enough"
