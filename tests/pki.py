"""Certificates, keys and stores made on the spot, and the pins that OpenSSL computes of them.

EC P-256 unless a test is about another algorithm: it is the fastest to make.
"""

from __future__ import annotations

import subprocess
from base64 import b64decode
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from tests import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

SHA256 = hashes.SHA256()


GENERATORS: Mapping[str, Callable[[], PrivateKey]] = {
    "RSA-2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA-3072": lambda: rsa.generate_private_key(65537, 3072),
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


def private_key(algorithm: str = "P-256", number: int = 0) -> PrivateKey:
    """A private key; the same arguments give the same key within a run."""
    return _private_key(algorithm, number)


@cache
def _private_key(algorithm: str, number: int) -> PrivateKey:
    del number  # of the cache's key only
    return GENERATORS[algorithm]()


def name(common: str) -> x509.Name:
    """A subject of one common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(
    common: str = "api.example.com",
    key: PrivateKey | None = None,
    *,
    ca: bool | None = False,
    ends: date = date(2030, 1, 1),
    issuer: str = "",
    serial: int = 0,
    names: tuple[str, ...] = (),
) -> x509.Certificate:
    """A certificate signed with its own key, for some names; with ``ca=None``, one without basicConstraints."""
    key = key or private_key()
    end = datetime.combine(ends, time(12), UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common))
        .issuer_name(name(issuer or common))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(end - timedelta(days=300))
        .not_valid_after(end)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False
        )
    return builder.sign(key, _digest(key))


def request(
    common: str = "api.example.com", key: PrivateKey | None = None, *, ca: bool | None = None
) -> x509.CertificateSigningRequest:
    """A signing request; with ``ca=None``, one without basicConstraints."""
    key = key or private_key()
    builder = x509.CertificateSigningRequestBuilder().subject_name(name(common))
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(key, _digest(key))


def _digest(key: PrivateKey) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256


# -- files ---------------------------------------------------------------------------------------


def pem(made: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    """PEM of a certificate or a request."""
    return made.public_bytes(Encoding.PEM)


def der(made: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    """DER of a certificate or a request."""
    return made.public_bytes(Encoding.DER)


def public(
    key: PrivateKey, encoding: Encoding, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo
) -> bytes:
    """The public half of a key."""
    return key.public_key().public_bytes(encoding, form)


def private(
    key: PrivateKey,
    encoding: Encoding = Encoding.PEM,
    form: PrivateFormat = PrivateFormat.PKCS8,
    password: bytes = b"",
) -> bytes:
    """A private key, encrypted if there is a password."""
    encryption: KeySerializationEncryption = NoEncryption()
    if password:
        encryption = BestAvailableEncryption(password)
    return key.private_bytes(encoding, form, encryption)


def pkcs12_store(password: bytes = b"") -> bytes:
    """A PKCS#12 store of a leaf certificate and its private key."""
    key = private_key()
    encryption: KeySerializationEncryption = NoEncryption()
    if password:
        encryption = BestAvailableEncryption(password)
    return pkcs12.serialize_key_and_certificates(b"api", key, certificate(key=key), None, encryption)


def truststore(made: x509.Certificate, password: bytes) -> bytes:
    """A PKCS #12 store of a certificate that is trusted, as Java's keytool writes it."""
    return pkcs12.serialize_java_truststore(
        [pkcs12.PKCS12Certificate(made, b"ca")], BestAvailableEncryption(password)
    )


def pkcs7_bundle(encoding: Encoding) -> bytes:
    """A PKCS#7 bundle of two certificates."""
    made = [certificate(), certificate("Some CA", private_key(number=1), ca=True)]
    return pkcs7.serialize_certificates(made, encoding)


# -- OpenSSL's own word --------------------------------------------------------------------------


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    """What OpenSSL's command line writes; its failure is the test's, and where it is missing the test is left out."""
    parts.need_command("openssl")
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True).stdout


def openssl_pin(data: bytes, kind: str = "certificate", encoding: Encoding = Encoding.PEM) -> bytes:
    """The 32 bytes of the pin that OpenSSL computes of a certificate, a request or a public key."""
    command = {
        "certificate": ("x509", "-noout", "-pubkey"),
        "request": ("req", "-noout", "-pubkey"),
        "public key": ("pkey", "-pubin", "-pubout"),
        "PKCS#1 public key": ("rsa", "-RSAPublicKey_in", "-pubout"),
    }[kind]
    public_pem = openssl(*command, "-inform", "PEM" if encoding is Encoding.PEM else "DER", stdin=data)
    spki = openssl("pkey", "-pubin", "-outform", "der", stdin=public_pem)
    digest = openssl("dgst", "-sha256", "-binary", stdin=spki)
    return b64decode(openssl("base64", "-A", stdin=digest))
