"""Scripts of Cordova and Capacitor apps that set whom requests trust, in the spellings of real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.base.finding import Confidence
from pincompiler.facts import Mechanism
from pincompiler.rules.every import RULES
from pincompiler.rules.rule import Audited
from pincompiler.shipped import read_app
from tests.apk.forge import Attr, Node, axml, simple_zip
from tests.builds import assemble
from tests.dex.smali import class_file, method
from tests.pki import certificate, der
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.facts import ShippedApp

pytestmark = pytest.mark.usefixtures("builds")
NEW, OLD = "Lcom/silkimen/cordovahttp/CordovaHttpPlugin;", "Lcom/synconset/CordovaHTTP/CordovaHttpPlugin;"
CHECKER: Final = "Lnl/xservices/plugins/SSLCertificateChecker;"
CERTIFICATE: Final = der(certificate())
SCRIPT: Final = "assets/www/js/app.js"
RULED: Final = ("nocheck-server-trust", "pinned-without-certificates", "detached-certificate-check")


def app(tmp_path: Path, files: dict[str, str | bytes], *plugins: str) -> ShippedApp:
    constructor = method("public constructor <init>()V", "return-void")
    sources = {name[1:-1].replace("/", "."): class_file(name, constructor) for name in plugins or (NEW,)}
    given = {name: one.encode() if isinstance(one, str) else one for name, one in files.items()}
    members = {
        "AndroidManifest.xml": axml(Node("manifest", (Attr("package", "a.b"),))),
        "classes.dex": assemble(sources),
    }
    path = tmp_path / "app.apk"
    path.write_bytes(simple_zip({**members, **given}))
    return read_app(path)


def findings(shipped: ShippedApp) -> list[Finding]:
    checks = [one.app for one in RULES if one.id in RULED and one.app]
    return [finding for check in checks for finding in check(Audited(shipped, TODAY))]


SPELLINGS: Final = {
    "plain": "cordova.plugin.http.setServerTrustMode('nocheck', ok, err);",
    "promise": 'this.http.setServerTrustMode("nocheck").then(()=>{});',
    "template": "http.setServerTrustMode(`nocheck`)",
    "brackets": 'http["setServerTrustMode"]("nocheck",a,b)',
    "optional": "this.http?.setServerTrustMode?.('nocheck')",
    "broken over lines": "http\n  .setServerTrustMode(\n    'nocheck',\n    function () {}\n  );",
    "before 3.0": "cordova.plugin.http.setSSLCertMode('nocheck', ok, err);",
    "exec": 'cordova.exec(ok, err, "CordovaHttpPlugin", "setServerTrustMode", ["nocheck"]);',
    "variable": "const r='nocheck';n.http.setServerTrustMode(r).then(t)",
    "enumeration": 'var M={NoCheck:"nocheck",Pinned:"pin"};n.setServerTrustMode(M.NoCheck)',
    "choice": "h.setServerTrustMode(e.production?'default':'nocheck')",
    "switch": "cordovaHTTP.acceptAllCerts(true, function() {}, function() {});",
    "minified switch": "e.acceptAllCerts(!0,t,n)",
    "old exec": 'exec(a, b, "CordovaHttpPlugin", "acceptAllCerts", [true]);',
}


@pytest.mark.parametrize("script", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_whoever_accepts_everybody_is_found(script: str, tmp_path: Path) -> None:
    members = {SCRIPT, "assets/public/main.3f2a.js", "assets/public/index.html"}
    shipped = app(tmp_path, dict.fromkeys(members, script))
    found = [one for one in findings(shipped) if one.rule == "nocheck-server-trust"]
    assert {one.location.member for one in found if one.location} == members
    assert shipped.complete


SOUND: Final = {
    "default": "http.setServerTrustMode('default')",
    "legacy": "http.setServerTrustMode('legacy', ok, err)",
    "off": "cordovaHTTP.acceptAllCerts(false, ok, err); cordovaHTTP.validateDomainName(!0)",
    "another method": "this.mysetServerTrustMode('nocheck'); http.setServerTrustModes('nocheck')",
    "definition": "class A{acceptAllCerts(e){return cordova(this,'acceptAllCerts',{},arguments)}}",
    "definition with a mode": "setServerTrustMode(mode, success, failure) { check(mode); }",
    "prototype": "H.prototype.setServerTrustMode=function(e){return i(this,'setServerTrustMode',{},arguments)}",
}


@pytest.mark.parametrize("script", SOUND.values(), ids=SOUND.keys())
def test_whoever_does_not_is_not(script: str, tmp_path: Path) -> None:
    shipped = app(tmp_path, {SCRIPT: script})
    assert (findings(shipped), shipped.complete) == ([], True)


@pytest.mark.parametrize(
    "script", ["h.setServerTrustMode(config.mode)", "h.setServerTrustMode(pick())", "h.acceptAllCerts(e.lax)"]
)
def test_what_was_not_followed_is_a_doubt(script: str, tmp_path: Path) -> None:
    shipped = app(tmp_path, {SCRIPT: f"\n{script}"})
    (doubt,) = shipped.unseen
    assert doubt.mechanisms == {Mechanism.HYBRID}
    assert doubt.what == f"{SCRIPT}:2"


def test_names_that_are_not_compared_are_another_weakness(tmp_path: Path) -> None:
    (found,) = findings(app(tmp_path, {SCRIPT: "cordovaHTTP.validateDomainName(false)"}, OLD))
    assert "certificates of other hosts" in found.message


def test_the_plugin_decides_which_files_it_pins_to(tmp_path: Path) -> None:
    """CordovaServerTrust.getCertsFromBundle: ``.cer``, to the letter, in www/certificates, of Capacitor as well."""
    own, pinned = CERTIFICATE, "http.setServerTrustMode('pinned')"
    inside = "assets/www/certificates/api.cer"
    sound = app(tmp_path, {SCRIPT: pinned, inside: own})
    assert findings(sound) == []
    (pin,) = sound.pins
    assert (pin.mechanism, pin.confidence) == (Mechanism.HYBRID, Confidence.LIKELY)
    places = (
        "www/certificates/api.CER",
        "www/certificates/api.crt",
        "public/certificates/api.cer",
        "api.cer",
    )
    for place in places:
        (found,) = findings(app(tmp_path, {SCRIPT: pinned, f"assets/{place}": own}))
        assert (found.rule, "trusts nobody" in found.message) == ("pinned-without-certificates", True)


def test_the_first_plugin_also_pins_to_files_of_assets(tmp_path: Path) -> None:
    """CordovaHttpPlugin.enableSSLPinning of 1.11.1."""
    files: dict[str, str | bytes] = {"assets/api.cer": CERTIFICATE}
    sound = app(tmp_path, {SCRIPT: "cordovaHTTP.enableSSLPinning(true, ok, err)", **files}, OLD)
    assert (findings(sound), [pin.confidence for pin in sound.pins]) == ([], [Confidence.LIKELY])
    bare = app(tmp_path, {SCRIPT: "cordovaHTTP.enableSSLPinning(true, ok, err)"}, OLD)
    assert [one.rule for one in findings(bare)] == ["pinned-without-certificates"]
    off = app(tmp_path, {SCRIPT: "cordovaHTTP.enableSSLPinning(false, ok, err)"}, OLD)
    assert findings(off) == []


def test_a_file_that_is_no_certificate_leaves_the_mode_as_it_was(tmp_path: Path) -> None:
    """The call fails, and nothing is pinned: CertificateFactory throws before the mode is set."""
    files = {SCRIPT: "http.setServerTrustMode('pinned')", "assets/www/certificates/a.cer": "<html>" * 20}
    (found,) = findings(app(tmp_path, dict(files)))
    assert "requests go on without pins" in found.message


def test_a_check_of_another_connection_is_no_pinning(tmp_path: Path) -> None:
    print_ = " ".join(f"{byte:02X}" for byte in range(32))
    script = f"window.plugins.sslCertificateChecker.check(ok, no, 'https://a.example', '{print_}')"
    shipped = app(tmp_path, {SCRIPT: script}, CHECKER)
    assert [one.rule for one in findings(shipped)] == ["detached-certificate-check"]
    assert [pin.confidence for pin in shipped.pins] == [Confidence.CANDIDATE]
    # Without the plugin in the app, the call is of something else, and so are those of the other one.
    assert findings(app(tmp_path, {SCRIPT: script})) == []
    assert findings(app(tmp_path, {SCRIPT: "cordovaHTTP.acceptAllCerts(true)"}, CHECKER)) == []


def test_scripts_of_plugins_do_not_call_themselves(tmp_path: Path) -> None:
    own = "assets/www/plugins/cordova-plugin-advanced-http/www/x.js"
    assert findings(app(tmp_path, {own: "setServerTrustMode('nocheck')"})) == []
