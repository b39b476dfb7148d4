"""A certificate out of a file, and what such a file is found to hold.

What reads files of each kind is in :mod:`.stores` and :mod:`.java_stores`.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.keys.decoding import DamagedError, decoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from cryptography import x509

SEQUENCE: Final = 0x30
INTEGER: Final = 0x02
_TAGGED: Final = 0xA0
_VERSION: Final = bytes.fromhex("a0030201")
"""``[0] EXPLICIT INTEGER``, of one byte."""
_IDENTIFIER: Final = b"\x06"


class Container(StrEnum):
    """What kind of file certificates come in."""

    PEM = "PEM"
    DER = "DER"
    PKCS7 = "PKCS#7"
    PKCS12 = "PKCS#12"
    JKS = "JKS"
    JCEKS = "JCEKS"
    BKS = "BKS"
    UBER = "UBER"


@dataclass(frozen=True, slots=True)
class BundledCertificate:
    """What is reported of a certificate."""

    subject: str
    """RFC 4514 text."""
    issuer: str
    not_after: datetime
    """UTC; the last second it is valid."""
    sha256: bytes
    """Of the whole certificate."""
    spki_sha256: bytes
    """Of its SubjectPublicKeyInfo as it stands there: the pin of RFC 7469."""
    algorithm: str
    """``RSA-2048``, ``secp256r1``, ``Ed25519``…"""
    ca: bool | None
    """Whether its key may sign certificates; None of one that is its own issuer and does not say."""

    @property
    def ends(self) -> date:
        """The last day on which it is valid, in UTC."""
        return self.not_after.date()

    @property
    def title(self) -> str:
        """How sentences call it."""
        return f"`{self.subject}`" if self.subject else "without a name"

    @property
    def self_signed(self) -> bool:
        """Whether it names itself as its issuer."""
        return self.subject == self.issuer


@dataclass(frozen=True, slots=True)
class StoreFile:
    """What one file holds."""

    container: Container
    certificates: tuple[BundledCertificate, ...] = ()
    """Those that could be decoded, each once."""
    private_keys: int = 0
    """Private keys that are in it, be they encrypted or not."""
    open_keys: int = 0
    """Those of them that anyone can have: not encrypted, or opened with a password that was known."""
    unread: str = ""
    """Why there may be certificates in it that are not known, a sentence without its full stop."""
    locked: bool = False
    """Whether that is for want of a password, which the code that opens it has."""


def decode(der: bytes) -> BundledCertificate | None:
    """One certificate; None if it is none, or breaks the rules so far that nobody would take it."""
    from cryptography import x509

    spki = spki_of(der)
    if spki is None:
        return None
    try:
        with decoding():
            loaded = x509.load_der_x509_certificate(der)
            subject, issuer = loaded.subject.rfc4514_string(), loaded.issuer.rfc4514_string()
            ends, ca = loaded.not_valid_after_utc, _is_ca(loaded)
    except DamagedError:
        return None
    fingerprint = sha256(der).digest()
    return BundledCertificate(
        subject, issuer, ends, fingerprint, sha256(spki).digest(), _algorithm(loaded), ca
    )


def _is_ca(loaded: x509.Certificate) -> bool | None:
    from cryptography import x509

    try:
        return loaded.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return None if loaded.issuer == loaded.subject else False


def _algorithm(loaded: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    try:
        with decoding():
            key = loaded.public_key()
    except DamagedError:
        return "unknown"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name
    name = type(key).__name__.lstrip("_").removesuffix("PublicKey")
    return f"{name}-{key.key_size}" if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey) else name


# -- DER -------------------------------------------------------------------------------------------


def tag_at(data: bytes, at: int) -> tuple[int, int, int | None] | None:
    """Tag, first byte and end of the value at ``at``; no end where the length is indefinite (BER)."""
    if at + 2 > len(data):
        return None
    tag, first = data[at], data[at + 1]
    if first < 0x80:
        return tag, at + 2, at + 2 + first
    width = first & 0x7F
    if not width:
        return tag, at + 2, None
    if width > 4 or at + 2 + width > len(data):
        return None
    length = int.from_bytes(data[at + 2 : at + 2 + width], "big")
    return tag, at + 2 + width, at + 2 + width + length


def elements_in(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Place, tag, first byte and end of each value between two places, as far as they are well-formed."""
    while start < end:
        found = tag_at(data, start)
        if found is None or found[2] is None or found[2] > end:
            return
        yield start, found[0], found[1], found[2]
        start = found[2]


def spki_of(der: bytes) -> bytes | None:
    """The SubjectPublicKeyInfo of a certificate, byte for byte (RFC 5280 section 4.1)."""
    outer = tag_at(der, 0)
    if outer is None or outer[0] != SEQUENCE or outer[2] != len(der):
        return None
    inner = tag_at(der, outer[1])
    if inner is None or inner[0] != SEQUENCE or inner[2] is None or inner[2] > len(der):
        return None
    parts = [part for part in elements_in(der, inner[1], inner[2]) if part[1] != _TAGGED][:6]
    # Serial number, signature algorithm, issuer, validity, subject, key.
    if [part[1] for part in parts] != [INTEGER, *[SEQUENCE] * 5]:
        return None
    return der[parts[5][0] : parts[5][3]]


def is_begun(data: bytes) -> bool:
    """Whether bytes begin as a certificate does, whatever becomes of it (RFC 5280 section 4.1).

    What is signed begins with the version; in version 1, with a serial number of some bytes and the identifier of an
    algorithm, where requests have a name and lists of revoked certificates a version.
    """
    outer = tag_at(data, 0)
    inner = tag_at(data, outer[1]) if outer and outer[0] == SEQUENCE else None
    first = tag_at(data, inner[1]) if inner and inner[0] == SEQUENCE else None
    if inner is None or first is None or first[2] is None:
        return False
    if first[0] != INTEGER or first[2] - first[1] < 2:
        return data[inner[1] : first[1] + 2] == _VERSION
    signed = tag_at(data, first[2])
    return signed is not None and signed[0] == SEQUENCE and data[signed[1] : signed[1] + 1] == _IDENTIFIER
