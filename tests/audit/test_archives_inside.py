"""Certificates in archives among an app's files: found, or the archive is named as not looked into."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from pincompiler.base import bounds
from pincompiler.facts.common import Mechanism
from tests import pki
from tests.apk.forge import Member, forge_zip, simple_zip, tar
from tests.audit.test_bundled import STORES, jks, scanned
from tests.bounding import bounded
from tests.test_assessments import PROXY, app, found, pins, root

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.bounds import Bound

__all__ = ["pins", "root"]  # fixtures
CA = pki.certificate("Archived CA", ca=True)
PEM = pki.pem(CA)
PKCS7 = serialize_certificates([CA], Encoding.DER)
TAPE = tar({"certs/ca.pem": PEM})
IN = {
    "a.zip": (simple_zip({"certs/ca.pem": PEM}), "a.zip!certs/ca.pem"),
    "a.jar": (simple_zip({"ca": pki.der(CA)}, 0), "a.jar!ca"),
    "library.aar": (
        simple_zip({"classes.jar": simple_zip({"store.bin": jks(pki.der(CA))})}),
        "library.aar!classes.jar!store.bin",
    ),
    "named.dat": (simple_zip({"x.p7b": PKCS7}), "named.dat!x.p7b"),
    "a.tar": (TAPE, "a.tar!certs/ca.pem"),
    "a.tar.gz": (gzip.compress(TAPE), "a.tar.gz!a.tar!certs/ca.pem"),
    "a.tgz": (gzip.compress(TAPE), "a.tgz!a.tar!certs/ca.pem"),
    "two.gz": (gzip.compress(b"# CAs\n" * 20) + gzip.compress(PEM), "two.gz!two"),
    "ca.pem.bz2": (bz2.compress(PEM), "ca.pem.bz2!ca.pem"),
    "ca.xz": (lzma.compress(PEM), "ca.xz!ca"),
    "ca.lzma": (lzma.compress(PEM, lzma.FORMAT_ALONE), "ca.lzma!ca"),
    "tape": (tar({"n" * 120 + ".pem": PEM, "b": b""}), "tape!" + "n" * 120 + ".pem"),
}


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("name", IN)
def test_what_is_in_it_is_found(name: str, method: int) -> None:
    data, place = IN[name]
    facts, unseen = scanned({f"assets/{name}": data}, method)
    assert [one.title for one in facts.files] == [f"assets/{place}"]
    assert [one.subject for one in facts.files[0].store.certificates] == ["CN=Archived CA"]
    assert not unseen


def test_each_kind_of_store_is_found_in_an_archive() -> None:
    data = simple_zip({str(number): store for number, (store, _) in enumerate(STORES.values())})
    facts, _ = scanned({"res/raw/all": data})
    assert [one.store.container for one in facts.files] == [container for _, container in STORES.values()]


def test_an_archive_made_by_tar_itself(tmp_path: Path) -> None:
    """GNU tar, in each of its formats."""
    program = shutil.which("tar")
    assert program
    folder = "d" * 90
    (tmp_path / folder).mkdir()
    (tmp_path / folder / ("ca" * 30)).write_bytes(PEM)
    (tmp_path / "ca").write_bytes(PEM)
    for form in ("v7", "oldgnu", "gnu", "ustar", "pax"):
        what = "ca" if form == "v7" else folder  # the oldest has no names of that length
        command = [program, "-C", str(tmp_path), f"--format={form}", "-cf", "-", what]
        facts, unseen = scanned(
            {"assets/tape": subprocess.run(command, check=True, capture_output=True).stdout}
        )
        assert [len(one.store.certificates) for one in facts.files] == [1], form
        assert not unseen, form


def test_pins_and_native_code_in_an_archive() -> None:
    """Pins are candidates wherever they lie, and a TLS stack is one in an archive, too."""
    native = b"\x7fELF" + bytes(60) + b"client finished\0"
    text = b"pins = ['sha256/" + b"A" * 43 + b"=']"
    facts, unseen = scanned({"assets/www.zip": simple_zip({"a.js": text, "lib/libx.so": native})})
    assert [one.where.member for one in facts.pins] == ["assets/www.zip!a.js"]
    assert [(one.what, one.why[:11]) for one in unseen] == [("assets/www.zip!lib/libx.so", "has a TLS s")]


UNREAD = {
    "a.7z": (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(80), "is an archive (7z) of a kind that is not unpacked"),
    "x": (b"Rar!\x1a\x07\x01\0" + bytes(80), "is an archive (RAR) of a kind that is not unpacked"),
    "a.zst": (b"\x28\xb5\x2f\xfd" + bytes(80), "is an archive (Zstandard) of a kind that is not unpacked"),
    "ca.pem.br": (b"\x8b\x02\x80" + bytes(80), "is an archive (Brotli) of a kind that is not unpacked"),
    "locked.zip": (
        forge_zip([Member(b"ca.pem", PEM, flags=1)]),
        "is encrypted",
    ),
    "other.zip": (forge_zip([Member(b"ca.pem", PEM, method=93)]), "is packed by the method 93"),
    "cut.zip": (IN["a.zip"][0][:-30], "begins or is named like an archive, and cannot be read as one"),
    "cut.gz": (gzip.compress(PEM)[:-40], "is cut off: not all of it can be unpacked"),
    "cut.xz": (lzma.compress(PEM)[:-40], "is cut off: not all of it can be unpacked"),
    "bad.gz": (b"\x1f\x8b\x08\0" + b"\xff" * 90, "cannot be unpacked: "),
    "cut.tar": (TAPE[:900], "is no tar archive any more at byte 0"),
    "no.tar": (bytes(range(8)) * 200, "is no tar archive any more at byte 0"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_looked_into_is_named(name: str) -> None:
    data, why = UNREAD[name]
    facts, unseen = scanned({f"assets/{name}": data})
    assert not facts.files
    (one,) = [one for one in unseen if one.mechanisms == {Mechanism.KEYSTORE}]
    assert one.what.startswith(f"assets/{name}")
    assert one.why.startswith(f"may hold certificates: it {why}")


def test_what_is_packed_otherwise_is_named_by_its_place() -> None:
    _, unseen = scanned({"assets/locked.zip": UNREAD["locked.zip"][0]})
    assert [one.what for one in unseen] == ["assets/locked.zip!ca.pem"]


def nested(levels: int) -> bytes:
    data = PEM
    for _ in range(levels):
        data = simple_zip({"x": data})
    return data


@pytest.mark.parametrize(
    ("bound", "low", "data", "why"),
    [
        (bounds.INNER_LEVELS, 2, nested(3), "is inside more than"),
        (bounds.INNER_ENTRIES, 3, simple_zip({str(n): PEM for n in range(4)}), "is not looked into any more"),
        (bounds.INNER_ENTRIES, 3, tar({str(n): PEM for n in range(4)}), "has more files than were read"),
        (bounds.INNER_BYTES, len(PEM) - 1, simple_zip({"ca": PEM}, 0), "is more than the"),
        (bounds.INNER_BYTES, 5000, gzip.compress(bytes(1 << 20)), "unpacks to more than the"),
        (bounds.INNER_MEMORY, 1 << 16, lzma.compress(PEM), "cannot be unpacked: Memory usage limit"),
    ],
    ids=["levels", "entries of a ZIP", "entries of a tar", "stored bytes", "unpacked bytes", "memory"],
)
def test_what_is_unpacked_is_bounded(bound: Bound, low: int, data: bytes, why: str) -> None:
    facts, unseen = scanned({"assets/a.bin": data}, 0)
    assert not unseen
    before = sum(len(one.store.certificates) for one in facts.files)
    with bounded(bound, low):
        facts, unseen = scanned({"assets/a.bin": data}, 0)
    assert sum(len(one.store.certificates) for one in facts.files) < before or not before
    assert [why in one.why for one in unseen] == [True]


def test_many_entries_of_the_same_bytes_take_no_time() -> None:
    """A text that a thousand entries share is read as long as the app's archives have bytes for it."""
    text = b"some words, and no certificate\n" * 40_000
    with bounded(bounds.INNER_BYTES, 4 * len(text)):
        _, unseen = scanned({"assets/a.zip": simple_zip({str(n): text for n in range(9)})}, 0)
    assert {one.why.partition(": ")[2].partition(" that")[0] for one in unseen} >= {"is more than the 4 MB"}


@pytest.mark.parametrize("name", ["a.zip", "library.aar", "a.tgz", "ca.xz"])
def test_an_anchor_of_assessments_in_an_archive(name: str, pins: Path, tmp_path: Path) -> None:
    content = {
        "a.zip": simple_zip({"ca.pem": pki.pem(PROXY)}),
        "library.aar": simple_zip({"classes.jar": simple_zip({"store.bin": jks(pki.der(PROXY))})}),
        "a.tgz": gzip.compress(tar({"ca.crt": pki.der(PROXY)})),
        "ca.xz": lzma.compress(pki.pem(PROXY)),
    }
    assert found(app(tmp_path, {f"assets/{name}": IN[name][0]}), pins) == []
    (one,) = found(app(tmp_path, {f"assets/{name}": content[name]}), pins)
    assert one.message.startswith(f"assets/{name}!")
    assert "has the certificate of `proxy`, a CA of assessment builds" in one.message


def test_a_certificate_in_native_code(pins: Path, tmp_path: Path) -> None:
    """What Dart and C have as a text; a parser of PEM has the first line alone."""
    native = b"\x7fELF" + bytes(60) + b"-----BEGIN CERTIFICATE-----\0-----END %s-----\0"
    assert found(app(tmp_path, {"lib/arm64-v8a/libx.so": native}), pins) == []
    (one,) = found(app(tmp_path, {"lib/arm64-v8a/libx.so": native + pki.pem(PROXY) + b"\0"}), pins)
    assert one.message.startswith("lib/arm64-v8a/libx.so has the certificate of `proxy`")


@pytest.mark.parametrize(
    "name", ["assets/a.lottie", "assets/a.png", "res/raw/a.xml", "a.pb", "a.kotlin_metadata"]
)
def test_an_archive_by_another_name_hides_no_assessor(name: str, pins: Path, tmp_path: Path) -> None:
    (one,) = found(app(tmp_path, {name: simple_zip({"ca.pem": pki.pem(PROXY)})}), pins)
    assert one.message.startswith(f"{name}!ca.pem has the certificate of `proxy`")


@pytest.mark.parametrize("abi", ["arm64-v8a", "x86"])
def test_an_archive_called_a_library(abi: str) -> None:
    facts, unseen = scanned({f"lib/{abi}/libpython.zip.so": simple_zip({"certs/ca.pem": PEM})})
    assert [one.title for one in facts.files] == [f"lib/{abi}/libpython.zip.so!certs/ca.pem"]
    assert not unseen
