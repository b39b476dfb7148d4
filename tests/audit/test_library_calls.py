"""Libraries that an app has pin, check less than the platform, or check nothing: by the calls that it makes."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pincompiler.base.finding import Level
from pincompiler.facts.common import Algorithm, Mechanism
from pincompiler.shipped import read_app
from pincompiler.shipped.android.kits import known_calls
from pincompiler.verdicts.hosts import Verdict, verdicts
from pincompiler.workflows.audit import audit, audit_options
from tests.audit.library_stubs import KEEP, STUBS
from tests.builds import build_app
from tests.pki import openssl_pin
from tests.real.test_app_rules import CERTIFICATES

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pincompiler.facts import ShippedApp

pytestmark = pytest.mark.usefixtures("builds")

LOOSE = {
    "new AsyncHttpClient(true, …, …)": "Object a() { return new com.loopj.android.http.AsyncHttpClient(true, 80, 443); }",
    "new MySSLSocketFactory(…)": (
        "Object b(java.security.KeyStore k) { return new com.loopj.android.http.MySSLSocketFactory(k); }"
    ),
    "Connection.validateTLSCertificates(false)": (
        "boolean strict = false; Object c(String url) {"
        " org.jsoup.Connection to = org.jsoup.Jsoup.connect(url); return to.validateTLSCertificates(strict).get(); }"
    ),
    "InsecureTrustManagerFactory.INSTANCE": (
        "Object d() { return io.netty.handler.ssl.util.InsecureTrustManagerFactory.INSTANCE; }"
    ),
    "HandshakeCertificates.Builder.addInsecureHost(…)": (
        "Object e(String host) { return new okhttp3.tls.HandshakeCertificates.Builder()"
        ".addPlatformTrustedCertificates().addInsecureHost(host); }"
    ),
    "TrustManagerUtils.getAcceptAllTrustManager()": (
        "Object f() { return org.apache.commons.net.util.TrustManagerUtils.getAcceptAllTrustManager(); }"
    ),
    "new FTPSClient(…)": "Object g() { return new org.apache.commons.net.ftp.FTPSClient(true); }",
    "new IMAPSClient": "Object h() { return new org.apache.commons.net.imap.IMAPSClient(); }",
    "MqttConnectOptions.setHttpsHostnameVerificationEnabled(false)": (
        "void i(org.eclipse.paho.client.mqttv3.MqttConnectOptions o) { o.setHttpsHostnameVerificationEnabled(false); }"
    ),
    "WebSocketFactory.setVerifyHostname(false)": (
        "Object j() { return new com.neovisionaries.ws.client.WebSocketFactory().setVerifyHostname(false); }"
    ),
    "a WebSocketClient.onSetSSLParameters that does nothing": (
        "void k() { new org.java_websocket.client.WebSocketClient() {"
        " @Override protected void onSetSSLParameters(javax.net.ssl.SSLParameters p) { } }.connect(); }"
    ),
    "TLSUtils.acceptAllCertificates(…)": (
        "Object l(Object b) { return org.jivesoftware.smack.util.TLSUtils.acceptAllCertificates(b); }"
    ),
    "TLSUtils.disableHostnameVerificationForTlsCertificates(…)": (
        "Object m(Object b) {"
        " return org.jivesoftware.smack.util.TLSUtils.disableHostnameVerificationForTlsCertificates(b); }"
    ),
    "a TlsAuthentication.notifyServerCertificate that does nothing": (
        "org.bouncycastle.tls.TlsAuthentication n() { return new org.bouncycastle.tls.TlsAuthentication() {"
        " public void notifyServerCertificate(Object certificate) { } }; }"
    ),
    "Email.setSSLOnConnect(true)": (
        "Object o() { return new org.apache.commons.mail.SimpleEmail().setSSLOnConnect(true); }"
    ),
    "Session.getInstance": (
        "Object p() { java.util.Properties p = new java.util.Properties();"
        ' p.setProperty("mail.imap.ssl.enable", "true"); return javax.mail.Session.getInstance(p); }'
    ),
    "ManagedChannelBuilder.usePlaintext": (
        "Object q() { return new io.grpc.okhttp.OkHttpChannelBuilder().usePlaintext(); }"
    ),
    "TLSConfigBuilder.setServerName(null)": (
        "void r(io.ktor.network.tls.TLSConfigBuilder b) { b.setServerName(null); }"
    ),
    "ConnectionFactory.useSslProtocol()": (
        "void s(com.rabbitmq.client.ConnectionFactory f) { f.useSslProtocol(); }"
    ),
    "ConnectionFactory.useSslProtocol(…)": (
        "void t(com.rabbitmq.client.ConnectionFactory f, javax.net.ssl.SSLContext c) { f.useSslProtocol(c); }"
    ),
}
"""By what the report calls it, how an app does it."""
SOUND = """
public class Main extends android.app.Activity {
    Object a() { return new com.loopj.android.http.AsyncHttpClient(false, 80, 443); }
    Object b() { return new com.loopj.android.http.AsyncHttpClient(); }
    Object c(String url) { return org.jsoup.Jsoup.connect(url).validateTLSCertificates(true).get(); }
    Object e() { return new okhttp3.tls.HandshakeCertificates.Builder().addPlatformTrustedCertificates(); }
    Object f() { return org.apache.commons.net.util.TrustManagerUtils.getDefaultTrustManager(null); }
    Object g(javax.net.ssl.SSLContext c) { return new org.apache.commons.net.ftp.FTPSClient(true, c); }
    Object h() {
        org.apache.commons.net.imap.IMAPSClient client = new org.apache.commons.net.imap.IMAPSClient();
        client.setEndpointCheckingEnabled(true);
        return client;
    }
    void i(org.eclipse.paho.client.mqttv3.MqttConnectOptions o) { o.setHttpsHostnameVerificationEnabled(true); }
    Object j() { return new com.neovisionaries.ws.client.WebSocketFactory().setVerifyHostname(true); }
    void k() {
        new org.java_websocket.client.WebSocketClient() {
            @Override protected void onSetSSLParameters(javax.net.ssl.SSLParameters p) {
                super.onSetSSLParameters(p);
            }
        }.connect();
    }
    Object l(Object b) { return org.jivesoftware.smack.util.TLSUtils.setTLSOnly(b); }
    Object o() {
        return new org.apache.commons.mail.SimpleEmail().setSSLOnConnect(true).setSSLCheckServerIdentity(true);
    }
    Object p() {
        java.util.Properties p = new java.util.Properties();
        p.setProperty("mail.imap.ssl.enable", "true");
        p.put("mail.imap.ssl.checkserveridentity", true);
        return javax.mail.Session.getInstance(p);
    }
    Object q(io.grpc.okhttp.OkHttpChannelBuilder b) { return b.useTransportSecurity(); }
    void r(io.ktor.network.tls.TLSConfigBuilder b) { b.setServerName("mqtt.depot.example"); }
    void t(com.rabbitmq.client.ConnectionFactory f, javax.net.ssl.SSLContext c) {
        f.useSslProtocol(c);
        f.enableHostnameVerification();
    }
}
"""
RULE = "loose-library-check"
SHRUNK = pytest.mark.parametrize("shrink", ["", "r8-full"])


def app(folder: Path, activity: str, shrink: str = "", **more: object) -> Path:
    """An app with this activity and all the stubs; R8 keeps what they are called."""
    rules = f"{KEEP}-keepclassmembers class * {{ *; }}\n"
    parts = {"files": {}, **more}
    return build_app(
        folder / "app",
        java={**STUBS, "Main.java": activity},
        libraries=(),
        shrink=shrink,
        rules=rules,
        **parts,
    )


@SHRUNK
def test_what_turns_checks_off(shrink: str, tmp_path: Path, today: date) -> None:
    net = f"public class Main extends android.app.Activity {{ {' '.join(LOOSE.values())} }}"
    subject = audit(app(tmp_path, net, shrink), audit_options(today, None, ()))
    found = [one for one in subject.findings if one.rule == RULE]
    told = [one.evidence.shown[0] for one in found if one.evidence]
    assert sorted(set(told)) == sorted(LOOSE)
    assert {one.level for one in found if "usePlaintext" not in one.message} == {Level.ERROR}
    assert {one.level for one in found if "usePlaintext" in one.message} == {Level.WARNING}
    assert subject.complete


@SHRUNK
def test_what_leaves_them_on(shrink: str, tmp_path: Path, today: date) -> None:
    subject = audit(app(tmp_path, SOUND, shrink), audit_options(today, None, ()))
    assert [one.message for one in subject.findings if one.rule == RULE] == []
    assert subject.complete


@SHRUNK
def test_what_is_only_known_at_run_time_is_unknown(shrink: str, tmp_path: Path, today: date) -> None:
    net = """
    public class Main extends android.app.Activity {
        Object c(String url) { return org.jsoup.Jsoup.connect(url).validateTLSCertificates(Boolean.getBoolean(url)); }
        Object p(String value) {
            java.util.Properties p = new java.util.Properties();
            p.put("mail.smtp.starttls.enable", "true");
            p.put("mail.smtp.ssl.checkserveridentity", System.getProperty(value));
            return javax.mail.Session.getInstance(p);
        }
        org.bouncycastle.tls.TlsAuthentication n() {
            return new org.bouncycastle.tls.TlsAuthentication() {
                public void notifyServerCertificate(Object certificate) { System.out.println(certificate); }
            };
        }
    }
    """
    subject = audit(app(tmp_path, net, shrink), audit_options(today, None, ()))
    assert [one.message for one in subject.findings if one.rule == RULE] == []
    reasons = {one.why for one in subject.unseen}
    assert any("validateTLSCertificates(false) of jsoup" in why for why in reasons)
    assert any("checkserveridentity" in why for why in reasons)
    assert any("Bouncy Castle TLS" in why for why in reasons)


# -- pins ----------------------------------------------------------------------------------------------

SHA1, SHA256 = hashlib.sha1(b"one").digest(), hashlib.sha256(b"one").digest()  # noqa: S324
GIVEN = f"""
public class Main extends android.app.Activity {{
    static final String[] PINS = {{ "{SHA1.hex()}" }};
    Object a(android.content.Context context) throws Exception {{
        return org.thoughtcrime.ssl.pinning.util.PinningHelper.getPinnedHttpsURLConnection(
            context, PINS, new java.net.URL("https://Mail.Depot.example/inbox"));
    }}
    Object b() {{
        return eu.geekplace.javapinning.JavaPinning.forPins(
            "SHA256:{SHA256.hex(":")}", "CERTSHA256:{SHA256.hex()}");
    }}
    void c(com.worklight.wlclient.api.WLClient client) {{
        client.pinTrustedCertificatePublicKey(new String[] {{"keys/depot.cer"}});
    }}
}}
"""


def pins_of(found: ShippedApp) -> set[tuple[str, Algorithm, bytes]]:
    return {(pin.host, pin.algorithm, pin.pin.encode()) for pin in found.pins}


@SHRUNK
def test_pins_that_are_given_to_libraries(shrink: str, tmp_path: Path, today: date) -> None:
    der = b64decode(CERTIFICATES["api_example_com"])
    files = {"assets/keys/depot.cer": der}
    found = read_app(app(tmp_path, GIVEN, shrink, files=files))
    assert pins_of(found) >= {
        ("mail.depot.example", Algorithm.SPKI_SHA1, b64encode(SHA1)),
        ("", Algorithm.SPKI_SHA256, b64encode(SHA256)),
        ("", Algorithm.CERTIFICATE, b64encode(SHA256)),
        ("", Algorithm.SPKI_SHA256, b64encode(openssl_pin(der, encoding=Encoding.DER))),
    }
    rows = {
        row.host: row.verdict
        for row in verdicts(found, None, today)
        if row.mechanism is Mechanism.TRUST_MANAGER
    }
    assert rows == {"mail.depot.example": Verdict.ENFORCED}
    assert found.complete


@SHRUNK
def test_pins_that_are_not_read_are_unknown(shrink: str, tmp_path: Path) -> None:
    net = """
    public class Main extends android.app.Activity {
        Object a(String pins) { return eu.geekplace.javapinning.JavaPinning.forPins(pins.split(",")); }
        void c(com.worklight.wlclient.api.WLClient client) { client.pinTrustedCertificatePublicKey("gone.cer"); }
        void d(com.couchbase.lite.ReplicatorConfiguration to, byte[] key) { to.setPinnedServerCertificate(key); }
        void e(cloud.trustpin.kotlin.sdk.TrustPin pin) { pin.setup("a", "b", "c"); }
        void f(com.commonsware.cwac.netsecurity.TrustManagerBuilder to, android.content.Context context) {
            to.withConfig(context, 0x7f010001);
        }
    }
    """
    found = read_app(app(tmp_path, net, shrink))
    reasons = " ".join(one.why for one in found.unseen if one.mechanisms)
    for library in ("java-pinning", "IBM MobileFirst", "Couchbase Lite", "TrustPin", "CWAC-NetSecurity"):
        assert library in reasons
    assert not found.pins


# -- the table -----------------------------------------------------------------------------------------


def test_every_library_says_where_it_is_known_from() -> None:
    for library in known_calls.libraries():
        assert len(library.source) > 20
        assert library.uses
        assert bool(library.why) == bool(library.of("starts"))


@pytest.mark.parametrize("line", ["no class", "com.acme.Net.check(maybe)", "com.acme.Net.check(", ""])
def test_a_line_that_is_none(line: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        known_calls.use(line)


def test_lines() -> None:
    found = known_calls.use("com.acme.Net$Builder+.check(@boolean true, *)")
    assert (found.class_name, found.name, found.below) == ("Lcom/acme/Net$Builder;", "check", True)
    assert (found.arguments, found.kinds) == (("true", "*"), ("Z", ""))
    assert found.words == "Net.Builder.check(true, …)"
    assert known_calls.use("com.acme.Net.ALL").is_read
    assert not known_calls.use("com.acme.Net.check").is_read
    assert known_calls.use("com.acme.Net.<init>").words == "new Net"
