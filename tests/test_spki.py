"""Key files of every kind, against the pins that OpenSSL's command line computes of them."""

from __future__ import annotations

import base64
import re
import shlex
import subprocess
import warnings
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.keys.spki import KeyFileError, PublicKey, public_keys
from pincompiler.policy.enforcement import Role
from tests import parts, pki

if TYPE_CHECKING:
    from collections.abc import Callable


algorithms = pytest.mark.parametrize("algorithm", sorted(pki.GENERATORS))
encodings = pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER], ids=["PEM", "DER"])

VERSION_1 = """\
-----BEGIN CERTIFICATE-----
MIIBHzCBxwIUY4vV0uNHKQqByTTNp4Gd+ZLyqd0wCgYIKoZIzj0EAwIwEzERMA8G
A1UEAwwIT2xkIFJvb3QwHhcNMjYxMTIzMTgwNTEyWhcNNDYxMTE4MTgwNTEyWjAT
MREwDwYDVQQDDAhPbGQgUm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHTc
HdbwUQBacxxg6mkJiwBYUoiCsg3izvFaZTgrdFyQcOFrR6MpSmnHg8fKlNeEmNI9
NOSEyRUwMTe2NucPYUIwCgYIKoZIzj0EAwIDRwAwRAIgb61Va43OCJ6cceqn8XpT
lhsGnpjkOUgtTRaiF1veFu0CIGIQ9wPGQNI/HNigosMAJFpSZPcpgeAzUoypG3ic
Yvg/
-----END CERTIFICATE-----
"""
"""Made by `openssl x509 -req` without extensions; cryptography makes version 3 only."""

VERSION_1_PIN = "qrz859N5L0LzeVNLcjPEr2FqEHz65Q4CIHuNPzFxbTQ="
"""By openssl x509 -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64."""


def only(data: bytes, file: str = "certs/key.pem") -> PublicKey:
    """The one public key of a file."""
    (key,) = public_keys(data, file)
    return key


def refusal(data: bytes, file: str = "certs/key.pem") -> KeyFileError:
    """Why a file is refused."""
    with pytest.raises(KeyFileError) as raised:
        public_keys(data, file)
    assert raised.value.fix
    return raised.value


def pem_block(label: str, content: bytes) -> bytes:
    lines = base64.encodebytes(content).decode("ascii")
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n".encode()


def file_of(kind: str, key: pki.PrivateKey, encoding: Encoding) -> bytes:
    if kind == "certificate":
        return pki.certificate(key=key).public_bytes(encoding)
    if kind == "request":
        return pki.request(key=key).public_bytes(encoding)
    return pki.public(key, encoding)


# -- pins ----------------------------------------------------------------------------------------


@pytest.mark.slow
@algorithms
@encodings
@pytest.mark.parametrize("kind", ["certificate", "request", "public key"])
def test_pin_is_the_one_of_openssl(kind: str, encoding: Encoding, algorithm: str) -> None:
    data = file_of(kind, pki.private_key(algorithm), encoding)
    key = only(data)
    assert key.spki_sha256 == pki.openssl_pin(data, kind, encoding)
    assert (key.kind, key.algorithm) == (kind, algorithm)


@encodings
def test_pkcs1_public_key_has_the_pin_of_its_spki(encoding: Encoding) -> None:
    data = pki.public(pki.private_key("RSA-2048"), encoding, PublicFormat.PKCS1)
    key = only(data)
    assert key.spki_sha256 == pki.openssl_pin(data, "PKCS#1 public key", encoding)
    assert (key.kind, key.algorithm, key.role) == ("public key", "RSA-2048", None)


def test_pin_of_a_known_root() -> None:
    """ISRG Root X1, whose pin is public; so one expected value needs no program at all."""
    bundle = public_keys(Path(certifi.where()).read_bytes(), "cacert.pem")
    (root,) = (key for key in bundle if key.subject.startswith("CN=ISRG Root X1,"))
    assert base64.b64encode(root.spki_sha256) == b"C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M="
    assert root.role is Role.CA
    assert root.algorithm == "RSA-4096"


@pytest.mark.slow
def test_every_public_root_has_the_pin_of_openssl() -> None:
    data = Path(certifi.where()).read_bytes()
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", data, re.DOTALL)
    keys = public_keys(data, "cacert.pem")
    assert len(keys) == len(blocks)
    sampled = range(0, len(blocks), 8)
    assert [keys[n].spki_sha256 for n in sampled] == [pki.openssl_pin(blocks[n]) for n in sampled]


@encodings
@pytest.mark.parametrize("kind", ["certificate", "request", "public key"])
def test_name_of_the_file_says_nothing(kind: str, encoding: Encoding) -> None:
    data = file_of(kind, pki.private_key(), encoding)
    found = {
        public_keys(data, f"certs/{file}") for file in ("a.pem", "a.crt", "a.key", "a.p12", "a.txt", "a")
    }
    assert len(found) == 1
    assert [key.kind for key in found.pop()] == [kind]


@pytest.mark.parametrize(
    ("label", "made"),
    [("X509 CERTIFICATE", pki.certificate), ("NEW CERTIFICATE REQUEST", pki.request)],
)
def test_old_labels(
    label: str, made: Callable[[], x509.Certificate | x509.CertificateSigningRequest]
) -> None:
    made_once = made()
    assert only(pem_block(label, pki.der(made_once))) == only(pki.pem(made_once))


# -- what surrounds a key ------------------------------------------------------------------------


def test_bundle_keeps_its_order() -> None:
    files = [
        pki.pem(pki.certificate("api.example.com", pki.private_key())),
        pki.pem(pki.certificate("Some CA", pki.private_key("RSA-2048"), ca=True)),
        pki.pem(pki.request("next.example.com", pki.private_key("P-384"))),
        pki.public(pki.private_key("Ed25519"), Encoding.PEM),
    ]
    kinds = ["certificate", "certificate", "request", "public key"]
    expected = [(kind, pki.openssl_pin(data, kind)) for kind, data in zip(kinds, files, strict=True)]
    found = public_keys(b"".join(files), "certs/chain.pem")
    assert [(key.kind, key.spki_sha256) for key in found] == expected
    back = public_keys(b"\n".join(reversed(files)), "certs/chain.pem")
    assert [(key.kind, key.spki_sha256) for key in back] == expected[::-1]


def test_same_key_twice_is_told_twice() -> None:
    data = pki.pem(pki.certificate())
    assert public_keys(data * 2, "certs/chain.pem") == (only(data), only(data))


@pytest.mark.parametrize(
    "before",
    [
        b"Bag Attributes\n    friendlyName: api\nsubject=CN = api.example.com\n",
        b"# Shop CA\n# ----- of 2026 -----\n\n",
        "\N{ZERO WIDTH NO-BREAK SPACE}Zertifikat für den Laden\r\n".encode(),
        b"\xff\xfe not text at all \x00\n",
    ],
)
def test_text_around_the_pem_is_skipped(before: bytes) -> None:
    data = pki.pem(pki.certificate())
    assert public_keys(before + data + b"\nand after it\n", "x") == public_keys(data, "x")


def test_text_that_openssl_puts_before_the_pem() -> None:
    data = pki.openssl("x509", "-text", stdin=pki.pem(pki.certificate()))
    assert data.startswith(b"Certificate:")
    assert only(data).spki_sha256 == pki.openssl_pin(data)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_line_ends(line_end: bytes) -> None:
    data = pki.pem(pki.certificate())
    assert only(data.replace(b"\n", line_end)) == only(data)


def test_blocks_of_other_kinds_are_skipped() -> None:
    data = pki.pem(pki.certificate())
    parameters = pem_block("EC PARAMETERS", bytes.fromhex("06082a8648ce3d030107"))
    assert public_keys(parameters + data, "x") == public_keys(data, "x")
    assert "EC PARAMETERS" in str(refusal(parameters))


# -- private keys --------------------------------------------------------------------------------

PRIVATE = {
    "PKCS#8": pki.private(pki.private_key()),
    "PKCS#8 of Ed25519": pki.private(pki.private_key("Ed25519")),
    "PKCS#8, encrypted": pki.private(pki.private_key(), password=b"secret"),
    "PKCS#1": pki.private(pki.private_key("RSA-2048"), form=PrivateFormat.TraditionalOpenSSL),
    "PKCS#1, encrypted": pki.private(
        pki.private_key("RSA-2048"), form=PrivateFormat.TraditionalOpenSSL, password=b"secret"
    ),
    "SEC 1": pki.private(pki.private_key(), form=PrivateFormat.TraditionalOpenSSL),
    "OpenSSH": pki.private(pki.private_key(), form=PrivateFormat.OpenSSH),
    "PKCS#8, DER": pki.private(pki.private_key(), Encoding.DER),
    "PKCS#8, encrypted, DER": pki.private(pki.private_key(), Encoding.DER, password=b"secret"),
    "PKCS#1, DER": pki.private(pki.private_key("RSA-2048"), Encoding.DER, PrivateFormat.TraditionalOpenSSL),
    "SEC 1, DER": pki.private(pki.private_key(), Encoding.DER, PrivateFormat.TraditionalOpenSSL),
}


@pytest.mark.parametrize("form", PRIVATE)
@pytest.mark.parametrize("file", ["certs/api.key", "certs/api.pem", "certs/api"])
def test_private_key_is_refused(form: str, file: str) -> None:
    error = refusal(PRIVATE[form], file)
    assert error.rule == "private-key-file"
    assert str(error).startswith("is a private key")
    assert f"-in {file} -pubout" in error.fix


@pytest.mark.parametrize("form", [form for form in PRIVATE if "DER" not in form])
def test_private_key_beside_a_certificate_is_refused(form: str) -> None:
    certificate = pki.pem(pki.certificate())
    for data in (certificate + PRIVATE[form], PRIVATE[form] + certificate):
        assert refusal(data).rule == "private-key-file"


def test_cut_private_key_is_still_one() -> None:
    whole = PRIVATE["PKCS#8"]
    assert refusal(whole[: len(whole) // 2]).rule == "private-key-file"


@pytest.mark.parametrize("form", ["PKCS#8", "PKCS#1", "SEC 1", "PKCS#8, DER", "SEC 1, DER"])
def test_fix_for_a_private_key_works(form: str, tmp_path: Path) -> None:
    """The command that the refusal gives makes a file with the public key of that private key."""
    (tmp_path / "api.key").write_bytes(PRIVATE[form])
    command = shlex.split(refusal(PRIVATE[form], "api.key").fix)
    assert command[0] == "openssl"
    parts.need_command("openssl")
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (made,) = (path for path in tmp_path.iterdir() if path.name != "api.key")
    key = pki.private_key("RSA-2048" if form == "PKCS#1" else "P-256")
    expected = pki.openssl_pin(pki.public(key, Encoding.PEM), "public key")
    assert only(made.read_bytes()).spki_sha256 == expected


def test_fix_names_a_file_with_spaces_so_that_a_shell_takes_it_as_one() -> None:
    command = shlex.split(refusal(PRIVATE["PKCS#8"], "certs/my $(id) key.pem").fix)
    assert command[command.index("-in") + 1] == "certs/my $(id) key.pem"


# -- stores --------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", [b"", b"secret"])
@pytest.mark.parametrize("file", ["leaf.p12", "leaf.pfx", "leaf.pem"])
def test_pkcs12_is_refused(password: bytes, file: str) -> None:
    error = refusal(pki.pkcs12_store(password), file)
    assert error.rule == "unreadable-key"
    assert "PKCS#12" in str(error)


def test_fix_for_a_pkcs12_store_works(tmp_path: Path) -> None:
    (tmp_path / "leaf.p12").write_bytes(pki.pkcs12_store(b"secret"))
    fix = refusal(pki.pkcs12_store(b"secret"), "leaf.p12").fix
    command = [*shlex.split(fix), "-passin", "pass:secret"]
    parts.need_command("openssl")
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (made,) = (path for path in tmp_path.iterdir() if path.name != "leaf.p12")
    expected = pki.openssl_pin(pki.pem(pki.certificate()))
    assert only(made.read_bytes()).spki_sha256 == expected


def test_pkcs12_of_indefinite_length_is_refused() -> None:
    """As older Windows and Java write it: BER, whose outermost length is left open."""
    error = refusal(bytes.fromhex("3080020103308006092a864886f70d010701a080") + bytes(40))
    assert "PKCS#12" in str(error)


@encodings
def test_pkcs7_is_refused(encoding: Encoding) -> None:
    error = refusal(pki.pkcs7_bundle(encoding), "chain.p7b")
    assert error.rule == "unreadable-key"
    assert "PKCS#7" in str(error)


@encodings
def test_fix_for_a_pkcs7_bundle_works(encoding: Encoding, tmp_path: Path) -> None:
    data = pki.pkcs7_bundle(encoding)
    (tmp_path / "chain.p7b").write_bytes(data)
    command = shlex.split(refusal(data, "chain.p7b").fix)
    parts.need_command("openssl")
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (made,) = (path for path in tmp_path.iterdir() if path.name != "chain.p7b")
    expected = {
        pki.openssl_pin(pki.pem(pki.certificate(key=key)))
        for key in (pki.private_key(), pki.private_key(number=1))
    }
    assert {key.spki_sha256 for key in public_keys(made.read_bytes(), made.name)} == expected


# -- damage --------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"\n", b" \r\n\t "])
def test_empty_file_is_refused(data: bytes) -> None:
    error = refusal(data)
    assert (error.rule, str(error)) == ("unreadable-key", "is empty")


@pytest.mark.parametrize(
    "data",
    [
        b"api.example.com\n",
        b"sha256/k2qNFzQyvGbcVjHMRpJAEXqOC1Mkas0BsEKmhMh2x9o=",
        b"\x00" * 100,
        b"0",
        b"\x30\x82",
    ],
)
def test_other_content_is_refused(data: bytes) -> None:
    assert refusal(data).rule == "unreadable-key"


@encodings
@pytest.mark.parametrize("kind", ["certificate", "request", "public key"])
def test_truncated_file_is_refused_wherever_it_is_cut(kind: str, encoding: Encoding) -> None:
    data = file_of(kind, pki.private_key(), encoding)
    # Up to the base64's last line: without the END line after it, a PEM's content may be whole.
    end = data.index(b"-----END") - 66 if encoding is Encoding.PEM else len(data)
    for length in range(1, end, 7):
        error = refusal(data[:length])
        assert error.rule == "unreadable-key"
        assert "\n" not in str(error)


@pytest.mark.parametrize("kind", ["certificate", "request", "public key"])
def test_pem_without_its_end_line_gives_no_other_key(kind: str) -> None:
    data = file_of(kind, pki.private_key(), Encoding.PEM)
    for length in range(data.index(b"-----END") - 66, len(data)):
        try:
            found = public_keys(data[:length], "certs/cut.pem")
        except KeyFileError as error:
            assert error.rule == "unreadable-key"  # noqa: PT017 - it may be refused or be right
        else:
            assert found == public_keys(data, "certs/cut.pem")


def test_one_damaged_certificate_of_a_bundle_is_not_skipped() -> None:
    whole = pki.pem(pki.certificate())
    damaged = pem_block("CERTIFICATE", pki.der(pki.certificate())[:-40])
    for data in (whole + damaged, damaged + whole):
        assert refusal(data).rule == "unreadable-key"


def test_der_with_more_behind_it_is_refused() -> None:
    """Whatever follows would be skipped, and might be the key that was meant."""
    assert refusal(pki.der(pki.certificate()) * 2).rule == "unreadable-key"


# What a parser of X.509 stumbles over only after it has accepted the outermost structure.
BROKEN_INSIDE = {
    "version 8": (pki.der(pki.certificate(serial=1)), "a003020102", "a003020107"),
    "subject in bits": (pki.der(pki.certificate("api.example.com", issuer="x")), "0c0f617069", "030f617069"),
}


@encodings
@pytest.mark.parametrize("what", BROKEN_INSIDE)
def test_certificate_that_is_broken_inside_is_refused(what: str, encoding: Encoding) -> None:
    der, right, wrong = BROKEN_INSIDE[what]
    assert der.count(bytes.fromhex(right)) == 1
    broken = der.replace(bytes.fromhex(right), bytes.fromhex(wrong))
    data = broken if encoding is Encoding.DER else pem_block("CERTIFICATE", broken)
    assert refusal(data).rule == "unreadable-key"


@encodings
def test_certificate_with_an_extension_twice_is_refused(encoding: Encoding) -> None:
    """RFC 5280 section 4.2 forbids it, and whose key it is would depend on the reader."""
    decoy = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.19"), bytes.fromhex("3000"))
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder(
        pki.name("x"),
        pki.name("x"),
        key.public_key(),
        1,
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    ).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    der = pki.der(builder.add_extension(decoy, critical=False).sign(key, pki.SHA256))
    assert der.count(bytes.fromhex("06032a0313")) == 1
    twice = der.replace(bytes.fromhex("06032a0313"), bytes.fromhex("0603551d13"))
    data = twice if encoding is Encoding.DER else pem_block("CERTIFICATE", twice)
    assert refusal(data).rule == "unreadable-key"


@encodings
def test_negative_serial_number_is_read_in_silence(encoding: Encoding) -> None:
    """Old roots have one, and cryptography warns of it."""
    der = pki.der(pki.certificate(serial=0x7A7B7C7D))
    assert der.count(bytes.fromhex("02047a7b7c7d")) == 1
    negative = der.replace(bytes.fromhex("02047a7b7c7d"), bytes.fromhex("0204fa7b7c7d"))
    data = negative if encoding is Encoding.DER else pem_block("CERTIFICATE", negative)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        key = only(data)
    assert key.spki_sha256 == pki.openssl_pin(data, encoding=encoding)


FUZZED = {
    "certificate": pki.der(pki.certificate(ca=True)),
    "request": pki.der(pki.request(ca=True)),
    "public key": pki.public(pki.private_key(), Encoding.DER),
}


@given(
    st.sampled_from(sorted(FUZZED)),
    st.lists(
        st.tuples(st.integers(0, 2000), st.binary(max_size=3), st.integers(0, 3)), min_size=1, max_size=4
    ),
    st.booleans(),
)
def test_damage_is_refused_or_harmless(kind: str, edits: list[tuple[int, bytes, int]], in_pem: bool) -> None:  # noqa: FBT001
    """Whatever a file holds, the answer is keys or a refusal: no exception but KeyFileError."""
    data = FUZZED[kind]
    for at, inserted, dropped in edits:
        place = at % len(data)
        data = data[:place] + inserted + data[place + dropped :]
    label = {"certificate": "CERTIFICATE", "request": "CERTIFICATE REQUEST", "public key": "PUBLIC KEY"}[kind]
    try:
        keys = public_keys(pem_block(label, data) if in_pem else data, "certs/fuzzed")
    except KeyFileError as error:
        assert error.fix  # noqa: PT017 - being refused is one of two right answers
        assert error.rule in ("unreadable-key", "private-key-file")  # noqa: PT017
    else:
        assert [len(key.spki_sha256) for key in keys] == [32]


# -- keys that no platform would match -----------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["PEM", "DER"])
@pytest.mark.parametrize("kind", ["certificate", "request", "public key"])
def test_rsa_pss_keys_are_refused(kind: str, encoding: str, tmp_path: Path) -> None:
    """Platforms hash the key's algorithm too, and some of them rewrite id-RSASSA-PSS."""
    private = tmp_path / "pss.key"
    private.write_bytes(pki.openssl("genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"))
    command = {
        "certificate": ("req", "-x509", "-new", "-key", str(private), "-subj", "/CN=api.example.com"),
        "request": ("req", "-new", "-key", str(private), "-subj", "/CN=api.example.com"),
        "public key": ("pkey", "-pubout", "-in", str(private)),
    }[kind]
    assert refusal(pki.openssl(*command, "-outform", encoding)).rule == "unreadable-key"


@pytest.mark.parametrize("encoding", ["PEM", "DER"])
@pytest.mark.parametrize("form", [("-param_enc", "explicit"), ("-conv_form", "compressed")])
def test_unusual_encodings_of_ec_keys_are_refused(form: tuple[str, str], encoding: str) -> None:
    data = pki.openssl("ec", "-pubout", "-outform", encoding, *form, stdin=PRIVATE["SEC 1"])
    assert refusal(data).rule == "unreadable-key"


@encodings
@pytest.mark.parametrize(
    "generated",
    [
        lambda: ec.generate_private_key(ec.SECP256K1()),
        lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
        ed448.Ed448PrivateKey.generate,
        x25519.X25519PrivateKey.generate,
    ],
    ids=["secp256k1", "brainpoolP256r1", "Ed448", "X25519"],
)
def test_kinds_of_keys_that_tls_servers_do_not_have_are_refused(
    generated: Callable[[], ec.EllipticCurvePrivateKey], encoding: Encoding
) -> None:
    data = generated().public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    error = refusal(data)
    assert error.rule == "unreadable-key"
    assert "P-256" in error.fix


# -- whose key -----------------------------------------------------------------------------------


@encodings
@pytest.mark.parametrize(("ca", "role"), [(True, Role.CA), (False, Role.LEAF), (None, Role.LEAF)])
def test_role_of_a_certificate(ca: bool | None, role: Role, encoding: Encoding) -> None:  # noqa: FBT001
    assert only(pki.certificate(ca=ca).public_bytes(encoding)).role is role


@encodings
@pytest.mark.parametrize(("ca", "role"), [(True, Role.CA), (False, Role.LEAF), (None, Role.LEAF)])
def test_role_of_a_request(ca: bool | None, role: Role, encoding: Encoding) -> None:  # noqa: FBT001
    assert only(pki.request(ca=ca).public_bytes(encoding)).role is role


@encodings
def test_role_of_a_bare_key_is_not_known(encoding: Encoding) -> None:
    assert only(pki.public(pki.private_key(), encoding)).role is None


def test_role_of_a_version_1_certificate_is_not_known() -> None:
    key = only(VERSION_1.encode())
    assert key.role is None
    assert base64.b64encode(key.spki_sha256).decode("ascii") == VERSION_1_PIN


# -- facts for the rules -------------------------------------------------------------------------


@encodings
def test_facts_of_a_certificate(encoding: Encoding) -> None:
    made = pki.certificate("api.example.com", ends=date(2027, 4, 1))
    key = only(made.public_bytes(encoding))
    printed = pki.openssl("x509", "-noout", "-fingerprint", "-sha256", stdin=pki.pem(made)).decode()
    fingerprint = bytes.fromhex(printed.partition("=")[2].strip().replace(":", ""))
    assert key.subject == "CN=api.example.com"
    assert key.certificate is not None
    assert key.certificate.subject == "CN=api.example.com"
    assert key.certificate.not_after == datetime(2027, 4, 1, 12, tzinfo=UTC)
    assert key.certificate.sha256 == fingerprint != key.spki_sha256
    assert key.certificate.signature_hash == "sha256"
    assert key.certificate.self_signed


def test_certificate_that_another_signed_is_not_self_signed() -> None:
    key = only(pki.pem(pki.certificate("api.example.com", issuer="Some CA")))
    assert key.certificate is not None
    assert not key.certificate.self_signed


def test_ed25519_signature_has_no_hash_of_its_own() -> None:
    key = only(pki.pem(pki.certificate(key=pki.private_key("Ed25519"))))
    assert key.certificate is not None
    assert key.certificate.signature_hash == ""


def test_only_certificates_have_the_facts_of_one() -> None:
    request = only(pki.pem(pki.request("next.example.com")))
    bare = only(pki.public(pki.private_key(), Encoding.PEM))
    assert (request.subject, request.certificate) == ("CN=next.example.com", None)
    assert (bare.subject, bare.certificate) == ("", None)
