"""Decisions on trust in many forms: what the tests of conditions share.

A test is a table of forms: by name what is said of one, its body and, where a template leaves room, more members.  Each
form fills a template of a WebView's page, a trust manager or a verifier, and all of a test are one app, by D8 and by
R8 in both modes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.rules.every import RULES
from pincompiler.rules.rule import Audited
from pincompiler.shipped import read_app
from pincompiler.shipped.android.trust.attaching import NO_CONTEXT
from pincompiler.shipped.android.trust.peers import WHY
from tests.builds import build_app
from tests.strategies import TODAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pincompiler.base.finding import Finding, Level
    from pincompiler.facts import ShippedApp

    Forms = tuple[str, Mapping[str, tuple[str, str]] | Mapping[str, tuple[str, str, str]]]
    """A template, and what it is filled with."""

ERROR, WARNING, UNKNOWN, SILENT = "error", "warning", "unknown", ""
OURS: Final = {
    "permissive-trust-manager",
    "swallowed-certificate-error",
    "validity-only-trust-manager",
    "name-only-trust-manager",
    "skipped-certificate-check",
    "unheeded-pins",
    "permissive-hostname-verifier",
    "weak-hostname-verifier",
    "global-trust-override",
    "webview-ignores-tls-errors",
    "unverified-tls-socket",
    "insecure-socket-factory",
    "outdated-tls-protocol",
}
KEPT: Final = "-keep,allowoptimization class com.example.app.** { *; }\n"
"""R8 rewrites the methods, and leaves the names by which the test knows them."""
KOTLIN: Final = ("kotlin-stdlib-2.4.20",)
ALL_MODES: Final = ("", "r8", "r8-full")

# -- pages -------------------------------------------------------------------------------------------


def page(*imports: str, members: str) -> str:
    """A WebViewClient in Java."""
    named = "".join(f"import {name};\n" for name in (*imports, "java.util.*"))
    return f"""\
import android.net.http.SslError;
import android.webkit.*;
{named}public final class NAME extends WebViewClient {{
{members}    public void attach(WebView view) {{ view.setWebViewClient(this); }}
    @Override public void onReceivedSslError(WebView view, SslErrorHandler handler, SslError error) {{
        BODY
    }}
}}
"""


def kotlin_page(mark: str) -> str:
    """The same in Kotlin; the parameters of Android's method are nullable, as its stubs leave open, or are not."""
    return f"""\
import android.net.http.SslError
import android.webkit.*
class NAME : WebViewClient() {{
    fun attach(view: WebView) {{ view.webViewClient = this }}
    MORE
    override fun onReceivedSslError(view: WebView{mark}, handler: SslErrorHandler{mark}, error: SslError{mark}) {{
        BODY
    }}
}}
"""


KOTLIN_PAGE: Final = kotlin_page("?")
PIN: Final = "val pin = byteArrayOf(1, 2, 3)"
ELSE: Final = " handler.proceed(); else handler.cancel();"
OR_CANCEL: Final = " handler?.proceed() else handler?.cancel()"
OPEN_PAGE: Final = page(
    members="""\
    static final byte[] PIN = {1, 2, 3};
    boolean lax = System.nanoTime() > 3;
    java.security.PublicKey key = Keys.key();
    javax.net.ssl.X509TrustManager platform = Given.platform();
    static boolean secure(String address) { return address != null && address.startsWith("https"); }
    static boolean fine(SslError error) { int k = error.getPrimaryError(); return k == 3 || k == 1; }
"""
)
KEYS: Final = """\
final class Keys {
    static java.security.PublicKey key() {
        try {
            return java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(new java.io.FileInputStream("ca")).getPublicKey();
        } catch (Exception e) { throw new IllegalStateException(e); }
    }
}
"""

# -- trust managers ------------------------------------------------------------------------------------

MANAGER: Final = """\
import java.security.MessageDigest;
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;
public final class NAME implements X509TrustManager {
    X509TrustManager platform = Given.platform();
    boolean lax = Boolean.getBoolean("lax");
    int calls;
    MORE
    public SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {this}, null);
        return context;
    }
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        BODY
    }
    @Override public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException();
    }
    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
}
"""
GIVEN: Final = """\
import javax.net.ssl.*;
final class Given {
    static X509TrustManager platform() {
        try {
            TrustManagerFactory made = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            made.init((java.security.KeyStore) null);
            return (X509TrustManager) made.getTrustManagers()[0];
        } catch (java.security.GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }
}
"""
FIELDS: Final = """\
    Set<X509Certificate> known = new HashSet<>();
    X509TrustManager other;
    TrustManager[] all = {other, platform};
    boolean strict = System.nanoTime() > 3;
    int level = (int) System.nanoTime();
    public void set(X509TrustManager given) { other = given; }
    static void need(Object one) { if (one == null) throw new IllegalArgumentException(); }
"""
CHECK: Final = "platform.checkServerTrusted(chain, type);"
THROW: Final = "throw new CertificateException();"
KOTLIN_MANAGER: Final = """\
import java.security.cert.*
import javax.net.ssl.*
class NAME : X509TrustManager {
    private val platform = Given.platform()
    fun context() = SSLContext.getInstance("TLS").apply { init(null, arrayOf<TrustManager>(this@NAME), null) }
    override fun checkServerTrusted(chain: Array<X509Certificate>?, type: String?) { BODY }
    override fun checkClientTrusted(chain: Array<X509Certificate>?, type: String?) { throw CertificateException() }
    override fun getAcceptedIssuers(): Array<X509Certificate> = arrayOf()
}
"""
EXTENDED: Final = """\
import java.net.Socket;
import java.security.cert.*;
import javax.net.ssl.*;
public final class NAME extends X509ExtendedTrustManager {
    X509TrustManager platform = Given.platform();
    public SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {this}, null);
        return context;
    }
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException { CHECK }
    @Override public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException { BODY }
    @Override public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine socket)
        throws CertificateException { BODY }
    @Override public void checkClientTrusted(X509Certificate[] chain, String type) { }
    @Override public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) { }
    @Override public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine socket) { }
    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
}
""".replace("CHECK", CHECK)

# -- verifiers -----------------------------------------------------------------------------------------

VERIFIER: Final = """\
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;
public final class NAME implements HostnameVerifier {
    HostnameVerifier other;
    public void give(HostnameVerifier given) { other = given; }
    public void set(HttpsURLConnection connection) { connection.setHostnameVerifier(this); }
    @Override public boolean verify(String host, SSLSession session) { BODY }
}
"""
VERIFY: Final = "HttpsURLConnection.getDefaultHostnameVerifier().verify(host, session)"
KOTLIN_VERIFIER: Final = """\
import javax.net.ssl.*
class NAME : HostnameVerifier {
    fun set(connection: HttpsURLConnection) { connection.hostnameVerifier = this }
    override fun verify(host: String?, session: SSLSession?): Boolean { BODY }
}
"""

# -- what is said of them ------------------------------------------------------------------------------


def in_modes(*modes: str) -> pytest.MarkDecorator:
    """The test in these modes of building; what R8 shrinks is not committed, since it carries Kotlin's library."""
    return pytest.mark.parametrize(
        "mode",
        [pytest.param(mode, marks=pytest.mark.real) if mode.startswith("r8") else mode for mode in modes],
    )


def filled(forms: Sequence[Forms]) -> list[str]:
    return [
        source.replace("NAME", name).replace("BODY", body).replace("MORE", "".join(more))
        for source, table in forms
        for name, (_, body, *more) in table.items()
    ]


def expected(forms: Sequence[Forms]) -> dict[str, str]:
    return {name: level for _, table in forms for name, (level, *_) in table.items()}


def check_forms(
    folder: Path,
    mode: str,
    java: Sequence[Forms],
    kotlin: Sequence[Forms] = (),
    *,
    beside: tuple[str, ...] = (),
    unlike: dict[str, str] | None = None,
) -> None:
    """Build all forms, and sources beside them, as one app: of each is said what its table demands.

    Args:
        unlike: what is said otherwise in this mode.
    """
    apk = build_app(
        folder / "a",
        java=[*filled(java), GIVEN, *beside],
        kotlin=filled(kotlin),
        libraries=KOTLIN if kotlin else (),
        shrink=mode if mode.startswith("r8") else "",
        rules=KEPT,
        debug=mode == "debug",
    )
    demanded = expected((*java, *kotlin)) | (unlike or {})
    told, wanted = said(apk), {name: level for name, level in demanded.items() if level}
    assert told == wanted, {
        name: (told.get(name), wanted.get(name))
        for name in told.keys() | wanted.keys()
        if told.get(name) != wanted.get(name)
    }


def said(apk: Path) -> dict[str, str]:
    """By class, the worst that is said of its decision; that some class may pin besides is not about that."""
    app = read_app(apk)
    levels: dict[str, list[Level]] = {}
    for finding in findings_in(app):
        if finding.location:
            levels.setdefault(named(finding.location.symbol), []).append(finding.level)
    worst = {name: min(all_, key=lambda level: level.rank).value for name, all_ in levels.items()}
    besides = (WHY, NO_CONTEXT)  # nor that no connection is given it
    unseen = [one for one in app.unseen if one.mechanisms and not any(why in one.why for why in besides)]
    return {named(one.what): UNKNOWN for one in unseen} | worst


def named(symbol: str) -> str:
    found = re.match(r"Lcom/example/app/(\w+)", symbol)
    assert found, symbol
    return found[1]


def findings(apk: Path) -> list[Finding]:
    return findings_in(read_app(apk))


def findings_in(app: ShippedApp) -> list[Finding]:
    audited = Audited(app, TODAY)
    return [finding for rule in RULES if rule.app for finding in rule.app(audited) if finding.rule in OURS]


def by_class(apk: Path) -> dict[str, set[str]]:
    """Rules that find something, by the top-level class they find it in."""
    found: dict[str, set[str]] = {}
    for finding in findings(apk):
        assert finding.location is not None
        found.setdefault(named(finding.location.symbol), set()).add(finding.rule)
    return found
