"""What the exceptions of checks extend, as far as the platform's are concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pincompiler.android.constants.program import Program

CERTIFICATE_EXCEPTION: Final = "Ljava/security/cert/CertificateException;"
_ROOTS: Final = ("Ljava/lang/Exception;", "Ljava/lang/Throwable;")
_SECURITY: Final = ("Ljava/security/GeneralSecurityException;", *_ROOTS)
_CERTIFICATE: Final = (CERTIFICATE_EXCEPTION, *_SECURITY)
_RUNTIME: Final = ("Ljava/lang/RuntimeException;", *_ROOTS)
_IO: Final = ("Ljava/io/IOException;", *_ROOTS)
_SSL: Final = ("Ljavax/net/ssl/SSLException;", *_IO)
_ERROR: Final = ("Ljava/lang/Error;", "Ljava/lang/Throwable;")


def _families() -> dict[str, tuple[str, ...]]:
    named: dict[str, tuple[str, ...]] = {}
    for name in ("Expired", "NotYetValid", "Encoding", "Parsing", "Revoked"):
        named[f"Ljava/security/cert/Certificate{name}Exception;"] = _CERTIFICATE
    for name in ("CertPathValidator", "CertPathBuilder", "CertStore"):
        named[f"Ljava/security/cert/{name}Exception;"] = _SECURITY
    for name in ("Signature", "NoSuchAlgorithm", "NoSuchProvider", "KeyStore", "Key", "Digest"):
        named[f"Ljava/security/{name}Exception;"] = _SECURITY
    for name in ("NullPointer", "IllegalArgument", "IllegalState", "Security", "UnsupportedOperation"):
        named[f"Ljava/lang/{name}Exception;"] = _RUNTIME
    for name in ("SSLPeerUnverified", "SSLHandshake", "SSLKey", "SSLProtocol"):
        named[f"Ljavax/net/ssl/{name}Exception;"] = _SSL
    named["Ljava/security/InvalidKeyException;"] = ("Ljava/security/KeyException;", *_SECURITY)
    named |= {some[0]: some[1:] for some in (_CERTIFICATE, _SECURITY, _RUNTIME, _IO, _SSL, _ERROR, _ROOTS)}
    named["Ljava/lang/AssertionError;"] = _ERROR
    return named


_FAMILIES: Final = _families()


def ancestry(program: Program, exception: str) -> tuple[str, ...]:
    """A class of exceptions and all that it extends, as far as they are known."""
    found = {exception: None}
    for cls in program.ancestry(exception) if exception not in _FAMILIES else ():
        if cls.superclass is not None:
            found[cls.superclass] = None
    last = next(reversed(found))
    return tuple(dict.fromkeys((*found, *_FAMILIES.get(last, _ROOTS))))
