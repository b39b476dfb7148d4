"""What the platform's contract settles: calls whose answers are known from what they are passed.

The platform passes no null where it asks for a decision, no chain without certificates, and no empty host
(AOSP's call sites: ConscryptEngineSocket and Platform.checkServerTrusted, HttpsURLConnection,
AwContentsClientBridge.allowCertificateError; X509TrustManager's documentation refuses null and zero-length
chains).  A test for any of these is no check, and its other side is never taken.  The address of a page that has a
certificate begins with ``https://``, and an SslError has one kind (Chromium's SslUtil makes each of one net error).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.shipped.android.trust.meanings import HANDLER, X509
from pincompiler.shipped.android.trust.vocabulary import About
from pincompiler.shipped.android.trust.ways.constants import constant
from pincompiler.shipped.android.trust.ways.lineage import UNSET, Val, Words
from pincompiler.shipped.android.trust.ways.texts import ADDRESS

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.shipped.android.trust.ways.lineage import Lineage, Origin

ABOVE: Final = {
    X509: ("Ljava/security/cert/Certificate;",),
    "Ljavax/net/ssl/SSLSocket;": ("Ljava/net/Socket;",),
    "Landroid/webkit/WebView;": ("Landroid/view/View;", "Landroid/view/ViewGroup;"),
    HANDLER: ("Landroid/os/Handler;",),
}
"""What the classes extend of which the platform passes objects."""
_ERROR: Final = "Landroid/net/http/SslError;"
_FILLED: Final = frozenset({(_ERROR, "getUrl"), ("Ljavax/net/ssl/SSLSession;", "getPeerCertificates")})
_ADDRESSES: Final = frozenset({(_ERROR, "getUrl"), ("Landroid/webkit/WebView;", "getUrl")})
_NEVER_NULL: Final = {
    _ERROR: {"getCertificate", "toString"},
    "Landroid/net/http/SslCertificate;": {
        *("getIssuedTo", "getIssuedBy", "getX509Certificate", "getValidNotAfter", "getValidNotBefore"),
        *("getValidNotAfterDate", "getValidNotBeforeDate"),
    },
    "Landroid/net/http/SslCertificate$DName;": {"getCName", "getDName", "getOName", "getUName"},
    "Ljavax/net/ssl/SSLSession;": {"getCipherSuite", "getId", "getPeerPrincipal", "getProtocol"},
    X509: {
        *("getEncoded", "getIssuerDN", "getIssuerX500Principal", "getNotAfter", "getNotBefore"),
        *("getPublicKey", "getSerialNumber", "getSigAlgName", "getSignature", "getSubjectDN"),
        *("getSubjectX500Principal", "getTBSCertificate", "getType"),
    },
    "Ljava/security/Principal;": {"getName"},
    "Ljavax/security/auth/x500/X500Principal;": {"getEncoded", "getName"},
    "Landroid/webkit/WebView;": {"getContext", "getResources", "getSettings"},
    "Landroid/content/Context;": {"getApplicationInfo", "getPackageManager", "getResources"},
    "Ljava/lang/Object;": {"getClass"},
}
"""Getters of what the platform passes, and of what is in it.

An SslError without a certificate gets to no app (AwContentsClientBridge cancels it itself), and its certificate is
made of an X509Certificate.  What is optional in a certificate is left out.
"""
_OPTIONAL: Final = "Ljava/util/Optional;"
_OBJECTS: Final = "Ljava/util/Objects;"
_SAME: Final = frozenset(
    {
        *(
            (_OPTIONAL, name)
            for name in ("get", "of", "ofNullable", "or", "orElse", "orElseGet", "orElseThrow")
        ),
        *((_OBJECTS, f"requireNonNull{rest}") for rest in ("", "Else", "ElseGet")),
        *(("Ljava/util/Arrays;", "asList"), ("Lkotlin/collections/ArraysKt;", "asList")),
    }
)
"""Calls that give back the first thing that they are passed, if it is not null."""
_NULL_TESTS: Final = {(_OBJECTS, "isNull"): 0, (_OBJECTS, "nonNull"): 1, (_OPTIONAL, "isPresent"): 1}
"""What they answer of what is not null."""
_EMPTY: Final = frozenset({"isBlank", "isEmpty", "isNullOrBlank", "isNullOrEmpty"})
_EQUAL: Final = frozenset({"areEqual", "equals"})


def settled(
    ref: MethodRef, passed: list[Val], here: Origin, lineage: Lineage, kind: int | None
) -> Val | None:
    """What a call answers, as far as the platform's contract or constants fix it; none if it depends on more.

    The ``kind`` is that of a WebView's error, if it is given.
    """
    if ref.class_name == _ERROR and kind is not None and (said := _of_kind(ref, passed, here, kind)):
        return said
    return _promised(ref, passed, here, lineage) or constant(ref, passed, here, lineage)


def _of_kind(ref: MethodRef, passed: list[Val], here: Origin, kind: int) -> Val | None:
    """What an SslError of a kind says of it."""
    if ref.name == "getPrimaryError":
        return Val(here, kind)
    if ref.name == "hasError" and len(passed) > 1 and passed[1].number is not None:
        return Val(here, int(passed[1].number == kind))
    if ref.name == "toString":
        return Val(here, something=True, filled=True, inside=Words(f"primary error: {kind} ", whole=False))
    return None


def _promised(ref: MethodRef, passed: list[Val], here: Origin, lineage: Lineage) -> Val | None:
    """What the platform's contract fixes."""
    key, first = (ref.class_name, ref.name), passed[0] if passed else UNSET
    if key in _FILLED or key in _ADDRESSES or ref.name in _NEVER_NULL.get(ref.class_name, ()):
        inside = ADDRESS if key in _ADDRESSES else None
        return Val(here, something=True, filled=key in _FILLED, inside=inside)
    if not first.something:
        return first._replace(something=True) if key == (_OBJECTS, "requireNonNull") else None
    if key in _SAME:
        return first
    if key in _NULL_TESTS or (key == (_OPTIONAL, "isEmpty")):
        return Val(here, _NULL_TESTS.get(key, 0))
    if ref.name in _EQUAL and len(passed) > 1:
        return _equal(first, passed[1], here)
    return _measured(ref, here, lineage) if first.filled else None


def _equal(one: Val, other: Val, here: Origin) -> Val | None:
    """Whether something equals null, which it does not, or itself."""
    if other.number == 0:
        return Val(here, 0)
    return Val(here, 1) if one.origin == other.origin and one.origin.is_passed else None


def _measured(ref: MethodRef, here: Origin, lineage: Lineage) -> Val | None:
    """What is said of the size of something that is not empty."""
    if ref.name in _EMPTY:
        return Val(here, 0)
    if ref.name in {"length", "size"}:
        lineage.add(here, About.LENGTH | About.CHAIN_LENGTH if ref.name == "size" else About.LENGTH)
        return Val(here, something=True)
    return None
