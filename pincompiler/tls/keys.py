"""Certificates that many servers show, decoded once each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pincompiler.keys.decoding import DamagedError, decoding
from pincompiler.keys.spki import public_keys

if TYPE_CHECKING:
    from cryptography import x509

    from pincompiler.keys.spki import PublicKey


@lru_cache(maxsize=4096)
def key_of(der: bytes) -> PublicKey:
    """The key of a certificate; KeyFileError if apps' platforms cannot pin such a key."""
    return public_keys(der, "certificate")[0]


def certificate(der: bytes) -> x509.Certificate:
    """One certificate; ValueError if it is damaged."""
    from cryptography import x509

    with decoding():
        return x509.load_der_x509_certificate(der)


def certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Those of a PEM file, in its order; ValueError if there is none, or one is damaged."""
    from cryptography import x509

    with decoding():
        return tuple(x509.load_pem_x509_certificates(pem))


def is_authority(one: x509.Certificate) -> bool:
    """Whether a certificate says that it is a CA's (RFC 5280 section 4.2.1.9); a damaged one says nothing."""
    from cryptography import x509

    try:
        with decoding():
            return one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, DamagedError):
        return False


@lru_cache(maxsize=1)
def public_anchors() -> frozenset[bytes]:
    """SPKI pins of the CAs that Mozilla's list trusts, as certifi has it.

    Keys and not certificates: many a root is also there as a cross-signed variant of itself.
    """
    from pathlib import Path

    import certifi

    from pincompiler.keys.stores import read_store

    store = read_store(Path(certifi.where()).read_bytes())
    return frozenset(one.spki_sha256 for one in store.certificates) if store else frozenset()
