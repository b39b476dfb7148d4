"""What a pinning configuration demands of a connection: the one question everything answers.

*Does this enforcement accept this chain for this host on this day?*  pins.toml, a generated
artifact and a shipped app are all :class:`Enforcement` s; each answers with a :data:`Demand`.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from binascii import b2a_base64
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from pincompiler.base.location import Location


class Role(StrEnum):
    """Whose key it is: the server's own, or that of an authority above it."""

    LEAF = "leaf"
    CA = "ca"


class Reach(StrEnum):
    """How far below a name its pins apply; the name itself is always included."""

    NONE = "none"
    ONE_LABEL = "one-label"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the rules ask of the certificate a key was taken from."""

    subject: str
    """RFC 4514 text."""
    not_after: datetime
    """UTC; the last second it is valid."""
    sha256: bytes
    """SHA-256 of the whole certificate: the fingerprint people mistake for a pin."""
    signature_hash: str
    """Lower-case name of the hash its issuer signed, ``""`` where the algorithm has none of its own."""
    self_signed: bool
    not_before: datetime | None = None
    """UTC; the first second it is valid."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, known by its SPKI pin.  Two keys with one pin are equal."""

    spki_sha256: bytes
    """SHA-256 of the DER SubjectPublicKeyInfo (RFC 7469 §2.4): 32 bytes."""
    role: Role | None = field(default=None, compare=False)
    """None: not known, so it may stand anywhere in a chain."""
    name: str = field(default="", compare=False)
    algorithm: str = field(default="", compare=False)
    """``RSA-2048``, ``P-256``, ``Ed25519``…; ``""`` when only the pin is known."""
    certificate: Certificate | None = field(default=None, compare=False)
    retired: bool = field(default=False, compare=False)
    """Whether it must not be pinned any more: lost, stolen or out of use."""
    where: Location | None = field(default=None, compare=False)
    pin: str = field(init=False, compare=False)
    """The pin in canonical base64: 44 characters."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "pin", b2a_base64(self.spki_sha256, newline=False).decode("ascii"))

    @property
    def title(self) -> str:
        """How messages name it: its name in pins.toml, else the start of its pin."""
        return self.name or f"{self.pin[:8]}…"

    @property
    def label(self) -> str:
        """Name and role, for the comments of generated files."""
        name = self.name or "key without a name"
        return f"{name}, {self.role.value}" if self.role else name


@dataclass(frozen=True, slots=True)
class Chain:
    """The SPKI pins of a validated chain: the server's key, then those of the CAs above it."""

    leaf: bytes
    cas: tuple[bytes, ...] = ()
    """From the one above the server's key to the root, where their order is known."""
    keys: tuple[Key, ...] = field(default=(), compare=False)
    """The same keys from the server's on, where more is known of them than their pins."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One of these keys has to be in the chain, in its place, until the day it ends."""

    leaf: frozenset[bytes]
    """Keys that count when they are the server's own."""
    ca: frozenset[bytes]
    """Keys that count when they are a CA's."""
    until: date | None = None
    """The first day on which the clause no longer holds."""

    def met_by(self, chain: Chain) -> bool:
        """Whether the chain shows one of the keys."""
        return chain.leaf in self.leaf or not self.ca.isdisjoint(chain.cas)

    def in_force(self, today: date) -> bool:
        """Whether the clause still counts on this day."""
        return self.until is None or today < self.until


Demand = tuple[Clause, ...]
"""All clauses have to be met; none at all means that the host is not pinned."""


@dataclass(frozen=True, slots=True)
class PinSet:
    """Hosts that demand the same keys, and until when."""

    hosts: tuple[str, ...]
    """Lower-case A-labels, no trailing dot; IPv4 literals as they are."""
    reach: Reach
    keys: tuple[Key, ...]
    """Any one of them suffices.  Empty only in a set that does not enforce: an exempt host."""
    expires: date | None = None
    """The first day on which the set is no longer enforced."""
    enforce: bool = True
    report_uris: tuple[str, ...] = ()
    where: Location | None = field(default=None, compare=False)

    @property
    def title(self) -> str:
        """How messages name it: its first host, and how many more."""
        return title_of(self.hosts)

    def where_host(self, host: str) -> Location | None:
        """The place of one of its hosts."""
        if self.where is None or not self.where.path:
            return self.where
        return self.where.at("hosts", self.hosts.index(host))


def title_of(hosts: tuple[str, ...]) -> str:
    """How messages name several hosts: the first, and how many more."""
    more = len(hosts) - 1
    return f"{hosts[0]} (and {more:,} more)" if more else hosts[0]


EntryId = tuple[str, Reach]
"""A configured name and its reach: in one enforcement no two pin-sets have both."""


class Enforcement(Protocol):
    """Anything that decides, from pins, whether a connection is allowed."""

    __slots__ = ()

    def names(self) -> Iterable[str]:
        """Every name at which its verdict may change, in any order."""

    def demand(self, host: str) -> Demand:
        """What it demands of chains for a host, on whichever day."""

    def deciding(self, host: str) -> tuple[str, ...]:
        """The entries that decide on a host, as its own files spell them; none: not pinned."""

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The same entries by the names and reaches of :meth:`pin_sets`, the most specific first.

        Where the platform adds entries up they are all that match, else one.
        """

    def alike(self, _host: str, _other: str) -> bool:
        """Whether two hosts are treated the same in all but pins: trust anchors, cleartext, where to report."""
        return True

    def pin_sets(self) -> tuple[PinSet, ...]:
        """What it was configured with, as far as pin-sets can say it."""

    def besides(self, host: str) -> str:  # noqa: ARG002 - most platforms have nothing to say
        """What decides on connections to ``host`` besides pins, if that is not the platform's default.

        A phrase: "trusts CAs of users", of which nothing may be concluded but whether two are the same.
        """
        return ""

    def hashable(self) -> frozenset[str] | None:
        """The algorithms of the keys that it can hash, as :attr:`Key.algorithm` names them; None: of all keys."""
        return None

    def refuses(self, host: str, chain: Chain) -> str:
        """Why it refuses a chain for a pinned host although a pinned key is in it; empty if it does not.

        A sentence without its subject and its full stop.  A platform that cannot hash every key looks from the
        root down, and ends at the first key that is pinned or has no hash.
        """
        kinds = self.hashable()
        demand = self.demand(host) if kinds is not None else ()
        for key in reversed(chain.keys) if demand else ():
            if kinds is not None and key.algorithm not in kinds:
                return f"cannot hash the {key.algorithm} key of {key.title}, and refuses such chains"
            if any(key.spki_sha256 in clause.leaf | clause.ca for clause in demand):
                break
        return ""

    def accepts(self, host: str, chain: Chain, today: date) -> bool:
        """Whether it lets a connection to ``host`` pass that presents ``chain``.

        ``chain`` is the chain *after* ordinary validation; ``today`` is the date on whatever clock
        the platform reads (device-local for the NSC, UTC for TrustKit).
        """
        in_force = [clause for clause in self.demand(host) if clause.in_force(today)]
        met = all(clause.met_by(chain) for clause in in_force)
        return met and not (in_force and self.refuses(host, chain))


def any_of(keys: Iterable[Key], until: date | None = None) -> Demand:
    """The demand for any of these keys, anywhere in the chain."""
    pins = frozenset(key.spki_sha256 for key in keys)
    return (Clause(pins, pins, until),)


@dataclass(frozen=True, slots=True)
class Policy(Enforcement):
    """What pins.toml means: the most specific name decides, and any one of its keys suffices."""

    sets: tuple[PinSet, ...]
    _index: Mapping[str, tuple[PinSet, Demand]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        index: dict[str, tuple[PinSet, Demand]] = {}
        for pin_set in self.sets:
            demand = any_of(pin_set.keys, pin_set.expires) if pin_set.enforce else ()
            index.update(dict.fromkeys(pin_set.hosts, (pin_set, demand)))
        object.__setattr__(self, "_index", index)

    def names(self) -> Iterable[str]:
        """Every host of every set."""
        return self._index.keys()

    def pin_sets(self) -> tuple[PinSet, ...]:
        """The sets as they stand in the file."""
        return self.sets

    def demand(self, host: str) -> Demand:
        """The demand of the set that covers the host."""
        found = self._find(host)
        return found[1] if found else ()

    def deciding(self, host: str) -> tuple[str, ...]:
        """The pin-set, by the name that matched."""
        found = self.entries_for(host)
        return tuple(f'[[pin-set]] {name}, subdomains = "{reach.value}"' for name, reach in found)

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The set that covers the host, by the name that matched."""
        found = self.covering(host)
        name = host.lower().removesuffix(".")
        while found and self._index.get(name, (None,))[0] is not found:
            name = name.partition(".")[2]
        return ((name, found.reach),) if found else ()

    def alike(self, host: str, other: str) -> bool:
        """Whether failures of both are reported to the same places."""
        some = (self.covering(host), self.covering(other))
        here, there = (set(one.report_uris) if one else set() for one in some)
        return here == there

    def covering(self, host: str) -> PinSet | None:
        """The set that decides on a host: its own, else that of the nearest name that reaches it."""
        found = self._find(host)
        return found[0] if found else None

    def above(self, host: str) -> Iterator[PinSet]:
        """The sets of the names above a host, whether they reach it or not, nearest first."""
        while host := host.partition(".")[2]:
            if found := self._index.get(host):
                yield found[0]

    def _find(self, host: str) -> tuple[PinSet, Demand] | None:
        name = host.lower().removesuffix(".")
        if found := self._index.get(name):
            return found
        enough: tuple[Reach, ...] = (Reach.ONE_LABEL, Reach.ALL)
        while name := name.partition(".")[2]:
            found = self._index.get(name)
            if found and found[0].reach in enough:
                return found
            enough = (Reach.ALL,)
        return None

    def digest(self) -> str:
        """``sha256/`` and base64 of the policy's meaning.

        Names of keys, comments and the order of anything do not count; hosts, reach, keys and
        their roles, expiry, enforcement and report URIs do.
        """
        meaning = sorted(line for pin_set in self.sets for line in _meaning(pin_set))
        text = json.dumps(meaning, ensure_ascii=True, separators=(",", ":"))
        return "sha256/" + b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _meaning(pin_set: PinSet) -> Iterable[list[object]]:
    rest = [
        pin_set.reach.value,
        sorted({(key.pin, key.role.value if key.role else "") for key in pin_set.keys}),
        pin_set.expires.isoformat() if pin_set.expires else "",
        pin_set.enforce,
        sorted(set(pin_set.report_uris)),
    ]
    return ([host, *rest] for host in pin_set.hosts)
