"""Certificate chains made on the spot, for tests which need real ones."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

KINDS: Final[dict[str, Callable[[], CertificateIssuerPrivateKeyTypes]]] = {
    "RSA-2048": lambda: rsa.generate_private_key(65537, 2048),
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


@dataclass(frozen=True, slots=True)
class Chain:
    """A leaf, an intermediate and a root, in this order as a server (plus root) would send them."""

    certificates: tuple[bytes, ...]
    """DER, leaf first."""
    digests: tuple[str, ...]
    """Base64 of the SHA-256 of each SubjectPublicKeyInfo, in the same order."""
    server: bytes = field(default=b"", repr=False)
    """PEM as a server takes it: the leaf's private key, the leaf, the intermediate."""

    @property
    def pins(self) -> tuple[str, ...]:
        """The digests as OkHttp writes them."""
        return tuple(f"sha256/{digest}" for digest in self.digests)


def make_chain(host: str = "example.com", kind: str = "P-256", more: tuple[str, ...] = ()) -> Chain:
    """A chain of three certificates with keys of that kind which is valid for a year around today.

    ``more``: further names of the server.
    """
    keys = [KINDS[kind]() for _ in range(3)]
    algorithm = None if kind == "Ed25519" else hashes.SHA256()
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        for text in (host, "test intermediate", "test root")
    ]
    now = dt.datetime.now(dt.UTC)
    certificates = []
    for place, (key, name) in enumerate(zip(keys, names, strict=True)):
        above = min(place + 1, 2)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(names[above])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=180))
            .not_valid_after(now + dt.timedelta(days=180))
            .add_extension(x509.BasicConstraints(place > 0, None), critical=True)
        )
        if place == 0:
            hosts = [x509.DNSName(one) for one in (host, *more)]
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        certificates.append(builder.sign(keys[above], algorithm))
    return Chain(
        certificates=tuple(c.public_bytes(Encoding.DER) for c in certificates),
        digests=tuple(
            base64.b64encode(
                hashlib.sha256(
                    key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
                ).digest()
            ).decode()
            for key in keys
        ),
        server=b"".join(
            (
                keys[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
                *(c.public_bytes(Encoding.PEM) for c in certificates[:2]),
            )
        ),
    )
