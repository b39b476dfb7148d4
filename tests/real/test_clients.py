"""What apps do with the clients there are, sound and unsound, in Java and Kotlin: all in one app, built three ways.

OkHttp 2, Apache's HttpClient, HttpsURLConnection, WebView and Conscrypt, the real libraries.  R8 is told what their
makers tell it, or apps that reflect on them do: to keep the libraries' own names.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from typer.testing import CliRunner

from pincompiler.base.finding import Level
from pincompiler.cli.program import app as cli
from pincompiler.facts import Mechanism
from pincompiler.verdicts.hosts import Verdict
from pincompiler.workflows.audit import AuditOptions, audit, audit_options
from tests.conftest import SAMPLE_CERTS
from tests.real.apps import App, build_apps
from tests.real.install import CONSCRYPT_VERSION, HTTPCLIENT_VERSION, KOTLIN_VERSION, OLD_OKHTTP_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding

pytestmark = pytest.mark.usefixtures("real_tools")
TODAY: Final = date(2026, 11, 23)
LIBRARIES: Final = (
    f"okhttp-{OLD_OKHTTP_VERSION}",
    f"httpclient-{HTTPCLIENT_VERSION}",
    f"conscrypt-{CONSCRYPT_VERSION}",
    f"kotlin-stdlib-{KOTLIN_VERSION}",
)
MANAGER, SWALLOWED = "permissive-trust-manager", "swallowed-certificate-error"
HOST, WEAK, WEB, OVERRIDE = (
    "permissive-hostname-verifier",
    "weak-hostname-verifier",
    "webview-ignores-tls-errors",
    "global-trust-override",
)

IMPORTS: Final = """\
import com.squareup.okhttp.OkHttpClient;
import java.security.KeyStore;
import java.security.cert.*;
import javax.net.ssl.*;
import org.apache.http.conn.ssl.*;
import org.apache.http.impl.client.*;
import org.apache.http.ssl.SSLContexts;
import org.conscrypt.*;
public final class NAME { BODY }
"""
KOTLIN_IMPORTS: Final = """\
import com.squareup.okhttp.OkHttpClient
import java.security.cert.X509Certificate
import javax.net.ssl.*
import org.apache.http.impl.client.HttpClients
import org.apache.http.ssl.SSLContexts
import org.conscrypt.Conscrypt
BODY
"""
GIVEN: Final = """\
import java.security.cert.X509Certificate;
import javax.net.ssl.*;
final class Given {
    static X509TrustManager platform() throws Exception {
        TrustManagerFactory made = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        made.init((java.security.KeyStore) null);
        return (X509TrustManager) made.getTrustManagers()[0];
    }
    static SSLContext context(TrustManager one) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {one}, null);
        return context;
    }
    abstract static class Manager implements X509TrustManager {
        @Override public void checkClientTrusted(X509Certificate[] chain, String type) { throw new SecurityException(); }
        @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }
}
"""
EMPTY: Final = """\
static final class All extends Given.Manager {
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) { }
}
"""

JAVA: Final[dict[str, tuple[str, str]]] = {
    # -- OkHttp 2
    "OkHttp2Plain": ("", "OkHttpClient client() { return new OkHttpClient(); }"),
    "OkHttp2Platform": (
        "",
        (
            "OkHttpClient client() throws Exception { OkHttpClient made = new OkHttpClient();"
            " made.setSslSocketFactory(Given.context(Given.platform()).getSocketFactory()); return made; }"
        ),
    ),
    "OkHttp2Names": (
        "",
        (
            "OkHttpClient client() { OkHttpClient made = new OkHttpClient();"
            " made.setHostnameVerifier(HttpsURLConnection.getDefaultHostnameVerifier()); return made; }"
        ),
    ),
    "OkHttp2AnyHost": (
        HOST,
        (
            "OkHttpClient client() { OkHttpClient made = new OkHttpClient();"
            " made.setHostnameVerifier((host, session) -> true); return made; }"
        ),
    ),
    "OkHttp2AnyChain": (
        MANAGER,
        (
            f"{EMPTY} OkHttpClient client() throws Exception {{ OkHttpClient made = new OkHttpClient();"
            " made.setSslSocketFactory(Given.context(new All()).getSocketFactory()); return made; }"
        ),
    ),
    # -- Apache's HttpClient
    "ApacheDefault": ("", "Object client() { return HttpClients.createDefault(); }"),
    "ApacheNames": (
        "",
        "Object client() { return HttpClients.custom().setSSLHostnameVerifier(new DefaultHostnameVerifier()).build(); }",
    ),
    "ApacheStrict": (
        "",
        (
            "Object client() throws Exception { org.apache.http.conn.ssl.SSLSocketFactory made ="
            " org.apache.http.conn.ssl.SSLSocketFactory.getSocketFactory();"
            " made.setHostnameVerifier(org.apache.http.conn.ssl.SSLSocketFactory.STRICT_HOSTNAME_VERIFIER); return made; }"
        ),
    ),
    "ApacheStore": (
        "",
        (
            "Object client(KeyStore store) throws Exception { return HttpClients.custom()"
            ".setSSLContext(SSLContexts.custom().loadTrustMaterial(store, null).build()).build(); }"
        ),
    ),
    "ApacheStrategyNone": (
        "",
        (
            "Object client() throws Exception { return SSLContexts.custom()"
            ".loadTrustMaterial(null, (chain, type) -> false).build(); }"
        ),
    ),
    "ApacheStrategyPinned": (
        "",
        (
            "static final byte[] KEY = {1, 2, 3}; Object client() throws Exception { return SSLContexts.custom()"
            ".loadTrustMaterial(null, (chain, type) ->"
            " java.util.Arrays.equals(chain[0].getPublicKey().getEncoded(), KEY)).build(); }"
        ),
    ),
    "ApacheNoop": (
        HOST,
        "Object client() { return HttpClients.custom().setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE).build(); }",
    ),
    "ApacheAllowAll": (
        HOST,
        (
            "Object client() throws Exception { return new SSLConnectionSocketFactory("
            "SSLContexts.createDefault(), new AllowAllHostnameVerifier()); }"
        ),
    ),
    "ApacheConstant": (
        HOST,
        (
            "Object client() throws Exception { org.apache.http.conn.ssl.SSLSocketFactory made ="
            " org.apache.http.conn.ssl.SSLSocketFactory.getSocketFactory();"
            " made.setHostnameVerifier(org.apache.http.conn.ssl.SSLSocketFactory.ALLOW_ALL_HOSTNAME_VERIFIER);"
            " return made; }"
        ),
    ),
    "ApacheLambda": (
        HOST,
        "Object client() { return HttpClients.custom().setSSLHostnameVerifier((host, session) -> true).build(); }",
    ),
    "ApacheOwnVerifier": (
        HOST,
        (
            "static final class Lax extends AbstractVerifier {"
            " @Override public void verify(String host, String[] cns, String[] alternatives) { } }"
            " Object client() throws Exception { return new SSLConnectionSocketFactory("
            "SSLContexts.createDefault(), new Lax()); }"
        ),
    ),
    "ApacheOwnForms": (
        HOST,
        (
            "static final class Lax implements X509HostnameVerifier {"
            " @Override public void verify(String host, SSLSocket socket) { }"
            " @Override public void verify(String host, X509Certificate one) { }"
            " @Override public void verify(String host, String[] cns, String[] alternatives) { }"
            " @Override public boolean verify(String host, SSLSession session) { return true; } }"
            " Object client() throws Exception { return new SSLConnectionSocketFactory("
            "SSLContexts.createDefault(), new Lax()); }"
        ),
    ),
    "ApacheOwnRefusing": (
        "",
        (
            "static final class Strict implements X509HostnameVerifier {"
            " final X509HostnameVerifier real = new StrictHostnameVerifier();"
            " @Override public void verify(String host, SSLSocket socket) throws java.io.IOException"
            " { real.verify(host, socket); }"
            " @Override public void verify(String host, X509Certificate one) throws SSLException"
            " { real.verify(host, one); }"
            " @Override public void verify(String host, String[] cns, String[] alternatives) throws SSLException"
            " { real.verify(host, cns, alternatives); }"
            " @Override public boolean verify(String host, SSLSession session) { return real.verify(host, session); } }"
            " Object client() throws Exception { return new SSLConnectionSocketFactory("
            "SSLContexts.createDefault(), new Strict()); }"
        ),
    ),
    "ApacheStrategyAll": (
        MANAGER,
        (
            "Object client() throws Exception { return HttpClients.custom().setSSLContext(SSLContexts.custom()"
            ".loadTrustMaterial(null, (chain, type) -> true).build()).build(); }"
        ),
    ),
    "ApacheTrustAll": (
        MANAGER,
        (
            "Object client() throws Exception { return SSLContexts.custom()"
            ".loadTrustMaterial(null, TrustAllStrategy.INSTANCE).build(); }"
        ),
    ),
    "ApacheSelfSigned": (
        MANAGER,
        (
            "Object client() throws Exception { return SSLContexts.custom()"
            ".loadTrustMaterial(null, new TrustSelfSignedStrategy()).build(); }"
        ),
    ),
    "ApacheOwnSelfSigned": (
        MANAGER,
        (
            "Object client() throws Exception { return SSLContexts.custom()"
            ".loadTrustMaterial(null, (chain, type) -> chain.length == 1).build(); }"
        ),
    ),
    "ApacheOwnFactory": (
        MANAGER,
        (
            f"{EMPTY} static final class Lax extends org.apache.http.conn.ssl.SSLSocketFactory {{"
            " Lax(KeyStore store) throws Exception { super(store); made = Given.context(new All()); }"
            " final SSLContext made;"
            " @Override public java.net.Socket createSocket() throws java.io.IOException {"
            " return made.getSocketFactory().createSocket(); } }"
            " Object client(KeyStore store) throws Exception { return new Lax(store); }"
        ),
    ),
    # -- HttpsURLConnection
    "UrlPlain": (
        "",
        (
            'int get() throws Exception { HttpsURLConnection one = (HttpsURLConnection) new java.net.URL("https://a.example")'
            ".openConnection(); one.setSSLSocketFactory(Given.context(Given.platform()).getSocketFactory());"
            " return one.getResponseCode(); }"
        ),
    ),
    "UrlAnyHost": (
        HOST,
        "void set(HttpsURLConnection one) { one.setHostnameVerifier((host, session) -> true); }",
    ),
    "UrlAnyChain": (
        MANAGER,
        (
            f"{EMPTY} void set(HttpsURLConnection one) throws Exception {{"
            " one.setSSLSocketFactory(Given.context(new All()).getSocketFactory()); }"
        ),
    ),
    "UrlDefaults": (
        "",
        (
            "void set() throws Exception {"
            " HttpsURLConnection.setDefaultSSLSocketFactory(Given.context(Given.platform()).getSocketFactory()); }"
        ),
    ),
    "UrlAnyHostEverywhere": (
        f"{HOST} {OVERRIDE}",
        "void set() { HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true); }",
    ),
    "UrlAnyChainEverywhere": (
        f"{MANAGER} {OVERRIDE}",
        (
            f'{EMPTY} void set() throws Exception {{ SSLContext one = SSLContext.getInstance("TLS");'
            " one.init(null, new TrustManager[] {new All()}, null);"
            " HttpsURLConnection.setDefaultSSLSocketFactory(one.getSocketFactory()); }"
        ),
    ),
    "UrlTwoContexts": (
        MANAGER,
        (
            f'{EMPTY} SSLContext set() throws Exception {{ SSLContext one = SSLContext.getInstance("TLS");'
            " one.init(null, new TrustManager[] {new All()}, null);"
            ' SSLContext other = SSLContext.getInstance("TLS"); other.init(null, null, null);'
            " HttpsURLConnection.setDefaultSSLSocketFactory(other.getSocketFactory()); return one; }"
        ),
    ),
    # -- WebView
    "WebCancels": (
        "",
        (
            "void set(android.webkit.WebView view) { view.setWebViewClient(new android.webkit.WebViewClient() {"
            " @Override public void onReceivedSslError(android.webkit.WebView v, android.webkit.SslErrorHandler h,"
            " android.net.http.SslError e) { h.cancel(); } }); }"
        ),
    ),
    "WebProceeds": (
        WEB,
        (
            "void set(android.webkit.WebView view) { view.setWebViewClient(new android.webkit.WebViewClient() {"
            " @Override public void onReceivedSslError(android.webkit.WebView v, android.webkit.SslErrorHandler h,"
            " android.net.http.SslError e) { h.proceed(); } }); }"
        ),
    ),
    # -- Conscrypt
    "ConscryptPlain": (
        "",
        (
            'SSLContext made() throws Exception { SSLContext one = SSLContext.getInstance("TLS", Conscrypt.newProvider());'
            " one.init(null, new TrustManager[] {Conscrypt.getDefaultX509TrustManager()}, null); return one; }"
        ),
    ),
    "ConscryptNames": (
        "",
        (
            "void set(TrustManager one) { Conscrypt.setHostnameVerifier(one,"
            " Conscrypt.wrapHostnameVerifier(HttpsURLConnection.getDefaultHostnameVerifier())); }"
        ),
    ),
    "ConscryptAnyHost": (
        HOST,
        "void set(TrustManager one) { Conscrypt.setHostnameVerifier(one, (chain, host, session) -> true); }",
    ),
    "ConscryptNameOfHost": (
        WEAK,
        (
            "void set() { Conscrypt.setDefaultHostnameVerifier("
            '(chain, host, session) -> host.endsWith(".example.com")); }'
        ),
    ),
    "ConscryptAnyChain": (
        MANAGER,
        (
            f"{EMPTY} SSLContext made() throws Exception {{"
            ' SSLContext one = SSLContext.getInstance("TLS", Conscrypt.newProvider());'
            " one.init(null, new TrustManager[] {new All()}, null); return one; }"
        ),
    ),
}
KOTLIN: Final[dict[str, tuple[str, str]]] = {
    "KotlinOkHttp2": (
        "",
        (
            "class KotlinOkHttp2 { fun client() = OkHttpClient().apply {"
            " hostnameVerifier = HttpsURLConnection.getDefaultHostnameVerifier() } }"
        ),
    ),
    "KotlinOkHttp2AnyHost": (
        HOST,
        "class KotlinOkHttp2AnyHost { fun client() = OkHttpClient().apply { setHostnameVerifier { _, _ -> true } } }",
    ),
    "KotlinApacheStore": (
        "",
        (
            "class KotlinApacheStore { fun client(store: java.security.KeyStore) = HttpClients.custom()"
            ".setSSLContext(SSLContexts.custom().loadTrustMaterial(store, null).build()).build() }"
        ),
    ),
    "KotlinApacheAll": (
        MANAGER,
        (
            "class KotlinApacheAll { fun client() = HttpClients.custom()"
            ".setSSLContext(SSLContexts.custom().loadTrustMaterial(null) { _, _ -> true }.build()).build() }"
        ),
    ),
    "KotlinWebCancels": (
        "",
        (
            "class KotlinWebCancels : android.webkit.WebViewClient() { override fun onReceivedSslError("
            "v: android.webkit.WebView, h: android.webkit.SslErrorHandler, e: android.net.http.SslError) = h.cancel() }"
        ),
    ),
    "KotlinWebProceeds": (
        WEB,
        (
            "class KotlinWebProceeds : android.webkit.WebViewClient() { override fun onReceivedSslError("
            "v: android.webkit.WebView, h: android.webkit.SslErrorHandler, e: android.net.http.SslError) = h.proceed() }"
        ),
    ),
    "KotlinConscryptAnyHost": (
        HOST,
        (
            "class KotlinConscryptAnyHost { fun set(one: TrustManager) ="
            " Conscrypt.setHostnameVerifier(one) { _, _, _ -> true } }"
        ),
    ),
    "KotlinSwallows": (
        SWALLOWED,
        (
            "class KotlinSwallows(private val real: X509TrustManager) : X509TrustManager by real {"
            ' fun client() = OkHttpClient().apply { sslSocketFactory = SSLContext.getInstance("TLS").apply {'
            " init(null, arrayOf(this@KotlinSwallows), null) }.socketFactory }\n"
            " override fun checkServerTrusted(chain: Array<X509Certificate>, type: String) {"
            " try { real.checkServerTrusted(chain, type) } catch (e: java.security.cert.CertificateException) { } } }"
        ),
    ),
}
IDIOMS: Final = {**JAVA, **KOTLIN}
UNSOUND: Final = {name: set(rules.split()) for name, (rules, _) in IDIOMS.items() if rules}

KEEP: Final = """\
-keep class org.apache.http.ssl.** { *; }
-keep class org.apache.http.conn.ssl.** { *; }
-keep class org.conscrypt.Conscrypt* { *; }
-keep class org.apache.commons.logging.** { *; }
"""
"""The last is made by reflection, without which R8 takes every call of the client for one that throws."""
NAMED: Final = """\
-keepnames class com.example.app.**
-keepnames class com.squareup.okhttp.OkHttpClient { *; }
-keepnames class org.apache.http.impl.client.HttpClientBuilder { *; }
"""
WAYS: Final[dict[str, dict[str, Any]]] = {
    "d8": {},
    "r8": {"shrink": "r8", "rules": f"{KEEP}{NAMED}-dontoptimize\n"},
    "r8-full": {"shrink": "r8-full", "rules": f"{KEEP}-repackageclasses ''\n-allowaccessmodification\n"},
}
"""Compiled only; shrunk, our classes with their names; shrunk, inlined, merged and renamed as far as R8 can."""


def sources(*, sound: bool = False) -> dict[str, Any]:
    """Of all idioms, or of the sound ones."""
    chosen = {name: text for name, (rules, text) in IDIOMS.items() if not (sound and rules)}
    return {
        "java": [
            GIVEN,
            *(IMPORTS.replace("NAME", n).replace("BODY", t) for n, t in chosen.items() if n in JAVA),
        ],
        "kotlin": [KOTLIN_IMPORTS.replace("BODY", text) for name, text in chosen.items() if name in KOTLIN],
    }


def found(apk: Path) -> list[Finding]:
    """What an audit finds in the code, notes aside."""
    subject = audit(apk, AuditOptions(TODAY))
    assert not subject.error
    return [one for one in subject.findings if one.level is not Level.NOTE]


def class_of(finding: Finding) -> str:
    """The class that it is in, or that makes use of it if that has lost its name, as a lambda's has."""
    assert finding.location is not None
    place = f"{finding.location.symbol} {finding.message}".replace("/", ".")
    name = re.search(r"\bL?com\.example\.app\.(\w+)", place)
    return name[1] if name else place


PINS: Final = """\
version = 1

[keys.api-2026]
file = "certs/api-2026.pem"

[keys.api-2027]
file = "certs/api-2027.csr"

[[pin-set]]
hosts = ["api.example.com"]
subdomains = "all"
keys = ["api-2026", "api-2027"]

[target.nsc]
path = "network_security_config.xml"
"""


@pytest.fixture(scope="module")
def pins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pins.toml; what it compiles to is beside it."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(SAMPLE_CERTS, folder / "certs")
    path = folder / "pins.toml"
    path.write_text(PINS, "utf-8")
    assert CliRunner().invoke(cli, ["compile", str(path)]).exit_code == 0
    return path


@pytest.fixture(scope="module")
def apps(pins: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {way: App(**sources(), libraries=LIBRARIES, **how) for way, how in WAYS.items()}
    nsc = pins.with_name("network_security_config.xml").read_text("utf-8")
    made["sound"] = App(**sources(sound=True), libraries=LIBRARIES, nsc=nsc, **WAYS["r8-full"])
    return build_apps(tmp_path_factory.mktemp("clients"), made)


@pytest.mark.parametrize("way", ["d8", "r8"])
def test_each_idiom_gives_its_finding_and_no_other(way: str, apps: dict[str, Path]) -> None:
    told: dict[str, set[str]] = {}
    for one in found(apps[way]):
        told.setdefault(class_of(one), set()).add(one.rule)
    assert told == UNSOUND


def test_no_other_when_all_is_one_method(apps: dict[str, Path]) -> None:
    """R8 makes one class of those that do the same, and one method of most: each rule is told, and none too often."""
    told = Counter(one.rule for one in found(apps["r8-full"]))
    wanted = Counter(rule for rules in UNSOUND.values() for rule in rules)
    assert set(told) == set(wanted)
    assert told <= wanted, told - wanted


def test_nothing_when_all_is_sound(apps: dict[str, Path], pins: Path) -> None:
    """The loop closes: the configuration that pins.toml compiles to covers all of them but OkHttp's own pins."""
    subject = audit(apps["sound"], audit_options(TODAY, pins, ()))
    assert [one for one in subject.findings if one.level is not Level.NOTE] == []
    assert {(one.host, one.mechanism, one.verdict) for one in subject.verdicts} == {
        ("api.example.com", Mechanism.NSC, Verdict.ENFORCED)
    }
    more = pins.with_name("more.toml")
    more.write_text(PINS.replace('"api-2026", "api-2027"]', '"api-2026"]'), "utf-8")
    told = audit(apps["sound"], audit_options(TODAY, more, ())).findings
    assert {one.rule for one in told if one.level is Level.ERROR} == {"unexpected-key"}
