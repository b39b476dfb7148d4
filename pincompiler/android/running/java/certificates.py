"""Certificates that code has as constants, and their keys."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.running.java.tools import any_of, byte_array, on
from pincompiler.android.running.values import NULL, Value, Wrapped
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.keys.certificates import spki_of

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running

_SECURITY: Final = "Ljava/security/"
X509: Final = f"{_SECURITY}cert/X509Certificate;"
PUBLIC_KEY: Final = f"{_SECURITY}interfaces/RSAPublicKey;"
"""The kind of key that code asks for most, where it asks."""
REFUSAL: Final = f"{_SECURITY}cert/CertificateException;"
KINDS: Final = (X509, f"{_SECURITY}cert/Certificate;")
KEYS: Final = tuple(
    f"{_SECURITY}{name};"
    for name in ("PublicKey", "Key", "interfaces/RSAPublicKey", "interfaces/ECPublicKey")
)
_FACTORY: Final = f"{_SECURITY}cert/CertificateFactory;"
_PEM: Final = lazy_regex(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


class MadeCertificate(NamedTuple):
    """What is known of one: both in DER."""

    whole: bytes
    key: bytes


def _parsed(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``generateCertificate``, of DER or PEM."""
    data = args[1].value if isinstance(args[1], Wrapped) else None
    if not isinstance(data, bytes):
        return any_of(ref, "a certificate from a stream")
    armoured = _PEM.search(data)
    try:
        whole = b64decode(armoured[1]) if armoured else data
    except (Base64Error, ValueError):
        whole = b""
    key = spki_of(whole)
    if key is None:
        m.throw(REFUSAL, "no certificate")
    return Wrapped(X509, MadeCertificate(whole, key))


def _of_certificate(m: Running, args: list[Value], ref: MethodRef) -> Value:
    held = args[0].value if isinstance(args[0], Wrapped) else None
    if not isinstance(held, MadeCertificate):
        return any_of(ref)
    return byte_array(m, held.whole) if ref.name == "getEncoded" else Wrapped(PUBLIC_KEY, held.key)


def _of_key(m: Running, args: list[Value], ref: MethodRef) -> Value:
    held = args[0].value if isinstance(args[0], Wrapped) else None
    if not isinstance(held, bytes):
        return any_of(ref)
    return byte_array(m, held) if ref.name == "getEncoded" else "X.509"


VIRTUAL: Final = {
    **on(_FACTORY, {"generateCertificate": _parsed}),
    **{
        key: one
        for cls in KINDS
        for key, one in on(cls, dict.fromkeys(("getEncoded", "getPublicKey"), _of_certificate)).items()
    },
    **{
        key: one
        for cls in KEYS
        for key, one in on(cls, dict.fromkeys(("getEncoded", "getFormat"), _of_key)).items()
    },
}
STATIC: Final = {(_FACTORY, "getInstance"): lambda _m, _a, _r: Wrapped(_FACTORY, NULL)}
