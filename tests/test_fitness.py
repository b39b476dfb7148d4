"""A chain from a file is refused where a handshake that shows it is, and for the same reason."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku

from pincompiler.keys.anchors import anchors_in
from pincompiler.policy.trust import Trust
from pincompiler.tls.answers import Offer, Refused, Served
from pincompiler.tls.trust import trust, validated
from tests import pki, tls_servers
from tests.test_handshakes import answers, look
from tests.tls_servers import HOST, Chain, tls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NOW = datetime.now(UTC).replace(microsecond=0)
SERVER = x509.ExtendedKeyUsage([Eku.SERVER_AUTH])
CLIENT = x509.ExtendedKeyUsage([Eku.CLIENT_AUTH])
ANY = x509.ExtendedKeyUsage([Eku.ANY_EXTENDED_KEY_USAGE])
BOTH = x509.ExtendedKeyUsage([Eku.CLIENT_AUTH, Eku.SERVER_AUTH])
NETSCAPE = x509.ObjectIdentifier("2.16.840.1.113730.1.1")
FOR_CLIENTS = x509.UnrecognizedExtension(NETSCAPE, bytes.fromhex("03020780"))
FOR_SERVERS = x509.UnrecognizedExtension(NETSCAPE, bytes.fromhex("03020640"))


def usage(*allowed: str) -> x509.KeyUsage:
    every = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
        " key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: name in allowed for name in every.split()})


class Made(NamedTuple):
    """How a chain departs from a sound one."""

    leaf: Sequence[x509.ExtensionType] = (SERVER,)
    middle: Sequence[x509.ExtensionType] = ()
    root: Sequence[x509.ExtensionType] = ()
    small: str = ""
    """Whose key is too small."""


SOUND = {
    "plain": Made(),
    "no purposes": Made(leaf=()),
    "two purposes": Made(leaf=(BOTH,)),
    "signs": Made(leaf=(SERVER, usage("digital_signature"))),
    "agrees": Made(leaf=(SERVER, usage("key_agreement"))),
    "Netscape's server": Made(leaf=(FOR_SERVERS,)),
    "a CA for servers": Made(middle=(SERVER, usage("key_cert_sign"))),
}
UNFIT = {
    "for clients": (Made(leaf=(CLIENT,)), "wrong-purpose"),
    "for anything": (Made(leaf=(ANY,)), "wrong-purpose"),
    "for lists of revoked": (Made(leaf=(SERVER, usage("crl_sign"))), "wrong-purpose"),
    "Netscape's client": (Made(leaf=(FOR_CLIENTS,)), "wrong-purpose"),
    "a CA for clients": (Made(middle=(CLIENT,)), "wrong-purpose"),
    "a CA for anything": (Made(middle=(ANY,)), "wrong-purpose"),
    "a root for clients": (Made(root=(CLIENT,)), "wrong-purpose"),
    "a CA that signs no certificates": (Made(middle=(usage("crl_sign"),)), "invalid-ca"),
    "a small key": (Made(small="leaf"), "weak-key"),
    "a small key of a CA": (Made(small="middle"), "weak-key"),
    "a small key of the root": (Made(small="root"), "weak-key"),
}


def certificate(
    common: str, key: Any, issuer: str, issuer_key: Any, extensions: Sequence[x509.ExtensionType]
) -> x509.Certificate:
    leaf = common == HOST
    builder = (
        x509.CertificateBuilder()
        .subject_name(pki.name(common))
        .issuer_name(pki.name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=10))
        .not_valid_after(NOW + timedelta(days=60))
        .add_extension(x509.BasicConstraints(ca=not leaf, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if leaf:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    for one in extensions:
        builder = builder.add_extension(one, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def chain(made: Made) -> Chain:
    keys: dict[str, Any] = {
        name: rsa.generate_private_key(65537, 1024)  # noqa: S505 - which is what is tried
        if name == made.small
        else pki.private_key("P-256", 80 + number)
        for number, name in enumerate(("leaf", "middle", "root"))
    }
    root = certificate("Root", keys["root"], "Root", keys["root"], made.root)
    middle = certificate("Middle", keys["middle"], "Root", keys["root"], made.middle)
    leaf = certificate(HOST, keys["leaf"], "Middle", keys["middle"], made.leaf)
    return Chain(keys["leaf"], leaf, middle, root)


def both_ways(made: Chain, folder: Path) -> tuple[object, object]:
    """What a handshake comes to, and the chain from a file."""
    (folder / "root.pem").write_bytes(pki.pem(made.root))
    trusted = trust(folder / "root.pem", datetime.now(UTC))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.set_ciphers("DEFAULT:@SECLEVEL=0")
    with tls(tls_servers.context(made, made=serving)) as server:
        shown = answers(look(server, trusted))[Offer.ANY]
    return shown, validated(trusted, made.served, HOST)


@pytest.mark.parametrize("name", SOUND)
def test_what_a_handshake_takes(name: str, tmp_path: Path) -> None:
    for found in both_ways(chain(SOUND[name]), tmp_path):
        assert isinstance(found, Served)


@pytest.mark.parametrize("name", UNFIT)
def test_what_a_handshake_refuses(name: str, tmp_path: Path) -> None:
    made, code = UNFIT[name]
    for found in both_ways(chain(made), tmp_path):
        assert isinstance(found, Refused)
        assert found.code == code


OF_THE_APP = {
    "a root for clients": (Made(root=(CLIENT,)), ""),
    "a small key of the root": (Made(small="root"), ""),
    "a CA for clients below it": (Made(middle=(CLIENT,)), "wrong-purpose"),
    "a small key below it": (Made(small="leaf"), "weak-key"),
}


@pytest.mark.parametrize("name", OF_THE_APP)
def test_an_anchor_that_the_app_names_is_a_name_and_a_key(name: str) -> None:
    """TrustManagerImpl hands what is below the anchor to ChainStrengthAnalyzer and to the validator, and not the anchor."""
    made, code = OF_THE_APP[name]
    shown = chain(made)
    (anchor,) = anchors_in(pki.pem(shown.root), "root")
    trusted = trust(None, datetime.now(UTC), Trust(frozenset({anchor})))
    found = validated(trusted, shown.served, HOST)
    assert (found.code if isinstance(found, Refused) else "") == code


@pytest.mark.parametrize("who", ["leaf", "middle", "root"])
def test_a_signature_with_sha_1(who: str, tmp_path: Path) -> None:
    """Signed by openssl, since cryptography refuses to; nobody asks who signed the root."""
    made = chain(Made())
    given = {"leaf": made.leaf, "middle": made.intermediate, "root": made.root}
    own, above = {"leaf": (80, 81), "middle": (81, 82), "root": (82, 82)}[who]
    issuer = made.intermediate if who == "leaf" else made.root
    given[who] = signed_with_sha_1(given[who], own, issuer, above, tmp_path)
    found = both_ways(Chain(made.key, given["leaf"], given["middle"], given["root"]), tmp_path)
    if who == "root":
        assert all(isinstance(one, Served) for one in found)
    else:
        assert [getattr(one, "code", "") for one in found] == ["weak-signature"] * 2


def signed_with_sha_1(
    one: x509.Certificate, own: int, issuer: x509.Certificate, above: int, folder: Path
) -> x509.Certificate:
    """The same certificate with another signature; keys by their numbers."""
    request = x509.CertificateSigningRequestBuilder().subject_name(one.subject)
    for extension in one.extensions:
        request = request.add_extension(extension.value, extension.critical)
    asked = request.sign(pki.private_key("P-256", own), hashes.SHA256())
    (folder / "in.csr").write_bytes(asked.public_bytes(Encoding.PEM))
    (folder / "ca.key").write_bytes(pki.private(pki.private_key("P-256", above)))
    (folder / "ca.pem").write_bytes(pki.pem(issuer))
    options = ["-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "7", "-days", "30", "-sha1"]
    subprocess.run(
        [
            "openssl",
            "x509",
            "-req",
            "-in",
            "in.csr",
            "-out",
            "out.pem",
            "-copy_extensions",
            "copyall",
            *options,
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    again = x509.load_pem_x509_certificate((folder / "out.pem").read_bytes())
    assert isinstance(again.signature_hash_algorithm, hashes.SHA1)
    return again
