"""Where two ways of enforcing pins disagree.

:func:`differences` is complete for every enforcement whose demand for a host depends on which
configured names the host equals, is one label below, or is further below - true of the NSC,
OkHttp, NSPinnedDomains and TrustKit.  So each configured name stands for three hosts: itself,
one label below, and two labels below (with labels no name uses).  Demands are monotone in the
chain, so for each clause one largest chain that fails it decides: nothing is sampled.  A pinned key
that one side cannot hash counts for nothing on that side, and ends its search where it is a CA's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import count
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.policy.enforcement import Chain, Clause, Demand, Enforcement, EntryId, Key, PinSet, Role
from pincompiler.policy.hosts import is_ip_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

STRANGER = b""
"""A key that nobody pinned."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A host, chain and day on which two enforcements disagree."""

    name: str
    """The configured name that ``host`` is or is below."""
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
    unhashable: str = ""
    """The algorithm of the key that the side which refuses cannot hash, where that decides."""


_Counterexample = tuple[Chain, date, bool, Demand, Demand, str]
_Keys = Mapping[bytes, Key]
"""Keys whose algorithms are known, by their pins."""


def differences(wanted: Enforcement, actual: Enforcement) -> Iterator[Difference]:
    """Each host on which the two disagree, with a chain and day that show it.

    At most one difference a host and direction (too lenient, too strict), the earliest in time,
    with the smallest chain.  Keys are placed in chains by their role where either side knows it.
    Nothing found means: the same verdict for every host, chain and day.
    """
    names = sorted({*wanted.names(), *actual.names()})
    below, deeper = unused_labels(names)
    roles: Mapping[bytes, Role | None] | None = None
    lost = tuple(_unhashable(one, (wanted, actual)) for one in (wanted, actual))
    known: dict[tuple[int, int], tuple[Demand, Demand, tuple[_Counterexample, ...]]] = {}
    for name in names:
        hosts = (name, f"{below}.{name}", f"{deeper}.{below}.{name}")
        for depth, host in enumerate(hosts[:1] if is_ip_address(name) else hosts):
            left, right = wanted.demand(host), actual.demand(host)
            if not (left or right):
                continue
            # The demands are kept beside the answer so that their ids stay theirs.
            pair = known.get((id(left), id(right)))
            if pair is None:
                found: tuple[_Counterexample, ...] = ()
                if left != right or any(lost):
                    roles = roles or _roles(wanted, actual)
                    found = tuple(_compare(_placed(left, roles), _placed(right, roles), *lost))
                pair = (left, right, found)
                known[id(left), id(right)] = pair
            for chain, day, verdict, on_left, on_right, odd in pair[2]:
                yield Difference(name, host, chain, day, verdict, depth, on_left, on_right, odd)


def unused_labels(names: Iterable[str]) -> tuple[str, str]:
    """Two labels that occur in no name, pleasant ones if possible."""
    used = {label for name in names for label in name.split(".")}
    candidates = (*"bacdexyz", *(f"x{n}" for n in range(2, 10)))
    more = (f"unused-{n}" for n in count())
    free = (label for source in (candidates, more) for label in source if label not in used)
    return next(free), next(free)


def _roles(*enforcements: Enforcement) -> Mapping[bytes, Role | None]:
    """The role of each key: None where no side knows it, or they contradict each other."""
    said: dict[bytes, set[Role]] = {}
    for enforcement in enforcements:
        for keys in {id(s.keys): s.keys for s in enforcement.pin_sets()}.values():
            for key in keys:
                said.setdefault(key.spki_sha256, set()).update({key.role} if key.role else ())
    return {pin: next(iter(roles)) if len(roles) == 1 else None for pin, roles in said.items()}


def _unhashable(one: Enforcement, both: Iterable[Enforcement]) -> _Keys:
    """The keys of both sides that one side cannot hash."""
    kinds = one.hashable()
    if kinds is None:
        return {}
    keys = (key for side in both for pin_set in side.pin_sets() for key in pin_set.keys)
    return {key.spki_sha256: key for key in keys if key.algorithm and key.algorithm not in kinds}


def _placed(demand: Demand, roles: Mapping[bytes, Role | None]) -> Demand:
    """The demand without keys in places where their role never puts them."""
    return tuple(
        Clause(
            frozenset(pin for pin in clause.leaf if roles.get(pin) is not Role.CA),
            frozenset(pin for pin in clause.ca if roles.get(pin) is not Role.LEAF),
            clause.until,
        )
        for clause in demand
    )


def _compare(left: Demand, right: Demand, left_lost: _Keys, right_lost: _Keys) -> Iterator[_Counterexample]:
    """The first day and smallest chain for each direction of disagreement; what is lost cannot be hashed."""
    ends = {clause.until for clause in (*left, *right) if clause.until is not None}
    open_directions = {True, False}
    for day in (date.min, *sorted(ends)):
        on_left = tuple(clause for clause in left if clause.in_force(day))
        on_right = tuple(clause for clause in right if clause.in_force(day))
        # Too lenient before too strict: it is the one that an attacker uses.
        for verdict in (False, True):
            if verdict not in open_directions:
                continue
            sides = (on_left, left_lost), (on_right, right_lost)
            (accepting, unread), (refusing, lost) = sides if verdict else sides[::-1]
            hashed = _hashed(accepting, unread)
            chain = _accepted_and_refused(hashed, _hashed(refusing, lost)) or _stopped(hashed, refusing, lost)
            if chain is not None:
                open_directions.discard(verdict)
                known = {**unread, **lost}
                keys = tuple(known.get(pin, Key(pin)) for pin in (chain.leaf, *chain.cas))
                odd = [key.algorithm for key in keys if key.spki_sha256 in lost and _meets(chain, refusing)]
                shown = replace(chain, keys=keys) if known else chain
                yield shown, day, verdict, on_left, on_right, next(iter(odd), "")


def _hashed(demand: Demand, lost: _Keys) -> Demand:
    """The demand without the keys that cannot be hashed."""
    pins = lost.keys()
    return tuple(Clause(one.leaf - pins, one.ca - pins, one.until) for one in demand) if pins else demand


def _stopped(accepting: Demand, refusing: Demand, lost: _Keys) -> Chain | None:
    """The smallest chain that meets the one demand, with a CA's key at its root at which the other side gives up."""
    cas = {pin for clause in accepting for pin in clause.ca}
    leaves = sorted({pin for clause in accepting for pin in clause.leaf})
    for root in sorted(cas & lost.keys()) if refusing else ():
        for leaf in (STRANGER, *leaves):
            above = (*sorted(cas - {root}), root)
            if _meets(Chain(leaf, above), accepting):
                return _smallest(Chain(leaf, above), accepting, keep=root)
    return None


def _accepted_and_refused(accepting: Demand, refusing: Demand) -> Chain | None:
    """The smallest chain that meets one demand and not the other, if there is any."""
    leaves = sorted({pin for clause in (*accepting, *refusing) for pin in clause.leaf})
    cas = sorted({pin for clause in (*accepting, *refusing) for pin in clause.ca})
    for clause in refusing:
        above = tuple(pin for pin in cas if pin not in clause.ca)
        for leaf in (STRANGER, *leaves):
            chain = Chain(leaf, above)
            if leaf not in clause.leaf and _meets(chain, accepting):
                return _smallest(chain, accepting)
    return None


def _meets(chain: Chain, demand: tuple[Clause, ...]) -> bool:
    return all(clause.met_by(chain) for clause in demand)


def _smallest(chain: Chain, demand: Demand, keep: bytes = STRANGER) -> Chain:
    """The chain without the CAs that the demand can do without, but for the one to keep."""
    for pin in chain.cas if keep == STRANGER else chain.cas[:-1]:
        less = Chain(chain.leaf, tuple(other for other in chain.cas if other != pin))
        if _meets(less, demand):
            chain = less
    return chain


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
        """It as a sentence; ``left`` and ``right`` are what to call the two sides."""
        host = self.host or "every host that neither names"
        more = f" (and {self.more:,} more)" if self.more else ""
        default = "has the platform's defaults"
        return (
            f"for {host}{more}, {left} {self.left or default} and {right} {self.right or default}: "
            "which connections only one of them makes was not compared"
        )


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
            if words[0] != words[1]:
                known = found.get(words)
                found[words] = (
                    replace(known, more=known.more + 1) if known else Aside(host if name else "", *words)
                )
    return tuple(found.values())


def describe(difference: Difference, wanted: str, actual: str, name_of: Callable[[bytes], str]) -> str:
    """The difference as a sentence; ``wanted`` and ``actual`` are what to call the two sides."""
    host, day = difference.host, difference.day
    when = "" if day == date.min else f"from {day.isoformat()} "
    if not difference.wanted and not difference.actual_demand:
        return f"{when}{host} is pinned by {wanted} and not by {actual}"
    if difference.wanted and not difference.wanted_demand:
        only = " and ".join(_clause_words(clause, name_of) for clause in difference.actual_demand)
        return f"{when}{host} is not pinned by {wanted}, and {actual} accepts only chains with {only}"
    verdicts = (actual, wanted) if not difference.wanted else (wanted, actual)
    chain = _chain_words(difference.chain, name_of)
    why = f", which cannot hash {difference.unhashable} keys" if difference.unhashable else ""
    return f"{when}{host} {chain} is accepted by {verdicts[0]} and refused by {verdicts[1]}{why}"


def _clause_words(clause: Clause, name_of: Callable[[bytes], str]) -> str:
    pins = sorted(clause.leaf | clause.ca)
    return (
        _listed([f"`{name_of(pin)}`" for pin in pins[:3]], "or", len(pins) - 3) or "a key that does not exist"
    )


def _chain_words(chain: Chain, name_of: Callable[[bytes], str]) -> str:
    above = _listed([f"`{name_of(pin)}`" for pin in chain.cas], "and")
    if chain.leaf == STRANGER:
        return f"with another key under CA {above}" if above else "with a key nobody pinned"
    leaf = f"with leaf key `{name_of(chain.leaf)}`"
    return f"{leaf} under CA {above}" if above else f"{leaf} and no pinned CA"


def _listed(words: list[str], conjunction: str, more: int = 0) -> str:
    if more > 0:
        words = [*words, f"{more:,} more"]
    head, last = ", ".join(words[:-1]), words[-1] if words else ""
    return f"{head} {conjunction} {last}" if head else last
