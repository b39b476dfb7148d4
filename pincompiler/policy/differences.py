"""Where two ways of enforcing pins disagree.

:func:`differences` is complete for every enforcement whose demand for a host depends on which
configured names the host equals, is one label below, or is further below - true of the NSC,
OkHttp, NSPinnedDomains and TrustKit.  So each configured name stands for three hosts: itself,
one label below, and two labels below (with labels no name uses).  Demands are monotone in the
chain, so for each clause one largest chain that fails it decides: nothing is sampled.  A pinned key
that one side cannot hash counts for nothing on that side, and ends its search where it is a CA's.  Whom they trust
is compared likewise, on the devices of :mod:`pincompiler.policy.worlds`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count, product
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.policy.enforcement import Chain, Demand, Enforcement
from pincompiler.policy.hosts import is_ip_address
from pincompiler.policy.trust import SYSTEM_ALONE, Store
from pincompiler.policy.worlds import (
    ORDINARY,
    STRANGER,
    OneSide,
    World,
    accepted_and_refused,
    in_force,
    known_of,
    lost_by,
    worlds,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pincompiler.policy.enforcement import Clause, EntryId, Key, PinSet
    from pincompiler.policy.trust import Trust
    from pincompiler.policy.worlds import Known


@dataclass(frozen=True, slots=True)
class Difference:
    """A host, a chain, a day and a device on which two enforcements disagree."""

    name: str
    """The configured name that ``host`` is or is below; empty for every host that neither names."""
    host: str
    chain: Chain
    day: date
    """``date.min`` stands for any day before the first expiry."""
    wanted: bool
    """The verdict of the first enforcement: whether it accepts."""
    depth: int
    """How many labels ``host`` is below ``name``."""
    wanted_demand: Demand
    """What the first demands on that day."""
    actual_demand: Demand
    """What the second demands on that day."""
    world: World = ORDINARY
    """The device, and the anchor in which the chain ends."""
    of_trust: bool = False
    """Whether they disagree on whom to trust, and not only on what to demand of those."""
    unhashable: str = ""
    """The algorithm of the key that the side which refuses cannot hash, where that decides."""
    renewed: frozenset[bytes] = frozenset()
    """Those keys of the chain of which a certificate is pinned, and another one is in the chain."""
    certified: frozenset[bytes] = frozenset()
    """Those of which the pinned certificate is in the chain."""


_PLAIN: Final = (SYSTEM_ALONE, SYSTEM_ALONE)


def differences(wanted: Enforcement, actual: Enforcement) -> Iterator[Difference]:
    """Each host on which the two disagree, with a chain, day and device that show it.

    At most one difference a host and direction (too lenient, too strict), the earliest in time, in the most
    ordinary world, with the smallest chain.  Keys are placed in chains by their role where either side knows it.
    Nothing found means: the same verdict for every host, chain, day and device.
    """
    names = sorted({*wanted.names(), *actual.names()})
    below, deeper = unused_labels(names)
    known: Known | None = None
    own = wanted.own_trust() or actual.own_trust()
    lost = lost_by(wanted, (wanted, actual)), lost_by(actual, (wanted, actual))
    answers: dict[tuple[int, ...], tuple[object, tuple[Difference, ...]]] = {}
    for name in (*names, ""):
        hosts = (name or below, f"{below}.{name}", f"{deeper}.{below}.{name}")
        for depth, host in enumerate(hosts if name and not is_ip_address(name) else hosts[:1]):
            left, right = wanted.demand(host), actual.demand(host)
            trusts = (wanted.trust(host), actual.trust(host)) if own else _PLAIN
            same = trusts[0] is trusts[1] or trusts[0] == trusts[1]
            if same and not (left or right):
                continue
            ids = (id(left), id(right), id(trusts[0]), id(trusts[1])) if own else (id(left), id(right))
            if ids not in answers:
                found: tuple[Difference, ...] = ()
                if not same or left != right or any(lost):
                    known = known or known_of(wanted, actual)
                    demands = known.placed(left), known.placed(right)
                    if not same or demands[0] != demands[1] or any(lost):
                        found = tuple(_compare(demands, trusts, lost, known))
                # What was compared is kept beside the answer so that its ids stay its own.
                answers[ids] = ((left, right, *trusts), found)
            for one in answers[ids][1]:
                yield replace(one, name=name, host=host, depth=depth)


def unused_labels(names: Iterable[str]) -> tuple[str, str]:
    """Two labels that occur in no name, pleasant ones if possible."""
    used = {label for name in names for label in name.split(".")}
    candidates = (*"bacdexyz", *(f"x{n}" for n in range(2, 10)))
    more = (f"unused-{n}" for n in count())
    free = (label for source in (candidates, more) for label in source if label not in used)
    return next(free), next(free)


def _compare(
    demands: tuple[Demand, Demand],
    trusts: tuple[Trust, Trust],
    lost: tuple[Mapping[bytes, Key], Mapping[bytes, Key]],
    known: Known,
) -> Iterator[Difference]:
    """The first day, most ordinary world and smallest chain for each direction, of whichever host."""
    days = {day for demand in demands for clause in demand for day in (clause.since, clause.until)}
    ends = {day for day in days if day is not None}
    open_directions = {True, False}
    possible = tuple(worlds(*trusts))
    for day, world in product((date.min, *sorted(ends)), possible):
        left, right = (
            OneSide(trust.regard(world.identity, world.device), in_force(demand, day), unread)
            for trust, demand, unread in zip(trusts, demands, lost, strict=True)
        )
        # Too lenient before too strict: it is the one that an attacker uses.
        for verdict in (False, True):
            accepting, refusing = (left, right) if verdict else (right, left)
            chain = (
                accepted_and_refused(accepting, refusing, world, known)
                if verdict in open_directions
                else None
            )
            if chain is not None:
                open_directions.discard(verdict)
                yield Difference(
                    *("", "", chain, day, verdict, 0, left.demand, right.demand, world),
                    of_trust=left.regard is not right.regard,
                    unhashable=refusing.cannot_hash(chain),
                    renewed=known.renewed(chain, (*left.demand, *right.demand)),
                    certified=known.certified(chain),
                )


class Remembered(Enforcement):
    """An enforcement whose demands are kept, for being compared with several others."""

    __slots__ = ("_compared", "_demands", "_enforcement")

    def __init__(self, enforcement: Enforcement) -> None:
        self._enforcement = enforcement
        self._demands: dict[str, Demand] = {}
        self._compared: dict[int, tuple[Enforcement, tuple[Difference, ...]]] = {}

    def against(self, actual: Enforcement) -> tuple[Difference, ...]:
        """The differences from another enforcement; two targets with one model are compared once."""
        found = self._compared.get(id(actual))
        if found is None:
            found = self._compared[id(actual)] = (actual, tuple(differences(self, actual)))
        return found[1]

    def names(self) -> Iterable[str]:
        """As the enforcement has them."""
        return self._enforcement.names()

    def demand(self, host: str) -> Demand:
        """As the enforcement answers, once."""
        found = self._demands.get(host)
        if found is None:
            found = self._demands[host] = self._enforcement.demand(host)
        return found

    def own_trust(self) -> bool:
        """As the enforcement says."""
        return self._enforcement.own_trust()

    def trust(self, host: str) -> Trust:
        """As the enforcement has it."""
        return self._enforcement.trust(host)

    def deciding(self, host: str) -> tuple[str, ...]:
        """As the enforcement has them."""
        return self._enforcement.deciding(host)

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """As the enforcement has them."""
        return self._enforcement.entries_for(host)

    def hashable(self) -> frozenset[str] | None:
        """As the enforcement says."""
        return self._enforcement.hashable()

    def alike(self, host: str, other: str) -> bool:
        """As the enforcement says."""
        return self._enforcement.alike(host, other)

    def pin_sets(self) -> tuple[PinSet, ...]:
        """As the enforcement has them."""
        return self._enforcement.pin_sets()


@dataclass(frozen=True, slots=True)
class Aside:
    """A host on which two enforcements differ in what decides besides pins."""

    host: str
    """Empty for every host that neither names."""
    left: str
    """See :meth:`Enforcement.besides`."""
    right: str
    more: int = 0
    """Hosts on which they differ in the same way."""

    def said(self, left: str, right: str) -> str:
        """The difference as a sentence; ``left`` and ``right`` are what to call the two sides."""
        host = self.host or "every host that neither names"
        more = f" (and {self.more:,} more)" if self.more else ""
        words = f"{left} {self.left} and {right} {self.right}"
        if not (self.left and self.right):
            one, other = (left, right) if self.left else (right, left)
            words = f"{one} {self.left or self.right}, unlike {other}"
        return f"for {host}{more}, {words}: which connections only one of them makes was not compared"


def asides(left: Enforcement, right: Enforcement) -> tuple[Aside, ...]:
    """How two enforcements differ in what decides besides pins; the first host of each kind of difference.

    Complete for the same reason as :func:`differences`.
    """
    names = sorted({*left.names(), *right.names()})
    below, deeper = unused_labels(names)
    found: dict[tuple[str, str], Aside] = {}
    for name in (*names, ""):
        wide = name and not is_ip_address(name)
        for host in (name or below, *((f"{below}.{name}", f"{deeper}.{below}.{name}") if wide else ())):
            words = left.besides(host), right.besides(host)
            if words[0] != words[1] or left.trust(host).unread or right.trust(host).unread:
                known = found.get(words)
                found[words] = (
                    replace(known, more=known.more + 1) if known else Aside(host if name else "", *words)
                )
    return tuple(found.values())


def names_of(*enforcements: Enforcement) -> Mapping[bytes, str]:
    """What sentences call each key, by its pin, and each certificate, by its hash: the first name that it has."""
    names: dict[bytes, str] = {}
    named: dict[bytes, str] = {}
    for enforcement in enforcements:
        for keys in {id(one.keys): one.keys for one in enforcement.pin_sets()}.values():
            for key in keys:
                for one in (key.spki_sha256, key.whole):
                    (named if key.name else names).setdefault(one, key.title)
    return names | named


def describe(difference: Difference, wanted: str, actual: str, name_of: Callable[[bytes], str]) -> str:
    """The difference as a sentence; ``wanted`` and ``actual`` are what to call the two sides."""
    host, day = difference.host if difference.name else "every host that neither names", difference.day
    when = "" if day == date.min else f"from {day.isoformat()} "
    if not difference.of_trust and not difference.wanted and not difference.actual_demand:
        return f"{when}{host} is pinned by {wanted} and not by {actual}"
    if not difference.of_trust and difference.wanted and not difference.wanted_demand:
        only = " and ".join(_clause_words(clause, name_of) for clause in difference.actual_demand)
        return f"{when}{host} is not pinned by {wanted}, and {actual} accepts only chains with {only}"
    verdicts = (actual, wanted) if not difference.wanted else (wanted, actual)
    shown = _chain_words(difference, name_of)
    where = _world_words(difference.world) if difference.of_trust else ""
    why = f", which cannot hash {difference.unhashable} keys" if difference.unhashable else ""
    return f"{when}{host}{shown} is accepted by {verdicts[0]} and refused by {verdicts[1]}{where}{why}"


def _clause_words(clause: Clause, name_of: Callable[[bytes], str]) -> str:
    pins = sorted(clause.pins)
    return (
        _listed([f"`{name_of(pin)}`" for pin in pins[:3]], "or", len(pins) - 3) or "a key that does not exist"
    )


def _chain_words(difference: Difference, name_of: Callable[[bytes], str]) -> str:
    chain, anchor = difference.chain, difference.world.anchor
    own = {anchor.spki_sha256} if anchor else set()
    cas = [pin for pin in chain.cas if pin not in (own - difference.renewed) | difference.certified]
    keys = _listed([f"`{name_of(pin)}`" for pin in cas if pin not in difference.renewed], "and")
    renewed = [f"{_RENEWED} `{name_of(pin)}`" for pin in cas if pin in difference.renewed]
    whole = [f"the certificate `{name_of(one)}`" for one in chain.ca_certificates]
    above = _listed([*([f"CA {keys}"] if keys else []), *renewed, *whole], "and")
    demands = bool(difference.wanted_demand or difference.actual_demand)
    leaf = "" if difference.of_trust and not demands else _leaf_words(difference, name_of)
    if difference.of_trust:
        ends = f"`{anchor.name}`" if anchor else _STORES[difference.world.store]
        middle = f" by way of {above}" if above else ""
        return f"{leaf}{middle} under {ends}"
    if leaf:
        return f"{leaf} under {above}" if above else f"{leaf} and no pinned CA"
    return f" with another key under {above}" if above else " with a key nobody pinned"


_RENEWED: Final = "a renewed certificate with the key of"
_STORES = {Store.SYSTEM: "any CA of the system", Store.USER: "a CA that the user installed", None: ""}


def _leaf_words(difference: Difference, name_of: Callable[[bytes], str]) -> str:
    """The server's certificate, if anything of it is pinned."""
    chain = difference.chain
    if chain.leaf_certificate:
        return f" with the certificate `{name_of(chain.leaf_certificate)}`"
    if chain.leaf == STRANGER:
        return ""
    if chain.leaf in difference.renewed:
        return f" with {_RENEWED} `{name_of(chain.leaf)}`"
    return f" with leaf key `{name_of(chain.leaf)}`"


def _world_words(world: World) -> str:
    """On which devices, where the anchor is one that was named."""
    if world.anchor is None:
        return ""
    where = {
        Store.SYSTEM: "whose system has",
        Store.USER: "whose user installed",
        None: "that do not have",
    }[world.store]
    installed = " installed" if world.store is None else ""
    return f" on devices {where} `{world.anchor.name}`{installed}"


def _listed(words: list[str], conjunction: str, more: int = 0) -> str:
    if more > 0:
        words = [*words, f"{more:,} more"]
    head, last = ", ".join(words[:-1]), words[-1] if words else ""
    return f"{head} {conjunction} {last}" if head else last
