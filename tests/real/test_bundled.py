"""Certificates that an app brings along, and what its compiled code makes of them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zipfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from pincompiler.base.finding import Confidence
from pincompiler.facts import Algorithm, Mechanism
from pincompiler.rules.app import (
    bundled_private_key,
    expired_bundled_certificate,
    expiring_bundled_certificate,
    interception_ca,
    lone_bundled_leaf,
)
from pincompiler.rules.rule import Audited
from pincompiler.shipped import read_app
from tests import parts, pki
from tests.apk.aapt import build, demand_aapt2
from tests.apk.forge import simple_zip
from tests.audit.test_bundled import jks
from tests.builds import BUILT, build_app
from tests.real import jvm
from tests.real.install import ANDROID_VERSION, KOTLIN_VERSION
from tests.real.toolchain import to_dex
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pincompiler.facts import ShippedApp
    from pincompiler.facts.bundled import BundledTrust

pytestmark = pytest.mark.usefixtures("builds")

MANIFEST = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.example.trust">
    <uses-sdk android:minSdkVersion="26" android:targetSdkVersion="34" />
    <application />
</manifest>
"""
SAMPLE_CA = Path(__file__).parents[2] / "samples" / "certs" / "backup-ca.pem"
CA = pki.certificate("Example CA", pki.private_key(number=21), ca=True)
LEAF = pki.certificate("api.example.com", pki.private_key(number=22))
STORED = pki.certificate("Stored CA", pki.private_key(number=23), ca=True)
UNUSED = pki.certificate("Unused CA", pki.private_key(number=24), ca=True)
LITERAL = x509.load_pem_x509_certificate(SAMPLE_CA.read_bytes())
"""It stands in the source, which must stay the same for the golden build."""
LOCKED = pki.certificate("Locked CA", pki.private_key(number=26), ca=True)

IMPORTS = """\
package com.example.trust;
import android.content.Context;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.*;
import java.util.Collection;
import javax.net.ssl.*;
"""
ENDING = """\
        TrustManagerFactory tmf = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        tmf.init(ks);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, tmf.getTrustManagers(), null);
        return tls;
"""
EMPTY = """\
        KeyStore ks = KeyStore.getInstance(KeyStore.getDefaultType());
        ks.load(null, null);
"""
SOURCES = {
    # A PEM in a file that is not called so.
    "AssetPem": EMPTY
    + """\
        try (InputStream in = new BufferedInputStream(context.getAssets().open("data/ca.dat"))) {
            Certificate ca = CertificateFactory.getInstance("X.509").generateCertificate(in);
            ks.setCertificateEntry("ca", ca);
        }
"""
    + ENDING,
    "RawStore": """\
        KeyStore ks = KeyStore.getInstance("BKS");
        InputStream in = context.getResources().openRawResource(R.raw.truststore);
        try {
            ks.load(in, "secret".toCharArray());
        } finally {
            in.close();
        }
"""
    + ENDING,
    "Literal": EMPTY
    + """\
        InputStream in = new ByteArrayInputStream(PEM.getBytes(StandardCharsets.UTF_8));
        ks.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
"""
    + ENDING,
    "Okio": EMPTY
    + """\
        InputStream in = new okio.Buffer().writeUtf8(PEM).inputStream();
        int index = 0;
        Collection<? extends Certificate> all = CertificateFactory.getInstance("X.509").generateCertificates(in);
        for (Certificate one : all) {
            ks.setCertificateEntry(Integer.toString(index++), one);
        }
"""
    + ENDING,
    "Helped": """\
        KeyStore ks = Stores.of(Stores.read(context, "leaf.der"));
"""
    + ENDING,
    "Locked": """\
        KeyStore ks = KeyStore.getInstance("PKCS12");
        ks.load(context.getAssets().open("locked.p12"), "open sesame".toCharArray());
"""
    + ENDING,
    # From here on: what must not be taken for a pin.
    "Platform": ENDING.replace("init(ks)", "init((KeyStore) null)"),
    "Device": """\
        KeyStore ks = KeyStore.getInstance("AndroidCAStore");
        ks.load(null, null);
"""
    + ENDING,
    "Detached": EMPTY
    + """\
        Certificate ca = CertificateFactory.getInstance("X.509")
            .generateCertificate(context.getAssets().open("data/ca.dat"));
        ks.setCertificateEntry("ca", ca);
        TrustManagerFactory tmf = TrustManagerFactory.getInstance("PKIX");
        tmf.init(ks);
        return SSLContext.getDefault();
""",
    # What some context is given, which is not followed, is not of a factory that nobody asks for its managers.
    "Elsewhere": """\
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {(TrustManager) (Object) given}, null);
        return tls;
""",
    "Unimplemented": EMPTY
    + """\
        ks.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(given.open()));
"""
    + ENDING,
    "OnDevice": """\
        KeyStore ks = KeyStore.getInstance("BKS");
        ks.load(new FileInputStream(context.getFilesDir() + "/trust.bks"), null);
"""
    + ENDING,
}
STORES = """\
abstract class Given { abstract InputStream open(); }
final class Stores {
    static Certificate read(Context context, String name) throws Exception {
        return CertificateFactory.getInstance("X.509").generateCertificate(context.getAssets().open(name));
    }
    static KeyStore of(Certificate certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        store.setCertificateEntry("it", certificate);
        return store;
    }
}
"""


def java_text(text: str) -> str:
    return '"' + text.replace("\n", "\\n") + '"'


def java_class(name: str, body: str) -> str:
    pem = java_text(pki.pem(LITERAL).decode())
    head = f"public final class {name} {{\n    private static final String PEM = {pem};\n    static Given given;\n"
    return f"{IMPORTS}{head}    public static SSLContext tls(Context context) throws Exception {{\n{body}    }}\n}}\n"


def keytool_store(folder: Path, kind: str, certificate: x509.Certificate, password: str) -> bytes:
    """A trust store made by Java's own tool."""
    folder.mkdir(exist_ok=True)
    (folder / "in.pem").write_bytes(pki.pem(certificate))
    command = ["keytool", "-importcert", "-noprompt", "-alias", "ca", "-storetype", kind]
    command += ["-file", "in.pem", "-keystore", f"out.{kind}", "-storepass", password]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / f"out.{kind}").read_bytes()


@dataclass(frozen=True)
class Built:
    app: ShippedApp

    def trust(self, name: str) -> list[BundledTrust]:
        wanted = f"Lcom/example/trust/{name};"
        return [one for one in self.app.bundled.trust if one.code.class_name == wanted]


TO_BE_REPLACED = b"the trust store goes here\n"


@pytest.fixture(scope="module")
def built(builds: str, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The app with the stores of Java's own tool, or with ours; they are never twice the same, so they come last."""
    folder = tmp_path_factory.mktemp("trust")
    if builds == BUILT:
        parts.need([] if shutil.which("keytool") else ["keytool"])
        # Java has no writer of BKS; a JKS is loaded by the same call.
        stored = keytool_store(folder / "jks", "JKS", STORED, "secret")
        locked = keytool_store(folder / "p12", "PKCS12", LOCKED, "open sesame")
    else:
        stored, locked = jks(pki.der(STORED)), pki.truststore(LOCKED, b"open sesame")
    sources = [java_class(name, body) for name, body in SOURCES.items()]
    apk = build_app(
        folder / "app",
        java=[*sources, IMPORTS + STORES],
        manifest=MANIFEST,
        files={"res/raw/truststore": TO_BE_REPLACED},
        carried=False,
        main="",
        dexer="dx",
    )
    with zipfile.ZipFile(apk) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files["res/raw/truststore"] == TO_BE_REPLACED
    files |= {
        "res/raw/truststore": stored,
        "assets/data/ca.dat": b"# our CA\n" + pki.pem(CA),
        "assets/leaf.der": pki.der(LEAF),
        "assets/unused.bin": pki.der(UNUSED),
        "assets/locked.p12": locked,
    }
    apk.write_bytes(simple_zip(files))
    return Built(read_app(apk))


CHAINS = {
    "AssetPem": (CA, ("assets/data/ca.dat",)),
    "RawStore": (STORED, ("res/raw/truststore",)),
    "Literal": (LITERAL, ()),
    "Okio": (LITERAL, ()),
    "Helped": (LEAF, ("assets/leaf.der",)),
    "Locked": (LOCKED, ("assets/locked.p12",)),
}


@pytest.mark.parametrize("name", CHAINS)
def test_chain_from_file_to_context(name: str, built: Built) -> None:
    certificate, files = CHAINS[name]
    (trust,) = built.trust(name)
    assert [one.sha256 for one in trust.certificates] == [hashlib.sha256(pki.der(certificate)).digest()]
    assert (trust.files, trust.attached, trust.complete) == (files, True, True)
    fingerprint = b64encode(hashlib.sha256(pki.der(certificate)).digest()).decode()
    pins = [one for one in built.app.pins if one.pin == fingerprint and one.where == trust.code.location]
    assert [(one.mechanism, one.algorithm, one.host, one.confidence) for one in pins] == [
        (Mechanism.KEYSTORE, Algorithm.CERTIFICATE, "", Confidence.CONFIRMED)
    ]
    assert certificate.subject.rfc4514_string() in pins[0].what


@pytest.mark.parametrize("name", ["Platform", "Device", "OnDevice", "Unimplemented"])
def test_no_pin_where_the_app_brings_nothing(name: str, built: Built) -> None:
    assert built.trust(name) == []


def test_trust_managers_that_no_context_is_given(built: Built) -> None:
    (trust,) = built.trust("Detached")
    assert trust.attached is False
    pins = [one for one in built.app.pins if one.where == trust.code.location]
    assert [one.confidence for one in pins] == [Confidence.LIKELY]


def test_only_what_cannot_be_followed_is_unknown(built: Built) -> None:
    doubts = [one for one in built.app.unseen if one.why.startswith("trust managers are made here of ")]
    assert all(one.mechanisms == {Mechanism.KEYSTORE} for one in doubts)
    assert {one.what.partition(";->")[0] for one in doubts} == {
        f"Lcom/example/trust/{name}" for name in ("Detached", "OnDevice")
    }


def test_unused_certificates_are_candidates(built: Built) -> None:
    found = {one.title: one for one in built.app.bundled.files if not one.trusted}
    assert list(found) == ["assets/unused.bin"]
    (pin,) = [one for one in built.app.pins if one.where.member == "assets/unused.bin"]
    assert pin.confidence is Confidence.CANDIDATE
    assert pin.pin == b64encode(hashlib.sha256(pki.der(UNUSED)).digest()).decode()


# -- rules -----------------------------------------------------------------------------------------

RULES = (
    bundled_private_key.RULE,
    expired_bundled_certificate.RULE,
    expiring_bundled_certificate.RULE,
    interception_ca.RULE,
    lone_bundled_leaf.RULE,
)


def test_trust_that_is_not_attached_is_no_finding(built: Built) -> None:
    """Nor is a certificate that no code uses, however bad."""
    where = {
        one.location.symbol.partition(";")[0]
        for rule in RULES
        if rule.app is not None
        for one in rule.app(Audited(built.app, TODAY))
        if one.location is not None
    }
    assert where == {"Lcom/example/trust/Helped"}, "the one that trusts a lone leaf"


NSC = """\
<network-security-config>
    <{0}>{1}<trust-anchors><certificates src="@raw/proxy" /></trust-anchors></{0}>
</network-security-config>
"""
CONFIGURED = MANIFEST.replace("<application", '<application android:networkSecurityConfig="@xml/nsc"')


@pytest.mark.parametrize(
    ("element", "domain", "findings"),
    [
        ("domain-config", "<domain>example.com</domain>", ["error"]),
        ("base-config", "", ["error"]),
        ("debug-overrides", "", []),
    ],
)
@pytest.mark.real
def test_interception_ca_in_the_configuration(
    element: str, domain: str, findings: list[str], tmp_path: Path
) -> None:
    """What only debug builds trust is as it should be; a trust anchor is no pin of a key store either."""
    demand_aapt2()
    (tmp_path / "res/raw").mkdir(parents=True)
    proxy = pki.certificate("mitmproxy", pki.private_key(number=27), ca=True)
    (tmp_path / "res/raw/proxy.pem").write_bytes(pki.pem(proxy))
    sources = {"AndroidManifest.xml": CONFIGURED, "res/xml/nsc.xml": NSC.format(element, domain)}
    app = read_app(build(tmp_path, sources))
    assert [one.title for one in app.bundled.files] == ["res/raw/proxy.pem"]
    assert app.bundled.pins == ()
    found = list(interception_ca.check(Audited(app, TODAY)))
    assert [one.level for one in found] == findings


# -- Kotlin ----------------------------------------------------------------------------------------

KOTLIN = """\
package com.example.trust
import android.content.Context
import java.security.KeyStore
import java.security.cert.CertificateFactory
import java.security.cert.X509Certificate
import javax.net.ssl.SSLContext
import javax.net.ssl.TrustManagerFactory
import javax.net.ssl.X509TrustManager
import okhttp3.OkHttpClient

class Trust(private val context: Context) {
    private val certificate: X509Certificate
        get() = context.assets.open("ca.dat").use {
            CertificateFactory.getInstance("X.509").generateCertificate(it) as X509Certificate
        }

    fun client(): OkHttpClient {
        val trusted = KeyStore.getInstance(KeyStore.getDefaultType()).apply {
            load(null, null)
            setCertificateEntry("ca", certificate)
        }
        val factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
        factory.init(trusted)
        val manager = factory.trustManagers.first { it is X509TrustManager } as X509TrustManager
        val tls = SSLContext.getInstance("TLS").apply { init(null, arrayOf(manager), null) }
        return OkHttpClient.Builder().sslSocketFactory(tls.socketFactory, manager).build()
    }
}
"""


@pytest.mark.real
def test_kotlin(tmp_path: Path) -> None:
    """As Kotlin is written: scope functions, a property with a getter, a search among the managers."""
    demand_aapt2()
    (tmp_path / "Trust.kt").write_text(KOTLIN, "utf-8")
    classpath = os.pathsep.join((jvm.jars("okhttp-4.12.0"), jvm.jars(f"android-{ANDROID_VERSION}")))
    options = ["-no-stdlib", "-no-reflect", "-jvm-target", "1.8", "-cp", classpath]
    compiler = jvm.jars(f"kotlin-{KOTLIN_VERSION}")
    jvm.workshop().do(
        "kotlinc", compiler, *options, "-d", str(tmp_path / "classes"), str(tmp_path / "Trust.kt")
    )
    to_dex(tmp_path / "classes", tmp_path / "classes.dex")
    (tmp_path / "apk/res/values").mkdir(parents=True)
    (tmp_path / "apk/res/values/s.xml").write_text("<resources><string name='a'>b</string></resources>")
    apk = build(tmp_path / "apk", {"AndroidManifest.xml": MANIFEST})
    with zipfile.ZipFile(apk, "a") as archive:
        archive.write(tmp_path / "classes.dex", "classes.dex")
        archive.writestr("assets/ca.dat", pki.pem(CA))
    app = read_app(apk)
    (trust,) = app.bundled.trust
    assert (trust.files, trust.complete) == (("assets/ca.dat",), True)
    assert trust.attached is not False
    assert not [one for one in app.unseen if one.why.startswith("trust managers are made here of ")]
