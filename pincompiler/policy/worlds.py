"""The devices and chains that can show a difference between two enforcements of one host, each kind by one that stands for it.

Complete, not sampled.  What a trust makes of a chain is the greatest regard of the sources that have its anchor, so an
anchor that two stores have shows nothing that one of them does not: a CA that nobody named stands in the system's
store or in the user's, and each named one in none, the system's or the user's.  Demands are monotone in the chain,
so for each clause that is to fail the largest chain that fails it decides.  A chain that ends in a named anchor has
the key of that anchor in it: above the server's certificate or, without any other, as that certificate itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.policy.enforcement import Chain, Clause, Demand, Key, Role
from pincompiler.policy.trust import Device, Regard, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.policy.trust import Anchor, Trust

STRANGER: Final = b""
"""A key, a certificate or a CA that nobody named."""
_EMPTY: Final[frozenset[bytes]] = frozenset()
_STRANGERS: Final = frozenset({STRANGER})
_NOBODY: Final = Clause(_EMPTY, _EMPTY)
"""What no chain meets: the clause that is failed by whoever does not trust its anchor."""


@dataclass(frozen=True, slots=True)
class World:
    """A device, and the anchor of a chain that is shown to it."""

    device: Device
    anchor: Anchor | None = None
    """None: a CA that nobody named."""
    is_leaf: bool = False
    """Whether the anchor is the server's own certificate, which has no CA above it."""

    @property
    def identity(self) -> bytes:
        """Of the anchor."""
        return self.anchor.identity if self.anchor else STRANGER

    def ends(self, cas: tuple[tuple[bytes, bytes], ...]) -> bool:
        """Whether a chain of these CAs may end in the anchor: one has its key, if that is known."""
        own = self.anchor.spki_sha256 if self.anchor else b""
        return self.is_leaf or not own or any(key == own for key, _ in cas)

    @property
    def store(self) -> Store | None:
        """The store that has the anchor; None: the device has it in none."""
        found = (one for one in Store if self.device.has(one, self.identity))
        return next(found, None)


ORDINARY: Final = World(Device(_STRANGERS, _EMPTY))
"""A chain that ends in some CA of the system."""
BROUGHT: Final = World(Device(_EMPTY, _STRANGERS))
"""A chain that ends in some CA that the user has installed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the sides know of keys and certificates by themselves, and not of hosts."""

    roles: Mapping[bytes, Role | None]
    """Of each key: None where no side knows it, or they contradict each other."""
    keys: Mapping[bytes, bytes]
    """The SPKI pin of each certificate whose key is known."""

    def placed(self, demand: Demand) -> Demand:
        """The demand without keys in places where their role never puts them."""
        return tuple(
            Clause(
                self._except(clause.leaf, Role.CA),
                self._except(clause.ca, Role.LEAF),
                clause.until,
                self._except(clause.leaf_certificates, Role.CA),
                self._except(clause.ca_certificates, Role.LEAF),
                clause.since,
            )
            for clause in demand
        )

    def renewed(self, chain: Chain, compared: Demand) -> frozenset[bytes]:
        """The keys of a chain of which a certificate is pinned there, and another one is in the chain."""
        whole = {one for clause in compared for one in clause.leaf_certificates | clause.ca_certificates}
        pinned = {self.keys[one] for one in whole if one in self.keys}
        return frozenset({chain.leaf, *chain.cas}) & pinned - self.certified(chain)

    def certified(self, chain: Chain) -> frozenset[bytes]:
        """The keys of a chain of which a known certificate is in it."""
        shown = (chain.leaf_certificate, *chain.ca_certificates)
        return frozenset(self.keys[one] for one in shown if one in self.keys)

    def _except(self, pins: frozenset[bytes], role: Role) -> frozenset[bytes]:
        return frozenset([pin for pin in pins if self.roles.get(pin) is not role]) if pins else pins


def known_of(*enforcements: Enforcement) -> Known:
    """What is known of the keys and certificates that any of them was configured with."""
    said: dict[bytes, set[Role]] = {}
    keys: dict[bytes, bytes] = {}
    for enforcement in enforcements:
        for some in {id(s.keys): s.keys for s in enforcement.pin_sets()}.values():
            for key in some:
                role = {key.role} if key.role else ()
                said.setdefault(key.whole or key.spki_sha256, set()).update(role)
                if key.whole and key.spki_sha256:
                    keys[key.whole] = key.spki_sha256
    return Known({pin: next(iter(r)) if len(r) == 1 else None for pin, r in said.items()}, keys)


def lost_by(one: Enforcement, both: Iterable[Enforcement]) -> Mapping[bytes, Key]:
    """The keys of both sides that one side cannot hash, by their pins."""
    kinds = one.hashable()
    if kinds is None:
        return {}
    keys = (key for side in both for pin_set in side.pin_sets() for key in pin_set.keys)
    return {key.spki_sha256: key for key in keys if key.algorithm and key.algorithm not in kinds}


def in_force(demand: Demand, day: date) -> Demand:
    """The clauses that count on a day."""
    return tuple(clause for clause in demand if clause.in_force(day))


def worlds(left: Trust, right: Trust) -> Iterator[World]:
    """The worlds in which two may disagree, the ordinary one first.

    What a file that was not read has in it is not known, so of named anchors nothing is concluded then, but that both
    sides may have the same file: :func:`pincompiler.policy.differences.asides` reports such files.
    """
    yield ORDINARY
    if left == right and Store.SYSTEM in left.sources and not left.overriding:
        return  # whatever another world shows, its chain under a CA of the system shows as well
    yield BROUGHT
    if left.unread or right.unread:
        yield from (World(Device(_EMPTY, _EMPTY), one) for one in left.unread if one in right.unread)
        return
    for anchor in dict.fromkeys((*left.anchors, *right.anchors)):
        own = frozenset({anchor.identity})
        for device in (Device(_EMPTY, _EMPTY), Device(own, _EMPTY), Device(_EMPTY, own)):
            if not anchor.is_ca:
                yield World(device, anchor, is_leaf=True)
            yield World(device, anchor)


@dataclass(frozen=True, slots=True)
class OneSide:
    """What one enforcement makes of chains in a world, on a day."""

    regard: Regard
    demand: Demand
    """The clauses in force."""
    lost: Mapping[bytes, Key]
    """Keys that it cannot hash."""

    @property
    def hashed(self) -> Demand:
        """The clauses without those keys."""
        pins = self.lost.keys()
        return (
            tuple(replace(one, leaf=one.leaf - pins, ca=one.ca - pins) for one in self.demand)
            if pins
            else self.demand
        )

    def accepts(self, chain: Chain) -> bool:
        """Whether a chain of that world passes."""
        if self.regard is not Regard.HELD:
            return self.regard is Regard.FREE
        return all(clause.met_by(chain) for clause in self.hashed)

    @property
    def failing(self) -> Demand:
        """Clauses of which a refused chain fails one."""
        if self.regard is Regard.HELD:
            return self.hashed
        return (_NOBODY,) if self.regard is Regard.REFUSED else ()

    def cannot_hash(self, chain: Chain) -> str:
        """The algorithm of the key for want of whose hash it refuses a chain; empty if it has another reason."""
        met = self.regard is Regard.HELD and all(clause.met_by(chain) for clause in self.demand)
        found = (key.algorithm for key in chain.keys if key.spki_sha256 in self.lost)
        return next(found, "") if met else ""


def accepted_and_refused(accepting: OneSide, refusing: OneSide, world: World, known: Known) -> Chain | None:
    """The smallest chain of a world that one side accepts and the other does not, if there is any."""
    if accepting.regard is Regard.REFUSED or not refusing.failing:
        return None
    chain = _failed(accepting, refusing, world, known) or _stopped(accepting, refusing, world)
    odd = {**accepting.lost, **refusing.lost}
    if chain is None or not odd:
        return chain
    return replace(chain, keys=tuple(odd.get(pin, Key(pin)) for pin in (chain.leaf, *chain.cas)))


def _failed(accepting: OneSide, refusing: OneSide, world: World, known: Known) -> Chain | None:
    """The smallest chain that one side accepts, and that fails a clause of the other."""
    demanded = (*accepting.hashed, *refusing.hashed)
    leaves = tuple(_leaves(demanded, world, known))
    cas = tuple(_cas(demanded, world, known))
    for clause in refusing.failing:
        above = () if world.is_leaf else _failing(cas, clause)
        if not world.ends(above):
            continue
        for key, certificate in leaves:
            chain = _chain(key, certificate, above, world)
            if not clause.met_by(chain) and accepting.accepts(chain):
                return _smallest(chain, above, accepting, world)
    return None


def _stopped(accepting: OneSide, refusing: OneSide, world: World) -> Chain | None:
    """The smallest chain that one side accepts, with a CA's key at its root at which the other gives up."""
    if refusing.regard is not Regard.HELD or world.anchor or accepting.regard is not Regard.HELD:
        return None  # whoever trusts others or is held to nothing differs without such a key
    cas = {pin for clause in accepting.hashed for pin in clause.ca}
    leaves = sorted({pin for clause in accepting.hashed for pin in clause.leaf})
    for root in sorted(cas & refusing.lost.keys()):
        for leaf in (STRANGER, *leaves):
            chain = Chain(leaf, (*sorted(cas - {root}), root))
            if accepting.accepts(chain):
                return _needed(chain, accepting)
    return None


def _needed(chain: Chain, accepting: OneSide) -> Chain:
    """The chain without the CAs below its root that it can do without."""
    for pin in chain.cas[:-1]:
        less = Chain(chain.leaf, tuple(other for other in chain.cas if other != pin))
        if accepting.accepts(less):
            chain = less
    return chain


_Pair = tuple[bytes, bytes]
"""A key and the certificate that has it."""


def _leaves(demand: Iterable[Clause], world: World, known: Known) -> Iterator[_Pair]:
    """Certificates of servers: a stranger's, a new one for each pinned key, and each pinned one."""
    clauses = tuple(demand)
    keys = sorted({pin for clause in clauses for pin in clause.leaf})
    whole = sorted({one for clause in clauses for one in clause.leaf_certificates})
    if world.is_leaf and world.anchor:
        own = world.anchor.spki_sha256
        yield own, STRANGER
        yield from ((own, one) for one in whole if known.keys.get(one, own) == own)
        return
    yield STRANGER, STRANGER
    yield from ((key, STRANGER) for key in keys)
    for one in whole:
        if one in known.keys:
            yield known.keys[one], one
        else:  # any of the keys may be its own
            yield from ((key, one) for key in (STRANGER, *keys))


def _cas(demand: Iterable[Clause], world: World, known: Known) -> Iterator[_Pair]:
    """Certificates of CAs: a new one for each pinned key, and each pinned one."""
    clauses = tuple(demand)
    keys = {pin for clause in clauses for pin in clause.ca}
    if world.anchor and world.anchor.spki_sha256:
        keys.add(world.anchor.spki_sha256)
    yield from ((key, STRANGER) for key in sorted(keys))
    for one in sorted({one for clause in clauses for one in clause.ca_certificates}):
        yield known.keys.get(one, STRANGER), one


def _failing(cas: Iterable[_Pair], clause: Clause) -> tuple[_Pair, ...]:
    return tuple(
        (key, whole) for key, whole in cas if key not in clause.ca and whole not in clause.ca_certificates
    )


def _chain(leaf: bytes, certificate: bytes, above: Iterable[_Pair], world: World) -> Chain:
    some = tuple(above)
    cas = tuple(dict.fromkeys(key for key, _ in some if key))
    return Chain(leaf, cas, certificate, tuple(whole for _, whole in some if whole), world.identity)


def _smallest(chain: Chain, above: tuple[_Pair, ...], accepting: OneSide, world: World) -> Chain:
    """The chain without the CAs that it can do without."""
    kept = above
    for pair in above:
        less = tuple(other for other in kept if other != pair)
        smaller = _chain(chain.leaf, chain.leaf_certificate, less, world)
        if world.ends(less) and accepting.accepts(smaller):
            kept, chain = less, smaller
    return chain
