"""Certificates, signing requests and public keys, PEM or DER, to SPKI pins.

The pin is the SHA-256 of the DER SubjectPublicKeyInfo (RFC 7469 section 2.4).  What a file is, its content
says; its name says nothing.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from base64 import b64decode, b64encode
from dataclasses import field
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.keys.decoding import DamagedError, decoding
from pincompiler.keys.names import names_in
from pincompiler.policy.enforcement import Chain, Key, Role
from pincompiler.policy.trust import Certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes, PublicKeyTypes

_PEM = lazy_regex(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)(?:-----END \1-----|\Z)", re.DOTALL)
_PKCS12 = lazy_regex(rb"\x30[\x80-\x84].{0,4}\x02\x01\x03\x30", re.DOTALL)
_PKCS7_OID = bytes.fromhex("06092a864886f70d0107")
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key as a file holds it."""

    kind: str
    """``certificate``, ``request`` or ``public key``."""
    spki_sha256: bytes
    algorithm: str
    """``RSA-2048``, ``P-256``, ``Ed25519``…"""
    subject: str
    """RFC 4514 text; empty for a bare key."""
    role: Role | None
    """From basicConstraints; None where the file does not say."""
    certificate: Certificate | None = None
    der: bytes = field(default=b"", compare=False)
    """The whole certificate."""
    fingerprint: bytes = b""
    """The SHA-256 of the whole certificate, where nothing else of it is known."""

    @property
    def whole(self) -> bytes:
        """The SHA-256 of the whole certificate; empty of what is none."""
        return self.certificate.sha256 if self.certificate else self.fingerprint

    @property
    def pin(self) -> str:
        """The pin as base64, the form of pins.toml and of most platforms."""
        return b64encode(self.spki_sha256).decode("ascii")


def pinned_chain(path: Sequence[PublicKey]) -> Chain:
    """A validated path, the server's own key first, as enforcements are asked about it."""
    keys = tuple(Key(one.spki_sha256, one.role, one.subject, one.algorithm) for one in path)
    whole = tuple(one.whole for one in path)
    last = path[-1].certificate
    return Chain(
        path[0].spki_sha256,
        tuple(one.spki_sha256 for one in path[1:]),
        whole[0],
        whole[1:],
        last.identity if last else b"",
        keys,
    )


class KeyFileError(Exception):
    """A file that holds no usable public key.

    ``str()`` completes "FILE …"; ``fix`` says what to do; ``rule`` is the finding it becomes; ``certificate`` is the
    command that takes a certificate out of the file, empty where it has none.
    """

    def __init__(self, problem: str, fix: str, rule: str = "unreadable-key", certificate: str = "") -> None:
        super().__init__(problem)
        self.fix = fix
        self.rule = rule
        self.certificate = certificate


def public_keys(data: bytes, file: str) -> tuple[PublicKey, ...]:
    """Every public key of a file, in its order; ``file`` is its name for messages.

    Raises :class:`KeyFileError` if there is none, or if any private key is in it.
    """
    if not data.strip():
        raise KeyFileError("is empty", "give it a certificate, a request or a public key")
    blocks = [(match[1].decode("ascii"), match[2]) for match in _PEM.finditer(data)]
    for label, _ in blocks:
        if "PRIVATE KEY" in label:
            raise private_key_refused(file, certified=any(one == "CERTIFICATE" for one, _ in blocks))
    if blocks:
        found = tuple(key for label, body in blocks for key in _from_pem(label, body, file))
        if not found:
            labels = ", ".join(sorted({label for label, _ in blocks}))
            raise KeyFileError(f"holds only {labels}", "give it a certificate, a request or a public key")
        return found
    return (_from_der(data, file),)


def private_key_refused(file: str, *, certified: bool = False) -> KeyFileError:
    """The refusal of a private key, with the command that takes out its public part, or the certificate beside it."""
    if certified:
        bare = re.sub(r"\.[^./]*$", "", file) + ".crt.pem"
        problem = "has a private key beside its certificate, which has no place beside an app's sources"
        fix = f"openssl x509 -in {_quoted(file)} -out {_quoted(bare)}"
        return KeyFileError(problem, fix, "private-key-file", certificate=fix)
    public = re.sub(r"\.[^./]*$", "", file) + ".pub.pem"
    return KeyFileError(
        "is a private key, which has no place beside an app's sources",
        f"openssl pkey -in {_quoted(file)} -pubout -out {_quoted(public)}",
        "private-key-file",
    )


def _from_pem(label: str, body: bytes, file: str) -> Iterator[PublicKey]:
    if label == "PKCS7":
        fix = f"openssl pkcs7 -in {_quoted(file)} -print_certs -out {_quoted(f'{file}.pem')}"
        raise KeyFileError("is a PKCS#7 bundle", fix)
    for form in _FORMS:
        if label in form.labels:
            try:
                yield _read(form, b64decode(body))
            except ValueError as error:
                problem = f"holds a damaged {form.kind}: it is cut short or changed"
                raise KeyFileError(problem, "export it again") from error


def _from_der(data: bytes, file: str) -> PublicKey:
    for form in _FORMS:
        try:
            return _read(form, data)
        except DamagedError:
            continue
    raise _not_a_key(data, file)


def _read(form: _Form, der: bytes) -> PublicKey:
    """What a form makes of DER; raises DamagedError if that is none of its kind."""
    with decoding():
        return form.convert(form.load_der(der), der)


def _not_a_key(data: bytes, file: str) -> KeyFileError:
    """What else a DER-looking file may be."""
    if _PKCS12.match(data):
        fix = f"openssl pkcs12 -in {_quoted(file)} -nokeys -clcerts -out {_quoted(f'{file}.pem')}"
        return KeyFileError("is a PKCS#12 store, which may hold private keys", fix)
    if _PKCS7_OID in data[:32]:
        fix = f"openssl pkcs7 -inform der -in {_quoted(file)} -print_certs -out {_quoted(f'{file}.pem')}"
        return KeyFileError("is a PKCS#7 bundle", fix)
    try:
        with decoding():
            load_der_private_key(data, None)
    except DamagedError as error:
        if isinstance(error.__cause__, TypeError):  # "Password was not given but private key is encrypted"
            return private_key_refused(file)
        what = "is a damaged or truncated DER file" if data[:1] == b"\x30" else "is neither PEM nor DER"
        return KeyFileError(what, "give it a certificate, a request or a public key")
    return private_key_refused(file)


def _certificate(loaded: x509.Certificate, der: bytes) -> PublicKey:
    digest = loaded.signature_hash_algorithm
    # A version 1 certificate cannot say whose it is, but nobody takes one for a CA's that is not a root; a version 3
    # one that is silent is no CA's (RFC 5280 section 6.1.4 (k); Conscrypt refuses both between server and anchor).
    may_be_root = loaded.version is x509.Version.v1 and loaded.issuer == loaded.subject
    silent = None if may_be_root else Role.LEAF
    facts = Certificate(
        subject=loaded.subject.rfc4514_string(),
        not_after=loaded.not_valid_after_utc,
        sha256=loaded.fingerprint(hashes.SHA256()),
        signature_hash=digest.name if digest else "",
        self_signed=loaded.issuer == loaded.subject,
        not_before=loaded.not_valid_before_utc,
        identity=identity_of(loaded.subject, loaded.public_key()),
        names=names_in(loaded),
    )
    role = _role(loaded.extensions, silent)
    spki, algorithm = _spki(loaded.public_key(), der)
    return PublicKey("certificate", spki, algorithm, facts.subject, role, facts, der)


def identity_of(subject: x509.Name, key: CertificatePublicKeyTypes) -> bytes:
    """What trust engines know a CA by, as :attr:`Anchor.identity` has it.

    Names are compared without regard to case and runs of white space: X500Principal.equals, RFC 5280 section 7.1.
    """
    parts = [sorted((one.oid.dotted_string, _folded(one.value)) for one in rdn) for rdn in subject.rdns]
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(repr(parts).encode() + b"\0" + spki).digest()


def _folded(value: str | bytes) -> str:
    return " ".join(value.lower().split()) if isinstance(value, str) else value.hex()


def _request(loaded: x509.CertificateSigningRequest, der: bytes) -> PublicKey:
    role = _role(loaded.extensions, Role.LEAF)
    spki, algorithm = _spki(loaded.public_key(), der)
    return PublicKey("request", spki, algorithm, loaded.subject.rfc4514_string(), role)


def _bare(loaded: PublicKeyTypes, file: bytes) -> PublicKey:
    if isinstance(loaded, rsa.RSAPublicKey) and loaded.public_bytes(Encoding.DER, PublicFormat.PKCS1) == file:
        file = loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey("public key", *_spki(loaded, file), "", None)


def _role(extensions: x509.Extensions, otherwise: Role | None) -> Role | None:
    """From basicConstraints (RFC 5280 section 4.2.1.9: without it, the key may sign no certificates)."""
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return otherwise
    return Role.CA if constraints.ca else Role.LEAF


def _spki(key: CertificatePublicKeyTypes | PublicKeyTypes, within: bytes) -> tuple[bytes, str]:
    """The pin and the name of the key's algorithm; ``within`` is the DER the key was taken from."""
    algorithm = _algorithm(key)
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if spki not in within:
        raise KeyFileError(
            f"holds its {algorithm} key in an unusual encoding, which platforms would hash differently",
            "have it reissued with a plain rsaEncryption or named-curve key",
        )
    return hashlib.sha256(spki).digest(), algorithm


def _algorithm(key: object) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519"
    kind = (
        key.curve.name
        if isinstance(key, ec.EllipticCurvePublicKey)
        else type(key).__name__.removesuffix("PublicKey")
    )
    raise KeyFileError(
        f"holds a key of a kind that servers of apps do not use ({kind})",
        "pin an RSA, P-256, P-384, P-521 or Ed25519 key",
    )


def _quoted(file: str) -> str:
    """A file name for a command that people will paste."""
    return shlex.quote(file)


@dataclass(frozen=True, slots=True)
class _Form:
    """One kind of file that holds a public key."""

    kind: str
    labels: tuple[str, ...]
    load_der: Callable[[bytes], Any]
    convert: Callable[[Any, bytes], PublicKey]


_FORMS = (
    _Form(
        "certificate",
        ("CERTIFICATE", "X509 CERTIFICATE"),
        x509.load_der_x509_certificate,
        _certificate,
    ),
    _Form(
        "request",
        ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
        x509.load_der_x509_csr,
        _request,
    ),
    _Form("public key", ("PUBLIC KEY", "RSA PUBLIC KEY"), load_der_public_key, _bare),
)
