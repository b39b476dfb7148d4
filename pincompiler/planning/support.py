"""What ends while a release is supported: the pins in it, and the certificates of servers whose keys it pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts import State
from pincompiler.planning.lifetimes import renewals
from pincompiler.planning.schedule import DAY
from pincompiler.policy.enforcement import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from pincompiler.planning.schedule import Member
    from pincompiler.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class Expiry:
    """Pins of the newest release that end before the next one is out."""

    release: str
    hosts: tuple[str, ...]
    mechanisms: tuple[str, ...]
    expires: date
    """The first day without them."""
    following: str
    """The next release; empty: none is planned."""
    until: date | None
    """Its day, else the last day on which the newest release is supported; None: no end is known."""


@dataclass(frozen=True, slots=True)
class SupportWindow:
    """How often a public certificate is renewed at least while a release is supported."""

    release: str
    first: date
    last: date | None
    """None: no end is known, nor how often."""
    renewals: int


@dataclass(frozen=True, slots=True)
class LeafPins:
    """A pin-set of pins.toml that has nothing but servers' keys: each new key needs a pin of its own."""

    title: str
    hosts: tuple[str, ...]
    keys: int


def expiries(fleet: Sequence[Member], today: date) -> Iterator[Expiry]:
    """The pins that end before the next release, by day; of a release that is not known nothing is."""
    newest = max(
        (one for one in fleet if one.first <= today <= one.last), key=lambda one: one.first, default=None
    )
    if newest is None:
        return
    following = min((one for one in fleet if one.first > today), key=lambda one: one.first, default=None)
    until = following.first if following else newest.entry.until
    last = following.first - DAY if following else newest.last
    ends: dict[date, tuple[dict[str, None], dict[str, None]]] = {}
    for one in newest.release.in_force:
        for name in one.enforcement.names() if one.state is not State.BROKEN else ():
            for clause in one.enforced(name):
                if clause.until and clause.until <= last:
                    hosts, mechanisms = ends.setdefault(clause.until, ({}, {}))
                    hosts[name] = mechanisms[one.mechanism.value] = None
    for day, (hosts, mechanisms) in sorted(ends.items()):
        name = following.name if following else ""
        yield Expiry(newest.name, tuple(sorted(hosts)), tuple(mechanisms), day, name, until)


def windows(fleet: Sequence[Member], today: date) -> Iterator[SupportWindow]:
    """The releases that are supported today or later."""
    for one in fleet:
        until = one.entry.until
        if until is None or until >= today:
            count = sum(1 for _ in renewals(one.first, until)) if until else 0
            yield SupportWindow(one.name, one.first, until, count)


def leaf_pins(policy: Policy) -> Iterator[LeafPins]:
    """The pin-sets in which no CA's key would carry a new certificate."""
    for one in policy.sets:
        keys = [key for key in one.keys if not key.retired]
        if one.enforce and keys and all(key.role is not Role.CA for key in keys):
            yield LeafPins(one.title, one.hosts, len(set(keys)))
