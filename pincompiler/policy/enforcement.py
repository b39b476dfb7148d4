"""What a pinning configuration demands of a connection: the one question everything answers.

*Does this enforcement accept this chain for this host on this day, on this device?*  pins.toml, a generated
artifact and a shipped app are all :class:`Enforcement` s; each answers with a :class:`Trust`, whom it trusts, and a
:data:`Demand`, what it wants of chains besides.
"""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pincompiler.base.records import dataclass
from pincompiler.policy.trust import ORDINARY_DEVICE, SYSTEM_ALONE, Regard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pincompiler.base.location import Location
    from pincompiler.policy.trust import Certificate, Device, Trust


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
class Key:
    """A public key, known by its SPKI pin, or a whole certificate.  Two keys with one pin are equal."""

    spki_sha256: bytes
    """SHA-256 of the DER SubjectPublicKeyInfo (RFC 7469 §2.4): 32 bytes; empty of a certificate known by its hash."""
    role: Role | None = field(default=None, compare=False)
    """None: not known, so it may stand anywhere in a chain."""
    name: str = field(default="", compare=False)
    algorithm: str = field(default="", compare=False)
    """``RSA-2048``, ``P-256``, ``Ed25519``…; ``""`` when only the pin is known."""
    certificate: Certificate | None = field(default=None, compare=False)
    retired: bool = field(default=False, compare=False)
    """Whether it must not be pinned any more: lost, stolen or out of use."""
    where: Location | None = field(default=None, compare=False)
    whole: bytes = b""
    """SHA-256 of the certificate, where the whole of it is pinned; empty where the key is."""
    root: str = field(default="", compare=False)
    """The public root CA whose key or certificate it is, by its name; empty: of none that is known."""
    pin: str = field(init=False, compare=False)
    """The SPKI pin in canonical base64: 44 characters."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "pin", b2a_base64(self.spki_sha256, newline=False).decode("ascii"))

    @property
    def known(self) -> bool:
        """Whether it is known what it is: not, if what was written of it is wrong."""
        return bool(self.spki_sha256 or self.whole)

    @property
    def title(self) -> str:
        """How messages name it: its name in pins.toml, else the start of its pin."""
        return self.name or f"{self.pin[:8] or self.whole.hex()[:8]}…"

    @property
    def label(self) -> str:
        """Name and role, for the comments of generated files; of a public root also what it is."""
        parts = (self.name or "key without a name", self.role, self.root)
        return ", ".join(str(part) for part in parts if part)


@dataclass(frozen=True, slots=True)
class Chain:
    """The path that a platform has built and validated: the server's certificate, then those of the CAs above it.

    Which of several paths a platform builds, and names, dates and signatures, are left out of the question.
    """

    leaf: bytes
    """SPKI pin of the server's key."""
    cas: tuple[bytes, ...] = ()
    """From the one above the server's key to the root, where their order is known: SPKI pins."""
    leaf_certificate: bytes = b""
    """SHA-256 of the server's whole certificate; empty: one that nobody pinned."""
    ca_certificates: tuple[bytes, ...] = ()
    """The same of the CAs, as far as anybody pinned them."""
    anchor: bytes = b""
    """The identity of the CA in which it ends, or of the server's own certificate; empty: one that nobody named."""
    keys: tuple[Key, ...] = field(default=(), compare=False)
    """Its keys from the server's on, where more is known of them than their pins."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One of these keys or certificates has to be in the chain, in its place, until the day it ends."""

    leaf: frozenset[bytes]
    """Keys that count when they are the server's own."""
    ca: frozenset[bytes]
    """Keys that count when they are a CA's."""
    until: date | None = None
    """The first day on which the clause no longer holds."""
    leaf_certificates: frozenset[bytes] = frozenset()
    """Certificates, by their SHA-256, that count when they are the server's own."""
    ca_certificates: frozenset[bytes] = frozenset()
    """Certificates that count when they are a CA's."""
    since: date | None = None
    """The first day on which it holds, where something else held before; None: it always has."""

    @property
    def pins(self) -> frozenset[bytes]:
        """All of them, wherever they count."""
        return self.leaf | self.ca | self.leaf_certificates | self.ca_certificates

    def met_by(self, chain: Chain) -> bool:
        """Whether the chain shows one of the keys or certificates."""
        return (
            chain.leaf in self.leaf
            or not self.ca.isdisjoint(chain.cas)
            or chain.leaf_certificate in self.leaf_certificates
            or not self.ca_certificates.isdisjoint(chain.ca_certificates)
        )

    def in_force(self, today: date) -> bool:
        """Whether the clause still counts on this day."""
        return (self.since is None or self.since <= today) and (self.until is None or today < self.until)


Demand = tuple[Clause, ...]
"""All clauses have to be met; none at all means that the host is not pinned."""


@dataclass(frozen=True, slots=True)
class PinSet:
    """Hosts that demand the same keys, and until when."""

    hosts: tuple[str, ...]
    """Lower-case A-labels, no trailing dot; IPv4 literals as they are."""
    reach: Reach
    keys: tuple[Key, ...]
    """Any one of them suffices.  Empty only where the anchor decides alone, and in a set that does not enforce."""
    expires: date | None = None
    """The first day on which the set is no longer enforced."""
    enforce: bool = True
    report_uris: tuple[str, ...] = ()
    where: Location | None = field(default=None, compare=False)
    trust: Trust = SYSTEM_ALONE
    """In whom chains may end, expired or not, enforced or not."""
    trust_said: bool = field(default=False, compare=False)
    """Whether it is written there, and not what is meant when nothing is."""

    @property
    def in_force(self) -> tuple[Key, ...]:
        """The keys that it enforces."""
        return self.keys if self.enforce else ()

    @property
    def decides(self) -> bool:
        """Whether it decides on connections: not, where it exempts hosts or tries pins out."""
        return self.enforce or self.trust is not SYSTEM_ALONE

    @property
    def states_trust(self) -> bool:
        """Whether no hand-written file has a say in whom it trusts."""
        return self.trust_said or self.trust is not SYSTEM_ALONE

    @property
    def public_keys(self) -> tuple[Key, ...]:
        """Those as public keys, the nearest to certificates that most platforms compare; of a bare hash there is none."""
        if not any(key.whole for key in self.keys):
            return self.in_force
        keys = (replace(key, whole=b"") if key.whole else key for key in self.in_force if key.spki_sha256)
        return tuple(dict.fromkeys(keys))

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

    def trust(self, _host: str) -> Trust:
        """In whom chains for a host may end."""
        return SYSTEM_ALONE

    def own_trust(self) -> bool:
        """Whether for any host these may be others than the system's CAs."""
        return False

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
        """What decides on connections to ``host`` besides trust and pins, if that is not the platform's default.

        A phrase: "demands public logs of certificates", of which nothing may be concluded but whether two are the same.
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

    def accepts(self, host: str, chain: Chain, today: date, device: Device = ORDINARY_DEVICE) -> bool:
        """Whether it lets a connection to ``host`` pass that presents ``chain``.

        ``chain`` is the chain *after* ordinary validation; ``today`` is the date on whatever clock
        the platform reads (device-local for the NSC, UTC for TrustKit).
        """
        regard = self.trust(host).regard(chain.anchor, device)
        return self.meets(host, chain, today) if regard is Regard.HELD else regard is Regard.FREE

    def meets(self, host: str, chain: Chain, today: date) -> bool:
        """Whether a chain, wherever it ends, has what is demanded besides."""
        in_force = [clause for clause in self.demand(host) if clause.in_force(today)]
        met = all(clause.met_by(chain) for clause in in_force)
        return met and not (in_force and self.refuses(host, chain))


def out_of_force(demand: Demand, day: date) -> str:
    """Why nothing of a demand counts on a day, as a sentence without its full stop."""
    starts = min((one.since for one in demand if one.since and day < one.since), default=None)
    if starts:
        return f"it is not pinned before {starts}"
    return f"its pins ended on {max(one.until for one in demand if one.until)}"


def any_of(keys: Iterable[Key], until: date | None = None) -> Demand:
    """The demand for any of these keys or certificates, anywhere in the chain."""
    known = tuple(keys)
    pins = frozenset([key.spki_sha256 for key in known if not key.whole])
    if len(pins) == len(known):
        return (Clause(pins, pins, until),)
    whole = frozenset(key.whole for key in known if key.whole)
    return (Clause(pins, pins, until, whole, whole),)
