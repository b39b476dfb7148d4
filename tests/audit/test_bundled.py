"""Files in the app: what is found in them, and what is not."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import date
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING, Any, Final

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.android.apk import read_package
from pincompiler.android.constants.program import Program
from pincompiler.android.hermes import MAGIC, strings
from pincompiler.archives.archive import read_archive
from pincompiler.base.finding import Confidence, Level
from pincompiler.base.location import Location
from pincompiler.facts import FIRST_PARTY, Algorithm, Mechanism, ShippedApp
from pincompiler.facts.bundled import BundledFacts, CertificateFile
from pincompiler.keys.certificates import Container, StoreFile, decode
from pincompiler.keys.stores import read_store, sniff
from pincompiler.rules.app import bundled_private_key
from pincompiler.rules.rule import Audited
from pincompiler.shipped import read_app
from pincompiler.shipped.android import bundled
from pincompiler.shipped.android.source import Source
from tests import pki
from tests.apk.forge import Member, forge_zip, manifest, simple_zip
from tests.dex import writer
from tests.patience import no_hang
from tests.strategies import TODAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.android.apk import Package
    from pincompiler.facts import Pin, Unseen
    from pincompiler.facts.common import AppMechanism

CA: Final = pki.certificate("Example CA", pki.private_key(number=31), ca=True, ends=date(2031, 5, 4))
OTHER: Final = pki.certificate("Other CA", pki.private_key(number=32), ca=True)


def fingerprint(certificate: object) -> bytes:
    return hashlib.sha256(pki.der(certificate)).digest()  # type: ignore[arg-type]


# -- containers ------------------------------------------------------------------------------------


def utf(text: str) -> bytes:
    return pack(">H", len(text)) + text.encode()


def counted(data: bytes) -> bytes:
    return pack(">I", len(data)) + data


def typed(der: bytes) -> bytes:
    return utf("X.509") + counted(der)


def jks(*certificates: bytes, keys: int = 0, version: int = 2, magic: int = 0xFEEDFEED) -> bytes:
    """As ``sun.security.provider.JavaKeyStore`` writes it."""
    one = typed if version == 2 else counted
    entries = [pack(">I", 2) + utf(f"ca{n}") + bytes(8) + one(der) for n, der in enumerate(certificates)]
    entries += [pack(">I", 1) + utf("me") + bytes(8) + counted(b"key") + pack(">I", 0)] * keys
    return pack(">III", magic, version, len(entries)) + b"".join(entries) + bytes(20)


def bks(*certificates: bytes, sealed: int = 0, version: int = 2) -> bytes:
    """As Bouncy Castle's ``BcKeyStoreSpi`` writes it."""
    head = pack(">I", version) + counted(bytes(range(20))) + pack(">I", 1024)
    entry = b"".join(
        b"\1" + utf(f"ca{n}") + bytes(8) + pack(">I", 0) + typed(der) for n, der in enumerate(certificates)
    )
    entry += (b"\4" + utf("me") + bytes(8) + pack(">I", 0) + counted(b"sealed")) * sealed
    return head + entry + b"\0" + bytes(20)


STORES = {
    "PEM": (pki.pem(CA), Container.PEM),
    "PEM behind text": (b"# the CA of our servers\n\xc3\xa4\n" + pki.pem(CA), Container.PEM),
    "base64": (b64encode(pki.der(CA)), Container.PEM),
    "DER": (pki.der(CA), Container.DER),
    "DER with a line's end": (pki.der(CA) + b"\r\n", Container.DER),
    "JKS 1": (jks(pki.der(CA), version=1), Container.JKS),
    "JKS 2": (jks(pki.der(CA)), Container.JKS),
    "JCEKS": (jks(pki.der(CA), magic=0xCECECECE), Container.JCEKS),
    "BKS 1": (bks(pki.der(CA), version=1), Container.BKS),
    "BKS 2": (bks(pki.der(CA)), Container.BKS),
}


@pytest.mark.parametrize("name", STORES)
def test_each_container_is_read(name: str) -> None:
    data, container = STORES[name]
    found = read_store(data)
    assert found is not None
    assert (found.container, found.private_keys, found.unread) == (container, 0, "")
    (one,) = found.certificates
    assert (one.subject, one.sha256, one.ca) == ("CN=Example CA", fingerprint(CA), True)
    assert (one.algorithm, one.ends) == ("secp256r1", date(2031, 5, 4))


@pytest.mark.parametrize("algorithm", ["RSA-2048", "P-256", "Ed25519"])
def test_pin_is_that_of_openssl(algorithm: str) -> None:
    certificate = pki.certificate(key=pki.private_key(algorithm))
    found = decode(pki.der(certificate))
    assert found is not None
    assert found.spki_sha256 == pki.openssl_pin(pki.pem(certificate))


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_pkcs7(encoding: Encoding) -> None:
    found = read_store(pki.pkcs7_bundle(encoding))
    assert found is not None
    assert found.container is Container.PKCS7
    assert {one.subject for one in found.certificates} == {"CN=api.example.com", "CN=Some CA"}


def test_private_keys_are_counted() -> None:
    """Those that are open to anyone, apart."""
    open_key = pki.private(pki.private_key())
    locked = pki.private(pki.private_key(), password=b"secret")
    for data, keys, open_keys in (
        (open_key, 1, 1),
        (locked, 1, 0),
        (pki.pem(CA) + open_key, 1, 1),
        (pki.pkcs12_store(), 1, 1),
        (jks(keys=2), 2, 0),
        (bks(sealed=1), 1, 0),
    ):
        found = read_store(data)
        assert found is not None
        assert (found.private_keys, found.open_keys) == (keys, open_keys)


def test_pkcs12_is_opened_with_a_password_that_is_known() -> None:
    data = pki.pkcs12_store(b"open sesame")
    locked = read_store(data, ["wrong"])
    unread = "it is locked with a password that is not known"
    assert locked == StoreFile(Container.PKCS12, unread=unread, locked=True)
    opened = read_store(data, ["wrong", "open sesame"])
    assert opened is not None
    assert (len(opened.certificates), opened.open_keys, opened.unread) == (1, 1, "")


def test_uber_is_recognised() -> None:
    """It begins as BKS does, and goes on encrypted."""
    noise = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(40))
    head = pack(">I", 1) + counted(bytes(range(20))) + pack(">I", 1187)
    assert read_store(head + noise) == StoreFile(Container.UBER, unread="all of it is encrypted", locked=True)


@pytest.mark.parametrize(
    "data",
    [
        pki.public(pki.private_key(), Encoding.DER),
        pki.public(pki.private_key(), Encoding.PEM),
        b64encode(pki.public(pki.private_key("RSA-2048"), Encoding.DER)),
        b"-----BEGIN CERTIFICATE-----\nTm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n",
        b"MIIFAKE" * 50,
        b"0" * 1000,
        b"\x30\x82\x01\x00" + bytes(256),
        b"",
    ],
    ids=["DER key", "PEM key", "licence key", "no DER inside", "no base64", "text", "zeros", "empty"],
)
def test_what_is_no_certificate(data: bytes) -> None:
    assert read_store(data) is None


def test_iterations_are_bounded() -> None:
    """A store that asks for days of hashing is not opened: RFC 7292's iteration counts are the attacker's."""
    data = pki.pkcs12_store(b"secret")
    count = b"\x02\x02\x4e\x20"  # 20000, cryptography's choice
    assert count in data
    hostile = data.replace(count, b"\x02\x02\x7f\xff")  # the same length: 32767, still good
    assert read_store(hostile) is not None
    # DER by hand: the MAC's data with four bytes of iterations.
    mac = b"\x30\x0a\x04\x02ab\x02\x04\x7f\xff\xff\xff"
    body = b"\x02\x01\x03\x30\x00" + mac
    with no_hang("two milliards of iterations"):
        found = read_store(b"\x30\x82" + pack(">H", len(body)) + body, ["secret"])
    assert found == StoreFile(Container.PKCS12, unread="it takes too much work to open")


@pytest.mark.slow
@given(st.data())
def test_damaged_stores_end_in_an_answer(data: st.DataObject) -> None:
    """Whatever bytes are changed or cut: no exception, and no certificate that was not in there."""
    whole, _ = STORES[data.draw(st.sampled_from(sorted(STORES)))]
    damaged = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=4)):
        damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    damaged = damaged[: data.draw(st.integers(0, len(damaged)))]
    found = read_store(bytes(damaged))
    assert found is None or len(found.certificates) <= 1


@given(st.binary(max_size=64), st.integers(0, 1 << 32))
def test_any_head_is_sniffed(head: bytes, size: int) -> None:
    sniff(head, size)


def test_a_locked_key_is_a_note() -> None:
    """That it is there is a fact, and whether anyone can open it is not known."""
    store = read_store(pki.private(pki.private_key(), password=b"secret"))
    opened = read_store(pki.private(pki.private_key()))
    none = read_store(pki.pem(CA))
    assert store
    assert opened
    assert none
    where = Location("a.apk", None, member="res/raw/key.pem")
    assert bundled_private_key.RULE.app
    told = [
        (one.level, one.evidence and one.evidence.confidence)
        for some in (store, opened, none)
        for one in bundled_private_key.RULE.app(
            Audited(
                ShippedApp("a.apk", "apk", "", bundled=BundledFacts(files=(CertificateFile(where, some),))),
                TODAY,
            )
        )
    ]
    assert told == [(Level.NOTE, Confidence.CANDIDATE), (Level.WARNING, Confidence.CONFIRMED)]


# -- reading a little of a member ------------------------------------------------------------------


@given(
    st.binary(max_size=2000),
    st.integers(1, 500),
    st.sampled_from((0, 8)),
    st.sampled_from((b"", b"\x35\xd9\x04\x00abcd", bytes(4000))),
)
def test_head_and_chunks_are_what_is_read(data: bytes, size: int, method: int, extra: bytes) -> None:
    archive = read_archive(forge_zip([Member(b"a", b"x"), Member(b"b", data, method, local_extra=extra)]))
    whole = archive.read("b")
    assert whole == data
    head = archive.head("b", size)
    assert whole.startswith(head)
    assert len(head) >= min(size, len(whole), 16)
    pieces = list(archive.chunks("b", size))
    assert b"".join(pieces) == whole
    assert max(map(len, pieces), default=0) <= size


def test_chunks_of_a_bomb_end_where_the_directory_says() -> None:
    bomb = Member(b"a", bytes(1 << 20), size=1000)
    assert b"".join(read_archive(forge_zip([bomb])).chunks("a")) == bytes(1000)


# -- files of an app -------------------------------------------------------------------------------


def scanned(files: Mapping[str, bytes], method: int = 8) -> tuple[BundledFacts, dict[Unseen, None]]:
    return looked_through(read_package(simple_zip({"AndroidManifest.xml": b"", **files}, method)))


def looked_through(package: Package) -> tuple[BundledFacts, dict[Unseen, None]]:
    found = dict.fromkeys(bundled.WANTED, ())
    source = Source("app.apk", package, Program([]), lambda _: FIRST_PARTY, found)
    return bundled.collect(source), source.unseen


def pins(facts: BundledFacts) -> list[Pin]:
    return list(facts.pins)


@pytest.mark.parametrize("member", ["assets/x.dat", "res/raw/x", "ca", "assets/a/b.mp", "res/a1.bin"])
def test_names_do_not_matter(member: str) -> None:
    for data, container in STORES.values():
        facts, unseen = scanned({member: data})
        assert [(one.title, one.store.container) for one in facts.files] == [(member, container)]
        assert not unseen


def test_signatures_are_no_certificates_of_the_app() -> None:
    signature = pki.pkcs7_bundle(Encoding.DER)
    facts, _ = scanned({"META-INF/CERT.RSA": signature, "META-INF/X.EC": signature})
    assert (facts.files, facts.pins) == ((), ())
    facts, _ = scanned({"META-INF/certs/ca.p7b": signature})
    assert len(facts.files) == 1


def test_a_list_of_cas_is_no_pin() -> None:
    many = b"".join(pki.pem(pki.certificate(f"CA {n}", pki.private_key(), ca=True)) for n in range(21))
    facts, _ = scanned({"assets/cacert.pem": many})
    assert [len(one.store.certificates) for one in facts.files] == [21]
    assert facts.pins == ()


def test_a_certificate_without_code_is_a_candidate() -> None:
    facts, _ = scanned({"assets/a.cer": pki.der(CA), "assets/www/b.cer": pki.der(OTHER)})
    one, two = pins(facts)
    assert (one.mechanism, two.mechanism) == (Mechanism.KEYSTORE, Mechanism.HYBRID)
    for pin, certificate in ((one, CA), (two, OTHER)):
        assert (pin.host, pin.algorithm, pin.confidence) == ("", Algorithm.CERTIFICATE, Confidence.CANDIDATE)
        assert pin.pin == b64encode(fingerprint(certificate)).decode()
    assert one.what.startswith("CN=Example CA, ends 2031-05-04, sha256/")
    # A client's own identity is no pin either.
    assert scanned({"assets/me.p12": pki.pkcs12_store()})[0].pins == ()


# -- strings that look like pins -------------------------------------------------------------------

HASH: Final = b64encode(hashlib.sha256(b"a key").digest())
SHORT: Final = b64encode(hashlib.sha1(b"a key").digest())  # noqa: S324 - what old pins are
ELF: Final = b"\x7fELF\2\1\1" + bytes(57)
LIBRARY: Final = "lib/arm64-v8a/libshop.so"
FINISHED: Final = b"\0client finished\0"
NOISE: Final = b"".join(hashlib.sha512(pack(">I", n)).digest() for n in range(9000))


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("at", [0, 1, 262_144 - 30, 262_144 - 64, 262_144, 300_000, 524_288 - 40])
def test_pin_in_a_native_library(at: int, method: int) -> None:
    """Wherever the pieces end in which it is read; with its offset."""
    data = ELF + NOISE[:at] + b"\0sha256/" + HASH + b"\0" + NOISE[at:]
    facts, unseen = scanned({LIBRARY: data}, method)
    (pin,) = pins(facts)
    assert (pin.mechanism, pin.algorithm, pin.pin) == (
        Mechanism.NATIVE,
        Algorithm.SPKI_SHA256,
        HASH.decode(),
    )
    assert (pin.host, pin.confidence, pin.where.member) == ("", Confidence.CANDIDATE, LIBRARY)
    assert pin.what == f"at byte {data.index(b'sha256/')}"
    assert not pin.owner.first_party
    assert not unseen


PRINT = hashlib.sha256(b"a certificate").digest()
WRITTEN = {
    "OkHttp": (b'"sha256/' + HASH + b'"', HASH, Algorithm.SPKI_SHA256),
    "curl": (b'"sha256//' + HASH + b'"', HASH, Algorithm.SPKI_SHA256),
    "SHA-1": (b"'sha1/" + SHORT + b"'", SHORT, Algorithm.SPKI_SHA1),
    "HPKP": (b'Public-Key-Pins: pin-sha256="' + HASH + b'"', HASH, Algorithm.SPKI_SHA256),
    "React Native": (b'{"a.b":{publicKeyHashes:["' + HASH + b'"]}}', HASH, Algorithm.SPKI_SHA256),
    "JSON": (b'{"pin-sha256": "' + HASH + b'"}', HASH, Algorithm.SPKI_SHA256),
    "fingerprint": (f"'{PRINT.hex(':').upper()}'".encode(), b64encode(PRINT), Algorithm.CERTIFICATE),
    "fingerprint in words": (f'"{PRINT.hex(" ")}"'.encode(), b64encode(PRINT), Algorithm.CERTIFICATE),
}
FILES = ("assets/index.android.bundle", "assets/www/app.js", "assets/public/main.js", "assets/config.json")


@pytest.mark.parametrize("member", FILES)
@pytest.mark.parametrize("name", WRITTEN)
def test_pin_in_a_script(name: str, member: str) -> None:
    text, value, algorithm = WRITTEN[name]
    facts, unseen = scanned({member: b"// a script of the app\n" * 20 + text + b"\n"})
    assert [(one.pin, one.algorithm, one.mechanism) for one in pins(facts)] == [
        (value.decode(), algorithm, Mechanism.HYBRID)
    ]
    assert not unseen, "what is written in JavaScript uses the platform's TLS"


def test_every_pin_of_an_array() -> None:
    """As react-native-ssl-public-key-pinning's documentation writes it."""
    other = b64encode(hashlib.sha256(b"another key").digest())
    text = b"publicKeyHashes: [\n  '" + HASH + b"',\n  '" + other + b"',\n], integrity: ['" + other + b"']"
    facts, _ = scanned({"assets/index.android.bundle": b"initializeSslPinning(" + text})
    assert [one.pin for one in pins(facts)] == [HASH.decode(), other.decode()]


HERMES = sorted((Path(__file__).parents[1] / "golden" / "hermes").glob("*.hbc"))
"""What hermesc of versions 84 to 99 makes of pins.js beside it."""


@pytest.mark.parametrize("path", HERMES, ids=lambda path: path.stem)
def test_pins_and_hosts_in_hermes_bytecode(path: Path) -> None:
    """Its strings lie end to end, and overlap: their table says where each begins and ends."""
    facts, unseen = scanned({"assets/index.android.bundle": path.read_bytes()})
    assert {one.pin for one in pins(facts)} == {
        "HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=",
        "UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q=",
    }
    assert not unseen
    found = set(strings(path.read_bytes()))
    assert {"api.example.com", "https://cdn.example.org", "https://gr\u00fc\u00dfe.example/\u00fc"} <= found
    assert max(map(len, found)) > 255


@pytest.mark.parametrize(
    "damage", [96, lambda data: data[:200], lambda data: data[:40] + b"\xff" * 40 + data[80:]]
)
def test_bytecode_whose_strings_are_not_found_is_a_doubt(damage: Any) -> None:
    data = HERMES[0].read_bytes()
    data = MAGIC + pack("<I", damage) + bytes(400) if isinstance(damage, int) else damage(data)
    facts, unseen = scanned({"assets/index.android.bundle": data})
    assert list(pins(facts)) == []
    assert [set(one.mechanisms) for one in unseen] == [{Mechanism.HYBRID}]


@pytest.mark.parametrize(
    "text",
    [
        HASH,
        b"integrity sha256-" + HASH,
        b"sha256:" + hashlib.sha256(b"").hexdigest().encode(),
        b"sha256/" + HASH[:-2],
        b"sha256/" + HASH[:-1] + b"A",
        b"sha256/" + HASH[:20] + b" " + HASH[20:],
        b"sha256/" + b64encode(NOISE[:64]),
        b"sha256/" + HASH[:42] + b"B=",
        b"sha1/" + HASH,
        hashlib.sha512(b"").digest().hex(":").encode(),
        NOISE,
        b64encode(NOISE),
    ],
    ids=[
        *(
            "bare",
            "integrity",
            "hex",
            "cut off",
            "no padding",
            "broken",
            "longer",
            "not canonical",
            "wrong hash",
        ),
        *("SHA-512", "noise", "base64"),
    ],
)
def test_what_is_no_pin(text: bytes) -> None:
    for member in (LIBRARY, *FILES):
        head = ELF if member == LIBRARY else b"text of the app "
        assert scanned({member: head + text + b"\n"})[0].pins == ()


def test_one_build_of_a_library_is_enough() -> None:
    data = ELF + b"sha256/" + HASH + b"\0" + FINISHED
    abis = ("x86", "armeabi-v7a", "arm64-v8a", "x86_64")
    facts, unseen = scanned({f"lib/{abi}/libshop.so": data for abi in abis})
    assert [one.where.member for one in pins(facts)] == [LIBRARY]
    assert [one.what for one in unseen] == [LIBRARY]


# -- TLS stacks ------------------------------------------------------------------------------------


def unknown(files: Mapping[str, bytes]) -> list[tuple[str, set[AppMechanism]]]:
    return [(one.what, set(one.mechanisms)) for one in scanned(files)[1]]


def test_a_native_tls_stack_is_unknown() -> None:
    assert unknown({LIBRARY: ELF + NOISE + FINISHED}) == [(LIBRARY, {Mechanism.NATIVE})]


def test_a_plain_library_is_not() -> None:
    crypto = b"OpenSSL 1.1.1k\0EVP_DigestInit\0SHA256_Update\0libcrypto\0"
    assert unknown({LIBRARY: ELF + NOISE + crypto, "lib/x86/libsqlcipher.so": ELF + crypto}) == []


@pytest.mark.parametrize(
    ("name", "content", "how"),
    [
        # Labels of RFC 5246 7.4.9 and RFC 8446 7.1; a stack may know but one version.
        ("librustls.so", b"c hs traffic\0c ap traffic\0", "has a TLS stack of its own"),
        ("libgojni.so", b"runtime.goexit\0master secretclient finishedserver finished", "has a TLS stack"),
        # Names in the table of symbols: what a library asks another for, or gives.
        (
            "libcurl.so",
            b"\0SSL_connect\0curl_easy_init\0libssl.so\0",
            "connects by a TLS stack in native code",
        ),
        ("libnet.so", b"\0libc.so\0SSL_do_handshake\0", "connects by a TLS stack in native code"),
        ("libssl3.so", b"\0SSL_ForceHandshake\0", "connects by a TLS stack in native code"),
        ("libiot.so", b"\0mbedtls_ssl_handshake\0", "connects by a TLS stack in native code"),
        ("libgt.so", b"\0gnutls_handshake\0", "connects by a TLS stack in native code"),
        ("libwolf.so", b"\0wolfSSL_connect\0", "connects by a TLS stack in native code"),
        ("libapi.so", b"\0curl_easy_init\0curl_multi_perform\0", "makes requests by curl"),
        # Nothing but a name: the rest may be packed.
        ("libcurl.so", b"UPX!", "is called like"),
        ("libssl.so", b"", "is called like"),
        ("libssl1.1.so", b"", "is called like"),
        ("libssl_3.so", b"", "is called like"),
        ("libgojni.so", b"", "is called like"),
        ("libQt5Network_arm64-v8a.so", b"", "is called like"),
        ("libQt6Network_x86_64.so", b"\0_ZN10QSslSocketC1Ev\0", "is called like"),
    ],
)
def test_what_connects_in_native_code_is_unknown(name: str, content: bytes, how: str) -> None:
    member = f"lib/arm64-v8a/{name}"
    ((what, why),) = ((one.what, one.why) for one in scanned({member: ELF + NOISE + content})[1])
    assert (what, why.startswith(how)) == (member, True)
    assert "the hosts are not seen" in why


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("libcrypto.so", b"\0EVP_DigestInit\0X509_verify_cert\0SSL_CTX\0"),
        ("libsqlcipher.so", b"\0sqlite3_key\0OpenSSL 3.0.8\0handshake\0"),
        ("libnoise.so", b"\0noise_handshake\0ws_handshake\0mySSL_connect\0"),
        ("libsslog.so", b"\0log\0"),
        ("libcurling.so", b"\0stone\0"),
        # Go names all of its functions; without crypto/tls it has none of the labels.
        ("libgojni.so", b"runtime.goexit\0main.main\0"),
    ],
)
def test_what_only_computes_is_not(name: str, content: bytes) -> None:
    assert unknown({f"lib/arm64-v8a/{name}": ELF + NOISE + content}) == []


@pytest.mark.parametrize(
    "member", ["assets/lib/libs.xzs", "assets/libs.zst", "assets/x/libnet.so.xz", "base.apk!assets/libs.spk"]
)
def test_packed_native_code_is_unknown(member: str) -> None:
    assert unknown({member: b"\xfd7zXZ\0" + NOISE}) == [(member, {Mechanism.NATIVE})]


def test_names_over_the_end_of_a_piece_are_found() -> None:
    pieces = ELF + bytes((1 << 17) - 10 - len(ELF)) + b"\0SSL_do_handshake\0"
    for shift in range(0, 20, 3):
        assert unknown({LIBRARY: ELF + bytes(shift) + pieces[len(ELF) :]}) == [(LIBRARY, {Mechanism.NATIVE})]


def test_stacks_that_java_code_sets_up_are_not() -> None:
    names = ("libconscrypt_jni.so", "libcronet.119.0.6045.31.so", "libjingle_peerconnection_so.so")
    assert unknown({f"lib/arm64-v8a/{name}": ELF + FINISHED for name in names}) == []


@pytest.mark.parametrize(
    "name",
    [
        *("libmonodroid.so", "libmonosgen-2.0.so", "libcoreclr.so"),
        "libSystem.Security.Cryptography.Native.Android.so",
    ],
)
def test_each_form_of_dotnet(name: str) -> None:
    """Mono, CoreCLR, and what is left of the runtime in native code; told once, whatever of it is there."""
    member = f"lib/arm64-v8a/{name}"
    ((what, why),) = ((one.what, one.why) for one in scanned({member: ELF, LIBRARY: ELF})[1])
    assert (what, why.startswith("the app's own code is .NET")) == (member, True)
    assert len(unknown({member: ELF, "lib/arm64-v8a/libxamarin-app.so": ELF})) == 1


def test_flutter() -> None:
    """Its engine is told once, whose words the app's own library cannot change."""
    engine, app = "lib/arm64-v8a/libflutter.so", "lib/arm64-v8a/libapp.so"
    facts, unseen = scanned({engine: ELF + FINISHED, app: ELF + b"sha256/" + HASH + b"\0"})
    assert [(one.what, set(one.mechanisms)) for one in unseen] == [(engine, {Mechanism.HYBRID})]
    (why,) = (one.why for one in unseen)
    assert why.startswith("Flutter has its own TLS stack")
    assert [(one.where.member, one.mechanism) for one in pins(facts)] == [(app, Mechanism.HYBRID)]


@pytest.mark.parametrize(
    ("starter", "why"),
    [
        (
            "io.flutter.embedding.engine.FlutterJNI",
            "loads libflutter.so, which is in an APK that was not read",
        ),
        ("mono.MonoRuntimeProvider", "loads libmonodroid.so, which is in an APK that was not read"),
        ("com.unity3d.player.UnityPlayer", "loads libunity.so, which is in an APK that was not read"),
    ],
)
def test_a_base_apk_without_its_libraries(starter: str, why: str, tmp_path: Path) -> None:
    """What Play installs is a base and a split with the libraries; the base alone is told from an app without."""
    code = writer.dex([writer.Class(f"L{starter.replace('.', '/')};")])
    for libraries, told in (({}, True), ({"lib/arm64-v8a/libflutter.so": ELF}, "flutter" not in starter)):
        path = tmp_path / "app.apk"
        path.write_bytes(simple_zip({"AndroidManifest.xml": manifest(), "classes.dex": code, **libraries}))
        found = [one for one in read_app(path).unseen if one.what == starter]
        assert [one.why.startswith(why) for one in found] == [True] * told
        assert all(one.mechanisms == {Mechanism.HYBRID} for one in found)


# -- cost ------------------------------------------------------------------------------------------


def test_pictures_and_layouts_are_not_even_opened() -> None:
    """Where the local headers are missing, an opened member is an error; here none is opened."""
    names = ("res/drawable/a.png", "res/layout/b.xml", "assets/c.mp3", "classes2.dex", "META-INF/D.RSA")
    members = [Member(b"AndroidManifest.xml", b"")]
    members += [Member(name.encode(), bytes(500), local_name=b"?" * 40) for name in names]
    package = read_package(forge_zip(members).replace(b"PK\3\4", b"PK\0\0").replace(b"PK\0\0", b"PK\3\4", 1))
    source = Source("app.apk", package, Program([]), lambda _: FIRST_PARTY, dict.fromkeys(bundled.WANTED, ()))
    before = package.anomalies
    assert bundled.collect(source).files == ()
    assert not source.unseen
    assert package.anomalies == before


def test_hostile_numbers_of_stores_are_bounded() -> None:
    files = {f"assets/{n}": pki.der(CA) for n in range(600)}
    facts, unseen = scanned(files)
    assert len(facts.files) == 500
    assert [one.why for one in unseen] == ["there are too many in the app to read them all"]
