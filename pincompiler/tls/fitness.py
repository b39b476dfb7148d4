"""What a handshake asks of a chain besides its path: OpenSSL's purposes and its strengths, for chains from files.

Sources: ``check_purpose_ssl_server`` of OpenSSL's v3_purp.c, which takes ``anyExtendedKeyUsage`` for no purpose of
servers; ``SSL_CTX_set_security_level``, whose default of 2 asks for 112 bits (NIST SP 800-57).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from pincompiler.keys.decoding import DamagedError, decoding
from pincompiler.tls.refusals import damaged, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pincompiler.tls.answers import Refused

_WRONG_PURPOSE, _SMALL_KEY, _SMALL_KEY_OF_CA, _WEAK_DIGEST = 26, 66, 67, 68
"""Numbers of x509_vfy.h."""
_NETSCAPE = x509.ObjectIdentifier("2.16.840.1.113730.1.1")
_SERVER_BIT = 0x40
_WEAK = (hashes.MD5, hashes.SHA1)


def unfit(below: Sequence[x509.Certificate], anchor: Sequence[x509.Certificate] = ()) -> Refused | None:
    """Why no client with OpenSSL takes a validated path, the server's certificate first; None if it does.

    ``anchor`` is the CA in which it ends, where that is one of a store: nobody asks who signed it.  An anchor that the
    app names is a name and a key to Android, whatever its certificate says, and is not to be given.
    """
    try:
        with decoding():
            error = _error(below, (*below, *anchor))
    except DamagedError:
        return damaged()
    return refusal(error, (*below, *anchor)) if error else None


def _error(signed: Sequence[x509.Certificate], path: Sequence[x509.Certificate]) -> int:
    if not all(_for_servers(one, is_leaf=not number) for number, one in enumerate(path)):
        return _WRONG_PURPOSE
    for number, one in enumerate(path):
        if _is_small(one.public_key()):
            return _SMALL_KEY_OF_CA if number else _SMALL_KEY
    return _WEAK_DIGEST if any(isinstance(one.signature_hash_algorithm, _WEAK) for one in signed) else 0


def _for_servers(one: x509.Certificate, *, is_leaf: bool) -> bool:
    for extension in one.extensions:
        match extension.value:
            case x509.ExtendedKeyUsage() as purposes if x509.OID_SERVER_AUTH not in purposes:
                return False
            case x509.KeyUsage() as usage if is_leaf and not (
                usage.digital_signature or usage.key_encipherment or usage.key_agreement
            ):
                return False
            case x509.UnrecognizedExtension(oid=oid, value=value) if is_leaf and oid == _NETSCAPE:
                if len(value) < 4 or not value[3] & _SERVER_BIT:
                    return False
    return True


def _is_small(key: object) -> bool:
    match key:
        case rsa.RSAPublicKey() | dsa.DSAPublicKey():
            return key.key_size < 2048
        case ec.EllipticCurvePublicKey():
            return key.key_size < 224
    return False
