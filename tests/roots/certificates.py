"""Roots as trust anchors: a certificate is its subject and key, and the same root may have several."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import warnings
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
RootKey = tuple[str, str]
"""RFC 4514 subject and pin in base64."""


class Roots:
    """Every root that was met in any store, and its certificates."""

    def __init__(self) -> None:
        self.certificates: dict[RootKey, dict[str, str]] = {}
        """SHA-256 of each certificate with its last day."""
        self.since: dict[RootKey, str] = {}
        """The first day of the oldest."""
        self.of_certificate: dict[str, RootKey | None] = {}
        """None: it could not be parsed."""

    def of_file(self, content: bytes) -> frozenset[RootKey]:
        """The roots of a PEM or DER file."""
        pems = PEM.findall(content)
        ders = [base64.b64decode(b"".join(one.split())) for one in pems] or [content]
        return frozenset(key for der in ders if (key := self._of_der(der)))

    def _of_der(self, der: bytes) -> RootKey | None:
        digest = hashlib.sha256(der).hexdigest()
        if digest in self.of_certificate:
            return self.of_certificate[digest]
        self.of_certificate[digest] = None
        try:
            subject, spki, begins, ends = _facts(der)
        except subprocess.CalledProcessError:
            return None
        key = (subject, base64.b64encode(hashlib.sha256(spki).digest()).decode())
        self.certificates.setdefault(key, {})[digest] = f"{ends:%Y-%m-%d}"
        self.since[key] = min(self.since.get(key, "9999"), f"{begins:%Y-%m-%d}")
        self.of_certificate[digest] = key
        return key


def _facts(der: bytes) -> tuple[str, bytes, datetime, datetime]:
    """Subject, SubjectPublicKeyInfo, first and last instant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            loaded = x509.load_der_x509_certificate(der)
            key = loaded.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            subject = loaded.subject.rfc4514_string()
        except (ValueError, UnsupportedAlgorithm):
            # Old roots with a negative serial number, say, or an empty attribute.
            return _by_openssl(der)
        return subject, key, loaded.not_valid_before_utc, loaded.not_valid_after_utc


def _by_openssl(der: bytes) -> tuple[str, bytes, datetime, datetime]:
    names = ("-subject", "-startdate", "-enddate", "-nameopt", "RFC2253,utf8,-esc_msb")
    said = _openssl(der, "x509", "-inform", "DER", "-noout", *names).decode()
    found = dict(line.split("=", 1) for line in said.splitlines())
    begins, ends = (
        datetime.strptime(found[one].strip(), "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
        for one in ("notBefore", "notAfter")
    )
    pem = _openssl(der, "x509", "-inform", "DER", "-noout", "-pubkey")
    return found["subject"].strip(), _openssl(pem, "pkey", "-pubin", "-outform", "DER"), begins, ends


def _openssl(given: bytes, *arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout
