"""What one configuration makes of one chain on one day: refused, held to pins, or let through, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.facts import InForce, Mechanism, State
from pincompiler.policy.enforcement import Role, out_of_force
from pincompiler.policy.trust import Store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

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
class ChainVerdict:
    """What becomes of connections, and why."""

    outcome: Outcome
    why: str
    """A sentence without its full stop."""
    keys: tuple[str, ...] = ()
    """The pins, in base64, that decide: those of the chain that are pinned."""


# Where several have a say, the first of these that one of them comes to.
COUNTS: Final = (Outcome.BLOCKED, Outcome.UNKNOWN, Outcome.WORKS, Outcome.UNPINNED)


def verdict_on(one: InForce, candidate: Candidate, day: date) -> ChainVerdict:
    """What comes of one configuration on one day."""
    pinned = on_pins(one, candidate, day)
    trusted = _unplanned(one, candidate) if candidate.assumed else _of_trust(one, candidate, day)
    if trusted is None:
        return pinned
    # What a client refuses before it looks at pins, and what they refuse of what might be trusted.
    return min(trusted, pinned, key=lambda verdict: COUNTS.index(verdict.outcome))


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
        ended = out_of_force(demand, day)
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
