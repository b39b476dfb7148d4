"""A file that nobody can read costs itself, and is named; it hides no other, and is not passed over."""

from __future__ import annotations

import json
from base64 import b64encode, encodebytes
from contextlib import suppress
from struct import pack
from typing import TYPE_CHECKING, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.android.apk import read_package
from pincompiler.base.bounds import CERTIFICATES, STORE_BYTES
from pincompiler.base.errors import InputError
from pincompiler.facts import Mechanism
from pincompiler.keys.certificates import Container, StoreFile
from pincompiler.keys.spki import KeyFileError, public_keys
from pincompiler.keys.stores import read_store
from pincompiler.workflows.verify import chain_of
from tests import pki
from tests.apk.forge import simple_zip
from tests.audit.test_bundled import CA, HASH, bks, counted, jks, looked_through, scanned, typed, utf
from tests.bounding import bounded
from tests.patience import no_hang

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD: Final = pki.pem(CA)
DER: Final = pki.der(CA)
VERSION: Final = bytes.fromhex("a003020102")
"""``[0] EXPLICIT INTEGER 2``: version 3 (RFC 5280 section 4.1.2.1)."""


def of_version(number: int, der: bytes = DER) -> bytes:
    assert der.count(VERSION) == 1
    return der.replace(VERSION, VERSION[:-1] + bytes([number]))


def with_extension(value: bytes, times: int = 1) -> x509.Certificate:
    """A certificate with a subjectAltName of these bytes, that many times: no builder makes two of one kind."""
    other = x509.ObjectIdentifier("2.5.29.18")  # issuerAltName: of the same length, and the same syntax
    names = [x509.UnrecognizedExtension(one, value) for one in (x509.OID_SUBJECT_ALTERNATIVE_NAME, other)]
    key = pki.private_key()
    builder = (
        x509.CertificateBuilder(pki.name("a"), pki.name("a"), key.public_key(), 1)
        .not_valid_before(CA.not_valid_before_utc)
        .not_valid_after(CA.not_valid_after_utc)
    )
    for one in names[:times]:
        builder = builder.add_extension(one, critical=False)
    made = builder.sign(key, SHA256())
    if times == 1:
        return made
    first, second = bytes.fromhex("0603551d11"), bytes.fromhex("0603551d12")
    return x509.load_der_x509_certificate(pki.der(made).replace(second, first))


STRANGE_NAME: Final = pki.der(with_extension(bytes.fromhex("3004a3020500")))
"""A name of the kind x400Address (RFC 5280 section 4.2.1.6), which cryptography knows not."""
TWICE: Final = pki.der(with_extension(bytes.fromhex("30038201 61".replace(" ", "")), times=2))
VERSION_1: Final = bytes.fromhex(
    "3082020030820180021000112233445566778899aabbccddeeff300a06082a8648ce3d040302"
)
"""The beginning of a certificate without a version: a serial number of 16 bytes, and ecdsa-with-SHA256 (RFC 5758)."""
UBER: Final = pack(">I", 1) + counted(bytes(20)) + pack(">I", 1024) + bytes(range(256))
"""Bouncy Castle's store of which everything is encrypted: a salt, iterations, and noise."""
BAD_DERS: Final = {
    "version 6": of_version(5),
    "version 128": of_version(127),
    "a strange name": STRANGE_NAME,
    "an extension twice": TWICE,
}


def armoured(der: bytes, label: str = "CERTIFICATE") -> bytes:
    return f"-----BEGIN {label}-----\n".encode() + encodebytes(der) + f"-----END {label}-----\n".encode()


def bundle(*certificates: bytes) -> bytes:
    """PKCS#7 with certificates and nothing else (RFC 5652 section 5.1, of which all else is empty)."""
    inside = b"\x02\x01\x01\x31\x00" + element(0x30, bytes.fromhex("06092a864886f70d010701"))
    inside += element(0xA0, b"".join(certificates)) + b"\x31\x00"
    signed = element(0xA0, element(0x30, inside))
    return element(0x30, bytes.fromhex("06092a864886f70d010702") + signed)


def element(tag: int, content: bytes) -> bytes:
    width = (len(content).bit_length() + 7) // 8
    head = bytes([0x80 | width]) if len(content) > 127 else b""
    return bytes([tag]) + head + len(content).to_bytes(max(width, 1), "big") + content


def test_the_bundles_made_here_are_read() -> None:
    store = read_store(bundle(DER))
    assert store
    assert [one.subject for one in store.certificates] == ["CN=Example CA"]


FORMS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "DER": lambda der: der,
    "PEM": armoured,
    "several PEM": lambda der: armoured(der) + armoured(der[:-1] + b"x"),
    "PKCS#7": bundle,
    "PKCS#7 with others": lambda der: bundle(DER, der),
    "PEM PKCS#7": lambda der: armoured(bundle(der), "PKCS7"),
    "JKS": jks,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", BAD_DERS)
def test_it_is_named_and_the_others_are_read(kind: str, form: str) -> None:
    members = {"assets/a.bin": GOOD, "assets/b.bin": FORMS[form](BAD_DERS[kind]), "res/raw/z": GOOD}
    facts, unseen = scanned(members)
    assert {one.title for one in facts.files} >= {"assets/a.bin", "res/raw/z"}
    assert [(one.what, one.mechanisms) for one in unseen] == [
        ("assets/b.bin", frozenset({Mechanism.KEYSTORE}))
    ]


@pytest.mark.parametrize(
    "data",
    [
        bundle(DER)[:-9] + bytes(9),
        bytes.fromhex("3082010006092a864886f70d010702") + bytes(300),
        jks(DER)[:-40],
        utf("x").join((jks(DER)[:12], counted(typed(DER)))),
    ],
    ids=["a bundle of rubbish", "a bundle of nothing", "a key store cut short", "a key store of rubbish"],
)
def test_a_damaged_store_is_named(data: bytes) -> None:
    _, unseen = scanned({"assets/store": data, "assets/a.pem": GOOD})
    assert [one.what for one in unseen] == ["assets/store"]


KEY: Final = pki.private(pki.private_key())
TRADITIONAL: Final = pki.private_key().private_bytes(
    Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"secret")
)
"""With headers between its armour and its base64 (RFC 1421 section 4.6)."""
CUT: Final = {
    "DER": DER[:-1],
    "the beginning of DER": DER[:80],
    "DER behind another": DER + DER[:-1],
    "DER of version 1": VERSION_1[:-1],
    "PEM without its end": GOOD[: len(GOOD) // 2],
    "PEM whose base64 is short": armoured(DER[:100]),
    "PEM behind another": GOOD + GOOD[:-40],
    "base64": b64encode(DER)[:-40],
    "a key": KEY[:-60],
    "PKCS#12": pki.truststore(CA, b"secret")[:-1],
    "PKCS#7": bundle(DER)[:-1],
    "JKS that states less than it has": jks(DER).replace(pack(">II", 2, 1), pack(">II", 2, 0), 1),
    "JKS of too many": jks(DER).replace(pack(">II", 2, 1), pack(">II", 2, 1 << 31), 1),
    "JKS of a new version": jks(DER).replace(pack(">II", 2, 1), pack(">II", 77, 1), 1),
    "BKS": bks(DER)[:60],
    "BKS with something behind": bks(DER) + DER,
}


@pytest.mark.parametrize("kind", CUT)
def test_what_is_cut_short_is_named(kind: str) -> None:
    """It may hold whatever its beginning promises: a pin, or a key."""
    _, unseen = scanned({"assets/store": CUT[kind], "assets/a.pem": GOOD})
    assert [(one.what, one.mechanisms) for one in unseen] == [
        ("assets/store", frozenset({Mechanism.KEYSTORE}))
    ]


@pytest.mark.parametrize(
    "data",
    [
        pki.der(pki.request("a")),
        pki.der(pki.request("a"))[:-1],
        pki.public(pki.private_key(), Encoding.DER),
        b"0900 1200 1500, the hours at which the shop opens, and at which it closes",
        b"-----BEGIN CERTIFICATE-----\nYOUR CERTIFICATE HERE\n",
        b"-----BEGIN PRIVATE KEY-----" * 3,
        bytes.fromhex("308202583082014002010130") + bytes(600),
    ],
    ids=["a request", "part of one", "a public key", "text", "a form", "armour", "a list of revoked ones"],
)
def test_what_is_no_part_of_a_certificate_is_no_doubt(data: bytes) -> None:
    facts, unseen = scanned({"assets/other": data})
    assert not facts.files
    assert not unseen


@pytest.mark.parametrize("store", [pki.truststore(CA, b"open sesame"), UBER], ids=["PKCS#12", "UBER"])
def test_a_store_that_stays_locked_is_named(store: bytes) -> None:
    """Its password is known to the code alone, and what it holds may be what the app trusts."""
    facts, unseen = scanned({"assets/store": store})
    assert [one.store.locked for one in facts.files] == [True]
    assert [(one.what, one.mechanisms) for one in unseen] == [
        ("assets/store", frozenset({Mechanism.KEYSTORE}))
    ]


def test_line_breaks_may_be_escaped() -> None:
    """As JSON has them: the files of Google's service accounts hold such keys."""
    account = json.dumps({"private_key": KEY.decode(), "ca": GOOD.decode()}).replace("/", "\\/").encode()
    facts, unseen = scanned({"assets/account.json": account})
    assert [(len(one.store.certificates), one.store.open_keys) for one in facts.files] == [(1, 1)]
    assert not unseen


def test_a_key_with_headers_is_counted() -> None:
    facts, unseen = scanned({"assets/key.pem": TRADITIONAL})
    assert [(one.store.private_keys, one.store.open_keys) for one in facts.files] == [(1, 0)]
    assert not unseen


def test_the_shortest_pin_is_a_file_of_its_own() -> None:
    """RFC 7469's form for SHA-1, which is 28 letters of base64."""
    facts, _ = scanned({"assets/pin": b"sha1/" + b64encode(bytes(20))})
    assert len(facts.pins) == 1


def test_text_that_code_puts_together_is_no_damaged_certificate() -> None:
    script = b'var a = "-----BEGIN CERTIFICATE-----\\n" + b64 + "\\n-----END CERTIFICATE-----";' * 3
    facts, unseen = scanned({"assets/index.js": script, "assets/other.js": script + GOOD})
    assert [one.title for one in facts.files] == ["assets/other.js"]
    assert not unseen


def test_a_list_with_too_many_is_told() -> None:
    some = [pki.der(pki.certificate(f"CA {n}", pki.private_key())) for n in range(4)]
    for data in (b"".join(some), b"".join(map(armoured, some)), bundle(*some)):
        with bounded(CERTIFICATES, 4):
            whole = read_store(data)
        assert isinstance(whole, StoreFile)
        assert not whole.unread
        with bounded(CERTIFICATES, 3):
            cut = read_store(data)
        assert isinstance(cut, StoreFile)
        assert cut.unread


@pytest.mark.parametrize("size", [0, 1, 5 << 20])
def test_a_key_in_a_large_file_is_found(size: int) -> None:
    facts, unseen = scanned({"assets/client.pem": b"#" * size + b"\n" + pki.private(pki.private_key())})
    assert [(one.title, one.store.open_keys) for one in facts.files] == [("assets/client.pem", 1)]
    assert not unseen


def test_a_larger_one_is_told() -> None:
    with bounded(STORE_BYTES, 1000):
        facts, unseen = scanned({"assets/client.pem": b"#" * 1000 + pki.private(pki.private_key())})
    assert not facts.files
    assert [one.what for one in unseen] == ["assets/client.pem"]


def test_more_pins_than_are_kept_are_told() -> None:
    line = b"sha256/" + HASH + b"\n"
    facts, unseen = scanned({"assets/pins.js": line * 1000})
    assert (len(facts.pins), unseen) == (1000, {})
    facts, unseen = scanned({"assets/pins.js": line * 1001, "lib/x86/liba.so": b"\x7fELF" + bytes(60) + line})
    assert len(facts.pins) == 1000
    (told,) = unseen
    assert told.mechanisms == {Mechanism.HYBRID, Mechanism.NATIVE}


# -- keys of pins.toml, and chains -----------------------------------------------------------------


@pytest.mark.parametrize("kind", BAD_DERS)
def test_a_key_file_is_a_finding_or_a_key(kind: str) -> None:
    for data in (BAD_DERS[kind], armoured(BAD_DERS[kind])):
        with pytest.raises(KeyFileError):
            public_keys(data, "a.pem")


@pytest.mark.parametrize("kind", ["version 6", "a strange name", "an extension twice"])
def test_a_chain_is_refused_in_words(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "chain.pem"
    path.write_bytes(GOOD + armoured(BAD_DERS[kind]))
    with pytest.raises(InputError, match=r"chain\.pem: "):
        chain_of(path)


SOURCES: Final = (
    *(DER, STRANGE_NAME, bundle(DER), pki.der(pki.request("a")), pki.pkcs12_store()),
    pki.public(pki.private_key(), Encoding.DER),
)


@given(st.data())
def test_whatever_is_in_a_file(data: st.DataObject) -> None:
    """Bytes changed anywhere in a certificate, a request or a key: an answer, or the one error."""
    damaged = bytearray(data.draw(st.sampled_from(SOURCES)))
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    read_store(bytes(damaged))
    with suppress(KeyFileError):
        assert public_keys(bytes(damaged), "a")


def test_a_member_that_cannot_be_unpacked_is_named() -> None:
    """Nobody knows what it is: by its first bytes it would have been passed over."""
    package = {"assets/store": DER, "assets/a.pem": GOOD}
    data = bytearray(simple_zip({"AndroidManifest.xml": b"", **package}))
    at = data.index(b"assets/store") + len("assets/store")
    data[at : at + 8] = b"\xff" * 8
    facts, unseen = looked_through(read_package(bytes(data)))
    assert [one.title for one in facts.files] == ["assets/a.pem"]
    assert [one.what for one in unseen] == ["assets/store"]


@pytest.mark.parametrize("depth", [3, 30])
def test_a_password_that_takes_days_is_not_tried_however_deep_it_is_hidden(depth: int) -> None:
    """PBKDF2's iterations stand behind a salt (RFC 8018 appendix A.2), here 2 to the 200th."""
    asked = element(0x04, b"salt") + element(0x02, b"\0" * 20 + b"\1" + bytes(25))
    for _ in range(depth):
        asked = element(0x30, asked)
    with no_hang():
        store = read_store(element(0x30, bytes.fromhex("020103") + element(0x30, asked + bytes(99))))
    assert store == StoreFile(Container.PKCS12, unread="it takes too much work to open")
