"""Null tests of what the platform passes are no condition, and a condition without a word is not called a setting.

Each form is really compiled, by D8 and by R8, and stands beside sound twins that only differ in what they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.shipped import read_app
from tests.builds import build_app
from tests.real.conditions import (
    CHECK,
    ERROR,
    EXTENDED,
    FIELDS,
    KOTLIN_MANAGER,
    KOTLIN_PAGE,
    KOTLIN_VERIFIER,
    MANAGER,
    PIN,
    SILENT,
    THROW,
    UNKNOWN,
    VERIFIER,
    VERIFY,
    WARNING,
    check_forms,
    findings,
    in_modes,
    kotlin_page,
    page,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real.conditions import Forms


pytestmark = pytest.mark.usefixtures("builds")
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
    "OwnField": (
        UNKNOWN,
        "if (owner != null) handler?.proceed()",
        'var owner: Any? = System.getenv()["tag"]',
    ),
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
NOT_NULLABLE: Final[dict[str, tuple[str, str, str]]] = {"NotNullable": (ERROR, "handler.proceed()", "")}
JAVA_PAGE: Final = page(
    members="""\
    interface Other { boolean says(SslError error); void decides(SslErrorHandler handler, SslError error); }
    Other other = (Other) (Object) new Object();
"""
)
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
        ERROR,
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
KOTLIN_VERIFIERS: Final[dict[str, tuple[str, str]]] = {
    "KotlinHost": (ERROR, "host ?: return false; session ?: return false; return true"),
    "KotlinFilled": (ERROR, "return !host.isNullOrEmpty() && session?.let { true } ?: false"),
    "SoundKotlinHost": (SILENT, f"return host != null && {VERIFY}"),
}


@in_modes("", "r8-full")
def test_what_the_platform_passes_is_there(mode: str, tmp_path: Path) -> None:
    manager = MANAGER.replace("MORE", FIELDS)
    java: list[Forms] = [
        (JAVA_PAGE, JAVA_PAGES),
        (manager, MANAGERS),
        (EXTENDED, EXTENDED_MANAGERS),
        (VERIFIER, VERIFIERS),
    ]
    kotlin: list[Forms] = [
        (KOTLIN_PAGE, KOTLIN_PAGES),
        (kotlin_page(""), NOT_NULLABLE),
        (KOTLIN_MANAGER, KOTLIN_MANAGERS),
        (KOTLIN_VERIFIER, KOTLIN_VERIFIERS),
    ]
    check_forms(tmp_path, mode, java, kotlin)


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
    (finding,) = findings(build_app(tmp_path / "a", java=[source, OPENS], libraries=()))
    assert finding.message.endswith(f"loads pages although their certificate was refused {words}")
