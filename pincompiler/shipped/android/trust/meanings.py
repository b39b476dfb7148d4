"""What the calls in code that decides on trust mean: which of them decide, and what the others are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.shipped.android.trust.exceptions import CERTIFICATE_EXCEPTION
from pincompiler.shipped.android.trust.vocabulary import NOTHING, About, EventKind

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef

X509: Final = "Ljava/security/cert/X509Certificate;"
HANDLER: Final = "Landroid/webkit/SslErrorHandler;"


class Meaning(NamedTuple):
    """What a call means."""

    about: About = NOTHING
    """What its result is about, beside what its arguments are about."""
    event: EventKind | None = None
    """What has happened once it returns."""
    throws: tuple[str, ...] = ()
    """Exceptions by which it refuses."""


_REFUSALS: Final = (CERTIFICATE_EXCEPTION,)
_CHECK: Final = Meaning(event=EventKind.GUARD, throws=_REFUSALS)
_SIGNATURE: Final = Meaning(
    event=EventKind.GUARD,
    throws=("Ljava/security/SignatureException;", "Ljava/security/InvalidKeyException;", *_REFUSALS),
)
_PATH: Final = Meaning(event=EventKind.GUARD, throws=("Ljava/security/cert/CertPathValidatorException;",))
_TIME: Final = Meaning(
    event=EventKind.VALIDITY,
    throws=(
        "Ljava/security/cert/CertificateExpiredException;",
        "Ljava/security/cert/CertificateNotYetValidException;",
    ),
)
_HARMLESS: Final = Meaning()
_OPAQUE: Final = Meaning(About.OPAQUE, EventKind.OPAQUE)
CHECKS: Final = frozenset({"checkServerTrusted", "checkClientTrusted"})
_VERIFY: Final = ("verify", "(Ljava/lang/String;Ljavax/net/ssl/SSLSession;)Z")


_CERTIFICATES: Final = frozenset(
    {X509, "Ljava/security/cert/Certificate;", "Ljavax/security/cert/X509Certificate;"}
)
_OF_CERTIFICATE: Final = {
    "checkValidity": _TIME,
    "verify": _SIGNATURE,
    "getNotAfter": Meaning(About.DATES),
    "getNotBefore": Meaning(About.DATES),
    "getPublicKey": Meaning(About.KEY),
    "getEncoded": Meaning(About.ENCODING),
    "getSignature": Meaning(About.ENCODING),
    "getTBSCertificate": Meaning(About.ENCODING),
    "hashCode": Meaning(About.IDENTITY),
}
"""Any other getter gives what whoever makes a certificate may write into it: names, numbers, usages."""
_COMPARES: Final = frozenset(
    {
        *("equals", "equalsIgnoreCase", "contains", "containsKey", "containsValue", "containsAll", "isEqual"),
        *("compareTo", "indexOf", "getCertificateAlias", "remove", "retainAll", "contentEquals", "compare"),
        *("compareToIgnoreCase", "areEqual", "deepEquals", "get", "contentEqualsIgnoreCase"),
    }
)
_SUBSTRINGS: Final = frozenset(
    {"endsWith", "startsWith", "contains", "indexOf", "lastIndexOf", "matches", "find"}
)
_LENGTHS: Final = frozenset({"count", "length", "size"})
_TEXTS: Final = frozenset({"Ljava/lang/String;", "Lkotlin/text/StringsKt;", "Ljava/util/regex/Matcher;"})
_OF_SESSION: Final = {
    "getPeerCertificates": Meaning(About.CERTIFICATE),
    "getPeerCertificateChain": Meaning(About.CERTIFICATE),
    "getPeerPrincipal": Meaning(About.CERTIFICATE | About.NAMES),
    "getPeerHost": Meaning(About.HOST),
}
_OF_SSL_ERROR: Final = {
    "getCertificate": Meaning(About.CERTIFICATE),
    "getPrimaryError": Meaning(About.ERROR_KIND),
    "hasError": Meaning(About.ERROR_KIND),
    "getUrl": Meaning(About.HOST),
    "toString": Meaning(About.ERROR_KIND),
}
_OF_SSL_CERTIFICATE: Final = {
    "getX509Certificate": _HARMLESS,
    "saveState": Meaning(About.ENCODING),
    "getValidNotAfter": Meaning(About.DATES),
    "getValidNotBefore": Meaning(About.DATES),
    "getValidNotAfterDate": Meaning(About.DATES),
    "getValidNotBeforeDate": Meaning(About.DATES),
}
_OTHERS: Final = {
    "Ljavax/net/ssl/SSLSession;": (_OF_SESSION, _HARMLESS),
    "Landroid/net/http/SslError;": (_OF_SSL_ERROR, _HARMLESS),
    "Landroid/net/http/SslCertificate;": (_OF_SSL_CERTIFICATE, Meaning(About.NAMES)),
    "Landroid/net/http/SslCertificate$DName;": ({}, Meaning(About.NAMES)),
    "Landroid/webkit/WebView;": (
        {"getUrl": Meaning(About.HOST), "getOriginalUrl": Meaning(About.HOST)},
        _HARMLESS,
    ),
    "Ljava/security/cert/CertPathValidator;": ({"validate": _PATH}, _HARMLESS),
    "Lkotlin/ResultKt;": ({"throwOnFailure": Meaning(event=EventKind.RETHROW)}, _HARMLESS),
    "Ljavax/net/ssl/HostnameVerifier;": ({"verify": Meaning(About.VERIFIED)}, _HARMLESS),
    HANDLER: (
        {"proceed": Meaning(event=EventKind.PROCEED), "cancel": Meaning(event=EventKind.CANCEL)},
        _HARMLESS,
    ),
    "Ljava/security/MessageDigest;": ({"isEqual": Meaning(About.COMPARED)}, Meaning(About.DIGEST)),
    "Landroid/content/SharedPreferences;": ({}, Meaning(About.SETTING)),
    "Ljava/lang/System;": (
        {"getProperty": Meaning(About.SETTING), "getenv": Meaning(About.SETTING)},
        _HARMLESS,
    ),
    "Ljava/lang/Boolean;": ({"getBoolean": Meaning(About.SETTING)}, _HARMLESS),
    "Ljava/net/InetAddress;": ({}, Meaning(About.HOST)),
    "Landroid/net/http/X509TrustManagerExtensions;": ({"checkServerTrusted": _CHECK}, _HARMLESS),
}
"""By class: what some of its methods mean, and what the others do."""
_PLACES: Final = About.ITEM | About.LENGTH | About.CHAIN_LENGTH
_OWN_KEY: Final = About.CHAIN | About.CERTIFICATE | About.KEY | About.ERROR | About.SESSION | _PLACES
"""What a key is about that is taken from a chain, or from what has one, by nothing but its place."""
SHOWN: Final = About.CHAIN | About.CERTIFICATE
OF_SHOWN: Final = _OWN_KEY | About.ENCODING | About.DIGEST | About.IDENTITY | About.NAMES | About.DATES
"""What a value is about that is made of the certificates of a server and of nothing else."""
_OF_OTHERS: Final = (
    *("Ljava/lang/reflect/", "Ljava/lang/invoke/", "Ljava/util/function/", "Ljava/util/concurrent/"),
    "Lkotlin/jvm/functions/",
)
"""Packages among the next that run code of others."""
_LIBRARIES: Final = (
    *("Ljava/lang/", "Ljava/util/", "Ljava/io/", "Ljava/text/", "Ljava/math/", "Ljava/nio/", "Ljava/net/"),
    *("Ljava/security/", "Ljavax/security/", "Ljavax/net/", "Lkotlin/", "Landroid/util/", "Landroid/os/"),
    *("Landroid/text/", "Landroid/content/", "Landroid/app/", "Landroid/widget/", "Landroid/webkit/"),
    *("Landroid/view/", "Landroid/net/", "Landroidx/appcompat/app/", "Lorg/slf4j/", "Ltimber/log/"),
    *("Ljava/time/", "Lorg/apache/commons/logging/", "Lokio/", "Lcom/google/android/material/dialog/"),
    *("[", "Ljavax/crypto/"),
)
"""Code that reads, computes, shows and logs, and refuses no certificate (what refuses is known by name, above)."""


def meaning(ref: MethodRef) -> Meaning | None:
    """What a call of the platform or of a known library means; none of what it does not know."""
    cls, name = ref.class_name, ref.name
    if name in CHECKS and (cls.startswith(("Ljavax/", "Landroid/", "Ljava/", "Lcom/android/"))):
        return _CHECK
    if cls in _CERTIFICATES:
        compared = Meaning(About.COMPARED) if name in _COMPARES else Meaning(About.NAMES)
        return _OF_CERTIFICATE.get(name, compared)
    if cls in _OTHERS:
        methods, rest = _OTHERS[cls]
        return methods.get(name, rest)
    if cls.startswith(_OF_OTHERS) or not cls.startswith(_LIBRARIES):
        return _OPAQUE if cls.startswith(_OF_OTHERS) else None
    return _of_library(cls, name)


def _of_library(cls: str, name: str) -> Meaning:
    if name in _SUBSTRINGS and cls in _TEXTS:
        return Meaning(About.COMPARED | About.SUBSTRING)
    if name in _LENGTHS:
        return Meaning(About.LENGTH)
    compares = name in _COMPARES and (name != "get" or "Map" in cls)
    return Meaning(About.COMPARED) if compares else _HARMLESS


def of_own_key(ref: MethodRef, key: About) -> Meaning | None:
    """What a check of a signature means by a key that stands in the same chain; none if it may be another.

    Whoever makes a chain can sign it so.
    """
    own = ref.class_name in _CERTIFICATES and ref.name == "verify" and key & (About.CHAIN | About.CERTIFICATE)
    return Meaning(throws=_SIGNATURE.throws) if own and key in _OWN_KEY else None


def unknown(ref: MethodRef) -> Meaning:
    """What a call of code that cannot be followed means."""
    if (ref.name, ref.descriptor) == _VERIFY:
        return Meaning(About.VERIFIED)
    return _CHECK if ref.name in CHECKS else _OPAQUE
