"""Trust that is broken in roundabout ways, as testers of scanners (MASC) write it, each with a sound twin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.base.finding import Level
from tests.builds import build_app
from tests.real.conditions import GIVEN, by_class, findings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")
IMPORTS: Final = "import java.security.cert.*; import javax.net.ssl.*;\n"
CONTEXT: Final = """
    public SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {this}, null);
        return context;
    }
"""
REST: Final = """
    @Override public void checkClientTrusted(X509Certificate[] c, String t) throws CertificateException {
        throw new CertificateException();
    }
    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
"""
DELEGATES: Final = "throws CertificateException { Given.platform().checkServerTrusted(c, t); }"
BASES: Final = [
    f"""{IMPORTS}public abstract class Generic<T> implements X509TrustManager {{
        abstract void decide(T what) throws CertificateException;
        @SuppressWarnings("unchecked")
        @Override public void checkServerTrusted(X509Certificate[] c, String t) throws CertificateException {{
            decide((T) c);
        }} {REST} {CONTEXT} }}""",
    f"""{IMPORTS}public class Sound implements X509TrustManager {{
        @Override public void checkServerTrusted(X509Certificate[] c, String t) {DELEGATES} {REST} {CONTEXT} }}""",
    """public class Page extends android.webkit.WebViewClient {
        public void attach(android.webkit.WebView view) { view.setWebViewClient(this); } }""",
    GIVEN,
]
EXTENDED: Final = f"""
    @Override public void checkServerTrusted(X509Certificate[] c, String t) PLAIN
    @Override public void checkServerTrusted(X509Certificate[] c, String t, java.net.Socket s) SOCKET
    @Override public void checkServerTrusted(X509Certificate[] c, String t, SSLEngine s) SOCKET
    @Override public void checkClientTrusted(X509Certificate[] c, String t, java.net.Socket s) {{ }}
    @Override public void checkClientTrusted(X509Certificate[] c, String t, SSLEngine s) {{ }}
    {REST} {CONTEXT}
"""
VERIFIES: Final = "HttpsURLConnection.getDefaultHostnameVerifier().verify(h, s)"
ALIAS: Final = 'static final String ALIAS = "www.example.com";'
PAGE: Final = """
    @Override public void onReceivedSslError(
        android.webkit.WebView v, android.webkit.SslErrorHandler h, android.net.http.SslError e) { go(h); }
    void go(android.webkit.SslErrorHandler h) { h.DOES(); }
"""


def verifier(given: str, more: str = "") -> str:
    return f"{{ {more} public void set(HttpsURLConnection c) {{ c.setHostnameVerifier({given}); }} }}"


def moody(condition: str, fields: str, otherwise: str = "") -> str:
    return f"""implements X509TrustManager {{
        {fields.replace("TIME", "System.nanoTime()")}
        @Override public void checkServerTrusted(X509Certificate[] c, String t) throws CertificateException {{
            if ({condition}) Given.platform().checkServerTrusted(c, t);
            {otherwise}
        }} {REST} {CONTEXT} }}"""


def signed(check: str) -> str:
    return f"""implements X509TrustManager {{
        @Override public void checkServerTrusted(X509Certificate[] c, String t) throws CertificateException {{
            try {{ {check} }}
            catch (java.security.GeneralSecurityException error) {{ throw new CertificateException(error); }}
        }} {REST} {CONTEXT} }}"""


def extended(plain: str, socket: str) -> str:
    text = EXTENDED.replace("PLAIN", plain).replace("SOCKET", socket)
    return f"extends X509ExtendedTrustManager {{ {text} }}"


ALL, SKIPS, ANY_HOST, WEAK, PROCEEDS = (
    "permissive-trust-manager",
    "skipped-certificate-check",
    "permissive-hostname-verifier",
    "weak-hostname-verifier",
    "webview-ignores-tls-errors",
)
# By name: the rule that must find it, or nothing; and the class.
CLASSES: Final[dict[str, tuple[str, str]]] = {
    "GenericAll": (
        ALL,
        "extends Generic<X509Certificate[]> { @Override void decide(X509Certificate[] c) { } }",
    ),
    "GenericSound": (
        "",
        (
            "extends Generic<X509Certificate[]> { @Override void decide(X509Certificate[] c)"
            ' throws CertificateException { Given.platform().checkServerTrusted(c, "RSA"); } }'
        ),
    ),
    "Overrides": (
        ALL,
        "extends Sound { @Override public void checkServerTrusted(X509Certificate[] c, String t) { } }",
    ),
    "CallsSuper": (
        "",
        (
            "extends Sound { @Override public void checkServerTrusted(X509Certificate[] c, String t)"
            " throws CertificateException { super.checkServerTrusted(c, t); } }"
        ),
    ),
    "OneBranch": (
        SKIPS,
        extended(
            "throws CertificateException { if (c.length > 1) Given.platform().checkServerTrusted(c, t); }",
            DELEGATES,
        ),
    ),
    "SocketOnly": (ALL, extended(DELEGATES, "{ }")),
    "AllForms": ("", extended(DELEGATES, DELEGATES)),
    "ByEnum": (
        SKIPS,
        moody(
            "mode == Mode.STRICT", "enum Mode { STRICT, LAX } static Mode mode = Mode.values()[(int) TIME];"
        ),
    ),
    "ByNumber": (SKIPS, moody("level > 0", "static int level = (int) TIME;")),
    "ByText": (SKIPS, moody('!"dev".equals(where)', "static String where = String.valueOf(TIME);")),
    "EitherChecks": (
        "",
        moody(
            "level > 0", "static int level = (int) TIME;", "else Given.platform().checkServerTrusted(c, t);"
        ),
    ),
    "OwnKeys": (ALL, signed("for (int i = 1; i < c.length; i++) c[i - 1].verify(c[i].getPublicKey());")),
    "OwnKey": (ALL, signed("c[0].verify(c[0].getPublicKey());")),
    "KnownKey": (
        "",
        signed("c[c.length - 1].verify(Given.platform().getAcceptedIssuers()[0].getPublicKey());"),
    ),
    "NeverFalse": (
        ANY_HOST,
        verifier("(h, s) -> { boolean ok = true; if (h.length() < 0) ok = false; return ok; }"),
    ),
    "EitherWay": (ANY_HOST, verifier('(h, s) -> { if (h.equals("a")) return true; else return true; }')),
    "Parsed": (ANY_HOST, verifier('(h, s) -> Boolean.parseBoolean("true")')),
    "Referred": (
        ANY_HOST,
        verifier("Referred::any", "static boolean any(String h, SSLSession s) { return true; }"),
    ),
    "ReferredSound": (
        "",
        verifier(
            "ReferredSound::own", f"static boolean own(String h, SSLSession s) {{ return {VERIFIES}; }}"
        ),
    ),
    "Both": ("", verifier(f'(h, s) -> h.equals("a.example.com") && {VERIFIES}')),
    "OrSetting": (
        WEAK,
        verifier(f"(h, s) -> {VERIFIES} || set", "static boolean set = System.nanoTime() > 5;"),
    ),
    "OrName": (WEAK, verifier(f'(h, s) -> {VERIFIES} || h.endsWith(".example.com")')),
    "OrAny": (ANY_HOST, verifier(f"(h, s) -> {VERIFIES} || h.length() >= 0 || true")),
    "OrAlias": ("", verifier(f"(h, s) -> {VERIFIES} || {VERIFIES.replace('(h', '(ALIAS')}", ALIAS)),
    "NotNot": ("", verifier(f"(h, s) -> {{ boolean bad = !{VERIFIES}; return !bad; }}")),
    "PageProceeds": (PROCEEDS, f"extends Page {{ {PAGE.replace('DOES', 'proceed')} }}"),
    "PageCancels": ("", f"extends Page {{ {PAGE.replace('DOES', 'cancel')} }}"),
}
KOTLIN: Final = """\
import java.security.cert.X509Certificate
import javax.net.ssl.*
import okhttp3.OkHttpClient
open class KotlinCaught(val by: X509TrustManager) : X509TrustManager by by {
    fun context() = SSLContext.getInstance("TLS").apply { init(null, arrayOf<TrustManager>(this@KotlinCaught), null) }
    override fun checkServerTrusted(c: Array<X509Certificate>, t: String) {
        runCatching { by.checkServerTrusted(c, t) }
    }
}
class KotlinRethrown(by: X509TrustManager) : KotlinCaught(by) {
    override fun checkServerTrusted(c: Array<X509Certificate>, t: String) =
        runCatching { by.checkServerTrusted(c, t) }.getOrThrow()
}
class KotlinReferred {
    private fun any(host: String, session: SSLSession): Boolean = true
    fun client() = OkHttpClient.Builder().hostnameVerifier(::any).build()
}
"""


def sources(*, sound: bool) -> list[str]:
    return BASES * sound + [
        f"{IMPORTS}public final class {name} {body}"
        for name, (rule, body) in CLASSES.items()
        if sound is not bool(rule)
    ]


def test_evasions_are_told_from_their_twins(tmp_path: Path) -> None:
    apk = build_app(tmp_path / "a", java=[*sources(sound=True), *sources(sound=False)], kotlin=KOTLIN)
    expected = {name: {rule} for name, (rule, _) in CLASSES.items() if rule}
    expected |= {"KotlinReferred": {ANY_HOST}, "KotlinCaught": {"swallowed-certificate-error"}}
    assert by_class(apk) == expected


def test_evasions_are_told_from_their_twins_when_minified(tmp_path: Path) -> None:
    unsound = build_app(tmp_path / "a", java=[*BASES, *sources(sound=False)], libraries=(), shrink="r8-full")
    assert {finding.rule for finding in findings(unsound)} >= {rule for rule, _ in CLASSES.values() if rule}
    sound = build_app(tmp_path / "b", java=sources(sound=True), libraries=(), shrink="r8-full")
    assert not findings(sound)


def test_what_a_class_makes_of_an_inherited_method_counts_where_the_class_is_used(tmp_path: Path) -> None:
    """Its checkServerTrusted is that of its base, which says nothing by itself: no call names it."""
    _, body = CLASSES["GenericAll"]
    java = [*BASES, f"{IMPORTS}public final class GenericAll {body}"]
    (finding,) = findings(build_app(tmp_path / "a", java=java, libraries=()))
    assert (finding.rule, finding.level) == (ALL, Level.ERROR)
