"""Makes the certificates of samples/, once: `python tests/make_samples.py shop`, or `environments`.

Their keys are thrown away, so running it again makes other certificates, and other golden files.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SAMPLES = Path(__file__).parent.parent / "samples"
CERTS = SAMPLES / "certs"
START, END = datetime(2026, 9, 1, tzinfo=UTC), datetime(2046, 9, 1, tzinfo=UTC)


def name(common: str) -> x509.Name:
    parts = ((NameOID.ORGANIZATION_NAME, "Example Shop"), (NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def certificate(
    common: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, *, ca: bool
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        names = [x509.DNSName(host) for host in ("api.example.com", "auth.example.com")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer, hashes.SHA256())


def proxy() -> x509.Certificate:
    """A CA with the fields of the one that mitmproxy makes of its own (mitmproxy/certs.py, create_ca)."""
    key = rsa.generate_private_key(65537, 2048)
    parts = ((NameOID.COMMON_NAME, "mitmproxy"), (NameOID.ORGANIZATION_NAME, "mitmproxy"))
    known = x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])
    signs = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(known)
        .issuer_name(known)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **signs), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def environments() -> None:
    folder = SAMPLES / "environments" / "certs"
    folder.mkdir(parents=True, exist_ok=True)
    named = {"shop-ca": "Shop CA", "staging-ca": "Shop Staging CA", "partner-ca": "Partner CA"}
    made = {"proxy.pem": proxy()}
    for file, common in {**named, "backup-ca": "Shop Backup CA"}.items():
        key = ec.generate_private_key(ec.SECP256R1())
        made[f"{file}.pem"] = certificate(common, key, common, key, ca=True)
    for file, one in made.items():
        (folder / file).write_bytes(one.public_bytes(Encoding.PEM))


def shop() -> None:
    CERTS.mkdir(parents=True, exist_ok=True)
    root, backup, leaf, following = (ec.generate_private_key(ec.SECP256R1()) for _ in range(4))
    made = {
        "shop-ca.pem": certificate("Shop CA", root, "Shop CA", root, ca=True),
        "backup-ca.pem": certificate("Shop Backup CA", backup, "Shop Backup CA", backup, ca=True),
        "api-2026.pem": certificate("api.example.com", leaf, "Shop CA", root, ca=False),
    }
    for file, made_certificate in made.items():
        (CERTS / file).write_bytes(made_certificate.public_bytes(Encoding.PEM))
    request = x509.CertificateSigningRequestBuilder().subject_name(name("api.example.com"))
    (CERTS / "api-2027.csr").write_bytes(request.sign(following, hashes.SHA256()).public_bytes(Encoding.PEM))
    public = ec.generate_private_key(ec.SECP384R1()).public_key()
    (CERTS / "offline.pub").write_bytes(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


if __name__ == "__main__":
    {"shop": shop, "environments": environments}[sys.argv[1]]()
