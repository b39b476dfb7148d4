"""Whom a platform trusts: the CAs in the stores of a device, and CAs that the app names itself."""

from __future__ import annotations

from dataclasses import field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from pincompiler.base.location import Location


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
    identity: bytes = b""
    """As :attr:`Anchor.identity`."""
    names: tuple[str, ...] | None = None
    """The DNS names and addresses of its subjectAltName (RFC 6125 section 6.4); None: it was not asked."""


class Store(StrEnum):
    """A set of CAs that is the device's and not the app's."""

    SYSTEM = "system"
    USER = "user"
    """CAs that the user or an administrator has installed, where the platform keeps them apart."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A CA in which a chain may end, known as trust engines know it: by its name and key.

    RFC 5280 section 6.1.1 (d) and Conscrypt's TrustedCertificateIndex: another certificate with the same subject and
    key is the same anchor, and its dates do not count.
    """

    identity: bytes
    """SHA-256 of the subject, written as names are compared, and the DER of the SubjectPublicKeyInfo: 32 bytes; empty
    where what was written of it is wrong."""
    spki_sha256: bytes = field(default=b"", compare=False)
    name: str = field(default="", compare=False)
    """In pins.toml; else what its file calls it."""
    is_ca: bool = field(default=True, compare=False)
    """Whether its certificate says so; that of a server is an anchor of its own chains alone."""
    certificate: Certificate | None = field(default=None, compare=False)
    der: bytes = field(default=b"", compare=False)
    """Of its certificate, where a target is to write it."""
    where: Location | None = field(default=None, compare=False)
    unread: bool = field(default=False, compare=False)
    """Whether it stands for a file that was not read: which CAs are in it is not known."""


Source = Store | Anchor


class Regard(IntEnum):
    """What becomes of chains that end in an anchor; where several sources have it, the greatest counts."""

    REFUSED = 0
    HELD = 1
    """They are held to the pins."""
    FREE = 2
    """They are accepted whatever the pins say: overridePins of an NSC."""


@dataclass(frozen=True, slots=True)
class Device:
    """Which CAs the stores of a device have, by the identities of :class:`Anchor`."""

    system: frozenset[bytes] | None = None
    """None: ordinary validation found the anchor there, whichever it is."""
    user: frozenset[bytes] = frozenset()

    def has(self, store: Store, identity: bytes) -> bool:
        """Whether a store has an anchor."""
        held = self.system if store is Store.SYSTEM else self.user
        return held is None or identity in held


ORDINARY_DEVICE: Final = Device()


@dataclass(frozen=True, slots=True)
class Trust:
    """The sources of anchors for some hosts."""

    sources: frozenset[Source] = frozenset({Store.SYSTEM})
    overriding: frozenset[Source] = frozenset()
    """Those of them whose chains are not held to any pin."""

    def regard(self, identity: bytes, device: Device) -> Regard:
        """What becomes of chains that end in the anchor of an identity on a device."""
        if self is SYSTEM_ALONE and device is ORDINARY_DEVICE:
            return Regard.HELD
        stores = [one for one in Store if one in self.sources and device.has(one, identity)]
        named = Anchor(identity)
        having = [*stores, named] if named in self.sources else stores
        return max(
            (Regard.FREE if one in self.overriding else Regard.HELD for one in having), default=Regard.REFUSED
        )

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The CAs that the app names, in the order of their names."""
        if self is SYSTEM_ALONE:  # as nearly all are
            return ()
        found = (one for one in self.sources if isinstance(one, Anchor))
        return tuple(sorted(found, key=lambda one: (one.name, one.identity)))

    @property
    def unread(self) -> tuple[Anchor, ...]:
        """Those of them whose files were not read."""
        return tuple(one for one in self.anchors if one.unread)


SYSTEM_ALONE: Final = Trust()
"""What platforms do by default."""
