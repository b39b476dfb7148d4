"""The DEX files of the real APKs, and what an audit of TLS asks of them."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.strings import containing, exactly
from tests import parts
from tests.dex import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL: Final = 3_200_000
"""Bytes of DEX that androguard analyses in a few seconds."""

PIN_PATTERNS: Final = (
    containing(rb"sha(?:256|1)/"),
    exactly(44, rb"[A-Za-z0-9+/]{43}="),
    exactly(28, rb"[A-Za-z0-9+/]{27}="),
    exactly(64, rb"[0-9a-fA-F]{64}"),
    exactly(40, rb"[0-9a-fA-F]{40}"),
    exactly(95, rb"(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}"),
    exactly(59, rb"(?:[0-9A-Fa-f]{2}:){19}[0-9A-Fa-f]{2}"),
    containing(rb"-----BEGIN "),
    containing(rb"MII[A-Za-z0-9+/]{100}"),
)
TARGETS: Final = {
    "Lokhttp3/CertificatePinner$Builder;": ("add", "build"),
    "Lokhttp3/CertificatePinner;": ("check", "pin"),
    "Lokhttp3/OkHttpClient$Builder;": ("certificatePinner", "build", "sslSocketFactory", "hostnameVerifier"),
    "Lokhttp3/OkHttpClient;": ("<init>", "newBuilder"),
    "Lcom/squareup/okhttp/CertificatePinner$Builder;": ("add",),
    "Lcom/squareup/okhttp/OkHttpClient;": ("setCertificatePinner",),
    "Ljavax/net/ssl/TrustManagerFactory;": ("init", "getInstance"),
    "Ljavax/net/ssl/SSLContext;": ("init", "getInstance", "getSocketFactory"),
    "Landroid/webkit/SslErrorHandler;": ("proceed", "cancel"),
    "Landroid/webkit/WebView;": ("setWebViewClient",),
    "Ljava/security/KeyStore;": ("load", "getInstance", "setCertificateEntry"),
    "Ljavax/net/ssl/HttpsURLConnection;": (
        "setHostnameVerifier",
        "setDefaultHostnameVerifier",
        "setSSLSocketFactory",
        "setDefaultSSLSocketFactory",
    ),
    "Ljava/security/cert/CertificateFactory;": ("generateCertificate", "getInstance"),
    "Ljava/security/MessageDigest;": ("getInstance",),
    "Ljavax/net/ssl/X509TrustManager;": ("checkServerTrusted",),
    "Lorg/apache/http/conn/ssl/SSLSocketFactory;": ("setHostnameVerifier", "<init>"),
    "Ljavax/net/ssl/SSLSocketFactory;": ("getDefault", "createSocket"),
    "Ljava/net/URL;": ("openConnection",),
    "Landroid/net/SSLCertificateSocketFactory;": ("getInsecure",),
    "Lorg/chromium/net/CronetEngine$Builder;": ("addPublicKeyPins",),
}
BASES: Final = (
    "Ljavax/net/ssl/X509TrustManager;",
    "Ljavax/net/ssl/X509ExtendedTrustManager;",
    "Ljavax/net/ssl/TrustManager;",
    "Ljavax/net/ssl/HostnameVerifier;",
    "Landroid/webkit/WebViewClient;",
    "Ljava/lang/Object;",
    "Ljava/lang/Runnable;",
)


def dex_members() -> Iterator[tuple[str, str]]:
    """Each APK present, with each DEX file in it."""
    for apk in fetch.APKS:
        path = fetch.folder() / apk
        if path.is_file():
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist():
                    if info.filename.endswith(".dex"):
                        yield apk, info.filename


def read(apk: str, member: str) -> bytes:
    with zipfile.ZipFile(fetch.folder() / apk) as archive:
        return archive.read(member)


def require_apks() -> None:
    """Skip where one of the APKs is missing, or fail; see :mod:`tests.parts`."""
    parts.need(apk for apk in fetch.APKS if not (fetch.folder() / apk).is_file())
