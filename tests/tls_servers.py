"""TLS servers on loopback, each in a thread, on a port that the system chose; and the chains they serve."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests import pki
from tests.patience import WAIT_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HOST = "api.example.com"
CA_NAME = "Example Shop Root"


@dataclass(frozen=True)
class Chain:
    """A server's certificate, the intermediate and the root above it, and the server's key."""

    key: pki.PrivateKey
    leaf: x509.Certificate
    intermediate: x509.Certificate
    root: x509.Certificate

    @property
    def served(self) -> tuple[x509.Certificate, ...]:
        """What a well-kept server sends: all but the root."""
        return self.leaf, self.intermediate

    def pins(self) -> tuple[bytes, ...]:
        """As OpenSSL's command line computes them."""
        return tuple(pki.openssl_pin(pki.pem(one)) for one in (self.leaf, self.intermediate, self.root))


def signed(
    common: str,
    key: pki.PrivateKey,
    issuer: str,
    issuer_key: pki.PrivateKey,
    *,
    ca: bool = False,
    names: Sequence[str] = (),
    starts: timedelta = timedelta(days=-10),
    ends: timedelta = timedelta(days=60),
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    padding: int = 0,
) -> x509.Certificate:
    """A certificate as public CAs make them; times are from now."""
    now = datetime.now(UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(pki.name(common))
        .issuer_name(pki.name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + starts)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(map(x509.DNSName, names)), critical=False)
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    if padding:
        ballast = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), bytes(padding))
        builder = builder.add_extension(ballast, critical=False)
    return builder.sign(issuer_key, pki._digest(issuer_key))


def chain(
    algorithm: str = "P-256",
    names: Sequence[str] = (HOST,),
    *,
    root_name: str = CA_NAME,
    ca_ends: timedelta = timedelta(days=3000),
    **leaf: timedelta | x509.ObjectIdentifier,
) -> Chain:
    """Root, intermediate and leaf of one kind of key."""
    root_key, middle_key, key = (pki.private_key(algorithm, number) for number in (71, 72, 73))
    middle_name = f"{root_name} Issuing"
    root = signed(root_name, root_key, root_name, root_key, ca=True, ends=ca_ends)
    middle = signed(middle_name, middle_key, root_name, root_key, ca=True, ends=ca_ends)
    made = signed(names[0], key, middle_name, middle_key, names=names, **leaf)  # type: ignore[arg-type]
    return Chain(key, made, middle, root)


@cache
def usual(algorithm: str = "P-256") -> Chain:
    """The chain of a well-kept server; made once."""
    return chain(algorithm)


def context(
    *chains: Chain, served: Sequence[x509.Certificate] | None = None, made: ssl.SSLContext | None = None
) -> ssl.SSLContext:
    """A server's context with the certificates of these chains; OpenSSL chooses by the client's offer."""
    made = made or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for one in chains:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "chain.pem"
            certificates = served if served is not None else one.served
            file.write_bytes(pki.private(one.key) + b"".join(map(pki.pem, certificates)))
            made.load_cert_chain(file)
    return made


@dataclass
class Server:
    """A server that runs until it is closed."""

    port: int
    connections: list[str] = field(default_factory=list)
    """The names that clients asked for."""
    most_at_once: int = 0


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None], *, address: str = "127.0.0.1") -> Iterator[Server]:
    """Give each connection, in a thread of its own, to a function; whatever goes wrong there is the client's."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, 0), family=family, backlog=128)
    server = Server(listener.getsockname()[1])
    lock, closing, busy = threading.Lock(), threading.Event(), 0

    def one(connection: socket.socket) -> None:
        nonlocal busy
        with lock:
            busy += 1
            server.most_at_once = max(server.most_at_once, busy)
        with connection, contextlib.suppress(OSError):
            connection.settimeout(WAIT_S)  # the client gives up first
            serve(connection)
        with lock:
            busy -= 1

    def accept() -> None:
        while not closing.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        closing.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@contextlib.contextmanager
def tls(made: ssl.SSLContext, *, address: str = "127.0.0.1") -> Iterator[Server]:
    """A TLS server that shakes hands and waits for the client to go."""
    names: list[str] = []

    def noted(_: ssl.SSLSocket, name: str | None, __: ssl.SSLContext) -> None:
        names.append(name or "")

    made.sni_callback = noted  # type: ignore[assignment]

    def serve(connection: socket.socket) -> None:
        with made.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)

    with listening(serve, address=address) as server:
        server.connections = names
        yield server


def stall(connection: socket.socket) -> None:
    """Take the hello, and say nothing."""
    connection.recv(65536)
    connection.recv(1)


def reset(connection: socket.socket) -> None:
    """Take the hello, and throw the connection away."""
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(connection: socket.socket) -> None:
    """Take the hello, and end politely."""
    connection.recv(65536)


def drip(connection: socket.socket) -> None:
    """A byte of a record now and then, until the client goes."""
    connection.recv(65536)
    connection.sendall(b"\x16\x03\x03\x40\x00")
    while True:
        connection.sendall(b"\x02")
        time.sleep(0.05)


def flood(connection: socket.socket) -> None:
    """Noise without end."""
    for _ in range(10_000):
        connection.sendall(b"\x99" * 65536)


def flood_of_warnings(connection: socket.socket) -> None:
    """Records that are well-formed and lead nowhere."""
    connection.recv(65536)
    for _ in range(10_000):
        connection.sendall(b"\x16\x03\x03\x00\x04\x00\x00\x00\x00" * 1000)  # HelloRequest, RFC 5246


def http(connection: socket.socket) -> None:
    """A web server without TLS."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
