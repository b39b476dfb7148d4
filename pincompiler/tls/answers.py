"""What can come of asking a server for its chain."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from cryptography import x509

    from pincompiler.keys.spki import PublicKey


class Offer(StrEnum):
    """What a client says it can do, which decides on the certificate that it is shown."""

    ANY = "any"
    """TLS 1.2 and 1.3, every kind of key."""
    RSA = "TLS 1.2, RSA"
    """TLS 1.2 and nothing but RSA certificates."""
    ECDSA = "TLS 1.2, ECDSA"
    """TLS 1.2 and nothing but ECDSA and Ed25519 certificates (RFC 8422 gives them the same suites)."""


@dataclass(frozen=True, slots=True)
class Served:
    """The handshake went well: the chain is trusted, in date and for this host."""

    protocol: str
    """``TLS 1.2`` or ``TLS 1.3``; empty for a chain from a file."""
    chain: tuple[PublicKey, ...]
    """The validated path, from the server's own certificate to the trust anchor."""
    shown: tuple[x509.Certificate, ...] = field(default=(), compare=False)
    """What was sent, the server's own certificate first, be it in the path or not."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server answered, and no client should go on."""

    code: str
    """``untrusted``, ``expired``, ``wrong-host``…, for programs."""
    problem: str
    """What is wrong, to follow the name of the host."""
    fix: str
    issuers: tuple[str, ...] = ()
    """Who signed the certificates that were shown, RFC 4514 text, unproven: for diagnosis only."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The server wants nothing to do with such an offer; after :attr:`Offer.ANY` this is a refusal."""

    alert: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """Nothing was learnt about the server: no route, no answer, no end."""

    problem: str
    elsewhere: bool = False
    """Whether this machine simply has no way there, as to IPv6 addresses without IPv6."""
    closed: bool = False
    """Whether the server ended the connection, and did not merely keep silent."""


Answer = Served | Refused | Declined | Unreached


@dataclass(frozen=True, slots=True)
class Visit:
    """One address of a host, and what it answered to each offer."""

    address: str
    """Numeric, with the port if that is not the host's own; empty for a chain from a file."""
    answers: tuple[tuple[Offer, Answer], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was learnt of a host."""

    host: str
    port: int
    visits: tuple[Visit, ...]
    problem: str = ""
    """Why no address was even tried, or not all were."""
