"""Public root CAs with keys of the tests: the real rows of roots.json, in which a few roots have another key.

Nobody can sign as the real ones, so that what devices make of a chain is tried with CAs of the same names, in the same
stores, whose keys are here.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pincompiler.roots import knowledge
from tests import pki

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

HOST = "api.example.com"


def subject_of(begins: str) -> str:
    """The subject of the real root, of which the beginning is given."""
    rows = json.loads(knowledge.FILE.read_text("utf-8"))["roots"]
    (found,) = (row["subject"] for row in rows if row["subject"].startswith(begins))
    return str(found)


def made(
    subject: str,
    key: int,
    issuer: str,
    signer: int,
    days: tuple[date, date],
    *,
    ca: bool = True,
) -> x509.Certificate:
    """A certificate of a numbered key, signed by another, from a day to a day."""
    own, above = pki.private_key(number=key), pki.private_key(number=signer)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(subject))
        .issuer_name(x509.Name.from_rfc4514_string(issuer))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.combine(days[0], time(0), UTC))
        .not_valid_after(datetime.combine(days[1], time(12), UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    return builder.sign(above, hashes.SHA256())


def pin_of(one: x509.Certificate) -> str:
    """The pin of a certificate's key, in base64."""
    spki = one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(hashlib.sha256(spki).digest()).decode()


class StandIns:
    """A few roots with keys of ours, each by a short name."""

    def __init__(self, **begins: str) -> None:
        self.subjects = {name: subject_of(text) for name, text in begins.items()}
        self.numbers = {name: 700 + number for number, name in enumerate(begins)}
        ends = date(2045, 1, 1)
        self.roots = {
            name: made(subject, self.numbers[name], subject, self.numbers[name], (date(2000, 1, 1), ends))
            for name, subject in self.subjects.items()
        }

    def cross(self, name: str, by: str, days: tuple[date, date]) -> x509.Certificate:
        """The certificate by which one root has signed another."""
        return made(self.subjects[name], self.numbers[name], self.subjects[by], self.numbers[by], days)

    def issued(self, by: str, days: tuple[date, date]) -> tuple[x509.Certificate, x509.Certificate]:
        """A server's certificate and the intermediate's that one root has signed."""
        middle = f"CN=Issuer under {by},O=Example"
        return (
            made(f"CN={HOST}", 790, middle, 791, days, ca=False),
            made(
                middle,
                791,
                self.subjects[by],
                self.numbers[by],
                (days[0].replace(year=days[0].year - 1), days[1].replace(year=days[1].year + 3)),
            ),
        )

    def pin(self, name: str) -> str:
        """The pin of a root."""
        return pin_of(self.roots[name])

    @contextmanager
    def known(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """While this lasts, pincompiler takes these for the real ones."""
        content = json.loads(knowledge.FILE.read_text("utf-8"))
        for name, root in self.roots.items():
            row = next(row for row in content["roots"] if row["subject"] == self.subjects[name])
            last = max(row["certs"].values())
            digest = root.fingerprint(hashes.SHA256()).hex()
            row.update(spki=pin_of(root), certs={digest: last})
        file = folder / "roots.json"
        file.write_text(json.dumps(content), encoding="utf-8")
        with monkeypatch.context() as patched:
            patched.setattr(knowledge, "FILE", file)
            knowledge.known_roots.cache_clear()
            yield
        knowledge.known_roots.cache_clear()
