"""The documented cases of x509-limbo that one chain can show, made anew: what ``--chain`` refuses, and a handshake.

x509-limbo (C2SP) has cases for validators of chains, each with what RFC 5280 or the CA/Browser Forum want.  Its vectors
are in no package; these are made from the words of its cases.  Left out are lists of revoked certificates, vectors of
real sites, graphs of many CAs, names that are no host's, and what cryptography refuses to make.

python -m tests.limbo    prints the table of the manual
"""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import ObjectIdentifier as Oid

from pincompiler.tls.answers import Offer, Served
from pincompiler.tls.trust import trust, validated
from tests import pki
from tests.test_handshakes import answers, look
from tests.tls_servers import tls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOST: Final = "example.com"
NOW: Final = datetime.now(UTC).replace(microsecond=0)
UNKNOWN: Final = x509.UnrecognizedExtension(Oid("1.3.6.1.4.1.55738.666.1"), b"")
AIA: Final = x509.AuthorityInformationAccess(
    [x509.AccessDescription(x509.OID_CA_ISSUERS, x509.DNSName(HOST))]
)


def usage(*allowed: str) -> x509.KeyUsage:
    every = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
        " key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: name in allowed for name in every.split()})


def names(*some: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(list(map(x509.DNSName, some)))


def permitted(*some: Any) -> x509.NameConstraints:
    return x509.NameConstraints([_general(one) for one in some], None)


def excluded(*some: Any) -> x509.NameConstraints:
    return x509.NameConstraints(None, [_general(one) for one in some])


def _general(one: Any) -> x509.GeneralName:
    return x509.DNSName(one) if isinstance(one, str) else x509.IPAddress(one)


@dataclass(frozen=True)
class Cert:
    """How a certificate departs from a sound one of its place."""

    extensions: dict[type[Any], tuple[Any, bool] | None] = field(default_factory=dict)
    """What is there instead, and whether it is critical; None: it is missing."""
    key: Any = None
    subject: x509.Name | None = None
    issuer: x509.Name | None = None
    begins: timedelta = timedelta(days=-10)
    ends: timedelta = timedelta(days=60)


def cert(
    *some: Any, critical: Sequence[type[Any]] = (), without: Sequence[type[Any]] = (), **more: Any
) -> Cert:
    """A certificate with other extensions than usual; key usage, constraints on names and CAs are critical by themselves."""
    usual = (x509.BasicConstraints, x509.KeyUsage, x509.NameConstraints)
    found: dict[type[Any], tuple[Any, bool] | None] = dict.fromkeys(without)
    found |= {type(one): (one, type(one) in usual or type(one) in critical) for one in some}
    return Cert(found, **more)


class Case(NamedTuple):
    """A chain from the root to the server, and what x509-limbo wants of it."""

    accepts: bool
    chain: tuple[Cert, ...]
    host: str = HOST
    untrusted: bool = False
    """Whether another root is trusted."""


def ok(*chain: Cert, host: str = HOST) -> Case:
    return Case(True, chain, host)


def bad(*chain: Cert, host: str = HOST, untrusted: bool = False) -> Case:
    return Case(False, chain, host, untrusted)


SOUND: Final = Cert()
GONE: Final = timedelta(days=-1)
SKI, AKI = x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier
SIGNED: Final = "issuer's key"
"""Stands for the key identifier that belongs there."""


def ca(length: int | None, *more: Any) -> Cert:
    return cert(x509.BasicConstraints(ca=True, path_length=length), *more)


def eku(*some: Oid, critical: Sequence[type[Any]] = ()) -> Cert:
    return cert(x509.ExtendedKeyUsage(some), critical=critical)


def san(*some: str) -> Cert:
    return cert(names(*some))


_ADDRESS: Final = cert(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]))
_NET, _OTHER_NET = IPv4Network("127.0.0.0/8"), IPv4Network("192.0.2.0/24")

CASES: Final[dict[str, Case]] = {
    "rfc5280::ee-empty-issuer": bad(SOUND, cert(issuer=x509.Name([]))),
    "rfc5280::ca-empty-subject": bad(
        cert(subject=x509.Name([]), issuer=x509.Name([])), cert(issuer=x509.Name([]))
    ),
    "rfc5280::unknown-critical-extension-ee": bad(SOUND, cert(UNKNOWN, critical=[type(UNKNOWN)])),
    "rfc5280::unknown-critical-extension-root": bad(cert(UNKNOWN, critical=[type(UNKNOWN)]), SOUND),
    "rfc5280::unknown-critical-extension-intermediate": bad(
        SOUND, cert(UNKNOWN, critical=[type(UNKNOWN)]), SOUND
    ),
    "rfc5280::chain-untrusted-root": bad(SOUND, SOUND, SOUND, untrusted=True),
    "rfc5280::intermediate-ca-without-ca-bit": bad(
        SOUND, cert(x509.BasicConstraints(ca=False, path_length=None)), SOUND
    ),
    "rfc5280::intermediate-ca-missing-basic-constraints": bad(
        SOUND, cert(without=[x509.BasicConstraints]), SOUND
    ),
    "rfc5280::root-missing-basic-constraints": bad(cert(without=[x509.BasicConstraints]), SOUND),
    "rfc5280::root-non-critical-basic-constraints": bad(
        Cert({x509.BasicConstraints: (x509.BasicConstraints(ca=True, path_length=None), False)}), SOUND
    ),
    "rfc5280::root-inconsistent-ca-extensions": bad(cert(usage()), SOUND),
    "rfc5280::ica-ku-keycertsign": bad(SOUND, ca(0, usage()), SOUND),
    "rfc5280::leaf-ku-keycertsign": bad(SOUND, cert(usage("digital_signature", "key_cert_sign"))),
    "rfc5280::ee-aia": ok(SOUND, cert(AIA)),
    "rfc5280::ee-critical-aia-invalid": bad(SOUND, cert(AIA, critical=[type(AIA)])),
    "rfc5280::no-keyusage": ok(SOUND, cert(without=[x509.KeyUsage])),
    "rfc5280::no-basicconstraints": ok(SOUND, cert(without=[x509.BasicConstraints])),
    "rfc5280::aki::critical-aki": bad(Cert({AKI: (SIGNED, True)}), SOUND),
    "rfc5280::aki::leaf-missing-aki": bad(SOUND, cert(without=[AKI])),
    "rfc5280::aki::intermediate-missing-aki": bad(SOUND, cert(without=[AKI]), SOUND),
    "rfc5280::aki::self-signed-root-missing-aki": ok(cert(without=[AKI]), SOUND),
    "rfc5280::ski::critical-ski": bad(Cert({SKI: (SIGNED, True)}), SOUND),
    "rfc5280::ski::root-missing-ski": bad(cert(without=[SKI]), SOUND),
    "rfc5280::ski::intermediate-missing-ski": bad(SOUND, cert(without=[SKI]), SOUND),
    "rfc5280::eku::ee-wrong-eku": bad(SOUND, eku(Eku.CLIENT_AUTH)),
    "rfc5280::eku::ee-without-eku": ok(SOUND, cert(without=[x509.ExtendedKeyUsage])),
    "rfc5280::validity::expired-root": bad(cert(ends=GONE), SOUND, SOUND),
    "rfc5280::validity::expired-intermediate": bad(SOUND, cert(ends=GONE), SOUND),
    "rfc5280::validity::expired-leaf": bad(SOUND, SOUND, cert(ends=GONE)),
    "rfc5280::nc::permitted-dns-mismatch": bad(cert(permitted("not-example.com")), SOUND),
    "rfc5280::nc::excluded-dns-match": bad(SOUND, cert(excluded(HOST)), SOUND),
    "rfc5280::nc::permitted-dns-match": ok(cert(permitted(HOST)), SOUND),
    "rfc5280::nc::permitted-dns-match-noncritical": bad(
        Cert({x509.NameConstraints: (permitted(HOST), False)}), SOUND
    ),
    "rfc5280::nc::permitted-dns-match-more": ok(
        cert(permitted(HOST)), san("foo.bar.example.com"), host="foo.bar.example.com"
    ),
    "rfc5280::nc::excluded-dns-match-second": bad(
        cert(excluded("not-allowed.example.com")), san(HOST, "not-allowed.example.com")
    ),
    "rfc5280::nc::permitted-ip-mismatch": bad(cert(permitted(_OTHER_NET)), _ADDRESS, host="127.0.0.1"),
    "rfc5280::nc::excluded-ipv4-match": bad(cert(excluded(_NET)), _ADDRESS, host="127.0.0.1"),
    "rfc5280::nc::permitted-ipv4-match": ok(cert(permitted(_NET)), _ADDRESS, host="127.0.0.1"),
    "rfc5280::nc::excluded-ipv6-match": bad(
        cert(excluded(IPv6Network("::1/128"))),
        cert(x509.SubjectAlternativeName([x509.IPAddress(IPv6Network("::1/128").network_address)])),
        host="::1",
    ),
    "pathlen::ee-with-intermediate-pathlen-0": ok(SOUND, ca(0), SOUND),
    "pathlen::ee-with-intermediate-pathlen-1": ok(SOUND, ca(1), SOUND),
    "pathlen::ee-with-intermediate-pathlen-2": ok(SOUND, ca(2), SOUND),
    "pathlen::intermediate-violates-pathlen-0": bad(SOUND, ca(0), ca(0), SOUND),
    "pathlen::intermediate-pathlen-may-increase": ok(SOUND, ca(1), ca(2), SOUND),
    "pathlen::intermediate-pathlen-too-long": bad(SOUND, ca(1), ca(0), ca(0), SOUND),
    "webpki::exact-san": ok(SOUND, SOUND),
    "webpki::mismatch-domain-san": bad(SOUND, SOUND, host="example2.com"),
    "webpki::mismatch-subdomain-san": bad(SOUND, san("abc.example.com"), host="def.example.com"),
    "webpki::mismatch-subdomain-apex-san": bad(SOUND, SOUND, host="abc.example.com"),
    "webpki::mismatch-apex-subdomain-san": bad(SOUND, san("abc.example.com")),
    "webpki::public-suffix-wildcard-san": bad(SOUND, san("*.com")),
    "webpki::leftmost-wildcard-san": ok(SOUND, san("*.example.com"), host="foo.example.com"),
    "webpki::wildcard-embedded-leftmost-san": bad(SOUND, san("ba*.example.com"), host="baz.example.com"),
    "webpki::wildcard-not-in-leftmost-san": bad(SOUND, san("foo.*.example.com"), host="foo.bar.example.com"),
    "webpki::wildcard-match-across-labels-san": bad(SOUND, san("*.example.com"), host="foo.bar.example.com"),
    "webpki::wildcard-embedded-ulabel-san": bad(
        SOUND, san("xn--*-1b3c148a.example.com"), host="xn--bliss-1b3c148a.example.com"
    ),
    "webpki::malformed-aia": bad(
        SOUND, cert(x509.UnrecognizedExtension(x509.OID_AUTHORITY_INFORMATION_ACCESS, b"malformed"))
    ),
    "webpki::san-critical-with-nonempty-subject": bad(
        SOUND, cert(names(HOST), critical=[x509.SubjectAlternativeName])
    ),
    "webpki::forbidden-p192-spki-leaf": bad(SOUND, cert(key=ec.SECP192R1)),
    "webpki::forbidden-dsa-spki-leaf": bad(SOUND, cert(key="DSA")),
    "webpki::forbidden-weak-rsa-key-in-leaf": bad(SOUND, cert(key=1024)),
    "webpki::forbidden-weak-rsa-key-in-root": bad(cert(key=1024), SOUND),
    "webpki::no-san": bad(SOUND, cert(without=[x509.SubjectAlternativeName], subject=pki.name(HOST))),
    "webpki::ee-basicconstraints-ca": bad(SOUND, cert(x509.BasicConstraints(ca=True, path_length=None))),
    "webpki::eku::ee-anyeku": bad(SOUND, eku(Eku.SERVER_AUTH, Eku.ANY_EXTENDED_KEY_USAGE)),
    "webpki::eku::ee-critical-eku": bad(SOUND, eku(Eku.SERVER_AUTH, critical=[x509.ExtendedKeyUsage])),
    "webpki::eku::ee-without-eku": bad(SOUND, cert(without=[x509.ExtendedKeyUsage])),
    "webpki::eku::root-has-eku": bad(eku(Eku.SERVER_AUTH), SOUND),
    "webpki::eku::ee-clientauth-only": bad(SOUND, eku(Eku.CLIENT_AUTH)),
    "webpki::eku::ee-precertificate-only": bad(SOUND, eku(Oid("1.3.6.1.4.1.11129.2.4.4"))),
    "webpki::eku::ee-precertificate-with-serverauth": bad(
        SOUND, eku(Eku.SERVER_AUTH, Oid("1.3.6.1.4.1.11129.2.4.4"))
    ),
    "webpki::eku::ee-serverauth-with-additional": ok(SOUND, eku(Eku.SERVER_AUTH, Eku.CLIENT_AUTH)),
    "webpki::eku::ee-codesigning-with-serverauth": bad(SOUND, eku(Eku.SERVER_AUTH, Eku.CODE_SIGNING)),
    "webpki::eku::ee-emailprotection-with-serverauth": bad(SOUND, eku(Eku.SERVER_AUTH, Eku.EMAIL_PROTECTION)),
    "webpki::eku::ee-timestamping-with-serverauth": bad(SOUND, eku(Eku.SERVER_AUTH, Eku.TIME_STAMPING)),
    "webpki::eku::ee-ocspsigning-with-serverauth": bad(SOUND, eku(Eku.SERVER_AUTH, Eku.OCSP_SIGNING)),
}
"""By the name that x509-limbo gives them."""


# --- making them ----------------------------------------------------------------------------------


def _key(wanted: Any, number: int) -> Any:
    if wanted is None:
        return pki.private_key("P-256", 200 + number)
    if wanted == "DSA":
        return dsa.generate_private_key(3072)
    return (
        rsa.generate_private_key(65537, wanted)
        if isinstance(wanted, int)
        else ec.generate_private_key(wanted())
    )


def made(case: Case) -> tuple[Any, list[x509.Certificate]]:
    """The server's key, and the certificates, the server's own first."""
    keys = [_key(one.key, number) for number, one in enumerate(case.chain)]
    subjects = [
        pki.name(f"CA {number}") if one.subject is None else one.subject
        for number, one in enumerate(case.chain)
    ]
    if case.chain[-1].subject is None:
        subjects[-1] = pki.name("server")
    found: list[x509.Certificate] = []
    for number, one in enumerate(case.chain):
        above = max(0, number - 1)
        builder = x509.CertificateBuilder(
            subjects[above] if one.issuer is None else one.issuer,
            subjects[number],
            keys[number].public_key(),
            x509.random_serial_number(),
            NOW + one.begins,
            NOW + one.ends,
        )
        for extension, critical in _extensions(
            one, keys[number], keys[above], ca=number < len(case.chain) - 1
        ):
            builder = builder.add_extension(extension, critical)
        found.append(builder.sign(keys[above], hashes.SHA256()))
    return keys[-1], found[::-1]


def _extensions(one: Cert, key: Any, above: Any, *, ca: bool) -> Iterator[tuple[Any, bool]]:
    usual: dict[type[Any], tuple[Any, bool]] = {
        x509.BasicConstraints: (x509.BasicConstraints(ca=ca, path_length=None), True),
        x509.KeyUsage: (usage("key_cert_sign" if ca else "digital_signature"), True),
        SKI: (SKI.from_public_key(key.public_key()), False),
        AKI: (AKI.from_issuer_public_key(above.public_key()), False),
    }
    if not ca:
        usual[x509.SubjectAlternativeName] = names(HOST), False
        usual[x509.ExtendedKeyUsage] = x509.ExtendedKeyUsage([Eku.SERVER_AUTH]), False
    for kind, said in {**usual, **one.extensions}.items():
        if said is not None:
            yield (usual[kind][0], said[1]) if said[0] == SIGNED else said


class Found(NamedTuple):
    """Who accepts a case."""

    limbo: bool
    chain: bool
    """``--chain``."""
    handshake: bool


def tried(case: Case, folder: Path) -> Found:
    """Serve it, and read it from a file."""
    key, certificates = made(case)
    root = pki.certificate("Other", ca=True) if case.untrusted else certificates[-1]
    (folder / "root.pem").write_bytes(pki.pem(root))
    (folder / "chain.pem").write_bytes(b"".join(map(pki.pem, certificates[:-1])) + pki.private(key))
    trusted = trust(folder / "root.pem", datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(folder / "chain.pem")
    with tls(context) as server:
        answer = answers(look(server, trusted, case.host))[Offer.ANY]
    read = validated(trusted, certificates[:-1], case.host)
    return Found(case.accepts, isinstance(read, Served), isinstance(answer, Served))


def table(found: dict[str, Found]) -> str:
    """What the manual says."""
    refused = [name for name, one in found.items() if not one.limbo]
    taken = [name for name in refused if found[name].chain]
    accepted = sum(one.limbo for one in found.values())
    kept = sum(one.limbo and one.chain for one in found.values())
    same = sum(one.chain is one.handshake for one in found.values())
    lines = [
        "| of x509-limbo's cases | |",
        "|---|---:|",
        f"| made anew | {len(found)} |",
        f"| to be accepted: `--chain` accepts | {kept} of {accepted} |",
        f"| to be refused: `--chain` refuses | {len(refused) - len(taken)} of {len(refused)} |",
        f"| `--chain` and a handshake say the same | {same} of {len(found)} |",
        "",
        f"Accepted by both, as by OpenSSL, although a stricter profile refuses them: {', '.join(f'`{one}`' for one in taken)}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = {name: tried(case, Path(folder)) for name, case in CASES.items()}
    for name, one in found.items():
        if one.chain is not one.handshake:
            print(f"{name}: {one}")
    print(table(found))


if __name__ == "__main__":
    main()
