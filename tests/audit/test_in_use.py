"""Code in small apps: whether it is used, whose it is, and what it does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pincompiler.android.dex import Dex, DexError
from pincompiler.base.finding import Level, Use
from pincompiler.rules.every import RULES
from pincompiler.rules.rule import Audited
from pincompiler.shipped import read_app
from tests.apk.forge import Attr, Node, android, axml, simple_zip
from tests.builds import assemble
from tests.dex.smali import class_file, method
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.android.dex import Site
    from pincompiler.android.dex.scan import Wanted
    from pincompiler.base.finding import Finding
    from pincompiler.facts import ShippedApp

pytestmark = pytest.mark.usefixtures("builds")
NAME, LABEL, VALUE, DEBUGGABLE = 0x01010003, 0x01010001, 0x01010024, 0x0101000F
CHECK = "public checkServerTrusted([Ljava/security/cert/X509Certificate;Ljava/lang/String;)V"
INIT = (
    "invoke-static {}, La/b/Main;->context()Ljavax/net/ssl/SSLContext;\nmove-result-object v0\n"
    "const/4 v1, 0x0\nconst/4 v2, 0x1\nnew-array v2, v2, [Ljavax/net/ssl/TrustManager;\n"
    "new-instance v3, Lew;\ninvoke-direct {v3}, Lew;-><init>()V\naput-object v3, v2, v1\n"
    "invoke-virtual {v0, v1, v2, v1}, Ljavax/net/ssl/SSLContext;->init("
    "[Ljavax/net/ssl/KeyManager;[Ljavax/net/ssl/TrustManager;Ljava/security/SecureRandom;)V\nreturn-void"
)
CONSTRUCTOR = method("public constructor <init>()V", "return-void")


def app(
    sources: dict[str, str],
    tmp_path: Path,
    *,
    debuggable: bool = False,
    utf8: bool = True,
    files: dict[str, bytes] | None = None,
    children: tuple[Node, ...] = (),
) -> ShippedApp:
    """An app with one activity, ``a.b.Main``, of some classes in smali."""
    flags = (android("label", LABEL, "A view"), android("debuggable", DEBUGGABLE, int(debuggable), 0x12))
    main = Node("activity", (android("name", NAME, "a.b.Main"),))
    top = Node("manifest", (Attr("package", "a.b"),), (Node("application", flags, (main, *children)),))
    members = {"AndroidManifest.xml": axml(top, utf8=utf8), "classes.dex": assemble(sources)}
    path = tmp_path / "app.apk"
    path.write_bytes(simple_zip({**members, **(files or {})}))
    return read_app(path)


def findings(app: ShippedApp, rule: str) -> list[Finding]:
    (check,) = [one.app for one in RULES if one.id == rule and one.app]
    return list(check(Audited(app, TODAY)))


@pytest.mark.parametrize("utf8", [True, False])
def test_the_end_of_a_word_in_the_manifest_is_no_class(tmp_path: Path, *, utf8: bool) -> None:
    """``A view`` ends in ``ew``, which a shrinker calls a class; in UTF-16, each letter is followed by a zero."""
    trusting = ".implements Ljavax/net/ssl/X509TrustManager;\n" + CONSTRUCTOR + method(CHECK, "return-void")
    sources = {
        "ew": class_file("Lew;", trusting),
        "net": class_file("Lnet;", method("public static use()V", INIT)),
        "main": class_file("La/b/Main;", CONSTRUCTOR, "Landroid/app/Activity;"),
    }
    (found,) = findings(app(sources, tmp_path, utf8=utf8), "permissive-trust-manager")
    assert found.evidence
    assert found.evidence.use is Use.REFERENCED
    assert found.level is Level.NOTE


NEW = "new-instance v0, La/b/Trusting;\ninvoke-direct {v0}, La/b/Trusting;-><init>()V"


@pytest.mark.parametrize(
    ("body", "broken", "use"),
    [("nop", False, Use.PRESENT), (NEW, False, Use.REFERENCED), ("nop", True, Use.REFERENCED)],
)
def test_what_code_that_cannot_be_followed_may_use_is_not_called_unused(
    body: str, use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, broken: bool
) -> None:
    """A second file whose code the way to the class is looked for in, and which cannot be read as far as that."""
    trusting = ".implements Ljavax/net/ssl/X509TrustManager;\n" + CONSTRUCTOR + method(CHECK, "return-void")
    sources = {
        "trusting": class_file("La/b/Trusting;", trusting),
        "main": class_file("La/b/Main;", CONSTRUCTOR, "Landroid/app/Activity;"),
    }
    naming = method("private static named()La/b/Trusting;", "const/4 v0, 0x0\nreturn-object v0")
    more = class_file("La/b/More;", naming + method("public static more()V", f"{body}\nreturn-void"))
    read = Dex.uses

    def uses(dex: Dex, *wanted: Wanted) -> tuple[Site, ...]:
        if broken and dex.name == "classes2.dex":
            raise DexError("damaged")
        return read(dex, *wanted)

    monkeypatch.setattr(Dex, "uses", uses)
    found = app(sources, tmp_path, files={"classes2.dex": assemble({"more": more})})
    (finding,) = findings(found, "permissive-trust-manager")
    assert finding.evidence
    assert finding.evidence.use is use
    said = [one.what for one in found.unseen if one.why == "its code cannot be followed: damaged"]
    assert said == ["classes2.dex"] * broken


ENGINE = "Lorg/apache/cordova/engine/SystemWebViewEngine;"
CLIENT = "Lorg/apache/cordova/engine/SystemWebViewClient;"
ON_ERROR = (
    "public onReceivedSslError(Landroid/webkit/WebView;Landroid/webkit/SslErrorHandler;"
    "Landroid/net/http/SslError;)V"
)
IF_DEBUGGABLE = (
    "const/4 v0, 0x0\ninvoke-virtual {v0}, Landroid/content/Context;->getApplicationInfo()"
    "Landroid/content/pm/ApplicationInfo;\nmove-result-object v0\n"
    "iget v0, v0, Landroid/content/pm/ApplicationInfo;->flags:I\nand-int/lit8 v0, v0, 0x2\nif-eqz v0, :a\n"
    "invoke-virtual {p2}, Landroid/webkit/SslErrorHandler;->proceed()V\nreturn-void\n"
    ":a\ninvoke-virtual {p2}, Landroid/webkit/SslErrorHandler;->cancel()V\nreturn-void"
)
CORDOVA = {
    # As Cordova does it: the engine is made by reflection, of its literal.
    "main": class_file(
        "La/b/Main;",
        method("public onCreate(Landroid/os/Bundle;)V", f"const-class v0, {ENGINE}\nreturn-void"),
        "Landroid/app/Activity;",
    ),
    "engine": class_file(
        ENGINE,
        method(
            "public constructor <init>(Landroid/content/Context;)V",
            f"new-instance v0, {CLIENT}\ninvoke-direct {{v0}}, {CLIENT}-><init>()V\nreturn-void",
        ),
    ),
    "client": class_file(
        CLIENT, CONSTRUCTOR + method(ON_ERROR, IF_DEBUGGABLE), "Landroid/webkit/WebViewClient;"
    ),
}


def test_what_a_library_does_in_a_debuggable_app_is_a_note(tmp_path: Path) -> None:
    (found,) = findings(app(CORDOVA, tmp_path, debuggable=True), "webview-ignores-tls-errors")
    assert found.level is Level.NOTE
    assert found.evidence
    assert found.evidence.owner == "Apache Cordova"
    assert found.evidence.chain == ("La/b/Main;", ENGINE, CLIENT)
    assert found.fix == "ship a release build"


def test_what_a_library_would_do_in_a_debuggable_app_is_nothing_in_a_release(tmp_path: Path) -> None:
    released = app(CORDOVA, tmp_path)
    assert released.trust.deciders
    assert not findings(released, "webview-ignores-tls-errors")


def test_a_name_below_the_package_in_meta_data_is_a_start(tmp_path: Path) -> None:
    """As Cydia Substrate names its modules."""
    trusting = ".implements Ljavax/net/ssl/X509TrustManager;\n" + CONSTRUCTOR + method(CHECK, "return-void")
    sources = {
        "trust": class_file("La/b/Trust;", trusting),
        "hook": class_file("La/b/Hook;", method("public hook()V", INIT.replace("Lew;", "La/b/Trust;"))),
    }
    named = Node("meta-data", (android("name", NAME, "substrate.main"), android("value", VALUE, ".Hook")))
    (found,) = findings(app(sources, tmp_path, children=(named,)), "permissive-trust-manager")
    assert found.evidence
    assert found.evidence.chain == ("La/b/Hook;", "La/b/Trust;")
    assert found.level is Level.ERROR


def test_what_xposed_loads_is_the_apps_own(tmp_path: Path) -> None:
    """A module has no components, and its code may be in another package than the manifest's."""
    trusting = ".implements Ljavax/net/ssl/X509TrustManager;\n" + CONSTRUCTOR + method(CHECK, "return-void")
    hook = method(
        "public hook()V", INIT.replace("Lew;", "Lhook/it/Trust;").replace("La/b/Main;", "Lhook/it/Main;")
    )
    sources = {
        "trust": class_file("Lhook/it/Trust;", trusting),
        "main": class_file("Lhook/it/Main;", CONSTRUCTOR + hook),
    }
    loaded = {"assets/xposed_init": b"# the module\nhook.it.Main\n"}
    (found,) = findings(app(sources, tmp_path, files=loaded), "permissive-trust-manager")
    assert found.evidence
    assert (found.evidence.first_party, found.evidence.use) == (True, Use.REFERENCED)
    assert found.level is Level.ERROR
    alone = tmp_path / "alone"
    alone.mkdir()
    (found,) = findings(app(sources, alone), "permissive-trust-manager")
    assert found.evidence
    assert (found.evidence.owner, found.level) == ("hook.it", Level.NOTE)


THROW = (
    "new-instance v0, Ljava/security/cert/CertificateException;\n"
    "invoke-direct {v0}, Ljava/security/cert/CertificateException;-><init>()V\nthrow v0"
)
ENCODED = (
    "const/4 v0, 0x0\naget-object v0, p1, v0\n"
    "invoke-virtual {v0}, Ljava/security/cert/X509Certificate;->getEncoded()[B\nmove-result-object v0\n"
)
COMPARED = (
    f"{ENCODED}iget-object v1, p0, La/b/Trust;->known:[B\n"
    "invoke-static {v0, v1}, Ljava/util/Arrays;->equals([B[B)Z\nmove-result v0\n"
    f"if-eqz v0, :a\nreturn-void\n:a\n{THROW}"
)
STORED = (
    "iget-object v1, p0, La/b/Trust;->store:Ljava/security/KeyStore;\n"
    "const/4 v2, 0x0\naget-object v0, p1, v2\n"
    'const-string v2, "ca"\n'
    "invoke-virtual {v1, v2}, Ljava/security/KeyStore;->getCertificate(Ljava/lang/String;)"
    "Ljava/security/cert/Certificate;\nmove-result-object v1\n"
    "invoke-virtual {v1}, Ljava/security/cert/Certificate;->getPublicKey()Ljava/security/PublicKey;\n"
    "move-result-object v1\n"
    "invoke-virtual {v0, v1}, Ljava/security/cert/X509Certificate;->verify(Ljava/security/PublicKey;)V\nreturn-void"
)
SETTER = "public set(Ljava/security/KeyStore;)V"
STORE = "iput-object p1, p0, La/b/Trust;->store:Ljava/security/KeyStore;\nreturn-void"
LOGGED = (
    f"{ENCODED}invoke-static {{v0}}, Ljava/util/Arrays;->toString([B)Ljava/lang/String;\nmove-result-object v0\n"
    'const-string v1, "tls"\ninvoke-static {v1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I\n'
    "iget-object v0, p0, La/b/Trust;->tm:Ljavax/net/ssl/X509TrustManager;\n"
    "invoke-interface {v0, p1, p2}, Ljavax/net/ssl/X509TrustManager;->checkServerTrusted("
    "[Ljava/security/cert/X509Certificate;Ljava/lang/String;)V\nreturn-void"
)


@pytest.mark.parametrize(
    ("body", "used", "why"),
    [
        (COMPARED, True, "compares certificates, and what it compares them with is only known at run time"),
        (
            STORED,
            True,
            "compares certificates, and what it lets in also depends on the field store",
        ),
        (LOGGED, True, ""),
        (COMPARED, False, ""),
    ],
)
def test_what_a_trust_manager_compares_with_is_unknown(
    tmp_path: Path, body: str, why: str, *, used: bool
) -> None:
    fields = (
        ".implements Ljavax/net/ssl/X509TrustManager;\n.field known:[B\n"
        ".field store:Ljava/security/KeyStore;\n.field tm:Ljavax/net/ssl/X509TrustManager;\n"
    )
    made = "new-instance v0, La/b/Trust;\ninvoke-direct {v0}, La/b/Trust;-><init>()V\n" if used else ""
    sources = {
        "trust": class_file(
            "La/b/Trust;", fields + CONSTRUCTOR + method(SETTER, STORE) + method(CHECK, body)
        ),
        "main": class_file("La/b/Main;", method("public onCreate()V", made + "return-void")),
    }
    assert [one.why for one in app(sources, tmp_path).unseen] == ([why] if why else [])
