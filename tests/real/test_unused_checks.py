"""Trust managers that pin, given to what makes connections or to nothing: only the first is pinning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.facts import Mechanism
from pincompiler.shipped import read_app
from tests.builds import build_app
from tests.real.conditions import ALL_MODES, GIVEN, KEPT, in_modes, named

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("builds")

PIN: Final = "p5N7ZLjKpY8Dchu2us9ceMsjX+vg5wsbhM2ZVBRhoI4="
MANAGER: Final = f"""\
import java.security.MessageDigest;
import java.security.cert.*;
import javax.net.ssl.*;
public final class NAME implements X509TrustManager {{
    private final X509TrustManager platform = Given.platform();
    static SSLContext other; static SSLSocketFactory kept;
    HELPER
    static void to(HttpsURLConnection connection, SSLContext given) {{ connection.setSSLSocketFactory(given.getSocketFactory()); }}
    public static Object use(HttpsURLConnection connection) throws Exception {{ BODY }}
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {{
        platform.checkServerTrusted(chain, type);
        try {{
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(chain[0].getPublicKey().getEncoded());
            if (!java.util.Base64.getEncoder().encodeToString(hash).equals("{PIN}")) throw new CertificateException("pin");
        }} catch (java.security.NoSuchAlgorithmException e) {{ throw new CertificateException(e); }}
    }}
    @Override public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {{
        throw new CertificateException();
    }}
    @Override public X509Certificate[] getAcceptedIssuers() {{ return platform.getAcceptedIssuers(); }}
}}
"""
MADE: Final = (
    'SSLContext tls = SSLContext.getInstance("TLS"); tls.init(null, new TrustManager[] {new NAME()}, null); '
)
USED: Final = {
    "ForOne": MADE + "connection.setSSLSocketFactory(tls.getSocketFactory()); return null;",
    "ForAll": MADE + "HttpsURLConnection.setDefaultSSLSocketFactory(tls.getSocketFactory()); return null;",
    "AsDefault": MADE + "SSLContext.setDefault(tls); return null;",
    "Engine": MADE + 'return tls.createSSLEngine("api.example.com", 443);',
    "Socket": MADE + 'return tls.getSocketFactory().createSocket("api.example.com", 443);',
    "Returned": MADE + "return tls.getSocketFactory();",
    "Kept": MADE + "kept = tls.getSocketFactory(); return null;",
    "KeptContext": MADE + "other = tls; return null;",
    "ByHelper": MADE + "to(connection, tls); return null;",
    "OfHelper": "return context().getSocketFactory();",
    "LaterOn": (
        'SSLContext tls = SSLContext.getInstance("TLS"); TrustManager[] some = new TrustManager[1];'
        " for (int at = 0; at < some.length; at++) some[at] = new NAME();"
        " tls.init(null, some, null); return tls.getSocketFactory();"
    ),
}
HELPERS: Final = {"OfHelper": f"static SSLContext context() throws Exception {{ {MADE} return tls; }}"}
UNUSED: Final = {
    "Forgotten": MADE + "return null;",
    "OnlyShown": MADE + 'android.util.Log.d("tls", "made " + tls.getSocketFactory()); return null;',
    "OfAnother": (
        MADE + 'SSLContext plain = SSLContext.getInstance("TLS"); plain.init(null, null, null);'
        " return plain.getSocketFactory();"
    ),
    "SecondOfTwo": (
        'SSLContext tls = SSLContext.getInstance("TLS");'
        " tls.init(null, new TrustManager[] {Given.platform(), new NAME()}, null); return tls.getSocketFactory();"
    ),
    "NeverGiven": (
        'SSLContext tls = SSLContext.getInstance("TLS"); tls.init(null, null, null);'
        ' android.util.Log.d("tls", "made " + new NAME()); return tls.getSocketFactory();'
    ),
}
OTHERS: Final = {
    # What may decide, of which no class of the app is seen to.
    "ByProxy": """\
import java.lang.reflect.*;
import javax.net.ssl.*;
public final class ByProxy implements InvocationHandler {
    public static TrustManager use() {
        return (TrustManager) Proxy.newProxyInstance(ByProxy.class.getClassLoader(), new Class<?>[] {X509TrustManager.class}, new ByProxy());
    }
    @Override public Object invoke(Object self, Method method, Object[] given) { return null; }
}
""",
    "StoreForgotten": """\
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.*;
public final class StoreForgotten {
    public static TrustManager[] use(Certificate given) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("ca", given);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return factory.getTrustManagers();
    }
}
""",
}


@in_modes(*ALL_MODES)
def test_a_check_that_no_connection_is_given_is_no_pinning(mode: str, tmp_path: Path) -> None:
    sources = [
        MANAGER.replace("BODY", body).replace("HELPER", HELPERS.get(name, "")).replace("NAME", name)
        for name, body in (USED | UNUSED).items()
    ]
    app = read_app(
        build_app(tmp_path / "a", java=[*sources, *OTHERS.values(), GIVEN], shrink=mode, rules=KEPT)
    )
    pinned = {named(one.where.symbol) for one in app.pins if one.mechanism is Mechanism.TRUST_MANAGER}
    assert pinned == {*USED, *UNUSED}
    # Whom an engine that is handed on is connected to is not asked by any code.
    assert {named(one.what) for one in app.unseen if one.mechanisms} == {*UNUSED, *OTHERS, "Engine"}
