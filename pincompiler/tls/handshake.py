"""One handshake: bounded in time and bytes, validated by OpenSSL before anything is believed.

pyOpenSSL is the only public way to the chain that OpenSSL built and validated before Python 3.13.  It runs on
memory here, so that every byte passes our hands: a server may stall, drip, reset or flood.
"""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from OpenSSL import SSL

from pincompiler.base.bounds import HANDSHAKE_BYTES
from pincompiler.base.records import dataclass
from pincompiler.keys.decoding import decoding
from pincompiler.policy.hosts import is_ip_address
from pincompiler.tls.answers import Answer, Declined, Offer, Refused, Unreached
from pincompiler.tls.refusals import refusal
from pincompiler.tls.trust import TrustedContexts, accepted

if TYPE_CHECKING:
    from cryptography import x509

_PIECE: Final = 1 << 14
_NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_OPENSSL = "ask whoever runs the server; openssl s_client shows more"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect to."""

    family: int
    address: Any
    """As ``socket.connect`` takes it for the family; the first part is the numeric address."""


def handshake(trusted: TrustedContexts, offer: Offer, host: str, place: Place, timeout: float) -> Answer:
    """Ask one address for a host's chain; ``timeout`` is in seconds, for all of it."""
    ends = monotonic() + timeout
    try:
        with socket.socket(place.family, socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout)
            sock.connect(place.address)
            return _Handshake(trusted, offer, host, sock, ends).run()
    except TimeoutError:
        return Unreached(f"did not finish within {timeout:g} s")
    except OSError as error:
        closed = isinstance(error, ConnectionResetError | BrokenPipeError)
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        unroutable = error.errno in _NO_WAY and place.family == socket.AF_INET6
        return Unreached(f"cannot be reached: {reason}", elsewhere=unroutable, closed=closed)


@dataclass(slots=True)
class _Handshake:
    trusted: TrustedContexts
    offer: Offer
    host: str
    sock: socket.socket
    ends: float

    def run(self) -> Answer:
        connection = SSL.Connection(self.trusted.contexts[self.offer], None)
        connection.set_connect_state()
        if not is_ip_address(self.host):  # RFC 6066 section 3: no addresses in SNI
            connection.set_tlsext_host_name(self.host.encode("ascii"))
        received = 0
        while True:
            try:
                connection.do_handshake()
            except SSL.WantReadError:
                self.flush(connection)
            except SSL.Error as error:
                with suppress(OSError):  # the alert is a courtesy
                    self.flush(connection)
                return self.failed(connection, error)
            else:
                self.flush(connection)
                return self.succeeded(connection)
            self.sock.settimeout(max(self.ends - monotonic(), 0.001))
            piece = self.sock.recv(_PIECE)
            received += len(piece)
            if not piece:
                return Unreached("closed the connection during the handshake", closed=True)
            if received > HANDSHAKE_BYTES.limit or monotonic() > self.ends:
                return _endless(received)
            connection.bio_write(piece)

    def flush(self, connection: SSL.Connection) -> None:
        """Send what OpenSSL has written."""
        with suppress(SSL.WantReadError):
            while True:
                self.sock.settimeout(max(self.ends - monotonic(), 0.001))
                self.sock.sendall(connection.bio_read(_PIECE))

    def succeeded(self, connection: SSL.Connection) -> Answer:
        path = connection.get_verified_chain()
        assert path, "a handshake with VERIFY_PEER has a validated chain"  # noqa: S101
        protocol = connection.get_protocol_version_name().replace("v", " ")
        return accepted(path, self.host, protocol, self.trusted, _shown(connection))

    def failed(self, connection: SSL.Connection, error: SSL.Error) -> Answer:
        reason = error.args[0][-1][2] if error.args and error.args[0] else "the connection was closed"
        verification = connection.get_app_data()
        if verification:
            return refusal(verification, _shown(connection), named=bool(self.trusted.anchors))
        if reason in ("excessive message size", "length too long", "record layer failure"):
            return Refused("too-large", "sends more certificates than any client takes", _OPENSSL)
        if "alert" in reason or "unrecognized name" in reason:
            alert = reason.rpartition("alert ")[2]
            if self.offer is not Offer.ANY:
                return Declined(alert)
            fix = "check the host name; a server may also ask for a client certificate, or speak old TLS only"
            return Refused("handshake-refused", f"refuses the handshake: {alert}", fix)
        if reason in ("unsupported protocol", "wrong ssl version"):
            return Refused("old-tls", "speaks nothing newer than TLS 1.1", "switch TLS 1.2 or 1.3 on")
        return Refused("no-tls", f"does not speak TLS properly: {reason}", "check the port and the address")


def _shown(connection: SSL.Connection) -> list[x509.Certificate]:
    """What the server sent."""
    try:
        with decoding():
            return connection.get_peer_cert_chain(as_cryptography=True) or []
    except ValueError:
        return []


def _endless(received: int) -> Answer:
    if received > HANDSHAKE_BYTES.limit:
        return Refused("too-large", "sends more than any handshake has", _OPENSSL)
    raise TimeoutError
