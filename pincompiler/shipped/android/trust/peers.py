"""Certificates that code outside trust managers asks the connection for, and may compare with pins.

Wherever they are from (the session of a socket, an HttpsURLConnection, a WebView's error, OkHttp's handshake), what an
app does with them afterwards is not followed yet: where the app also takes keys or bytes out of certificates, it may
pin by them, and to report nothing would be to say that it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import DexError
from pincompiler.android.dex.calls import calls_in
from pincompiler.facts import Mechanism
from pincompiler.facts.common import FIRST_PARTY, UNIDENTIFIED
from pincompiler.shipped.android.source import CallsOf, texts_in
from pincompiler.shipped.android.trust import handshakes
from pincompiler.shipped.android.trust.deciders import is_okhttp_verifier

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.source import Source, Want

_SERVED: Final = (
    CallsOf(None, "getPeerCertificates"),
    CallsOf(None, "getPeerCertificateChain"),
    CallsOf("Ljavax/net/ssl/HttpsURLConnection;", "getServerCertificates"),
    CallsOf("Landroid/net/http/SslError;", "getCertificate"),
    CallsOf("Landroid/net/http/X509TrustManagerExtensions;", "checkServerTrusted"),
    *handshakes.NAMED,
)
"""What gives the certificates of a server."""
_IDENTIFIED: Final = (
    *(
        CallsOf(f"Ljava/security/cert/{name};", method)
        for name in ("Certificate", "X509Certificate")
        for method in ("getPublicKey", "getEncoded", "verify", "equals")
    ),
    CallsOf("Ljava/security/cert/CertificateFactory;", "generateCertificate"),
)
"""What a certificate is compared by, of this server or of another."""
_COMPARES: Final = frozenset(
    {
        ("Ljava/security/MessageDigest;", "digest"),
        ("Ljava/security/MessageDigest;", "isEqual"),
        ("Ljava/util/Arrays;", "equals"),
        ("Ljava/math/BigInteger;", "<init>"),
        ("Ljava/security/cert/CertificateFactory;", "generateCertificate"),
    }
)
_OKHTTP: Final = frozenset(
    {
        "tlsVersion == NONE",
        "Handshake{tlsVersion=",
        "Certificate pinning failure!",
        "Certificate pinning requires X509 certificates",
        " not verified (no certificates)",
    }
)
"""What OkHttp's own code that looks at certificates says."""
_CLEANS: Final = "(Ljava/util/List;Ljava/lang/String;)Ljava/util/List;"
"""Its ``CertificateChainCleaner.clean``."""
SHOWN: Final = (
    ("Ljavax/net/ssl/SSLSession;", "getPeerCertificates"),
    ("Ljavax/net/ssl/SSLSession;", "getPeerCertificateChain"),
    ("Ljavax/net/ssl/HttpsURLConnection;", "getServerCertificates"),
    ("Lokhttp3/Handshake;", "peerCertificates"),
    ("Lokhttp3/Handshake;", "-deprecated_peerCertificates"),
    ("Landroid/net/http/SslCertificate;", "getX509Certificate"),
)
"""Calls that give the certificates of the server, once its handshake is done, which code is run with."""
TRIED: Final = tuple(CallsOf(cls, name) for cls, name in SHOWN)
WANTED: tuple[Want, ...] = (*_SERVED, *_IDENTIFIED, *handshakes.WANTED, *TRIED)
WHY: Final = "asks for the certificates of a server, and it is not known whether it compares them with pins"


def doubt_peers(source: Source, understood: Collection[str]) -> None:
    """Report as unknown where the app gets the certificates of servers, if it identifies any.

    Classes whose checks were understood by running them are left out.
    """
    owned = {one.method.class_name for one in source.sites(*_IDENTIFIED)}
    comparing = {name for name in owned if _compares(source, name)}
    if not comparing:
        return
    served = [one.method for one in source.sites(*_SERVED) if is_own(source, one.method.class_name)]
    # OkHttp reads its own Handshake in many places; what it never does is to compare what is in it.
    of_handshake = handshakes.readers(source)
    served += (one for one in of_handshake if one.class_name in comparing or _is_known(source, one))
    methods = [one for one in dict.fromkeys(served) if one.class_name not in understood]
    if methods:
        more = f" (as {len(methods) - 1:,} more methods do)" if len(methods) > 1 else ""
        source.doubt(source.where(methods[0]).symbol, f"{WHY}{more}", Mechanism.TRUST_MANAGER)


def _is_known(source: Source, method: MethodBody) -> bool:
    return source.owner_of(method.class_name) == FIRST_PARTY


def _compares(source: Source, name: str) -> bool:
    """Whether a class of the app takes what identifies a certificate; of one without a name, to compare or hash it."""
    owner = source.owner_of(name)
    if owner != UNIDENTIFIED:
        return owner == FIRST_PARTY
    return is_own(source, name) and not _COMPARES.isdisjoint(_calls(source, name))


def is_own(source: Source, name: str) -> bool:
    """Whether a class is the app's, as far as its name and its strings show: OkHttp looks at certificates, too."""
    owner = source.owner_of(name)
    if owner == FIRST_PARTY:
        return True
    return owner == UNIDENTIFIED and not _is_of_okhttp(source, name)


def _is_of_okhttp(source: Source, name: str) -> bool:
    """Whether a class without a name is OkHttp's, by its strings or its methods; or by who makes it, as of lambdas."""
    cls = source.program.class_def(name)
    if cls is None or _has_signs(source, cls):
        return True
    makers = {one.method.class_name for one in source.program.makings(name)} - {name}
    some = [source.program.class_def(one) for one in makers]
    return bool(some) and all(one and _has_signs(source, one) for one in some)


def _has_signs(source: Source, cls: ClassDef) -> bool:
    try:
        said = is_okhttp_verifier(source, cls.name) or not _OKHTTP.isdisjoint(texts_in(cls))
    except DexError:
        return False
    return said or any(method.ref.descriptor == _CLEANS for method in cls.methods)


def _calls(source: Source, name: str) -> Iterator[tuple[str, str]]:
    """Class and name of each method that a class calls."""
    cls = source.program.class_def(name)
    for method in cls.methods if cls else ():
        if method.body is not None:
            yield from ((ref.class_name, ref.name) for ref, _ in calls_in(method.body))
