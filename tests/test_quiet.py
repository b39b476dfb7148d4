"""Certificates that cryptography warns of are read like others, and nobody sees a warning of Python's."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from pincompiler import audit_app
from pincompiler.base.workers import supervised
from pincompiler.workflows.pin import pins
from tests import pki
from tests.apk.forge import manifest, simple_zip
from tests.test_cli import process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TODAY = date(2026, 11, 23)
DAY = ("--today", str(TODAY))


def named(**attributes: str) -> x509.Certificate:
    """A CA that is called so, whatever the rules say."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [
            x509.NameAttribute(getattr(NameOID, kind), value, _validate=False)
            for kind, value in attributes.items()
        ]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name(found))
        .issuer_name(x509.Name(found))
        .public_key(pki.private_key().public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(pki.private_key(), pki.SHA256)
    )


def negative_serial() -> bytes:
    der = pki.der(pki.certificate("Old Root", serial=0x7A7B7C7D, ca=True))
    assert der.count(bytes.fromhex("02047a7b7c7d")) == 1
    return der.replace(bytes.fromhex("02047a7b7c7d"), bytes.fromhex("0204fa7b7c7d"))


WARNED_OF: Mapping[str, bytes] = {
    "long-common-name": pki.der(named(COMMON_NAME="n" * 65)),
    "empty-common-name": pki.der(named(COMMON_NAME="", ORGANIZATION_NAME="O")),
    "long-country": pki.der(named(COUNTRY_NAME="Germany", COMMON_NAME="a")),
    "short-country": pki.der(named(COUNTRY_NAME="D", COMMON_NAME="b")),
    "jurisdiction": pki.der(named(JURISDICTION_COUNTRY_NAME="DEU", COMMON_NAME="c")),
    "negative-serial": negative_serial(),
}


def pem(der: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def bundle() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        some = [x509.load_der_x509_certificate(one) for one in WARNED_OF.values()]
        return pkcs7.serialize_certificates(some, Encoding.DER)


def app(path: Path) -> Path:
    """An app that brings them all along, in several forms."""
    files = {f"assets/{name}.der": der for name, der in WARNED_OF.items()}
    files |= {f"res/raw/{name}.pem": pem(der) for name, der in WARNED_OF.items()}
    path.write_bytes(simple_zip({"AndroidManifest.xml": manifest(), **files, "assets/all.p7b": bundle()}))
    return path


@pytest.mark.parametrize("name", WARNED_OF)
def test_cryptography_warns_of_it(name: str) -> None:
    """Without which the others would hold anyway."""
    with pytest.warns(Warning):  # noqa: PT030 - of several kinds and wordings
        x509.load_der_x509_certificate(WARNED_OF[name]).subject.rfc4514_string()


@pytest.mark.parametrize("name", WARNED_OF)
@pytest.mark.parametrize("encoding", ["der", "pem"])
def test_it_is_read_where_warnings_are_errors(name: str, encoding: str, tmp_path: Path) -> None:
    file = tmp_path / f"a.{encoding}"
    file.write_bytes(WARNED_OF[name] if encoding == "der" else pem(WARNED_OF[name]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows, refusals = pins((file,))
    assert (len(rows), list(refusals)) == (1, [])


def test_an_audit_is_the_same_whatever_filters_a_program_has(tmp_path: Path) -> None:
    path = app(tmp_path / "a.apk")
    found = []
    for action in ("error", "always", "ignore"):
        with warnings.catch_warnings(record=True) as shown:
            warnings.simplefilter(action)
            found.append(audit_app(path, TODAY))
        assert shown == []
    assert found[0] == found[1] == found[2]
    assert {one.pin.where.member for one in found[0].pins} >= {f"assets/{name}.der" for name in WARNED_OF}


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("filters", ["", "error", "always"])
def test_no_command_shows_a_warning(jobs: str, filters: str, tmp_path: Path) -> None:
    one, other = app(tmp_path / "a.apk"), app(tmp_path / "b.apk")
    files = []
    for name, der in WARNED_OF.items():
        files.append(f"{name}.pem")
        (tmp_path / files[-1]).write_bytes(pem(der))
    chain = ("--chain", "long-country.pem", "--ca-file", "long-common-name.pem")
    (tmp_path / "pins.toml").write_text(
        "version = 1\n"
        + "".join(f'[keys.{name}]\nfile = "{name}.pem"\n' for name in WARNED_OF)
        + '[[pin-set]]\nhosts = ["a.example.com"]\nkeys = ["long-country", "negative-serial"]\n'
    )
    commands = {
        ("audit", *DAY, "-f", "json", "-j", jobs, str(one), str(other)): 0,
        ("audit", *DAY, "--engine", "androguard", str(one)): 0,
        ("pin", *files): 0,
        ("check", *DAY, "pins.toml"): 1,  # one key twice
        ("compile", *DAY, "-o", "-", "pins.toml"): 1,
        ("verify", *DAY, *chain, "pins.toml", "a.example.com"): 1,  # another CA
        ("impact", *DAY, "--no-cache", *chain, "--host", "a.example.com", str(one), "pins.toml"): 1,
    }
    for command, code in commands.items():
        done = process(*command, cwd=tmp_path, PYTHONWARNINGS=filters)
        assert (done.code, "Warning" in done.stderr) == (code, False), done.stderr


def warn(_task: object) -> str:
    warnings.warn("of a library", stacklevel=1)
    return "done"


def test_nor_does_a_worker(capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert list(supervised(warn, [None], 1)) == ["done"]
    assert capfd.readouterr().err == ""
