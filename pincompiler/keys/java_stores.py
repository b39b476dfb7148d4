"""Key stores of Java and of Bouncy Castle: JKS, JCEKS, BKS and UBER.

They keep certificates in the clear, but for UBER, so that no password is needed to read them.
"""

from __future__ import annotations

from dataclasses import field
from struct import Struct

from pincompiler.base.bounds import CERTIFICATES
from pincompiler.base.records import dataclass
from pincompiler.keys.certificates import BundledCertificate, Container, StoreFile, decode

_BKS_HEADER = Struct(">II20sI")
_DIGEST = 20
"""Bytes of the SHA-1 with which each store ends: nothing of it is left before."""
_DAMAGED = "it is damaged"


def read_store(data: bytes, container: Container) -> StoreFile:
    """What is in a store that begins as one of ``container`` does."""
    return _read_bks(data) if container is Container.BKS else _Walk(data, container).jks()


class _DamagedError(Exception):
    """The container ends early or contradicts itself."""


@dataclass(slots=True)
class _Walk:
    """Reads a container from its beginning to its end."""

    data: bytes
    container: Container
    at: int = 0
    certificates: dict[bytes, BundledCertificate] = field(default_factory=dict)
    count: int = 0
    damaged: int = 0
    keys: int = 0

    def number(self, width: int) -> int:
        """The next big-endian number."""
        return int.from_bytes(self.take(width), "big")

    def take(self, size: int) -> bytes:
        """The next bytes."""
        if size > len(self.data) - self.at:
            raise _DamagedError
        self.at += size
        return self.data[self.at - size : self.at]

    def text(self) -> bytes:
        """The next string, in Java's ``writeUTF`` form."""
        return self.take(self.number(2))

    def certificate(self, *, typed: bool) -> None:
        """The next certificate, whose type's name may stand before it."""
        kind = self.text() if typed else b"X.509"
        der = self.take(self.number(4))
        self.count += 1
        if self.count > CERTIFICATES.limit:
            raise _DamagedError
        found = decode(der) if kind in (b"X.509", b"X509") else None
        if found is None:
            self.damaged += 1
        else:
            self.certificates[found.sha256] = found

    def done(self, *, damaged: bool) -> StoreFile:
        """All that was read."""
        unread = "some of its certificates are damaged" if self.damaged else ""
        unread = _DAMAGED if damaged else unread
        return StoreFile(self.container, tuple(self.certificates.values()), self.keys, 0, unread)

    def jks(self) -> StoreFile:
        """Java's own format, versions 1 and 2 (``sun.security.provider.JavaKeyStore``)."""
        damaged = False
        try:
            self.take(4)
            version = self.number(4)
            for _ in range(self.number(4)):
                self.jks_entry(typed=version == 2)
            self.end()
        except _DamagedError:
            damaged = True
        return self.done(damaged=damaged)

    def end(self) -> None:
        """See that nothing but the digest is left: a store that states too few entries may hold others."""
        if self.at + _DIGEST != len(self.data):
            raise _DamagedError

    def jks_entry(self, *, typed: bool) -> None:
        """A private key with its chain, or a trusted certificate."""
        kind = self.number(4)
        self.text()
        self.number(8)
        if kind == 1:
            self.keys += 1
            self.take(self.number(4))
            for _ in range(self.number(4)):
                self.certificate(typed=typed)
        elif kind == 2:
            self.certificate(typed=typed)
        else:  # JCEKS's secret keys are serialised objects, whose end only Java finds
            raise _DamagedError

    def bks(self) -> StoreFile:
        """Bouncy Castle's format, versions 0 to 2 (``BcKeyStoreSpi``)."""
        self.at = _BKS_HEADER.size
        while kind := self.number(1):
            self.text()
            self.number(8)
            for _ in range(self.number(4)):
                self.certificate(typed=True)
            if kind == 1:
                self.certificate(typed=True)
            elif kind == 2:
                self.number(1)
                self.text()
                self.text()
                self.take(self.number(4))
            elif kind in (3, 4):
                self.keys += kind == 4
                self.take(self.number(4))
            else:
                raise _DamagedError
        self.end()
        return self.done(damaged=False)


def _read_bks(data: bytes) -> StoreFile:
    """BKS, or UBER, which begins alike and has everything encrypted."""
    if len(data) <= _BKS_HEADER.size:
        return StoreFile(Container.BKS, unread=_DAMAGED)
    *_, iterations = _BKS_HEADER.unpack_from(data)
    walk = _Walk(data, Container.BKS)
    try:
        return walk.bks()
    except _DamagedError:
        if walk.certificates:
            return walk.done(damaged=True)
    if data[3] == 1 and 0 < iterations < 1 << 20:
        return StoreFile(Container.UBER, unread="all of it is encrypted", locked=True)
    return walk.done(damaged=True)
