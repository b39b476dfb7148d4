"""Null tests of what the platform passes are no condition, and a condition without a word is not called a setting.

Each form is really compiled, by D8 and by R8, and stands beside sound twins that only differ in what they do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.rules.registry import RULES
from pincompiler.rules.rule import Audited
from pincompiler.shipped import read_app
from tests.builds import build_app
from tests.real.test_trust import GIVEN, MANAGER, OURS
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Level

pytestmark = pytest.mark.usefixtures("builds")
ERROR, WARNING, UNKNOWN, SILENT = "error", "warning", "unknown", ""
KEPT: Final = "-keep,allowoptimization class com.example.app.** { *; }\n"
"""R8 rewrites the methods, and leaves the names by which the test knows them."""
ON_ERROR: Final = "onReceivedSslError(view: WebViewQ, handler: SslErrorHandlerQ, error: SslErrorQ)"
KOTLIN_PAGE: Final = f"""\
import android.net.http.SslError
import android.webkit.*
class NAME : WebViewClient() {{
    fun attach(view: WebView) {{ view.webViewClient = this }}
    MORE
    override fun {ON_ERROR} {{
        BODY
    }}
}}
"""
PIN: Final = "val pin = byteArrayOf(1, 2, 3)"
# By name: what is said of it, its body, more members.
KOTLIN_PAGES: Final[dict[str, tuple[str, str, str]]] = {
    "SafeCall": (ERROR, "handler?.proceed()", ""),
    "NotNullAssertion": (ERROR, "handler!!.proceed()", ""),
    "LetIt": (ERROR, "handler?.let { it.proceed() } ?: view?.stopLoading()", ""),
    "ElvisReturn": (ERROR, "val known = handler ?: return; known.proceed()", ""),
    "ElvisThrow": (ERROR, "(handler ?: throw IllegalStateException()).proceed()", ""),
    "EarlyReturn": (ERROR, "if (handler == null || error == null) return; handler.proceed()", ""),
    "Required": (ERROR, 'requireNotNull(handler) { "none" }; checkNotNull(error); handler.proceed()', ""),
    "WhenNull": (ERROR, "when { view == null -> handler?.cancel(); else -> handler?.proceed() }", ""),
    "SmartCast": (ERROR, "val any: Any? = handler; if (any is SslErrorHandler) any.proceed()", ""),
    "SafeCast": (ERROR, "(handler as? SslErrorHandler)?.run { proceed() }", ""),
    "Taken": (ERROR, "handler.takeIf { it != null && error != null }?.proceed()", ""),
    "Named": (ERROR, "val ok = handler != null && view != null; if (ok) handler!!.proceed()", ""),
    "Extension": (ERROR, "handler.go()", "private fun SslErrorHandler?.go() { if (this != null) proceed() }"),
    "Asked": (
        ERROR,
        "if (there(handler, error)) handler?.proceed() else handler?.cancel()",
        "private fun there(one: Any?, other: Any?) = one != null && other != null",
    ),
    "Certificate": (ERROR, "error?.certificate?.x509Certificate?.let { handler?.proceed() }", ""),
    "Address": (ERROR, "if (!error?.url.isNullOrEmpty()) handler?.proceed() else handler?.cancel()", ""),
    "Context": (ERROR, "(view?.context as? android.app.Activity)?.let { handler?.proceed() }", ""),
    "Listed": (ERROR, "listOfNotNull(handler).forEach { it.proceed() }", ""),
    "Invoked": (ERROR, "val go = { handler?.proceed() }; go()", ""),
    "Posted": (ERROR, "view?.post { handler?.proceed() }", ""),
    "Kind": (
        WARNING,
        "if (error?.primaryError == SslError.SSL_EXPIRED) handler?.proceed() else handler?.cancel()",
        "",
    ),
    "Flag": (
        WARNING,
        "if (lax) handler?.proceed() else handler?.cancel()",
        "var lax = System.nanoTime() > 3",
    ),
    "OwnField": (UNKNOWN, "if (owner != null) handler?.proceed()", "var owner: Any? = System.getenv()[TAG]"),
    "Progress": (UNKNOWN, "if (view!!.progress > 50) handler?.proceed() else handler?.cancel()", ""),
    "Clock": (
        UNKNOWN,
        "if (System.currentTimeMillis() > 5000L) handler?.proceed() else handler?.cancel()",
        "",
    ),
    "SoundCancel": (SILENT, "handler?.cancel()", ""),
    "SoundSuper": (SILENT, "if (handler != null) super.onReceivedSslError(view, handler, error)", ""),
    "SoundPosted": (SILENT, "view?.post { handler?.cancel() }", ""),
    "SoundPin": (
        SILENT,
        (
            "val key = error?.certificate?.x509Certificate?.publicKey?.encoded; "
            "if (key != null && key.contentEquals(pin)) handler?.proceed() else handler?.cancel()"
        ),
        PIN,
    ),
    "SoundPinInHelper": (
        SILENT,
        "if (error != null && handler != null && known(error)) handler.proceed() else handler?.cancel()",
        PIN + "\nprivate fun known(error: SslError): Boolean {"
        ' val der = android.net.http.SslCertificate.saveState(error.certificate).getByteArray("x509-certificate")'
        " ?: return false; return java.security.MessageDigest.isEqual(der, pin) }",
    ),
}
JAVA_PAGE: Final = """\
import android.net.http.SslError;
import android.webkit.*;
import java.util.*;
public final class NAME extends WebViewClient {
    interface Other { boolean says(SslError error); void decides(SslErrorHandler handler, SslError error); }
    Other other = (Other) (Object) new Object();
    public void attach(WebView view) { view.setWebViewClient(this); }
    @Override public void onReceivedSslError(WebView view, SslErrorHandler handler, SslError error) {
        BODY
    }
}
"""
JAVA_PAGES: Final[dict[str, tuple[str, str]]] = {
    "JavaIf": (ERROR, "if (handler != null && error != null) handler.proceed(); else view.stopLoading();"),
    "JavaRequired": (
        ERROR,
        "Objects.requireNonNull(handler); Objects.requireNonNull(error).getUrl(); handler.proceed();",
    ),
    "JavaOptional": (ERROR, "Optional.ofNullable(handler).ifPresent(SslErrorHandler::proceed);"),
    "JavaOptionalLambda": (ERROR, "Optional.ofNullable(handler).ifPresent(one -> one.proceed());"),
    "JavaTernary": (
        ERROR,
        "boolean ok = error == null ? false : true; if (ok) handler.proceed(); else handler.cancel();",
    ),
    "JavaObjects": (
        ERROR,
        "if (Objects.nonNull(handler) && !Objects.equals(error, null)) handler.proceed();",
    ),
    "JavaInstance": (
        ERROR,
        "Object one = handler; if (one instanceof SslErrorHandler) ((SslErrorHandler) one).proceed();",
    ),
    "JavaLoop": (
        ERROR,
        "for (SslErrorHandler one : new SslErrorHandler[] {handler}) if (one != null) one.proceed();",
    ),
    "JavaThread": (ERROR, "new Thread(() -> { if (handler != null) handler.proceed(); }).start();"),
    "JavaScheduled": (
        ERROR,
        (
            "new Timer(true).schedule(new TimerTask() { @Override public void run() "
            "{ if (handler != null) handler.proceed(); } }, 250L);"
        ),
    ),
    "JavaLater": (
        ERROR,
        "java.util.concurrent.CompletableFuture.supplyAsync(() -> { handler.proceed(); return view; });",
    ),
    "JavaMapped": (ERROR, "Optional.of(handler).map(one -> { one.proceed(); return one; }).isPresent();"),
    "SoundJavaScheduled": (
        SILENT,
        "new Timer().schedule(new TimerTask() { @Override public void run() { handler.cancel(); } }, 250L);",
    ),
    "JavaSaid": (UNKNOWN, "if (other.says(error)) handler.proceed(); else handler.cancel();"),
    "JavaGiven": (UNKNOWN, "other.decides(handler, error);"),
    "SoundJavaOptional": (SILENT, "Optional.ofNullable(handler).ifPresent(SslErrorHandler::cancel);"),
    "SoundJavaThread": (SILENT, "new Thread(() -> { if (handler != null) handler.cancel(); }).start();"),
}
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
MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "NoChain": (
        ERROR,
        f"if (chain == null || chain.length == 0) {THROW} if (type == null || type.isEmpty()) {THROW}",
    ),
    "NeedsThem": (ERROR, 'need(chain); need(type); Objects.requireNonNull(chain[0], "leaf");'),
    "ChecksNoChain": (ERROR, f"if (chain == null || chain.length < 1) {CHECK}"),
    "ChecksNoType": (ERROR, f"if (type == null) {CHECK}"),
    "AnyChain": (ERROR, f"if (chain != null && chain.length > 0) return; {CHECK}"),
    "EachIsThere": (ERROR, f"for (X509Certificate one : chain) if (one == null) {THROW}"),
    "LongChain": (ERROR, f"if (chain.length > 6) return; {CHECK}"),
    "KeyIsThere": (ERROR, f"if (chain[0].getPublicKey() == null || chain[0].getEncoded() == null) {THROW}"),
    "HasAlternatives": (ERROR, f"if (chain[0].getSubjectAlternativeNames() == null) return; {CHECK}"),
    "EqualsNothing": (ERROR, f"if (chain[0].getPublicKey().equals(null)) {THROW}"),
    "ListHasNothing": (ERROR, f"if (new ArrayList<>(Arrays.asList(chain)).indexOf(null) >= 0) {THROW}"),
    "EqualsItself": (
        ERROR,
        f"X509Certificate leaf = chain[0]; if (!Arrays.asList(chain).contains(leaf) || !leaf.equals(chain[0])) {THROW}",
    ),
    "KeyIsItself": (
        UNKNOWN,
        f"if (!Arrays.equals(chain[0].getEncoded(), chain[0].getEncoded().clone())) {THROW}",
    ),
    "TwoSettings": (WARNING, f"if (strict && level > 2) return; {CHECK}"),
    "MayBeMissing": (UNKNOWN, "if (other != null) other.checkServerTrusted(chain, type);"),
    "Chance": (UNKNOWN, f"if (Math.random() > 0.5) {CHECK}"),
    "TwoChances": (UNKNOWN, f"if (Math.random() > 0.5) return; if (Math.random() > 0.7) return; {CHECK}"),
    "Late": (
        UNKNOWN,
        f"try {{ {CHECK} }} catch (CertificateException e) {{ if (System.nanoTime() > 5) throw e; }}",
    ),
    "SoundNull": (SILENT, f"if (chain == null || chain.length == 0 || type == null) {THROW} {CHECK}"),
    "SoundNotNull": (SILENT, f"if (chain != null && chain.length > 0) {CHECK}"),
    "SoundLazy": (
        SILENT,
        "if (other == null) other = Given.platform(); other.checkServerTrusted(chain, type);",
    ),
    "SoundList": (
        SILENT,
        f"for (TrustManager one : all) if (one instanceof X509TrustManager) {CHECK}",
    ),
    "SoundLog": (
        SILENT,
        (
            'if (android.util.Log.isLoggable("x", 3)) android.util.Log.d("x", type);'
            " for (X509TrustManager one : Arrays.asList(platform, other)) one.checkServerTrusted(chain, type);"
        ),
    ),
    "SoundTwice": (
        SILENT,
        (
            "Set<X509Certificate> ours = new HashSet<>(known);"
            f" if (!ours.contains(chain[0]) && !ours.contains(chain[chain.length - 1])) {THROW}"
        ),
    ),
    "SoundGathered": (
        SILENT,
        (
            "List<X509Certificate> shown = new ArrayList<>(); for (X509Certificate one : chain) shown.add(one);"
            f" boolean found = false; for (X509Certificate one : known) found |= shown.contains(one); if (!found) {THROW}"
        ),
    ),
    "SoundStream": (
        SILENT,
        f"if (Arrays.stream(chain).filter(one -> known.contains(one)).findFirst().orElse(null) == null) {THROW}",
    ),
    "SoundRetained": (
        SILENT,
        f"List<X509Certificate> left = new ArrayList<>(Arrays.asList(chain)); left.retainAll(known); if (left.isEmpty()) {THROW}",
    ),
}
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
KOTLIN_MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "KotlinElvis": (ERROR, "chain?.firstOrNull() ?: throw CertificateException()"),
    "KotlinNotEmpty": (
        ERROR,
        "if (chain?.isNotEmpty() == true) return; platform.checkServerTrusted(chain, type)",
    ),
    "KotlinRequired": (ERROR, "require(!chain.isNullOrEmpty() && !type.isNullOrEmpty())"),
    "KotlinAsserted": (ERROR, "chain!![0]; type!!.length"),
    "SoundKotlinLet": (SILENT, "chain?.let { platform.checkServerTrusted(it, type) }"),
    "SoundKotlinElvis": (
        SILENT,
        "platform.checkServerTrusted(chain ?: throw CertificateException(), type!!)",
    ),
}
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
EXTENDED_MANAGERS: Final[dict[str, tuple[str, str]]] = {
    "NoSocket": (ERROR, f"if (socket == null) {CHECK}"),
    "AnySocket": (ERROR, f"if (socket != null) return; {CHECK}"),
    "SoundSocket": (SILENT, f"if (socket == null) {THROW} {CHECK}"),
    "SoundExtended": (
        SILENT,
        (
            "if (platform instanceof X509ExtendedTrustManager)"
            f" ((X509ExtendedTrustManager) platform).checkServerTrusted(chain, type, socket); else {CHECK}"
        ),
    ),
}
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
VERIFIERS: Final[dict[str, tuple[str, str]]] = {
    "NotNull": (ERROR, "return host != null && session != null;"),
    "NotEmpty": (ERROR, "if (host == null || host.isEmpty()) return false; return host.length() > 0;"),
    "OrNotNull": (ERROR, f"return session != null || {VERIFY};"),
    "NullIsVerified": (ERROR, f"if (session == null) return {VERIFY}; return true;"),
    "HasCertificates": (
        ERROR,
        "try { return session.getPeerCertificates() != null; } catch (SSLPeerUnverifiedException e) { return false; }",
    ),
    "NoVerifier": (UNKNOWN, "return other == null || other.verify(host, session);"),
    "Clocked": (UNKNOWN, f"return System.currentTimeMillis() > 5000L || {VERIFY};"),
    "SoundVerifier": (SILENT, f"return host != null && session != null && {VERIFY};"),
}
KOTLIN_VERIFIER: Final = """\
import javax.net.ssl.*
class NAME : HostnameVerifier {
    fun set(connection: HttpsURLConnection) { connection.hostnameVerifier = this }
    override fun verify(host: String?, session: SSLSession?): Boolean { BODY }
}
"""
KOTLIN_VERIFIERS: Final[dict[str, tuple[str, str]]] = {
    "KotlinHost": (ERROR, "host ?: return false; session ?: return false; return true"),
    "KotlinFilled": (ERROR, "return !host.isNullOrEmpty() && session?.let { true } ?: false"),
    "SoundKotlinHost": (SILENT, f"return host != null && {VERIFY}"),
}


def nullable(source: str, *, may_be: bool) -> str:
    return re.sub(r"(WebView|SslErrorHandler|SslError)Q", r"\1?" if may_be else r"\1", source)


def kotlin() -> list[str]:
    """The sources; the parameters of Android's method are nullable, as its stubs leave open, or are not."""
    pages = [
        nullable(KOTLIN_PAGE, may_be=True).replace("NAME", name).replace("BODY", body).replace("MORE", more)
        for name, (_, body, more) in KOTLIN_PAGES.items()
    ]
    pages.append(
        nullable(KOTLIN_PAGE, may_be=False)
        .replace("NAME", "NotNullable")
        .replace("BODY", "handler.proceed()")
        .replace("MORE", "")
    )
    rest = [(KOTLIN_MANAGER, KOTLIN_MANAGERS), (KOTLIN_VERIFIER, KOTLIN_VERIFIERS)]
    return [*(page.replace("TAG", '"tag"') for page in pages), *filled(rest)]


def java() -> list[str]:
    manager = MANAGER.replace("MORE", FIELDS)
    forms = [
        (JAVA_PAGE, JAVA_PAGES),
        (manager, MANAGERS),
        (EXTENDED, EXTENDED_MANAGERS),
        (VERIFIER, VERIFIERS),
    ]
    return [*filled(forms), GIVEN]


def filled(forms: list[tuple[str, dict[str, tuple[str, str]]]]) -> list[str]:
    return [
        source.replace("NAME", name).replace("BODY", body)
        for source, table in forms
        for name, (_, body) in table.items()
    ]


def expected() -> dict[str, str]:
    tables = (JAVA_PAGES, MANAGERS, KOTLIN_MANAGERS, EXTENDED_MANAGERS, VERIFIERS, KOTLIN_VERIFIERS)
    found = {name: said for table in tables for name, (said, _) in table.items()}
    found |= {name: said for name, (said, *_) in KOTLIN_PAGES.items()} | {"NotNullable": ERROR}
    return {name: said for name, said in found.items() if said}


def said(apk: Path) -> dict[str, str]:
    """By class, the worst that is said of it."""
    app = read_app(apk)
    audited = Audited(app, TODAY)
    found = [finding for rule in RULES if rule.app for finding in rule.app(audited) if finding.rule in OURS]
    told = [(finding.location.symbol, finding.level) for finding in found if finding.location]
    levels: dict[str, list[Level]] = {}
    for symbol, level in told:
        levels.setdefault(named(symbol), []).append(level)
    worst = {name: min(all_, key=lambda level: level.rank).value for name, all_ in levels.items()}
    return {named(one.what): UNKNOWN for one in app.unseen if one.mechanisms} | worst


def named(symbol: str) -> str:
    found = re.match(r"Lcom/example/app/(\w+)", symbol)
    assert found, symbol
    return found[1]


@pytest.mark.parametrize("shrink", ["", pytest.param("r8-full", marks=pytest.mark.real)])
def test_what_the_platform_passes_is_there(shrink: str, tmp_path: Path) -> None:
    libraries = ("kotlin-stdlib-2.4.20",)
    apk = build_app(
        tmp_path / "a", java=java(), kotlin=kotlin(), libraries=libraries, shrink=shrink, rules=KEPT
    )
    assert said(apk) == expected()


def test_a_condition_without_a_word_is_told_as_unknown(tmp_path: Path) -> None:
    """No finding calls it a setting, and the run ends with 3: the reason says where it stands."""
    source = JAVA_PAGE.replace("NAME", "Clock").replace(
        "BODY", "if (System.nanoTime() > 5) handler.proceed(); else handler.cancel();"
    )
    app = read_app(build_app(tmp_path / "a", java=[source], libraries=()))
    assert not app.complete
    (unseen,) = app.unseen
    assert unseen.what.startswith("Lcom/example/app/Clock;->onReceivedSslError(")
    assert unseen.why == (
        "loads pages although their certificate was refused under a condition that could not be read; "
        "calls SslErrorHandler.proceed; by a test of Ljava/lang/System;->nanoTime"
    )


LIBRARY_PAGE: Final = """\
package com.rabbitmq.client;
import android.net.http.SslError;
import android.webkit.*;
public class Pages extends WebViewClient {
    public void attach(WebView view) { view.setWebViewClient(this); }
    @Override public void onReceivedSslError(WebView view, SslErrorHandler handler, SslError error) {
        if (CONDITION) handler.proceed(); else handler.cancel();
    }
}
"""
OPENS: Final = "public class Opens { public void open() { new com.rabbitmq.client.Pages().attach(null); } }"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("System.nanoTime() > 5", "under a condition that could not be read"),
        ('Boolean.getBoolean("lax")', "if a setting says so"),
        ("android.os.Build.VERSION.SDK_INT > 30", "on some versions of Android"),
        (
            "error.getCertificate().getValidNotAfterDate().getTime() > 5",
            "after a look at what the certificate says of itself",
        ),
    ],
)
def test_a_librarys_condition_has_its_own_words(condition: str, words: str, tmp_path: Path) -> None:
    source = LIBRARY_PAGE.replace("CONDITION", condition)
    audited = Audited(read_app(build_app(tmp_path / "a", java=[source, OPENS], libraries=())), TODAY)
    (finding,) = [
        finding for rule in RULES if rule.app for finding in rule.app(audited) if finding.rule in OURS
    ]
    assert finding.message.endswith(f"loads pages although their certificate was refused {words}")
