"""Code that decides on trust, really compiled: what is sound and what is not, side by side."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

from pincompiler.base.finding import Level
from pincompiler.facts import Algorithm, Mechanism
from pincompiler.shipped import read_app
from tests.builds import build_app
from tests.real.conditions import GIVEN, MANAGER, by_class, findings

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("builds")
# -- trust managers --------------------------------------------------------------------------------

PERMISSIVE, SWALLOWED, DATES, NAMES, SKIPPED = (
    "permissive-trust-manager",
    "swallowed-certificate-error",
    "validity-only-trust-manager",
    "name-only-trust-manager",
    "skipped-certificate-check",
)
HASH = """\
    static byte[] hash(X509Certificate one) throws CertificateException {
        try {
            return MessageDigest.getInstance("SHA-256").digest(one.getPublicKey().getEncoded());
        } catch (java.security.NoSuchAlgorithmException error) {
            throw new CertificateException(error);
        }
    }
"""
MANAGERS: dict[str, tuple[str, str, str]] = {
    # name: the rule that must find it or nothing, its body, more members
    "Empty": (PERMISSIVE, "", ""),
    "Logs": (
        PERMISSIVE,
        'for (X509Certificate one : chain) android.util.Log.d("x", one.getSubjectDN() + type);',
        "",
    ),
    "Counts": (PERMISSIVE, "calls++; if (calls > 3) System.gc();", ""),
    "RefusesNull": (
        PERMISSIVE,
        (
            'if (chain == null || chain.length == 0) throw new IllegalArgumentException("none");'
            ' if (type == null || type.isEmpty()) throw new CertificateException("no type");'
        ),
        "",
    ),
    "CallsAHollowHelper": (PERMISSIVE, "check(chain);", "private static void check(X509Certificate[] c) { }"),
    "AlwaysRefuses": ("", "throw new CertificateException();", ""),
    "Delegates": ("", "platform.checkServerTrusted(chain, type);", ""),
    "DelegatesInHelper": (
        "",
        "check(chain, type);",
        (
            "private void check(X509Certificate[] c, String t) throws CertificateException"
            " { platform.checkServerTrusted(c, t); }"
        ),
    ),
    "DelegatesToAll": (
        "",
        "for (TrustManager one : all) ((X509TrustManager) one).checkServerTrusted(chain, type);",
        "TrustManager[] all = {Given.platform(), Given.platform()};",
    ),
    "Swallows": (
        SWALLOWED,
        "try { platform.checkServerTrusted(chain, type); } catch (CertificateException e) { e.printStackTrace(); }",
        "",
    ),
    "SwallowsAll": (
        SWALLOWED,
        "try { platform.checkServerTrusted(chain, type); } catch (Throwable e) { }",
        "",
    ),
    "SwallowsInFinally": (
        SWALLOWED,
        "try { platform.checkServerTrusted(chain, type); } finally { return; }",
        "",
    ),
    "SwallowsSignature": (
        SWALLOWED,
        "try { chain[0].verify(chain[1].getPublicKey()); } catch (java.security.GeneralSecurityException e) { calls++; }",
        "",
    ),
    "SwallowsItsOwn": (
        SWALLOWED,
        (
            'try { if (!"X".equals(type) || calls == 0) throw new CertificateException(); }'
            " catch (Exception e) { e.printStackTrace(); }"
        ),
        "",
    ),
    "Rethrows": (
        "",
        (
            "try { platform.checkServerTrusted(chain, type); } catch (CertificateException e)"
            ' { android.util.Log.w("x", e); throw e; }'
        ),
        "",
    ),
    "RethrowsInHelper": (
        "",
        "try { platform.checkServerTrusted(chain, type); } catch (CertificateException e) { refuse(e); }",
        (
            "private void refuse(CertificateException e) throws CertificateException"
            ' { android.util.Log.w("x", e); throw new CertificateException(e); }'
        ),
    ),
    "CleansUp": ("", "try { platform.checkServerTrusted(chain, type); } finally { calls--; }", ""),
    "CatchesOthers": (
        "",
        (
            "platform.checkServerTrusted(chain, type);"
            " try { java.security.KeyStore.getInstance(type); } catch (java.security.KeyStoreException e) { calls++; }"
        ),
        "",
    ),
    "FallsBack": (
        "",
        (
            "try { platform.checkServerTrusted(chain, type); } catch (CertificateException e)"
            " { other.checkServerTrusted(chain, type); }"
        ),
        "X509TrustManager other = Given.platform();",
    ),
    "TriesAll": (
        "",
        (
            "CertificateException last = null; for (X509TrustManager one : all) {"
            " try { one.checkServerTrusted(chain, type); return; } catch (CertificateException e) { last = e; } }"
            " if (last != null) throw last; throw new CertificateException();"
        ),
        "List<X509TrustManager> all = Arrays.asList(Given.platform(), Given.platform());",
    ),
    "TriesUntilOneDoes": (
        "",
        (
            "boolean trusted = false; for (X509TrustManager one : all) {"
            " try { one.checkServerTrusted(chain, type); trusted = true; break; } catch (CertificateException e) { } }"
            " if (!trusted) throw new CertificateException();"
        ),
        "List<X509TrustManager> all = Arrays.asList(Given.platform(), Given.platform());",
    ),
    "CollectsErrors": (
        "",
        (
            "List<Exception> errors = new ArrayList<>(); try { platform.checkServerTrusted(chain, type); }"
            " catch (CertificateException e) { errors.add(e); } if (!errors.isEmpty()) throw new CertificateException();"
        ),
        "",
    ),
    "Memorizes": (
        "",
        (
            "try { platform.checkServerTrusted(chain, type); } catch (CertificateException e)"
            " { if (!known.contains(chain[0])) throw e; }"
        ),
        "Set<X509Certificate> known = new HashSet<>();",
    ),
    "Dates": (DATES, "for (X509Certificate one : chain) one.checkValidity();", ""),
    "DatesByHand": (
        DATES,
        "if (chain[0].getNotAfter().before(new Date())) throw new CertificateException();",
        "",
    ),
    "DatesAndMore": ("", "chain[0].checkValidity(); platform.checkServerTrusted(chain, type);", ""),
    "Issuer": (
        NAMES,
        'if (!chain[0].getIssuerDN().getName().equals("CN=Example")) throw new CertificateException();',
        "",
    ),
    "Serial": (
        NAMES,
        "if (!chain[0].getSerialNumber().equals(java.math.BigInteger.TEN)) throw new CertificateException();",
        "",
    ),
    "IssuerAndSignature": (
        "",
        (
            'if (!chain[0].getIssuerDN().getName().equals("CN=Example")) throw new CertificateException();'
            " platform.checkServerTrusted(chain, type);"
        ),
        "",
    ),
    "Flag": (SKIPPED, "if (lax) return; platform.checkServerTrusted(chain, type);", ""),
    "FlagElsewhere": (
        "",
        "if (lax) calls++; platform.checkServerTrusted(chain, type);",
        "",
    ),
    "ConstantFlag": (
        "",
        "if (LAX) return; platform.checkServerTrusted(chain, type);",
        "static final boolean LAX = false;",
    ),
    "PinsItsLeaf": (
        "",
        "if (!Arrays.equals(hash(chain[0]), PIN)) throw new CertificateException();",
        HASH + "static final byte[] PIN = {1, 2, 3};",
    ),
    "PinsAny": (
        "",
        (
            "platform.checkServerTrusted(chain, type); for (X509Certificate one : chain)"
            " { if (PINS.contains(android.util.Base64.encodeToString(hash(one), 2))) return; }"
            " throw new CertificateException();"
        ),
        HASH + 'static final Set<String> PINS = new HashSet<>(Arrays.asList("a", "b"));',
    ),
}


def managers(*, sound: bool) -> list[str]:
    return [
        MANAGER.replace("NAME", name).replace("BODY", body).replace("MORE", more)
        for name, (rule, body, more) in MANAGERS.items()
        if sound is not bool(rule)
    ] + [GIVEN] * sound


def test_trust_managers_are_told_apart(tmp_path: Path) -> None:
    apk = build_app(tmp_path / "a", java=[*managers(sound=True), *managers(sound=False)], libraries=())
    assert by_class(apk) == {name: {rule} for name, (rule, *_) in MANAGERS.items() if rule}


def test_trust_managers_are_told_apart_when_minified(tmp_path: Path) -> None:
    unsound = build_app(tmp_path / "a", java=[*managers(sound=False), GIVEN], libraries=(), shrink="r8-full")
    assert {finding.rule for finding in findings(unsound)} == {rule for rule, *_ in MANAGERS.values() if rule}
    sound = build_app(tmp_path / "b", java=managers(sound=True), libraries=(), shrink="r8-full")
    assert not findings(sound)


# -- hostname verifiers ----------------------------------------------------------------------------

PERMISSIVE_HOST, WEAK_HOST = "permissive-hostname-verifier", "weak-hostname-verifier"
VERIFIERS = {
    "AlwaysTrue": (PERMISSIVE_HOST, "(h, s) -> true"),
    "Block": (PERMISSIVE_HOST, '(h, s) -> { android.util.Log.d("x", h); return true; }'),
    "Forgets": (
        PERMISSIVE_HOST,
        "(h, s) -> { HttpsURLConnection.getDefaultHostnameVerifier().hashCode(); return h != null || true; }",
    ),
    "Ends": (WEAK_HOST, '(h, s) -> h.endsWith("example.com")'),
    "Asked": (WEAK_HOST, '(h, s) -> h.equalsIgnoreCase("api.example.com")'),
    "AskedOfSession": (WEAK_HOST, "(h, s) -> h.equals(s.getPeerHost())"),
    "Exempts": (
        WEAK_HOST,
        '(h, s) -> h.equals("test.example.com") || HttpsURLConnection.getDefaultHostnameVerifier().verify(h, s)',
    ),
    "AlwaysFalse": ("", "(h, s) -> false"),
    "Default": ("", "(h, s) -> HttpsURLConnection.getDefaultHostnameVerifier().verify(h, s)"),
    "FixedName": (
        "",
        '(h, s) -> HttpsURLConnection.getDefaultHostnameVerifier().verify("api.example.com", s)',
    ),
    "Stricter": (
        "",
        '(h, s) -> h.endsWith(".example.com") && HttpsURLConnection.getDefaultHostnameVerifier().verify(h, s)',
    ),
}
VERIFYING = """\
import javax.net.ssl.*;
public final class NAME {
    public void set(HttpsURLConnection connection) { connection.setHostnameVerifier(LAMBDA); }
}
"""
KOTLIN_VERIFYING = """\
import javax.net.ssl.HttpsURLConnection
import okhttp3.OkHttpClient
class KotlinTrue { fun client() = OkHttpClient.Builder().hostnameVerifier { _, _ -> true }.build() }
class KotlinObject {
    private object All : javax.net.ssl.HostnameVerifier {
        override fun verify(host: String, session: javax.net.ssl.SSLSession): Boolean = true
    }
    fun client() = OkHttpClient.Builder().hostnameVerifier(All).build()
}
class KotlinEnds { fun client() = OkHttpClient.Builder().hostnameVerifier { h, _ -> h.endsWith("example.com") }.build() }
"""
KOTLIN_SOUND = """\
import javax.net.ssl.HttpsURLConnection
import okhttp3.OkHttpClient
class KotlinDefault {
    fun client() = OkHttpClient.Builder()
        .hostnameVerifier { h, s -> HttpsURLConnection.getDefaultHostnameVerifier().verify(h, s) }.build()
}
class KotlinTrust(private val platform: javax.net.ssl.X509TrustManager) : javax.net.ssl.X509TrustManager by platform {
    override fun checkServerTrusted(chain: Array<java.security.cert.X509Certificate>, type: String) {
        platform.checkServerTrusted(chain, type)
    }
}
"""
KOTLIN_TRUST = """\
import java.security.cert.X509Certificate
import javax.net.ssl.X509TrustManager
object GivenToKotlin {
    fun platform(): X509TrustManager {
        val made = javax.net.ssl.TrustManagerFactory.getInstance(javax.net.ssl.TrustManagerFactory.getDefaultAlgorithm())
        made.init(null as java.security.KeyStore?)
        return made.trustManagers[0] as X509TrustManager
    }
}
object KotlinEmpty : X509TrustManager {
    override fun checkServerTrusted(chain: Array<X509Certificate>, type: String) = Unit
    override fun checkClientTrusted(chain: Array<X509Certificate>, type: String) = Unit
    override fun getAcceptedIssuers(): Array<X509Certificate> = emptyArray()
    fun context() = javax.net.ssl.SSLContext.getInstance("TLS").apply { init(null, arrayOf(KotlinEmpty), null) }
}
class KotlinCatching(private val platform: X509TrustManager = GivenToKotlin.platform()) : X509TrustManager by platform {
    fun context() = javax.net.ssl.SSLContext.getInstance("TLS").apply { init(null, arrayOf(this@KotlinCatching), null) }
    override fun checkServerTrusted(chain: Array<X509Certificate>, type: String) {
        runCatching { platform.checkServerTrusted(chain, type) }
    }
}
"""


def verifiers(*, sound: bool) -> list[str]:
    return [
        VERIFYING.replace("NAME", name).replace("LAMBDA", text)
        for name, (rule, text) in VERIFIERS.items()
        if sound is not bool(rule)
    ]


def test_verifiers_are_told_apart(tmp_path: Path) -> None:
    apk = build_app(
        tmp_path / "a",
        java=[*verifiers(sound=True), *verifiers(sound=False)],
        kotlin=[KOTLIN_VERIFYING, KOTLIN_SOUND, KOTLIN_TRUST],
    )
    expected = {name: {rule} for name, (rule, _) in VERIFIERS.items() if rule} | {
        "KotlinTrue": {PERMISSIVE_HOST},
        "KotlinObject": {PERMISSIVE_HOST},
        "KotlinEnds": {WEAK_HOST},
        "KotlinEmpty": {PERMISSIVE},
        "KotlinCatching": {SWALLOWED},
    }
    assert by_class(apk) == expected


@pytest.mark.real
def test_verifiers_are_told_apart_when_minified(tmp_path: Path) -> None:
    """R8 merges the classes of lambdas into one, with a number that tells them apart."""
    unsound = build_app(
        tmp_path / "a", java=verifiers(sound=False), kotlin=[KOTLIN_VERIFYING, KOTLIN_TRUST], shrink="r8-full"
    )
    assert {finding.rule for finding in findings(unsound)} == {
        PERMISSIVE_HOST,
        WEAK_HOST,
        PERMISSIVE,
        SWALLOWED,
    }
    sound = build_app(tmp_path / "b", java=verifiers(sound=True), kotlin=[KOTLIN_SOUND], shrink="r8-full")
    assert not findings(sound)


# -- WebViews --------------------------------------------------------------------------------------

PAGES = """\
import android.net.http.SslError;
import android.webkit.*;
public final class NAME extends WebViewClient {
    public void attach(WebView view) { view.setWebViewClient(this); }
    @Override public void onReceivedSslError(WebView view, SslErrorHandler handler, SslError error) {
        BODY
    }
}
"""
ERROR, WARNING, NOTE = Level.ERROR, Level.WARNING, Level.NOTE
WEB: dict[str, tuple[Level | None, str]] = {
    "Proceeds": (ERROR, "handler.proceed();"),
    "ProceedsAnyway": (
        ERROR,
        'if (error.getPrimaryError() == 3) android.util.Log.d("x", "3"); handler.proceed();',
    ),
    "Expired": (
        WARNING,
        "if (error.getPrimaryError() == SslError.SSL_EXPIRED) handler.proceed(); else handler.cancel();",
    ),
    "Asks": (
        WARNING,
        (
            "new android.app.AlertDialog.Builder(view.getContext())"
            '.setPositiveButton("yes", (dialog, which) -> handler.proceed())'
            '.setNegativeButton("no", (dialog, which) -> handler.cancel()).show();'
        ),
    ),
    "Debuggable": (
        NOTE,
        "if ((view.getContext().getApplicationInfo().flags & 2) != 0) handler.proceed(); else handler.cancel();",
    ),
    "NotDebuggable": (
        ERROR,
        "if ((view.getContext().getApplicationInfo().flags & 2) == 0) handler.proceed(); else handler.cancel();",
    ),
    "Cancels": (None, "handler.cancel();"),
    "Inherits": (None, "super.onReceivedSslError(view, handler, error);"),
    "CancelsAfterDialog": (
        None,
        (
            "new android.app.AlertDialog.Builder(view.getContext())"
            '.setNegativeButton("no", (dialog, which) -> handler.cancel()).show();'
        ),
    ),
    "ComparesCertificate": (
        None,
        (
            "byte[] der = SslCertificateBytes.of(error); if (java.util.Arrays.equals(der, new byte[] {1})) handler.proceed();"
            " else handler.cancel();"
        ),
    ),
}
BYTES = """\
public final class SslCertificateBytes {
    static byte[] of(android.net.http.SslError error) {
        return android.net.http.SslCertificate.saveState(error.getCertificate()).getByteArray("x509-certificate");
    }
}
"""


def pages() -> list[str]:
    return [PAGES.replace("NAME", name).replace("BODY", body) for name, (_, body) in WEB.items()] + [BYTES]


def levels(apk: Path) -> dict[str, Level]:
    found = {}
    for finding in findings(apk):
        assert finding.location is not None
        found[finding.location.symbol.partition(";")[0].rpartition("/")[2]] = finding.level
    return found


def test_web_clients_are_told_apart(tmp_path: Path) -> None:
    apk = build_app(tmp_path / "a", java=pages(), libraries=())
    assert levels(apk) == {name: level for name, (level, _) in WEB.items() if level}


def test_what_is_for_debugging_counts_in_debuggable_apps(tmp_path: Path) -> None:
    apk = build_app(tmp_path / "a", java=pages(), libraries=(), debuggable=True)
    assert {name: level for name, level in levels(apk).items() if "Debuggable" in name} == {
        "Debuggable": ERROR,
        "NotDebuggable": NOTE,
    }


def test_web_clients_are_told_apart_when_minified(tmp_path: Path) -> None:
    apk = build_app(tmp_path / "a", java=pages(), libraries=(), shrink="r8-full")
    # R8 makes one class of all of them: each of its parts is told, those that do the same once.
    told = sorted(finding.level.value for finding in findings(apk))
    assert told == ["error", "error", "note", "warning", "warning"]


# -- sockets, factories, protocols -----------------------------------------------------------------

ENGINE = 'SSLContext c = SSLContext.getInstance("TLS"); c.init(null, null, null); SSLEngine e = c'
CALLS = {
    "Socket": (
        "unverified-tls-socket",
        (
            "SSLSocket s = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(host, 443);"
            " s.startHandshake(); s.getOutputStream().write(1);"
        ),
    ),
    "GeneralSocket": (
        "unverified-tls-socket",
        "java.net.Socket s = SSLSocketFactory.getDefault().createSocket(host, 443); s.getOutputStream().write(1);",
    ),
    "Identified": (
        "",
        (
            "SSLSocket s = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(host, 443);"
            ' SSLParameters p = s.getSSLParameters(); p.setEndpointIdentificationAlgorithm("HTTPS");'
            " s.setSSLParameters(p); s.startHandshake();"
        ),
    ),
    "IdentifiedByNothing": (
        "unverified-tls-socket",
        (
            "SSLSocket s = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(host, 443);"
            " SSLParameters p = s.getSSLParameters(); p.setEndpointIdentificationAlgorithm(null);"
            " s.setSSLParameters(p); s.startHandshake();"
        ),
    ),
    "Verified": (
        "",
        (
            "SSLSocket s = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(host, 443);"
            " s.startHandshake(); if (!HttpsURLConnection.getDefaultHostnameVerifier().verify(host, s.getSession()))"
            " throw new SSLException(host);"
        ),
    ),
    "ServerMode": (
        "",
        (
            "SSLSocket s = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(host, 443);"
            " s.setUseClientMode(false); s.startHandshake(); s.getOutputStream().write(1);"
        ),
    ),
    "ClientMode": (
        "unverified-tls-socket",
        (
            "SSLSocket s = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(host, 443);"
            " s.setUseClientMode(true); s.startHandshake(); s.getOutputStream().write(1);"
        ),
    ),
    "SomeMode": (
        "unverified-tls-socket",
        (
            "SSLSocket s = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(host, 443);"
            " s.setUseClientMode(host.isEmpty()); s.startHandshake(); s.getOutputStream().write(1);"
        ),
    ),
    "Engine": (
        "unverified-tls-socket",
        f"{ENGINE}.createSSLEngine(); e.setUseClientMode(true); e.beginHandshake();",
    ),
    "NamedEngine": (
        "unverified-tls-socket",
        f"{ENGINE}.createSSLEngine(host, 443); e.setUseClientMode(true); e.beginHandshake();",
    ),
    "IdentifyingEngine": (
        "",
        (
            f"{ENGINE}.createSSLEngine(host, 443); e.setUseClientMode(true); SSLParameters p = e.getSSLParameters();"
            ' p.setEndpointIdentificationAlgorithm("HTTPS"); e.setSSLParameters(p); e.beginHandshake();'
        ),
    ),
    "EngineOfServer": (
        "",
        f"{ENGINE}.createSSLEngine(); e.setUseClientMode(false); e.beginHandshake();",
    ),
    "Server": (
        "",
        (
            "SSLServerSocket s = (SSLServerSocket) SSLServerSocketFactory.getDefault().createServerSocket(443);"
            " s.accept().getOutputStream().write(1);"
        ),
    ),
    "Plain": (
        "",
        (
            "java.net.Socket s = javax.net.SocketFactory.getDefault().createSocket(host, 80);"
            " s.getOutputStream().write(1);"
        ),
    ),
    "Insecure": ("insecure-socket-factory", "android.net.SSLCertificateSocketFactory.getInsecure(9, null);"),
    "Careful": ("", "android.net.SSLCertificateSocketFactory.getDefault(9, null);"),
    "OldContext": ("outdated-tls-protocol", 'SSLContext.getInstance("TLSv1").hashCode();'),
    "NewContext": (
        "",
        'SSLContext.getInstance("TLSv1.2").hashCode(); SSLContext.getInstance("SSL").hashCode();',
    ),
    "Overrides": (
        "global-trust-override",
        "HttpsURLConnection.setDefaultHostnameVerifier(new Every());",
    ),
    "OverridesSoundly": (
        "",
        (
            "HttpsURLConnection.setDefaultHostnameVerifier(HttpsURLConnection.getDefaultHostnameVerifier());"
            ' SSLContext c = SSLContext.getInstance("TLS"); c.init(null, null, null);'
            " HttpsURLConnection.setDefaultSSLSocketFactory(c.getSocketFactory());"
        ),
    ),
}
CALLING = """\
import javax.net.ssl.*;
public final class NAME {
    public void call(String host) throws Exception { BODY }
}
"""
EVERY = """\
public final class Every implements javax.net.ssl.HostnameVerifier {
    @Override public boolean verify(String host, javax.net.ssl.SSLSession session) { return true; }
}
"""


def calls() -> list[str]:
    return [
        *(CALLING.replace("NAME", name).replace("BODY", body) for name, (_, body) in CALLS.items()),
        EVERY,
    ]


def test_calls_are_told_apart(tmp_path: Path) -> None:
    apk = build_app(tmp_path / "a", java=calls(), libraries=())
    expected = {name: {rule} for name, (rule, _) in CALLS.items() if rule}
    assert by_class(apk) == {**expected, "Every": {PERMISSIVE_HOST}}


def test_the_message_names_where_a_manager_is_put_to_use(tmp_path: Path) -> None:
    empty = MANAGER.replace("NAME", "Empty").replace("BODY", "").replace("MORE", "")
    (finding,) = findings(build_app(tmp_path / "a", java=[empty, GIVEN], libraries=()))
    assert finding.message == (
        "com.example.app.Empty accepts every certificate chain; it is given to "
        "SSLContext.init in com.example.app.Empty.context"
    )
    assert finding.evidence is not None
    assert finding.evidence.role == "X509TrustManager.checkServerTrusted"


LIBRARY = """\
package com.rabbitmq.client;
import java.security.cert.X509Certificate;
import javax.net.ssl.*;
public class TrustEverythingTrustManager implements X509TrustManager {
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) { }
    @Override public void checkClientTrusted(X509Certificate[] chain, String type) { }
    @Override public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
}
"""
FACTORY = """\
package com.rabbitmq.client;
import javax.net.ssl.*;
public class ConnectionFactory {
    public void open() { }
    public void useSslProtocol() throws Exception {
        SSLContext.getInstance("TLS").init(null, new TrustManager[] {new TrustEverythingTrustManager()}, null);
    }
}
"""
OPENS = "public class Net { public void net() { new com.rabbitmq.client.ConnectionFactory().open(); } }"
ASKS = """\
import javax.net.ssl.*;
public class Net {
    public void net() throws Exception {
        TrustManager[] all = {new com.rabbitmq.client.TrustEverythingTrustManager()};
        SSLContext.getInstance("TLS").init(null, all, null);
    }
}
"""


def test_what_a_library_offers_counts_when_the_app_asks_for_it(tmp_path: Path) -> None:
    bundled = build_app(tmp_path / "a", java=[LIBRARY, FACTORY, OPENS], libraries=())
    assert not findings(bundled)
    (finding,) = findings(build_app(tmp_path / "b", java=[LIBRARY, FACTORY, ASKS], libraries=()))
    assert (finding.rule, finding.evidence and finding.evidence.owner) == (PERMISSIVE, "RabbitMQ")


# -- pins ------------------------------------------------------------------------------------------

SPKI = "qhxcAqhxcAqhxcAqhxcAqhxcAqhxcAqhxcAqhxcAqhw="
PINNING = {
    "Base64": (
        "if (!PINS.contains(android.util.Base64.encodeToString(hash(chain[0]), 2))) throw new CertificateException();",
        HASH + f'static final Set<String> PINS = new HashSet<>(Arrays.asList("{SPKI}"));',
    ),
    "Hex": (
        (
            'String h = ""; for (byte b : hash(chain[0])) h += String.format("%02x", b);'
            " if (!h.equalsIgnoreCase(PIN)) throw new CertificateException();"
        ),
        HASH + f'static final String PIN = "{b64decode(SPKI).hex(":")}";',
    ),
}


@pytest.mark.parametrize("shrink", ["", "r8-full"])
@pytest.mark.parametrize("name", PINNING)
def test_pins_that_a_manager_compares_are_in_the_inventory(name: str, shrink: str, tmp_path: Path) -> None:
    body, more = PINNING[name]
    java = MANAGER.replace("NAME", name).replace("BODY", body).replace("MORE", more)
    apk = build_app(tmp_path / "a", java=[java, GIVEN], libraries=(), shrink=shrink)
    (pin,) = [pin for pin in read_app(apk).pins if pin.mechanism is Mechanism.TRUST_MANAGER]
    assert (pin.algorithm, pin.pin) == (Algorithm.SPKI_SHA256, SPKI)
    assert not findings(apk)
