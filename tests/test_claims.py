"""``diff``, ``init --from`` and ``check`` say that two things are the same only of what was compared, and compared whole."""

from __future__ import annotations

import plistlib
from base64 import b64encode
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import pincompiler.workflows.audit  # noqa: F401 - before a test replaces what it reads apps with
from pincompiler.android.apk.manifest import Manifest
from pincompiler.base.errors import InputError
from pincompiler.base.finding import Confidence
from pincompiler.base.location import Location
from pincompiler.cli.program import app as cli
from pincompiler.facts import (
    FIRST_PARTY,
    Algorithm,
    Code,
    InForce,
    Mechanism,
    Owner,
    Pin,
    ShippedApp,
    State,
    Unseen,
    VersionRange,
)
from pincompiler.facts.bundled import BundledFacts
from pincompiler.facts.kits import CronetEntry, CronetPins, KitFacts, TrustKitPins
from pincompiler.facts.nsc import NscFacts
from pincompiler.facts.okhttp import OkHttpFacts
from pincompiler.facts.trust import Decider, Decides, Flaw, TrustFacts
from pincompiler.platforms.nsc.model import Certificates, Domain, DomainConfig, Nsc, Settings
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.policy.enforcement import Enforcement, Key
from tests import pki
from tests.apk.forge import Node, android, manifest, nsc, simple_zip, uses_nsc
from tests.apk.forge import app as forged
from tests.strategies import spki

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

ONE, TWO = (b64encode(spki(name)).decode() for name in ("one", "two"))
KEYS = (Key(spki("one")), Key(spki("two")))
PINS = f"""\
version = 1
[keys.one]
spki-sha256 = "{ONE}"
[keys.two]
spki-sha256 = "{TWO}"
[[pin-set]]
hosts = ["api.example.com"]
keys = ["one", "two"]
"""
SAME = "accept the same chains for every host on every day"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [*map(str, words), "--today", "2026-11-23"])


def claims(ran: Result) -> bool:
    return SAME in ran.stderr or " is the same" in ran.stdout


# -- network security configurations -------------------------------------------------------------------


def xml(inside: str = "", around: str = "", attributes: str = "") -> str:
    pins = "".join(f'<pin digest="SHA-256">{pin}</pin>' for pin in (ONE, TWO))
    domain = f"<domain>api.example.com</domain><pin-set>{pins}</pin-set>"
    return (
        f"<network-security-config>{around}<domain-config {attributes}>{domain}{inside}</domain-config>"
        "</network-security-config>"
    )


def anchors(*certificates: str) -> str:
    return f"<trust-anchors>{''.join(f'<certificates {one}/>' for one in certificates)}</trust-anchors>"


SYSTEM, USER, RAW = 'src="system"', 'src="user"', 'src="@raw/company_root"'
TRUSTING = {
    "anchors of its own": (xml(anchors(RAW)), " under any CA of the system"),
    "CAs of users": (xml(anchors(SYSTEM, USER)), " under a CA that the user installed"),
    "a base that trusts users": (
        xml(around=f"<base-config>{anchors(SYSTEM, USER)}</base-config>"),
        " under a CA that the user installed",
    ),
    "overridePins": (xml(anchors(f'{SYSTEM} overridePins="true"')), " under any CA of the system"),
    "nobody": (xml("<trust-anchors/>"), " under any CA of the system"),
}
ELSE = {
    "anchors beside the system's": (
        xml(anchors(SYSTEM, RAW)),
        "trusts the CAs of @raw/company_root, which was not read",
    ),
    "public logs": (
        xml('<certificateTransparency enabled="true"/>'),
        "demands public logs of certificates",
    ),
    "without public logs": (
        xml('<certificateTransparency enabled="false"/>'),
        "does without public logs of certificates",
    ),
    "cleartext": (
        xml(attributes='cleartextTrafficPermitted="true"'),
        "permits connections without TLS",
    ),
}
DEFAULT = {
    "nothing said": xml(),
    "the system's CAs": xml(anchors(SYSTEM)),
    "no cleartext": xml(attributes='cleartextTrafficPermitted="false"'),
    "cleartext for hosts without pins": xml(
        around='<domain-config cleartextTrafficPermitted="true"><domain>cdn.example.com</domain></domain-config>'
    ),
}


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    path = tmp_path / "pins.toml"
    path.write_text(PINS, "utf-8")
    return path


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", TRUSTING)
def test_other_trust_beside_the_same_pins_is_a_difference(name: str, pins: Path, tmp_path: Path) -> None:
    text, words = TRUSTING[name]
    plain, other = written(tmp_path, "plain.xml", xml()), written(tmp_path, "other.xml", text)
    for left, right in ((plain, other), (other, plain), (pins, other), (other, pins)):
        ran = run("diff", left, right)
        assert (ran.exit_code, claims(ran)) == (1, False)
        assert f"{words} is accepted by " in ran.stdout
    known = "@raw" not in text
    alike = run("diff", other, written(tmp_path, "again.xml", text))
    assert (alike.exit_code, claims(alike)) == ((0, True) if known else (3, False))
    taken = run("init", "--from", other, "-o", "-")
    assert (taken.exit_code, claims(taken)) == (3, False)
    assert f"{words} is accepted by " in taken.stderr
    assert words in taken.stdout


@pytest.mark.parametrize("name", ELSE)
def test_what_else_decides_beside_the_same_pins_is_unknown(name: str, pins: Path, tmp_path: Path) -> None:
    text, words = ELSE[name]
    plain, other = written(tmp_path, "plain.xml", xml()), written(tmp_path, "other.xml", text)
    for left, right in ((plain, other), (other, plain), (pins, other), (other, pins)):
        ran = run("diff", left, right)
        assert (ran.exit_code, ran.stdout, claims(ran)) == (3, "", False)
        assert f"other.xml {words}" in ran.stderr
    # Of two files that name a resource nobody can say that it is one.
    known = "@raw" not in text
    alike = run("diff", other, written(tmp_path, "again.xml", text))
    assert (alike.exit_code, claims(alike)) == ((0, True) if known else (3, False))
    taken = run("init", "--from", other, "-o", "-")
    assert (taken.exit_code, claims(taken)) == (3, False)
    assert f"other.xml {words}" in taken.stderr
    assert "# - for " in taken.stdout
    assert words in taken.stdout


@pytest.mark.parametrize("name", DEFAULT)
def test_what_is_the_default_is_the_same(name: str, pins: Path, tmp_path: Path) -> None:
    other = written(tmp_path, "other.xml", DEFAULT[name])
    for left in (pins, written(tmp_path, "plain.xml", xml())):
        ran = run("diff", left, other)
        assert (ran.exit_code, ran.stdout, claims(ran)) == (0, "", True)
    taken = run("init", "--from", other, "-o", "-")
    assert (taken.exit_code, claims(taken)) == (0, True)
    assert "# - " not in taken.stdout


def test_other_trust_does_not_hide_other_pins(pins: Path, tmp_path: Path) -> None:
    other = written(tmp_path, "other.xml", xml(anchors(RAW)).replace(TWO, b64encode(spki("three")).decode()))
    ran = run("diff", pins, other)
    assert ran.exit_code == 1
    assert "api.example.com" in ran.stdout
    assert "trusts the CAs of @raw/company_root, which was not read" in ran.stderr


def test_debuggable_builds_may_differ(pins: Path, tmp_path: Path) -> None:
    debug = f"<debug-overrides>{anchors(USER)}</debug-overrides>"
    plain, other = written(tmp_path, "plain.xml", xml()), written(tmp_path, "other.xml", xml(around=debug))
    ran = run("diff", plain, other)
    assert (ran.exit_code, claims(ran)) == (3, False)
    assert "debuggable builds" in ran.stderr
    # A pins.toml says nothing of such builds: of them nothing was compared.
    for left, right in ((pins, other), (other, pins)):
        ran = run("diff", left, right)
        assert (ran.exit_code, ran.stdout, claims(ran)) == (3, "", False)
        assert "debuggable builds with other.xml trust user as well" in ran.stderr
    taken = run("init", "--from", other, "-o", "-")
    assert (taken.exit_code, claims(taken)) == (3, False)
    assert "# - debuggable builds with other.xml trust user as well" in taken.stdout
    assert run("diff", other, written(tmp_path, "again.xml", xml(around=debug))).exit_code == 0


def test_debug_overrides_without_anchors_change_no_build(pins: Path, tmp_path: Path) -> None:
    other = written(tmp_path, "other.xml", xml(around="<debug-overrides><trust-anchors/></debug-overrides>"))
    assert run("diff", pins, other).exit_code == 0
    assert run("init", "--from", other, "-o", "-").exit_code == 0


def test_the_debug_file_beside_a_configuration_is_of_it(pins: Path, tmp_path: Path) -> None:
    """XmlConfigSource.parseDebugOverridesResource: by its name, and only where the file has no debug-overrides itself."""
    plain, other = written(tmp_path, "plain.xml", xml()), written(tmp_path, "other.xml", xml())
    debug = f"<debug-overrides>{anchors(USER)}</debug-overrides>"
    written(tmp_path, "other_debug.xml", f"<network-security-config>{debug}</network-security-config>")
    by_name = "debuggable builds with other.xml trust user as well, by other_debug.xml"
    ran = run("diff", plain, other)
    assert (ran.exit_code, claims(ran), "in debuggable builds" in ran.stderr) == (3, False, True)
    ran = run("diff", pins, other)
    assert (ran.exit_code, claims(ran), by_name in ran.stderr) == (3, False, True)
    taken = run("init", "--from", other, "-o", "-")
    assert (taken.exit_code, claims(taken), f"# - {by_name}" in taken.stdout) == (3, False, True)
    own = written(tmp_path, "other.xml", xml(around="<debug-overrides><trust-anchors/></debug-overrides>"))
    assert run("diff", pins, own).exit_code == 0


@pytest.mark.parametrize("swizzle", [None, False, True])
def test_which_connections_trustkit_is_asked_for_is_left_out(swizzle: bool | None, tmp_path: Path) -> None:  # noqa: FBT001
    """TSKSwizzleNetworkDelegates is of the code around, and neither value is one of pins.toml's pins."""
    asked = {} if swizzle is None else {"TSKSwizzleNetworkDelegates": swizzle}
    path = written(tmp_path, "Info.plist", trustkit(dict(asked)))
    taken = run("init", "--from", path, "-o", "-")
    assert (taken.exit_code, claims(taken)) == (3, False)
    assert "# Taken from Info.plist, and not all of it." in taken.stdout
    words = "swizzle = true in [target.trustkit]" if swizzle else "whose code asks it"
    assert words in taken.stdout
    assert words in taken.stderr


def test_what_trustkit_is_told_may_differ(tmp_path: Path) -> None:
    only = xml('<trustkit-config enforcePinning="false"/>')
    other = written(tmp_path, "other.xml", only)
    ran = run("diff", written(tmp_path, "plain.xml", xml()), other)
    assert (ran.exit_code, claims(ran)) == (3, False)
    assert "TrustKit-Android" in ran.stderr
    assert run("diff", other, written(tmp_path, "again.xml", only)).exit_code == 0


def test_a_host_that_pins_toml_cannot_name_is_not_dropped(tmp_path: Path) -> None:
    """Android compares the underscore like any other letter."""
    underscored = xml().replace("</domain>", "</domain><domain>my_host.example.com</domain>", 1)
    ran = run("init", "--from", written(tmp_path, "n.xml", underscored), "-o", "-")
    assert isinstance(ran.exception, InputError)
    assert "my_host.example.com is pinned by" in str(ran.exception)


# -- property lists ------------------------------------------------------------------------------------

LEAVES = {"NSPinnedLeafIdentities": [{"SPKI-SHA256-BASE64": pin} for pin in (ONE, TWO)]}


def ats(**more: object) -> bytes:
    return plistlib.dumps(
        {"NSAppTransportSecurity": {"NSPinnedDomains": {"api.example.com": LEAVES}, **more}}
    )


def trustkit(configuration: dict[str, object] | None = None, **domain: object) -> bytes:
    entry = {"TSKPublicKeyHashes": [ONE, TWO], **domain}
    return plistlib.dumps(
        {"TSKConfiguration": {"TSKPinnedDomains": {"api.example.com": entry}, **(configuration or {})}}
    )


EXEMPT = {"NSExceptionAllowsInsecureHTTPLoads": True}
LOOSER = {
    "arbitrary loads": ats(NSAllowsArbitraryLoads=True),
    "an exception": ats(NSExceptionDomains={"api.example.com": EXEMPT}),
    "an exception above": ats(NSExceptionDomains={"example.com": {**EXEMPT, "NSIncludesSubdomains": True}}),
}


@pytest.mark.parametrize("name", LOOSER)
def test_exceptions_of_app_transport_security_are_unknown(name: str, tmp_path: Path) -> None:
    plain, other = written(tmp_path, "plain.plist", ats()), written(tmp_path, "other.plist", LOOSER[name])
    ran = run("diff", plain, other)
    assert (ran.exit_code, claims(ran)) == (3, False)
    taken = run("init", "--from", other, "-o", "-")
    assert (taken.exit_code, claims(taken)) == (3, False)
    assert run("diff", other, written(tmp_path, "again.plist", LOOSER[name])).exit_code == 0


def test_exceptions_for_other_hosts_are_none_of_the_pins(tmp_path: Path) -> None:
    other = ats(NSExceptionDomains={"example.com": EXEMPT, "cdn.example.net": EXEMPT})
    ran = run("diff", written(tmp_path, "plain.plist", ats()), written(tmp_path, "other.plist", other))
    assert (ran.exit_code, claims(ran)) == (0, True)


def test_what_trustkit_is_asked_is_compared(tmp_path: Path) -> None:
    swizzling = trustkit({"TSKSwizzleNetworkDelegates": True})
    ran = run("diff", written(tmp_path, "a.plist", trustkit()), written(tmp_path, "b.plist", swizzling))
    assert (ran.exit_code, claims(ran)) == (3, False)
    assert "TSKSwizzleNetworkDelegates" in ran.stderr


@pytest.mark.parametrize(("algorithm", "code"), [("P-256", 0), ("P-521", 1), ("Ed25519", 1)])
def test_a_key_that_trustkit_cannot_hash_is_a_difference(algorithm: str, code: int, tmp_path: Path) -> None:
    """TSKSPKIHashCache.m knows five kinds; the kind of a key is in pins.toml's certificate, not in the plist."""
    certificate = pki.certificate(key=pki.private_key(algorithm))
    written(tmp_path, "one.pem", pki.pem(certificate))
    pins = written(tmp_path, "pins.toml", PINS.replace(f'spki-sha256 = "{ONE}"', 'file = "one.pem"'))
    plist = written(
        tmp_path,
        "Info.plist",
        trustkit(TSKPublicKeyHashes=[b64encode(pki.openssl_pin(pki.pem(certificate))).decode(), TWO]),
    )
    for left, right in ((pins, plist), (plist, pins)):
        ran = run("diff", left, right)
        assert (ran.exit_code, claims(ran)) == (code, not code)
        assert (f"which cannot hash {algorithm} keys" in ran.stdout) is bool(code)


SET_BY_XCODE = {
    "enforcement": trustkit(TSKEnforcePinning="$(PINNING)"),
    "a pin": trustkit(TSKPublicKeyHashes=[ONE, "${PIN_TWO}"]),
    "a host": plistlib.dumps({"TSKConfiguration": {"TSKPinnedDomains": {"$(API_HOST)": {}}}}),
    "subdomains of ATS": plistlib.dumps(
        {
            "NSAppTransportSecurity": {
                "NSPinnedDomains": {"example.com": {**LEAVES, "NSIncludesSubdomains": "$(WIDE)"}}
            }
        }
    ),
    "all domains": plistlib.dumps({"TSKConfiguration": {"TSKPinnedDomains": "$(DOMAINS)"}}),
}


@pytest.mark.parametrize("name", SET_BY_XCODE)
def test_a_build_setting_is_unknown(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, "Info.plist", SET_BY_XCODE[name])
    ran = run("diff", path, written(tmp_path, "b.plist", trustkit()))
    assert (ran.exit_code, ran.stdout, claims(ran)) == (3, "", False)
    assert "is a build setting, which Xcode fills in" in ran.stderr
    assert run("check", path).exit_code == 3
    taken = run("init", "--from", path, "-o", "-")
    assert isinstance(taken.exception, InputError)
    assert "is a build setting" in str(taken.exception)


def test_a_build_setting_elsewhere_is_none_of_the_pins(tmp_path: Path) -> None:
    path = written(
        tmp_path, "Info.plist", plistlib.dumps({**plistlib.loads(ats()), "CFBundleName": "$(PRODUCT_NAME)"})
    )
    assert run("check", path).exit_code == 0


@pytest.mark.parametrize("pinned", [ats(), trustkit()])
def test_a_property_list_that_lost_its_pins_differs(pinned: bytes, tmp_path: Path) -> None:
    old = written(tmp_path, "old.plist", pinned)
    new = written(tmp_path, "new.plist", plistlib.dumps({"CFBundleName": "Shop"}))
    ran = run("diff", old, new)
    assert ran.exit_code == 1
    assert "api.example.com is pinned by " in ran.stdout
    assert run("diff", new, old).exit_code == 1
    for words in (("check", new), ("init", "--from", new, "-o", "-")):
        assert "pins no host, neither by NSPinnedDomains nor by TrustKit" in str(run(*words).exception)


# -- apps ----------------------------------------------------------------------------------------------

CODE = Code(
    Location("app.apk", member="classes.dex", symbol="Lcom/example/Net;->open()V"),
    "Lcom/example/Net;",
    FIRST_PARTY,
)
CONFIG = Nsc((DomainConfig((Domain("api.example.com", include_subdomains=False),), KEYS),))
MANIFEST = Manifest(min_sdk=28, target_sdk=35)


def shipped(mechanism: Mechanism, enforcement: Enforcement, **more: Any) -> InForce:
    return InForce(mechanism, mechanism.value, enforcement, CODE.location, **more)


def hostless(mechanism: Mechanism, sure: Confidence = Confidence.CONFIRMED) -> Pin:
    return Pin(mechanism, "", None, Algorithm.CERTIFICATE, ONE, CODE.location, FIRST_PARTY, confidence=sure)


def apk(nsc_: Nsc | None = CONFIG, **areas: Any) -> ShippedApp:
    given = () if nsc_ is None else (shipped(Mechanism.NSC, nsc_),)
    return ShippedApp("app.apk", "apk", "", MANIFEST, **{"nsc": NscFacts(shipped=given), **areas})


def cronet(host: str) -> KitFacts:
    found = CronetPins(
        (CronetEntry(host, tuple(key.spki_sha256 for key in KEYS), False, date(2030, 1, 1), CODE),)
    )
    return KitFacts(shipped=(shipped(Mechanism.CRONET, found),))


def pinner(host: str, **more: Any) -> OkHttpFacts:
    return OkHttpFacts(shipped=(shipped(Mechanism.OKHTTP, OkHttp((OkHttpEntry(host, KEYS),)), **more),))


OVERRIDDEN = replace(
    CONFIG.configs[0],
    overridden=True,
    settings=Settings(anchors=(Certificates("user", overrides_pins=True),)),
)
TRUST_ALL = Decider(CODE, Decides.CHAIN, "X509TrustManager.checkServerTrusted", Flaw.ACCEPTS_ALL)
UNKNOWN = {
    "Flutter": apk(unseen=(Unseen("libflutter.so", "has its own TLS stack", frozenset({Mechanism.HYBRID})),)),
    "damaged code": apk(unseen=(Unseen("classes2.dex", "cannot be read"),)),
    "a key store": apk(bundled=BundledFacts((hostless(Mechanism.KEYSTORE),))),
    "what may be a pin": apk(bundled=BundledFacts((hostless(Mechanism.NATIVE, Confidence.CANDIDATE),))),
    "Netty's fingerprints": apk(kits=KitFacts((hostless(Mechanism.TRUST_MANAGER),))),
    "a trust manager with pins": apk(trust=TrustFacts((hostless(Mechanism.TRUST_MANAGER),))),
    "scripts": apk(bundled=BundledFacts((hostless(Mechanism.HYBRID),))),
    "a trust manager that accepts everything": apk(trust=TrustFacts(deciders=(TRUST_ALL,))),
    "pins of an SDK": apk(
        okhttp=OkHttpFacts(shipped=(replace(pinner("sdk.example.net").shipped[0], owner=Owner("Some SDK")),))
    ),
    "a pinner that was not seen whole": apk(okhttp=pinner("api.example.com", doubts=("Net adds more",))),
    "TrustKit that crashes": apk(
        kits=KitFacts(
            shipped=(shipped(Mechanism.TRUSTKIT, TrustKitPins(CONFIG), state=State.BROKEN, why="it raises"),)
        )
    ),
    "pins that anchors skip": apk(
        None,
        nsc=NscFacts(
            shipped=(
                shipped(Mechanism.NSC, Nsc((OVERRIDDEN,)), state=State.DISABLED, why="chains skip the pins"),
            )
        ),
    ),
    "OkHttp's pins for computed hosts": apk(okhttp=OkHttpFacts((hostless(Mechanism.OKHTTP),))),
    "HttpEngine's pins for computed hosts": apk(kits=KitFacts((hostless(Mechanism.CRONET),))),
    "a configuration that is not there": apk(None, nsc=NscFacts(unresolved=True)),
    "anchors that were not read": apk(
        Nsc(
            (
                replace(
                    CONFIG.configs[0], settings=Settings((Certificates("system"), Certificates("@raw/ca")))
                ),
            )
        )
    ),
}
DIFFERENT = {
    "the CAs of users, by the default of old apps": (
        apk(replace(CONFIG, target_sdk=23)),
        " under a CA that the user installed is accepted by ",
    ),
    "Cronet pins another host": (apk(kits=cronet("pay.example.com")), "pay.example.com is pinned by "),
    "Cronet alone": (apk(None, kits=cronet("pay.example.com")), "pay.example.com is pinned by "),
    "OkHttp pins another host": (apk(okhttp=pinner("pay.example.com")), "pay.example.com is pinned by "),
    "TrustKit's own reading": (
        apk(
            kits=KitFacts(
                shipped=(shipped(Mechanism.TRUSTKIT, TrustKitPins(Nsc(())), api=VersionRange(21, 23)),)
            )
        ),
        "api.example.com is not pinned by ",
    ),
    "nothing": (apk(None), "api.example.com is not pinned by "),
    "a pinner that no client is given": (
        apk(None, okhttp=pinner("api.example.com", state=State.DISABLED)),
        "whose pins no client is given",
    ),
}
ALIKE = {
    "the configuration": apk(),
    "OkHttp for the same host": apk(None, okhttp=pinner("api.example.com")),
    "both": apk(okhttp=pinner("api.example.com")),
    "a remark": apk(unseen=(Unseen("classes.dex", "was read by androguard", frozenset()),)),
}


def at(trust: TrustFacts, path: str) -> TrustFacts:
    """The facts with their places in this file."""
    deciders = (
        replace(one, code=replace(one.code, location=replace(one.code.location, file=path)))
        for one in trust.deciders
    )
    return replace(trust, deciders=tuple(deciders))


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Makes a file of which these facts are read."""
    facts: dict[Path, ShippedApp] = {}
    monkeypatch.setattr("pincompiler.shipped.read_app", facts.__getitem__)

    def made(app: ShippedApp, name: str = "app.apk") -> Path:
        path = written(tmp_path, name, b"")
        facts[path] = replace(app, path=str(path), sha256=name, trust=at(app.trust, str(path)))
        return path

    return made


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_compared_is_unknown(name: str, reading: Any, pins: Path) -> None:
    path = reading(UNKNOWN[name])
    for left, right in ((path, pins), (pins, path)):
        ran = run("diff", left, right)
        assert (ran.exit_code, ran.stdout, claims(ran)) == (3, "", False)
        assert ran.stderr.startswith("unknown: ")
    taken = run("init", "--from", path, "-o", "-")
    assert not claims(taken)
    assert taken.exit_code == 3 or isinstance(taken.exception, InputError)
    assert ("# Taken from app.apk, and not all of it." in taken.stdout) is (taken.exit_code == 3)


@pytest.mark.parametrize("name", UNKNOWN)
def test_two_builds_with_something_unknown_are_not_called_the_same(name: str, reading: Any) -> None:
    ran = run("diff", reading(UNKNOWN[name], "old.apk"), reading(apk(), "new.apk"))
    assert ran.exit_code in (1, 3)
    assert not claims(ran)


def test_two_builds_without_a_configuration_differ_in_their_defaults(reading: Any) -> None:
    """NetworkSecurityConfig.getDefaultBuilder: apps that aim at Android 6 trust the CAs of users."""
    old = reading(replace(apk(None), manifest=Manifest(min_sdk=23, target_sdk=23)), "old.apk")
    new = reading(replace(apk(None), manifest=Manifest(min_sdk=23, target_sdk=35)), "new.apk")
    ran = run("diff", old, new)
    assert (ran.exit_code, claims(ran)) == (1, False)
    assert "a CA that the user installed" in ran.stdout


def test_two_builds_with_the_same_hole_are_not_called_the_same(reading: Any) -> None:
    trusting = UNKNOWN["a trust manager that accepts everything"]
    ran = run("diff", reading(trusting, "old.apk"), reading(trusting, "new.apk"))
    assert (ran.exit_code, claims(ran)) == (3, False)
    assert "permissive-trust-manager" in ran.stderr


@pytest.mark.parametrize("name", DIFFERENT)
def test_every_mechanism_is_compared(name: str, reading: Any, pins: Path) -> None:
    app, words = DIFFERENT[name]
    ran = run("diff", reading(app), pins)
    assert ran.exit_code == 1
    assert words in ran.stdout
    assert not claims(run("init", "--from", reading(app), "-o", "-"))


@pytest.mark.parametrize("name", ALIKE)
def test_what_was_compared_whole_is_the_same(name: str, reading: Any, pins: Path) -> None:
    path = reading(ALIKE[name])
    ran = run("diff", path, pins)
    assert (ran.exit_code, ran.stdout, claims(ran)) == (0, "", True)
    taken = run("init", "--from", path, "-o", "-")
    assert (taken.exit_code, claims(taken)) == (0, True)


def test_pins_of_cronet_alone_are_taken_over_and_for_whom_they_are_is_said(
    reading: Any, tmp_path: Path
) -> None:
    """Its engines hold their own connections to them; whatever pins.toml compiles to holds others."""
    path = reading(apk(None, kits=cronet("pay.example.com")))
    taken = run("init", "--from", path, "-o", "-")
    assert (taken.exit_code, claims(taken)) == (3, False)
    assert "# - Cronet holds the connections of its own engines to its pins, and no others" in taken.stdout
    assert 'hosts = ["pay.example.com"]' in taken.stdout
    assert "expires = 2030-01-01" in taken.stdout
    ran = run("diff", path, written(tmp_path, "taken.toml", taken.stdout))
    assert (ran.exit_code, ran.stdout, claims(ran)) == (3, "", False)
    assert "Cronet holds the connections of its own engines" in ran.stderr
    assert run("diff", path, path).exit_code == 0


def test_check_finds_in_an_app_what_audit_finds(reading: Any) -> None:
    ran = run("check", reading(UNKNOWN["a trust manager that accepts everything"]))
    assert ran.exit_code == 1
    assert "app.apk!classes.dex com.example.Net.open(): error: com.example.Net accepts every" in ran.stdout
    assert "[permissive-trust-manager]" in ran.stdout
    ran = run("check", reading(UNKNOWN["Flutter"]))
    assert ran.exit_code == 3
    assert "unknown: libflutter.so: has its own TLS stack" in ran.stderr
    assert "no pins were found in it" in str(run("check", reading(apk(None))).exception)


def test_a_flutter_app_from_its_file(pins: Path, tmp_path: Path) -> None:
    """The same without any stand-in: read from an archive."""
    sdk = Node("uses-sdk", [android("minSdkVersion", 0x0101020C, 28, kind=0x10)])
    files = forged(
        **{
            "AndroidManifest.xml": manifest(uses_nsc(), children=[sdk]),
            "classes.dex": None,
            "res/n.xml": nsc("api.example.com", ONE),
            "res/n28.xml": nsc("api.example.com", ONE),
            "lib/arm64-v8a/libflutter.so": b"\x7fELF" + bytes(60),
        }
    )
    path = written(tmp_path, "app.apk", simple_zip(files))
    for words in (("diff", path, pins), ("init", "--from", path, "-o", "-"), ("check", path)):
        ran = run(*words)
        assert ran.exit_code in (1, 3)
        assert not claims(ran)
        assert "libflutter.so: Flutter has its own TLS stack" in ran.stderr
