"""Whether changes of keys are safe for the apps that are out there, and how long each key is needed.

::

    pins.toml: releases, rotations -> Fleet, Rotation --+-> RotationVerdict: safe, or from when on, and why not
    outlook: what a release makes of a chain -----------+-> KeyNeed: until when a key is some release's only way

On a day a client runs any release that is supported on it, with a clock that is a day behind, right, or a
day ahead.  Until the day of a rotation the old keys are served, from then on the new ones, on the day itself
either.  A rotation is safe if every such client accepts what is served, from today or the rotation before it,
to the rotation after it or the end of all support.  That certificates are valid and trusted is taken for
granted, but where an app names its CAs: then a rotation has to name the key of one.  Nothing here reads a file or
a clock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.keys.spki import PublicKey
from pincompiler.policy.enforcement import Role
from pincompiler.policy.worlds import STRANGER
from pincompiler.verdicts.candidate import Candidate
from pincompiler.verdicts.chain_verdicts import Outcome
from pincompiler.verdicts.outlook import fate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.facts import VersionRange
    from pincompiler.policy.enforcement import Key
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import Rotation, SupportedRelease
    from pincompiler.verdicts.outlook import Release

DAY = timedelta(days=1)
ENDLESS = date.max
"""The last day of what has no known end."""


class Safety(StrEnum):
    """What a rotation is for the clients that are supported."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Member:
    """A release of the fleet: when it is supported, and what it has."""

    entry: SupportedRelease
    release: Release

    @property
    def name(self) -> str:
        """As pins.toml calls it."""
        return self.entry.name

    @property
    def first(self) -> date:
        """The first day on which a client runs it."""
        return self.entry.day

    @property
    def last(self) -> date:
        """The last one that counts; :data:`ENDLESS` if no end is known."""
        return self.entry.until or ENDLESS


@dataclass(frozen=True, slots=True)
class Refusal:
    """Days on which a supported client refuses what is to be served, or may."""

    release: str
    mechanism: str
    """As in :class:`~pincompiler.verdicts.outlook.FateRow`."""
    api: VersionRange | None
    served: tuple[Key, ...]
    outcome: Outcome
    """``BLOCKED`` or ``UNKNOWN``."""
    first: date
    last: date
    """:data:`ENDLESS` if no end is known.  On the outer days only clients with a wrong clock may be concerned."""
    why: str
    """A sentence without its full stop."""


@dataclass(frozen=True, slots=True)
class RotationVerdict:
    """What is to be said of a rotation."""

    rotation: Rotation
    safety: Safety
    refusals: tuple[Refusal, ...] = ()
    """On the days on which it is as planned; none if it is safe."""
    first_safe: date | None = None
    """If it is not safe: the first day on which it would be; None: there is none."""
    past: bool = False
    """Whether its day was before today."""
    accepted_from: str = ""
    """The release from which on all accept the new keys; empty if the newest one does not."""

    @property
    def dropped(self) -> tuple[Refusal, ...]:
        """The refusals of the old keys."""
        return tuple(one for one in self.refusals if one.served == self.rotation.before)

    @property
    def lacking(self) -> tuple[Refusal, ...]:
        """The refusals of the new keys."""
        return tuple(one for one in self.refusals if one.served == self.rotation.after)


@dataclass(frozen=True, slots=True)
class KeyNeed:
    """A key of some rotation: how long it is served, and how long some release cannot do without it."""

    key: Key
    served_until: date | None
    """The last day; None: not from today on; :data:`ENDLESS`: no rotation leads away from it."""
    needed_until: date | None
    """The last day on which it is a supported release's only way to accept what is served; None: not any more."""
    needed_by: tuple[str, ...] = ()
    """The releases for which that is so on that day."""
    elsewhere: tuple[str, ...] = ()
    """Hosts that pins.toml pins it for, and for which no rotation says what they serve."""
    disputed: Rotation | None = None
    """A rotation that names it and is not safe, so that it may move."""

    def retirable(self, today: date) -> date | None:
        """The first day on which it is neither served nor any supported release's only way.

        None: no day is planned, or the day is unknown.
        """
        if self.elsewhere or self.disputed or self.served_until == ENDLESS:
            return None
        return later(self.served_until) if self.served_until else today


def later(day: date) -> date:
    """The day after, if there is one."""
    return day if day == date.max else day + DAY


def earlier(day: date) -> date:
    """The day before, if there is one."""
    return day if day == date.min else day - DAY


# -- rotations -----------------------------------------------------------------------------------


def rotation_verdicts(
    rotations: Iterable[Rotation], fleet: Sequence[Member], today: date
) -> Iterator[RotationVerdict]:
    """Each rotation by itself; ``rotations`` come host by host, each by day."""
    for _, some in groupby(rotations, key=lambda one: one.host):
        of_host = tuple(some)
        for one, before, after in zip(of_host, (None, *of_host), (*of_host[1:], None), strict=False):
            yield _step(one, before, after, fleet, today)


def _step(
    one: Rotation, before: Rotation | None, after: Rotation | None, fleet: Sequence[Member], today: date
) -> RotationVerdict:
    start = max(today, before.day) if before else today
    end = after.day if after else ENDLESS
    old = tuple(refusals(one.host, one.before, fleet, start, end))
    new = tuple(refusals(one.host, one.after, fleet, start, end))
    found = (*_within(old, start, one.day), *_within(new, max(start, one.day), end))
    past = one.day < today
    if not found:
        return RotationVerdict(one, Safety.SAFE, past=past)
    blocked = any(refusal.outcome is Outcome.BLOCKED for refusal in found)
    # On the day of the rotation before this one, a third key may still be met.
    earliest = later(before.day) if before and before.day >= today else today
    first_safe = max([earliest, *(later(refusal.last) for refusal in new)])
    possible = (
        all(refusal.last != ENDLESS for refusal in new)
        and (not after or first_safe < after.day)
        and all(refusal.first > first_safe for refusal in old)
    )
    return RotationVerdict(
        one,
        Safety.UNSAFE if blocked else Safety.UNKNOWN,
        found,
        first_safe if possible else None,
        past,
        _accepted_from(one, fleet),
    )


def _within(found: Iterable[Refusal], first: date, last: date) -> Iterator[Refusal]:
    """The refusals as far as they are between two days, both included."""
    for one in found:
        if one.first <= last and one.last >= first:
            yield replace(one, first=max(one.first, first), last=min(one.last, last))


def _accepted_from(one: Rotation, fleet: Sequence[Member]) -> str:
    found = ""
    for member in sorted(fleet, key=lambda member: member.first, reverse=True):
        if any(refusals(one.host, one.after, (member,), member.first, member.last)):
            break
        found = member.name
    return found


def refusals(
    host: str, served: tuple[Key, ...], fleet: Iterable[Member], first: date, last: date
) -> Iterator[Refusal]:
    """Who refuses these keys, or may, between two days, both included."""
    candidate = _candidate(host, served)
    for member in fleet:
        begins, ends = max(first, member.first), min(last, member.last)
        if begins > ends:
            continue
        if member.release.error:
            why = member.release.error
            yield Refusal(member.name, "", None, served, Outcome.UNKNOWN, begins, ends, why)
        # A clock that is ahead or behind shows the days around.
        for row in fate(member.release, candidate, earlier(begins), later(ends)).rows:
            for span in row.spans:
                verdict = span.verdict
                if verdict.outcome in (Outcome.BLOCKED, Outcome.UNKNOWN):
                    yield Refusal(
                        member.name,
                        row.mechanism,
                        row.api,
                        served,
                        verdict.outcome,
                        max(begins, earlier(span.first)),
                        min(ends, later(span.last)),
                        verdict.why,
                    )


def _candidate(host: str, served: tuple[Key, ...]) -> Candidate:
    path = tuple(_public(key) for key in served)
    if served[0].role is Role.CA:
        # Of the server's own key nothing is known but that nobody pins it.
        path = (PublicKey("public key", STRANGER, "", "a key that is not named", Role.LEAF), *path)
    return Candidate(host, path, assumed=True)


def _public(key: Key) -> PublicKey:
    # Of a key that is pinned as a certificate, that very one is served; others may have been renewed.
    certificate = key.certificate if key.whole else None
    kind = "certificate" if key.whole else "public key"
    return PublicKey(
        kind, key.spki_sha256, key.algorithm, key.title, key.role, certificate, fingerprint=key.whole
    )


# -- keys ----------------------------------------------------------------------------------------


def needs(
    verdicts: Sequence[RotationVerdict], fleet: Sequence[Member], policy: Policy, today: date
) -> Iterator[KeyNeed]:
    """Each key that a rotation names, in their order, if all goes as planned."""
    rotations = [one.rotation for one in verdicts]
    doubtful = [one.rotation for one in verdicts if one.safety is not Safety.SAFE]
    segments = tuple(served(rotations, today))
    hosts = {one.host for one in rotations}
    for key in dict.fromkeys(key for one in rotations for key in (*one.before, *one.after)):
        own = [segment for segment in segments if key in segment.keys]
        elsewhere = dict.fromkeys(
            host for pin_set in policy.sets if key in pin_set.keys for host in pin_set.hosts
        )
        without = [
            refusal
            for segment in own
            for refusal in refusals(
                segment.host, _without(key, segment.keys), fleet, segment.first, segment.last
            )
        ]
        last = max((refusal.last for refusal in without), default=None)
        yield KeyNeed(
            key,
            max((segment.last for segment in own), default=None),
            last,
            tuple(dict.fromkeys(refusal.release for refusal in without if refusal.last == last)),
            tuple(host for host in elsewhere if host not in hosts),
            next((one for one in doubtful if key in (*one.before, *one.after)), None),
        )


@dataclass(frozen=True, slots=True)
class Serving:
    """Days on which clients may meet these keys at a host, both included."""

    host: str
    keys: tuple[Key, ...]
    first: date
    last: date


def served(rotations: Iterable[Rotation], today: date) -> Iterator[Serving]:
    """What each host serves from today on, and on which days."""
    for host, some in groupby(rotations, key=lambda one: one.host):
        of_host = tuple(some)
        days = [one.day for one in of_host]
        chains = [of_host[0].before, *(one.after for one in of_host)]
        for keys, first, last in zip(chains, [today, *days], [*days, ENDLESS], strict=True):
            if last >= today:
                yield Serving(host, keys, max(first, today), last)


def _without(key: Key, served: tuple[Key, ...]) -> tuple[Key, ...]:
    """The chain with another certificate and key in the place of this one, which nobody pins."""
    other = replace(key, spki_sha256=STRANGER, whole=b"", certificate=None)
    return tuple(other if one == key else one for one in served)
