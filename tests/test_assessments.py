"""``[assessment]``: builds that may be looked into, what they let through, and that no release has a trace of them."""

from __future__ import annotations

import hashlib
import json
import plistlib
from base64 import b64decode, b64encode, encodebytes
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from pincompiler.base.finding import Level
from pincompiler.keys.anchors import anchors_in
from pincompiler.platforms.nsc import read as read_nsc
from pincompiler.platforms.okhttp.code import read as read_okhttp
from pincompiler.policy.enforcement import Chain, Key
from pincompiler.policy.project import App
from pincompiler.policy.trust import Device
from pincompiler.workflows.audit import audit, audit_options
from pincompiler.workflows.compile import check
from tests import pki
from tests.apk import forge
from tests.apk.forge import Attr, Node, Res
from tests.dex import burdens
from tests.dex import writer as w
from tests.ios import apps
from tests.strategies import TODAY
from tests.test_cli import PIN_A, PIN_B, PIN_C, PIN_D, Ran, run, snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding

PROXY_KEY = pki.private_key(number=41)
PROXY = pki.certificate("mitmproxy", PROXY_KEY, ca=True)
PROXY_PIN = b64encode(pki.openssl_pin(pki.pem(PROXY))).decode()
OTHER = pki.certificate("Some Root", pki.private_key(number=42), ca=True)
PINS = """\
version = 1

[keys]
a = { spki-sha256 = "%s", role = "leaf" }
b = { spki-sha256 = "%s", role = "leaf" }

[anchors.proxy]
file = "proxy.pem"

[assessment]
anchors = ["proxy"]

[[pin-set]]
hosts = ["api.example.com"]
keys = ["a", "b"]
"""
PINS = PINS.replace("%s", PIN_A, 1).replace("%s", PIN_B, 1)
MAIN = "app/src/main/res/xml/nsc.xml"
NSC = f'\n[target.nsc]\npath = "{MAIN}"\n'
KOTLIN = """
[target.okhttp-kotlin]
path = "app/src/release/kotlin/com/example/shop/Pins.kt"
package = "com.example.shop"
"""
TOOLS = "http://schemas.android.com/tools"
DEBUG = "app/src/debug/res/xml/nsc_debug.xml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "proxy.pem").write_bytes(pki.pem(PROXY))
    (folder / "other.pem").write_bytes(pki.pem(OTHER))
    return folder


def compiled(root: Path, text: str, *arguments: str) -> Ran:
    (root / "pins.toml").write_text(text, "utf-8")
    return run("compile", *arguments, cwd=root)


def refused(root: Path, text: str, *lines: str) -> None:
    (root / "pins.toml").write_text(text, "utf-8")
    before = snapshot(root)
    for command in ("check", "compile"):
        ran = run(command, cwd=root)
        found = [line for line in ran.stdout.splitlines() if ": error: " in line]
        assert ran.code == 1, ran
        assert len(found) == len(lines), ran.stdout
        assert all(line.startswith(start) for line, start in zip(found, lines, strict=True)), ran.stdout
    assert snapshot(root) == before


# -- what is written -----------------------------------------------------------------------------


def test_the_release_has_nothing_and_the_debug_source_set_has_the_rest(root: Path) -> None:
    plain = PINS.replace('[assessment]\nanchors = ["proxy"]\n', "").replace(
        '[anchors.proxy]\nfile = "proxy.pem"\n', ""
    )
    assert compiled(root, plain + NSC + KOTLIN).code == 0
    before = {path: path.read_bytes() for path in (root / "app").rglob("*") if path.is_file()}
    ran = compiled(root, PINS + NSC + KOTLIN)
    assert ran.code == 0, ran
    assert {path: path.read_bytes() for path in before} == before, "no file of the release changes"
    files = {str(one.relative_to(root)) for one in (root / "app").rglob("*") if one.is_file()}
    assert files - {str(one.relative_to(root)) for one in before} == {
        DEBUG,
        "app/src/debug/res/raw/pins_proxy.pem",
        "app/src/debug/res/raw/nsc_debug_keep.xml",
        "app/src/debug/kotlin/com/example/shop/Pins.kt",
    }
    assert run("compile", "--check", cwd=root).code == 0
    keep = etree.parse(root / "app/src/debug/res/raw/nsc_debug_keep.xml").getroot()
    assert (keep.tag, dict(keep.attrib)) == ("resources", {f"{{{TOOLS}}}keep": "@xml/nsc_debug"})


def test_a_debuggable_build_takes_the_release_s_chains_and_the_proxy_s(root: Path) -> None:
    """As Android puts the two files together: read back from what was written."""
    assert compiled(root, PINS + NSC + KOTLIN).code == 0
    raw = {"@raw/pins_proxy": anchors_in((root / "app/src/debug/res/raw/pins_proxy.pem").read_bytes(), "p")}
    twin = read_nsc((root / DEBUG).read_bytes(), App()).with_resources(raw.get)
    release = read_nsc((root / MAIN).read_bytes(), App())
    debuggable = release.debuggable(twin, 34)
    (proxy,) = raw["@raw/pins_proxy"] or ()
    right, wrong = (Chain(Key(pin_of(one)).spki_sha256) for one in (PIN_A, PIN_C))
    read = Chain(pin_of(PIN_C), (proxy.spki_sha256,), anchor=proxy.identity)
    device = Device(frozenset({b""}), frozenset())
    for host in ("api.example.com", "other.example.com"):
        assert debuggable.accepts(host, read, TODAY, device)
        assert not release.accepts(host, read, TODAY, device)
    for build in (release, debuggable):
        assert build.accepts("api.example.com", right, TODAY, device)
        assert not build.accepts("api.example.com", wrong, TODAY, device), "pinning is not off"


def pin_of(text: str) -> bytes:
    return b64decode(text)


def test_code_has_the_proxy_s_key_among_the_pins(root: Path) -> None:
    assert compiled(root, PINS + NSC + KOTLIN).code == 0
    release, debug = (
        read_okhttp((root / f"app/src/{name}/kotlin/com/example/shop/Pins.kt").read_bytes(), App())
        for name in ("release", "debug")
    )
    own = {key.pin for entry in release.entries for key in entry.keys}
    more = {key.pin for entry in debug.entries for key in entry.keys}
    assert own == {PIN_A, PIN_B}
    assert more - own == {PROXY_PIN}
    assert release.policy_digest != debug.policy_digest


def test_whatever_ca_the_tester_installed(root: Path) -> None:
    ran = compiled(root, PINS.replace('["proxy"]', '["user"]') + NSC + KOTLIN)
    assert ran.code == 0
    assert 'src="user"' in (root / DEBUG).read_text("utf-8")
    assert 'assessment builds keep the pins of okhttp-kotlin: [assessment] has "user"' in ran.stdout
    assert not (root / "app/src/debug/kotlin").exists()


def test_an_info_plist_of_its_own_as_far_as_ats_goes(root: Path) -> None:
    """CA keys can have one more beside them; server keys cannot."""
    ats = '\n[target.ats]\npath = "Info.plist"\npath-assessment = "Info-Debug.plist"\n'
    refused(root, PINS + ats, "pins.toml:14:10: error: api.example.com with another key under CA `proxy` is")
    cas = PINS.replace('role = "leaf"', 'role = "ca"')
    assert compiled(root, cas + ats).code == 0
    assert PROXY_PIN in (root / "Info-Debug.plist").read_text("utf-8")
    assert PROXY_PIN not in (root / "Info.plist").read_text("utf-8")


ENVIRONMENTS = "[environments]\nproduction = { release = true }\nstaging = {}\n"
FLAVOURS = '\n[target.nsc]\npath = "app/src/{environment}/res/xml/nsc.xml"\n'


def test_one_file_for_the_debug_builds_of_all_environments(root: Path) -> None:
    text = PINS.replace("[keys]", f"{ENVIRONMENTS}\n[keys]") + FLAVOURS
    assert compiled(root, text).code == 0
    assert (root / DEBUG).exists()
    assert run("compile", "--check", "-e", "staging", cwd=root).code == 0


def test_builds_of_one_environment_alone(root: Path) -> None:
    """Then a debug build of production has nothing."""
    text = PINS.replace("[keys]", f"{ENVIRONMENTS}\n[keys]") + FLAVOURS
    text = text.replace('anchors = ["proxy"]', 'anchors = ["proxy"]\nenvironments = ["staging"]')
    assert compiled(root, text).code == 0
    found = sorted(str(one.relative_to(root)) for one in root.rglob("*_debug.xml"))
    assert found == ["app/src/stagingDebug/res/xml/nsc_debug.xml"]


def with_path(path: str) -> str:
    return f'{PINS}{NSC}path-assessment = "{path}"\n'


BASE = """<network-security-config><debug-overrides><trust-anchors>
<certificates src="user"/></trust-anchors></debug-overrides></network-security-config>"""
BAD = {
    "nobody": (
        PINS.replace('anchors = ["proxy"]', "anchors = []") + NSC,
        "pins.toml:11:11: error: nobody can look into such builds [missing-value]",
    ),
    "the system": (
        PINS.replace('anchors = ["proxy"]', 'anchors = ["system"]') + NSC,
        "pins.toml:11:12: error: no anchor is called",
    ),
    "an unknown environment": (
        PINS.replace('anchors = ["proxy"]', 'anchors = ["proxy"]\nenvironments = ["staging"]') + NSC,
        "pins.toml:12:17: error: no environment is called `staging` [unknown-environment]",
    ),
    "whom the release trusts": (
        PINS.replace('keys = ["a", "b"]', 'keys = ["a", "b"]\ntrust = ["proxy"]') + NSC,
        "pins.toml:11:11: error: the release trusts the anchor `proxy` as well [invalid-value]",
    ),
    "whose key the release pins": (
        PINS.replace(PIN_B, PROXY_PIN).replace('role = "leaf" }\n\n', 'role = "ca" }\n\n') + NSC,
        "pins.toml:11:11: error: the release pins the key of the anchor `proxy` as well [invalid-value]",
    ),
    "into the source set of all builds": (
        with_path("app/src/main/res/xml/nsc_debug.xml"),
        'pins.toml:19:19: error: "app/src/main/res/xml/nsc_debug.xml" would be in builds for release',
    ),
    "into the source set of releases": (
        with_path("app/src/prodRelease/res/xml/nsc_debug.xml"),
        'pins.toml:19:19: error: "app/src/prodRelease/res/xml/nsc_debug.xml" would be in builds for release',
    ),
    "into the source set of all builds, as macOS spells it": (
        with_path("app/src/Main/res/xml/nsc_debug.xml"),
        'pins.toml:19:19: error: "app/src/Main/res/xml/nsc_debug.xml" would be in builds for release',
    ),
    "beside the release's own, where there are no source sets": (
        f'{PINS}\n[target.nsc]\npath = "res/xml/nsc.xml"\npath-assessment = "res/xml/nsc_debug.xml"\n',
        'pins.toml:19:19: error: "res/xml/nsc_debug.xml" would be in builds for release',
    ),
    "over the release's own": (with_path(MAIN), 'pins.toml:19:19: error: Android looks for "nsc_debug.xml"'),
    "under a name that Android does not look for": (
        with_path("app/src/debug/res/xml/nsc_review.xml"),
        'pins.toml:19:19: error: Android looks for "nsc_debug.xml", not for "nsc_review.xml"',
    ),
    "out of the project": (
        with_path("../nsc_debug.xml"),
        'pins.toml:19:19: error: "../nsc_debug.xml" has a `..`',
    ),
    "nowhere": (
        f'{PINS}\n[target.ats]\npath = "Info.plist"\n',
        "pins.toml:10:2: error: no file is written for assessment builds [missing-value]",
    ),
    "a place, and no assessment": (
        with_path("app/src/review/res/xml/nsc_debug.xml").replace('[assessment]\nanchors = ["proxy"]\n', ""),
        "pins.toml:17:19: error: `path-assessment` means nothing without [assessment] [unknown-key]",
    ),
    "a base with overrides of its own, which hide the file beside": (
        f'{PINS}{NSC}base = "base.xml"\n',
        "pins.toml:14:10: error: api.example.com under",
        "pins.toml:14:10: error: api.example.com under",
        "pins.toml:17:2: error: every host that neither names under",
        "pins.toml:17:2: error: every host that neither names under",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_finding_and_nothing_is_written(name: str, root: Path) -> None:
    (root / "base.xml").write_text(BASE, "utf-8")
    text, *lines = BAD[name]
    refused(root, text, *lines)


# -- what audit says of it -----------------------------------------------------------------------

RAW_ID = 0x7F020000


def overrides() -> Node:
    source = Node("certificates", [Attr("src", RAW_ID, kind=forge.REFERENCE)], [])
    return Node("debug-overrides", [], [Node("trust-anchors", [], [source], line=8)], line=7)


def nsc(*more: Node, digest: str = "", pins: tuple[str, ...] = (PIN_A, PIN_B)) -> bytes:
    domain = Node("domain", [Attr("includeSubdomains", False)], ["api.example.com"], line=3)
    held = [Node("pin", [Attr("digest", "SHA-256")], [pin], line=5) for pin in pins]
    config = Node("domain-config", [], [domain, Node("pin-set", [], held, line=4)], line=2)
    policy = [Attr("policy", digest, "urn:pincompiler")] if digest else []
    return forge.axml(Node("network-security-config", policy, [config, *more] if pins else [*more]))


def app(
    folder: Path,
    files: dict[str, bytes] | None = None,
    *,
    twin: bytes | None = None,
    debuggable: bool = False,
) -> Path:
    xml = {"n": [Res("res/n.xml")]} | ({"n_debug": [Res("res/d.xml")]} if twin else {})
    table = forge.arsc({"xml": xml, "raw": {"ca": [Res("res/ca.pem")]}})
    flags = [forge.uses_nsc()]
    if debuggable:
        flags.append(forge.android("debuggable", 0x0101000F, -1 & 0xFFFFFFFF, forge.BOOLEAN))
    # Before level 24 every app trusted what the user installed.
    aimed = Node("uses-sdk", [forge.android("targetSdkVersion", 0x01010270, 34, 0x10)])
    content = {
        "AndroidManifest.xml": forge.manifest(*flags, children=[aimed]),
        "resources.arsc": table,
        "res/n.xml": nsc(),
        "res/ca.pem": pki.pem(OTHER),
        "classes.dex": code_with("nothing of interest"),
        **({"res/d.xml": twin} if twin else {}),
        **(files or {}),
    }
    path = folder / "app.apk"
    path.write_bytes(forge.simple_zip(content))
    return path


def code_with(text: str) -> bytes:
    """A class that nothing uses, with a text in it."""
    return w.dex([w.Class(f"{burdens.APP}Rest;", [burdens.static("rest", [w.string(0, text), w.RETURN])])])


def found(path: Path, pins: Path | None, rule: str = "assessment-in-release") -> list[Finding]:
    subject = audit(path, audit_options(TODAY, pins, ()))
    assert not subject.error
    assert not [one for one in subject.unseen if "bug" in one.why]
    return [one for one in subject.findings if one.rule == rule]


@pytest.fixture
def pins(root: Path) -> Path:
    (root / "pins.toml").write_text(PINS + NSC + KOTLIN, "utf-8")
    return root / "pins.toml"


def digests(pins: Path) -> dict[str, str]:
    """What the files of the release, and those of assessments, carry."""
    assert run("compile", cwd=pins.parent).code == 0
    text = (pins.parent / "app/src/debug/kotlin/com/example/shop/Pins.kt").read_bytes()
    return {
        "code": read_okhttp(text, App()).policy_digest,
        "twin": read_nsc((pins.parent / DEBUG).read_bytes(), App()).policy_digest,
        "release": read_nsc((pins.parent / MAIN).read_bytes(), App()).policy_digest,
    }


def test_a_release_without_a_trace(pins: Path, tmp_path: Path) -> None:
    path = app(tmp_path, {"res/n.xml": nsc(digest=digests(pins)["release"])})
    assert found(path, pins) == []


TRACES = {
    "the certificate among the raw resources": {"res/ca.pem": pki.pem(PROXY)},
    "the certificate among the assets": {"assets/x.der": pki.der(PROXY)},
    "overrides in the configuration": {"res/n.xml": nsc(overrides())},
    "a pin of the configuration": {"res/n.xml": nsc(pins=(PIN_A, PIN_B, PROXY_PIN))},
    "a key in the code": {"classes.dex": code_with(f"sha256/{PROXY_PIN}")},
    "a bare key in the code": {"classes.dex": code_with(PROXY_PIN)},
    "a key in hexadecimal": {"classes.dex": code_with(b64decode(PROXY_PIN).hex().upper())},
}


@pytest.mark.parametrize("name", TRACES)
def test_each_trace_alone(name: str, pins: Path, tmp_path: Path) -> None:
    path = app(tmp_path, TRACES[name])
    (one, *_) = found(path, pins)
    assert one.level is Level.ERROR
    assert one.location
    assert one.fix
    unknown = [drift.message for drift in found(path, pins, "unexpected-key")]
    assert not [message for message in unknown if "does not know" in message], "it is an anchor of pins.toml"


@pytest.mark.parametrize("kind", ["code", "twin"])
def test_a_digest_alone(kind: str, pins: Path, tmp_path: Path) -> None:
    digest = digests(pins)[kind]
    (one,) = found(app(tmp_path, {"res/n.xml": nsc(digest=digest)}), pins)
    assert (one.level, digest in one.message) == (Level.ERROR, True)
    assert found(app(tmp_path, {"res/n.xml": nsc(digest=digest)}), pins, "stale-artifact") == []
    texts = (digest, f"Policy {digest} pins nothing")
    for text in texts:
        (one,) = found(app(tmp_path, {"classes.dex": code_with(text)}), pins)
        assert digest in one.message


def test_the_file_beside_the_configuration_alone(pins: Path, tmp_path: Path) -> None:
    path = app(tmp_path, twin=nsc(overrides(), pins=()))
    (one,) = found(path, pins)
    assert one.level is Level.ERROR
    assert one.message.startswith("res/d.xml is for debuggable builds alone, and trusts")


def test_the_file_beside_the_configuration_though_it_opens_nothing(pins: Path, tmp_path: Path) -> None:
    """What is in the debug source set came into the release, whatever else it has."""
    path = app(tmp_path, twin=nsc(pins=()))
    (one,) = found(path, pins)
    assert (one.level, one.message) == (Level.ERROR, "res/d.xml is for debuggable builds alone")
    assert found(path, None) == []


def test_without_an_assessment_in_pins_toml(tmp_path: Path) -> None:
    """debug-overrides are what Android's documents advise; a file of a debug source set is not in a release by advice."""
    assert found(app(tmp_path, {"res/n.xml": nsc(overrides())}), None) == []
    (one,) = found(app(tmp_path, twin=nsc(overrides(), pins=())), None)
    assert one.level is Level.WARNING


def test_a_debuggable_app_that_lets_proxies_through_is_an_error(tmp_path: Path) -> None:
    """With exit code 1, and without a pins.toml."""
    for twin, level in ((nsc(overrides(), pins=()), Level.ERROR), (None, Level.WARNING)):
        path = app(tmp_path, twin=twin, debuggable=True)
        (one,) = found(path, None, "debuggable-app")
        assert one.level is level
        if twin:
            assert run("audit", "app.apk", cwd=tmp_path).code == 1


def test_json_of_check_has_the_digest_that_the_files_carry(pins: Path) -> None:
    """By which a pipeline knows a file of an assessment without asking ``audit``."""
    carried = digests(pins)
    for command in ("check", "compile"):
        report = json.loads(run(command, "-f", "json", cwd=pins.parent).stdout)
        assert report["assessment"] == [carried["code"], carried["twin"]]
        assert f"{report['assessment'][0]} in assessment" in run("check", cwd=pins.parent).stderr
        assert report["policy"] == carried["release"]
    pins.write_text(PINS.replace('[assessment]\nanchors = ["proxy"]\n', "") + NSC)
    assert "assessment" not in json.loads(run("check", "-f", "json", cwd=pins.parent).stdout)


def test_json_of_check_has_the_digest_of_each_environment(root: Path) -> None:
    text = PINS.replace("version = 1\n", "version = 1\n[environments]\nlive = { release = true }\nqa = {}\n")
    text = text.replace('anchors = ["proxy"]\n', 'anchors = ["proxy"]\nenvironments = ["qa"]\n')
    more = '\n[[pin-set]]\nhosts = ["qa.example.com"]\nkeys = ["a", "b"]\nenvironments = ["qa"]\n'
    assert compiled(root, text + more + NSC.replace("main", "{environment}")).code == 0
    report = json.loads(run("check", "-f", "json", cwd=root).stdout)
    assert "assessment" not in report
    live, qa = report["environments"]
    assert "assessment" not in live
    (twin,) = root.glob("**/nsc_debug.xml")
    assert qa["assessment"][1:] == [read_nsc(twin.read_bytes(), App()).policy_digest]
    assert f"{qa['assessment'][0]} in qa assessment" in run("check", cwd=root).stderr


# -- environments of builds ----------------------------------------------------------------------

TWO = """\
version = 1

[environments]
production = { release = true }
staging = {}

[keys]
a = { spki-sha256 = "PIN_A", role = "leaf" }
b = { spki-sha256 = "PIN_B", role = "leaf" }
c = { spki-sha256 = "PIN_C", role = "leaf" }
d = { spki-sha256 = "PIN_D", role = "leaf" }

[[pin-set]]
hosts = ["api.example.com"]
keys = ["a", "b"]
environments = ["production"]

[[pin-set]]
hosts = ["api.example.com"]
keys = ["c", "d"]
environments = ["staging"]
"""
for _name, _pin in (("PIN_A", PIN_A), ("PIN_B", PIN_B), ("PIN_C", PIN_C), ("PIN_D", PIN_D)):
    TWO = TWO.replace(_name, _pin)


@pytest.mark.parametrize("name", ["production", "staging"])
def test_a_build_is_recognised_by_its_digest(name: str, root: Path, tmp_path: Path) -> None:
    pins = root / "pins.toml"
    pins.write_text(TWO + FLAVOURS, "utf-8")
    policies = {one.project.environment.name: one.project.policy for one in check(pins, TODAY).variants}
    keys = {"production": (PIN_A, PIN_B), "staging": (PIN_C, PIN_D)}
    path = app(tmp_path, {"res/n.xml": nsc(digest=policies[name].digest(), pins=keys[name])})
    other = {"production": "staging", "staging": "production"}[name]
    for meant in ("production", "staging"):
        option = () if meant == "production" else ("-e", meant)
        ran = run("audit", "--pins", str(pins), *option, str(path), cwd=tmp_path)
        assert ran.code == (0 if name == meant else 1), ran.stdout
        rules = {
            one for one in ("wrong-environment", "missing-key", "stale-artifact") if f"[{one}]" in ran.stdout
        }
        assert rules == (set() if name == meant else {"wrong-environment"}), ran.stdout
        assert name == meant or f"has the pins of {name}, and the app should be of {other}" in ran.stdout


def test_an_environment_that_is_not_declared(root: Path, tmp_path: Path) -> None:
    pins = root / "pins.toml"
    pins.write_text(TWO + FLAVOURS, "utf-8")
    ran = run("audit", "--pins", str(pins), "-e", "qa", str(app(tmp_path)), cwd=tmp_path)
    assert (ran.code, ran.stdout) == (2, "")
    assert "has no environment called qa; it has: production, staging" in ran.stderr


# -- what is left over ---------------------------------------------------------------------------

DROPPED = PINS.replace('[assessment]\nanchors = ["proxy"]\n', "").replace(
    '[anchors.proxy]\nfile = "proxy.pem"\n', ""
)
OF_ASSESSMENT = {
    DEBUG,
    "app/src/debug/kotlin/com/example/shop/Pins.kt",
    "app/src/debug/res/raw/nsc_debug_keep.xml",
    "app/src/debug/res/raw/pins_proxy.pem",
}


def standing(root: Path) -> set[str]:
    return {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()}


def test_what_a_dropped_assessment_leaves_is_reported_and_removed(root: Path) -> None:
    assert compiled(root, PINS + NSC + KOTLIN).code == 0
    before = standing(root)
    assert before >= OF_ASSESSMENT
    checked = compiled(root, DROPPED + NSC + KOTLIN, "--check")
    assert checked.code == 1
    for path in OF_ASSESSMENT:
        assert f"{path} is left over from what pins.toml said once; run pincompiler compile" in checked.stderr
    assert standing(root) == before
    ran = run("compile", cwd=root)
    assert ran.code == 0
    assert standing(root) == before - OF_ASSESSMENT
    assert run("compile", "--check", cwd=root).code == 0


SWIFT = '\n[target.trustkit-swift]\npath = "ios/Pins/release/Pins.swift"\n'


def test_what_a_place_leaves_that_is_not_named_any_more(root: Path) -> None:
    """In a folder beside that of an output; nothing but what this pins.toml wrote."""
    places = SWIFT + 'path-assessment = "ios/Pins/review/Pins.swift"\n'
    assert compiled(root, PINS + places).code == 0
    review, release = (root / f"ios/Pins/{name}/Pins.swift" for name in ("review", "release"))
    others = {
        "hand": "// Mine.\n",
        "other": "// Generated by pincompiler from other/pins.toml. Do not edit.\n",
    }
    for name, text in others.items():
        (root / "ios/Pins" / name).mkdir()
        (root / f"ios/Pins/{name}/Pins.swift").write_text(text, "utf-8")
    (root / "ios/Pins/review/More.swift").write_bytes(review.read_bytes())
    checked = compiled(root, DROPPED + SWIFT, "--check")
    assert checked.code == 1
    assert "ios/Pins/review/Pins.swift is left over" in checked.stderr
    assert run("compile", cwd=root).code == 0
    assert (review.exists(), release.exists()) == (False, True)
    assert {
        "ios/Pins/hand/Pins.swift",
        "ios/Pins/other/Pins.swift",
        "ios/Pins/review/More.swift",
    } <= standing(root)
    assert run("compile", "--check", cwd=root).code == 0


def test_an_environment_that_is_no_more_leaves_nothing(root: Path) -> None:
    text = DROPPED.replace("[keys]", f"{ENVIRONMENTS}\n[keys]") + SWIFT.replace("release", "{environment}")
    assert compiled(root, text).code == 0
    assert compiled(root, text.replace("staging = {}", "qa = {}")).code == 0
    names = {path.split("/")[2] for path in standing(root) if path.endswith(".swift")}
    assert names == {"production", "qa"}
    assert run("compile", "-e", "qa", cwd=root).code == 0
    assert {path.split("/")[2] for path in standing(root) if path.endswith(".swift")} == names


def test_what_one_target_leaves_is_not_another_s(root: Path) -> None:
    assert compiled(root, PINS + NSC + KOTLIN).code == 0
    assert compiled(root, DROPPED + NSC + KOTLIN, "-t", "nsc").code == 0
    assert standing(root) & OF_ASSESSMENT == {"app/src/debug/kotlin/com/example/shop/Pins.kt"}


def test_other_files_of_debug_builds_stay(root: Path) -> None:
    """Written by hand, of another pins.toml, or an output of another target."""
    mine = root / "app/src/debug/res/raw/mine.xml"
    other = root / "app/src/debug/kotlin/com/example/shop/Pins.kt"
    hand = root / DEBUG
    for path, text in (
        (mine, "<resources/>"),
        (other, "// Generated by pincompiler from other/pins.toml. Do not edit.\n"),
        (hand, BASE),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    java = '\n[target.okhttp-java]\npath = "app/src/debug/java/old/Pins.java"\npackage = "old"\n'
    assert compiled(root, DROPPED + NSC + KOTLIN + java).code == 0
    assert {str(one.relative_to(root)) for one in (mine, other, hand)} <= standing(root)
    assert "app/src/debug/java/old/Pins.java" in standing(root)
    assert run("compile", "--check", cwd=root).code == 0


def test_an_assessment_of_fewer_environments(root: Path) -> None:
    """What was for all debug builds is not left beside what is for staging's."""
    text = PINS.replace("[keys]", f"{ENVIRONMENTS}\n[keys]") + FLAVOURS
    assert compiled(root, text).code == 0
    fewer = text.replace('anchors = ["proxy"]', 'anchors = ["proxy"]\nenvironments = ["staging"]')
    assert compiled(root, fewer, "--check").code == 1
    assert run("compile", cwd=root).code == 0
    assert not [path for path in standing(root) if path.startswith("app/src/debug/")]
    assert compiled(root, text).code == 0
    assert not [path for path in standing(root) if path.startswith("app/src/stagingDebug/")]


def test_debug_builds_that_are_left_out_stay_as_they_are_though_they_pin_nothing(root: Path) -> None:
    """src/debug would let the proxy read dev's traffic as well."""
    text = PINS.replace("[keys]", f"{ENVIRONMENTS}dev = {{ pinning = false }}\n\n[keys]") + FLAVOURS
    for scope in ("", '\nenvironments = ["production", "staging"]'):
        one = text.replace('anchors = ["proxy"]', f'anchors = ["proxy"]{scope}')
        one = one.replace('keys = ["a", "b"]', 'keys = ["a", "b"]\nenvironments = ["production", "staging"]')
        assert compiled(root, one).code == 0
        found = sorted(str(path.relative_to(root)) for path in root.rglob("*_debug.xml"))
        two = [f"app/src/{flavour}Debug/res/xml/nsc_debug.xml" for flavour in ("production", "staging")]
        assert found == (two if scope else [DEBUG])


def test_code_for_all_builds_is_not_opened_for_those_of_one_environment(root: Path) -> None:
    """src/debug would open production's debug builds, too."""
    text = PINS.replace("[keys]", f"{ENVIRONMENTS}\n[keys]") + FLAVOURS + KOTLIN
    fewer = text.replace('anchors = ["proxy"]', 'anchors = ["proxy"]\nenvironments = ["staging"]')
    ran = compiled(root, fewer)
    assert ran.code == 0
    assert "assessment builds keep the pins of okhttp-kotlin: where its file goes is not known" in ran.stdout
    assert not (root / "app/src/debug").exists()


# -- TrustKit-Android ----------------------------------------------------------------------------

KIT = '\n[target.trustkit-android]\npath = "kit/src/main/res/xml/nsc.xml"\n'


def aimed(least: int) -> str:
    return PINS.replace("version = 1\n", f"version = 1\n\n[app]\nandroid-min-sdk = {least}\n")


def test_trustkit_android_leaves_debug_builds_to_android(root: Path) -> None:
    assert compiled(root, aimed(24) + KIT).code == 0
    twin = (root / "kit/src/debug/res/xml/nsc_debug.xml").read_bytes()
    assert b"trustkit-config" not in twin
    assert b"<debug-overrides>" in twin
    assert b"debug-overrides" not in (root / "kit/src/main/res/xml/nsc.xml").read_bytes()


def test_trustkit_android_keeps_its_pins_before_android_7(root: Path) -> None:
    ran = compiled(root, aimed(23) + NSC + KIT)
    assert (
        "assessment builds keep the pins of trustkit-android: before Android 7 TrustKit-Android" in ran.stdout
    )
    assert not (root / "kit/src/debug").exists()
    assert (root / DEBUG).exists()


@pytest.mark.parametrize("folder", ["test", "androidTestDebug"])
def test_a_place_among_tests_is_in_no_build(folder: str, root: Path) -> None:
    (root / "pins.toml").write_text(with_path(f"app/src/{folder}/res/xml/nsc_debug.xml"), "utf-8")
    ran = run("check", cwd=root)
    assert f"pins.toml:19:19: warning: no build of the app has a file of src/{folder}" in ran.stdout
    assert "[wrong-source-set]" in ran.stdout


# -- any form of it ------------------------------------------------------------------------------

FINGERPRINT = hashlib.sha256(pki.der(PROXY)).hexdigest()
ARMOURED = pki.pem(PROXY)
SPKI = PROXY_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
FORMS = {
    "a bare pin": PROXY_PIN.encode(),
    "a pin in the alphabet of URLs": PROXY_PIN.rstrip("=").replace("+", "-").replace("/", "_").encode(),
    "hexadecimal": b64decode(PROXY_PIN).hex().encode(),
    "hexadecimal with colons": b64decode(PROXY_PIN).hex(":").upper().encode(),
    "a fingerprint of the certificate": FINGERPRINT.encode(),
    "thirty-two bytes": b64decode(PROXY_PIN),
    "a certificate": pki.der(PROXY),
    "base64 in one line": b64encode(pki.der(PROXY)),
    "PEM": ARMOURED,
    "PEM as scripts write it": ARMOURED.replace(b"\n", b"\\n"),
    "UTF-16": PROXY_PIN.encode("utf-16-le"),
    "the key alone": SPKI,
    "the key in hexadecimal": SPKI.hex().encode(),
    "the key in PEM": PROXY_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "the key in another certificate": b64encode(b"0\x82\x01\x02" + SPKI + b"\0" * 64),
    "a certificate in hexadecimal": pki.der(PROXY).hex().upper().encode(),
    "lines of MIME": encodebytes(pki.der(PROXY)),
    "PEM in base64": b64encode(b"a: " + ARMOURED),
    "PEM of Windows in base64": b64encode(ARMOURED.replace(b"\n", b"\r\n")),
    "slashes that PHP escapes": PROXY_PIN.replace("/", "\\/").encode(),
    "a plus that .NET escapes": PROXY_PIN.replace("+", "\\u002B").encode(),
    "a part of an address": quote(PROXY_PIN, safe="").encode(),
    "a fingerprint with spaces": bytes.fromhex(FINGERPRINT).hex(" ").upper().encode(),
    "OkHttp's older pin": b"sha1/" + b64encode(hashlib.sha1(SPKI, usedforsecurity=False).digest()),
}
PLACES_OF_IT = (
    "assets/flutter.bin",
    "res/drawable/logo.png",
    "lib/x86/libx.so",
    "kotlin/a.kotlin_metadata",
    "a.xml",
)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_in_a_file_of_any_kind(form: str, pins: Path, tmp_path: Path) -> None:
    for number, place in enumerate(PLACES_OF_IT):
        # Over the end of a piece that is read at once, too.
        before = b"\0\1\2\3" * (7 if number else (1 << 16) - 5)
        content = before + FORMS[form] + b"\0" * 40
        assert found(app(tmp_path, {place: before}), pins) == []
        (one,) = found(app(tmp_path, {place: content}), pins)
        assert one.message.startswith(f"{place} has the certificate ")
        assert one.message.endswith("of `proxy`, a CA of assessment builds")
        assert one.level is Level.ERROR


def test_a_text_of_the_resources_and_one_of_the_code(pins: Path, tmp_path: Path) -> None:
    strings = forge.arsc(
        {
            "xml": {"n": [Res("res/n.xml")]},
            "raw": {"ca": [Res("res/ca.pem")]},
            "string": {"pin": [Res(PROXY_PIN)]},
        }
    )
    (one,) = found(app(tmp_path, {"resources.arsc": strings}), pins)
    assert one.message.startswith("resources.arsc has")
    (one,) = found(app(tmp_path, {"classes.dex": code_with(FINGERPRINT)}), pins)
    assert one.message.startswith("classes.dex has")


def test_another_ca_in_the_same_forms_is_nothing(pins: Path, tmp_path: Path) -> None:
    pin = b64encode(pki.openssl_pin(pki.pem(OTHER)))
    content = pin + b64decode(pin).hex().encode() + b64encode(pki.der(OTHER)) + b"\0" + pki.der(OTHER)
    assert found(app(tmp_path, {"assets/a.bin": b"\0\1\2" * 30 + content}), pins) == []


@pytest.mark.parametrize("form", FORMS)
def test_each_form_in_an_app_for_apples_systems(form: str, pins: Path, tmp_path: Path) -> None:
    before = b"\0\1\2\3" * 7
    content = before + FORMS[form] + b"\0" * 40
    own = apps.files(apps.info("Shop"))
    places = {"a.car": content, "Base.lproj/a.strings": content, "a.bundle": forge.simple_zip({"b": content})}
    for name, data in places.items():
        assert found(apps.ipa(tmp_path, {**own, "a.car": before}), pins) == []
        (one,) = found(apps.ipa(tmp_path, {**own, name: data}), pins)
        where = f"{name}!b" if name == "a.bundle" else name
        assert one.message == f"{where} has the certificate or the key of `proxy`, a CA of assessment builds"
    assert len(found(apps.unpacked(tmp_path, {**own, "a.car": content}), pins)) == 1


def test_an_archive_that_is_not_searched_is_named(pins: Path, tmp_path: Path) -> None:
    own = apps.files(apps.info("Shop"))
    path = apps.ipa(tmp_path, {**own, "a.dat": b"7z\xbc\xaf\x27\x1c" + b"\0" * 60})
    named = [one.what for one in audit(path, audit_options(TODAY, pins, ())).unseen]
    assert "a.dat" in named
    assert "a.dat" not in [one.what for one in audit(path, audit_options(TODAY, None, ())).unseen]


# -- places for nobody, and what property lists keep -----------------------------------------------

PLIST = '\n[target.ats]\npath = { production = "ios/Info.plist", staging = "ios/Info-Staging.plist" }\n'
CAS = PINS.replace('role = "leaf"', 'role = "ca"').replace("[keys]", f"{ENVIRONMENTS}\n[keys]")
PLACES = 'path-assessment = { production = "ios/Review.plist", staging = "ios/Review-Staging.plist" }\n'


def test_a_place_for_an_environment_that_nobody_looks_into(root: Path) -> None:
    fewer = CAS.replace('anchors = ["proxy"]', 'anchors = ["proxy"]\nenvironments = ["staging"]')
    ran = compiled(root, fewer + PLIST + PLACES)
    (line,) = [one for one in ran.stdout.splitlines() if "error:" in one]
    assert "`path-assessment` has a place for `production`, which is not in [assessment] environments" in line
    assert ran.code == 1
    assert not (root / "ios").exists()
    one = 'path-assessment = { staging = "ios/Review-Staging.plist" }\n'
    assert compiled(root, fewer + PLIST + one).code == 0
    assert standing(root) >= {"ios/Info.plist", "ios/Info-Staging.plist", "ios/Review-Staging.plist"}


def test_a_place_for_an_environment_that_pins_nothing(root: Path) -> None:
    silent = CAS.replace("staging = {}", "staging = { pinning = false }")
    ran = compiled(root, silent + PLIST + PLACES)
    assert "has a place for `staging`, which pins nothing: no file is written there" in ran.stdout


@pytest.mark.parametrize(
    ("anchors", "why", "fix"),
    [
        ('["user"]', '[assessment] has "user"', "name the CAs of the proxies"),
        (
            '["proxy", "user"]',
            'beside proxy, [assessment] has "user"',
            'drop "user", and the CA is pinned there: proxy',
        ),
    ],
)
def test_whatever_the_tester_installs_is_no_pin(anchors: str, why: str, fix: str, root: Path) -> None:
    text = PINS.replace('["proxy"]', anchors) + NSC + KOTLIN
    ran = compiled(root, text)
    assert ran.code == 0
    (line,) = [
        one for one in ran.stdout.splitlines() + ran.stderr.splitlines() if "[unassessed-target]" in one
    ]
    stands_for = "which stands for CAs that nobody can pin beforehand"
    assert f"assessment builds keep the pins of okhttp-kotlin: {why}, {stands_for}" in line
    assert fix in ran.stdout + ran.stderr
    assert (root / DEBUG).exists()


def test_pins_stay_in_a_property_list_that_nothing_names(root: Path) -> None:
    """A build may take the file still: it is reported until somebody has looked."""
    assert compiled(root, CAS + PLIST + PLACES).code == 0
    dropped = (
        DROPPED.replace('role = "leaf"', 'role = "ca"').replace("[keys]", f"{ENVIRONMENTS}\n[keys]") + PLIST
    )
    (root / "ios/Hand.plist").write_bytes(plistlib.dumps({"CFBundleName": "Mine"}))
    (root / "ios/Binary.plist").write_bytes(plistlib.dumps({"A": 1}, fmt=plistlib.FMT_BINARY))
    (root / "ios/Bad.plist").write_text("<plist>", "utf-8")
    before = (root / "ios/Review.plist").read_bytes()
    line = " has pins from what pins.toml said once; take them out, or delete it"
    for arguments, code in (("--check",), 1), ((), 0):
        ran = compiled(root, dropped, *arguments)
        said = [one for one in ran.stderr.splitlines() if "said once" in one]
        assert (ran.code, said) == (code, [f"ios/Review-Staging.plist{line}", f"ios/Review.plist{line}"])
    assert (root / "ios/Review.plist").read_bytes() == before
    report = json.loads(run("compile", "--check", "-f", "json", cwd=root).stdout)
    assert (report["left-over"], report["left-in"]) == ([], ["ios/Review-Staging.plist", "ios/Review.plist"])
    github = run("compile", "--check", "-f", "github", cwd=root).stdout
    assert github.count("has pins from what pins.toml said once") == 2
    for name in ("Review", "Review-Staging"):
        (root / f"ios/{name}.plist").unlink()
    assert run("compile", "--check", cwd=root).code == 0


def test_property_lists_of_other_environments_and_projects_are_theirs(root: Path) -> None:
    assert compiled(root, CAS + PLIST + PLACES).code == 0
    assert run("compile", "--check", "-e", "staging", cwd=root).code == 0
    other = (root / "ios/Review.plist").read_text("utf-8").replace("from pins.toml", "from other/pins.toml")
    (root / "ios/Other.plist").write_text(other, "utf-8")
    assert run("compile", "--check", cwd=root).code == 0
