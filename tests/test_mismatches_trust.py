"""Whom chains may end in, and whole certificates: the rows of the manual's table, each compiled for every target.

What each platform does is from AOSP's NetworkSecurityConfig (``<trust-anchors>`` per host), OkHttp's CertificatePinner
and TrustKit (pins beside the system's trust), and Apple's NSPinnedDomains (likewise).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pincompiler.base.finding import Level
from pincompiler.workflows import compile as compiler
from tests import pages, pki
from tests.strategies import CAS, LEAVES, TODAY
from tests.test_cli import run

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding

ROOT_KEY, LEAF_KEY = pki.private_key(number=41), pki.private_key(number=42)
HOST = "kiosk.example.com"
KEYS = "".join(
    f'[keys.{key.name}]\nspki-sha256 = "{key.pin}"\nrole = "{key.role}"\n' for key in (*LEAVES[:2], *CAS[:2])
)
WHOLE = '[keys.whole]\nfile = "leaf.pem"\npin = "certificate"\n'
ANCHOR = '[anchors.company-root]\nfile = "root.pem"\n'
TARGETS = {
    "nsc": '[target.nsc]\npath = "xml/nsc.xml"\n',
    "trustkit-android": '[target.trustkit-android]\npath = "kit/xml/nsc.xml"\n',
    "okhttp-kotlin": '[target.okhttp-kotlin]\npath = "Pins.kt"\npackage = "com.example"\n',
    "ats": '[target.ats]\npath = "Info.plist"\n',
    "trustkit": '[target.trustkit]\npath = "Info.plist"\n',
}
SAME, RENEWED = "same", "takes a renewed certificate"
STRICT, LENIENT = "refuses servers under the CA", "and takes any public CA"
BOTH = f"{STRICT}, {LENIENT}"
OWN = {"nsc": SAME, "trustkit-android": SAME, "okhttp-kotlin": BOTH, "ats": BOTH, "trustkit": BOTH}
BESIDE = {**OWN, "okhttp-kotlin": STRICT, "ats": STRICT, "trustkit": STRICT}
EVERYWHERE = dict.fromkeys(TARGETS, SAME)
SERVERS, AUTHORITIES = '["leaf-0", "leaf-1"]', '["ca-0", "ca-1"]'
SYSTEM, COMPANY, EITHER = '["system"]', '["company-root"]', '["system", "company-root"]'
ROWS = {
    "the system; server keys": (SYSTEM, SERVERS, EVERYWHERE),
    "the system; CA keys": (SYSTEM, AUTHORITIES, EVERYWHERE),
    "the system; server or CA keys": (
        SYSTEM,
        '["leaf-0", "ca-0"]',
        {**EVERYWHERE, "ats": "wants both"},
    ),
    "the system; a whole certificate": (SYSTEM, '["whole", "leaf-1"]', dict.fromkeys(TARGETS, RENEWED)),
    "a CA of the app; nothing": (COMPANY, "", OWN),
    "a CA of the app; server keys": (COMPANY, SERVERS, OWN),
    "a CA of the app; a whole certificate": (
        COMPANY,
        '["whole", "leaf-1"]',
        {**OWN, "nsc": RENEWED, "trustkit-android": RENEWED},
    ),
    "the system or a CA of the app; nothing": (EITHER, "", BESIDE),
    "the system or a CA of the app; server keys": (EITHER, SERVERS, BESIDE),
}
WITH = "(?: with [^,]*)?"  # of one length, the key or certificate with the lowest hash is shown
WORDS = {
    f"{HOST}{WITH} under `company-root` is accepted by pins.toml": STRICT,
    f"{HOST}{WITH} under any CA of the system is accepted by": LENIENT,
    f"{HOST} with a renewed certificate with the key of `whole` and no pinned CA is accepted by": RENEWED,
    f"{HOST} with another key under CA `ca-0` is accepted by pins.toml": "wants both",
    "TrustKit raises at launch: no domain is pinned": "",
}
"""How messages begin, and what the table makes of them."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root.pem").write_bytes(pki.pem(pki.certificate("Company Root", ROOT_KEY, ca=True)))
    (tmp_path / "leaf.pem").write_bytes(pki.pem(pki.certificate(HOST, LEAF_KEY)))
    return tmp_path


def found(root: Path, *parts: str, rule: str) -> list[Finding]:
    (root / "pins.toml").write_text("".join(("version = 1\n", *parts)), encoding="utf-8")
    checked = compiler.check(root / "pins.toml", TODAY)
    return [one for one in checked.findings if one.rule == rule]


def pin_set(trust: str = SYSTEM, keys: str = "", *more: str, host: str = HOST) -> str:
    keys = f"keys = {keys}\n" if keys else ""
    return f'[[pin-set]]\nhosts = ["{host}"]\ntrust = {trust}\n{keys}' + "".join(f"{one}\n" for one in more)


def said(findings: list[Finding]) -> str:
    """The findings on a target in the words of the table."""
    words = dict.fromkeys(
        next(word for start, word in WORDS.items() if re.match(start, one.message)) for one in findings
    )
    return ", ".join(word for word in (STRICT, LENIENT, RENEWED, "wants both") if word in words) or SAME


@pytest.mark.parametrize("row", ROWS)
def test_each_row(row: str, root: Path) -> None:
    trust, keys, expected = ROWS[row]
    parts = (KEYS, WHOLE, ANCHOR, *TARGETS.values(), pin_set(trust, keys))
    findings = found(root, *parts, rule="unfaithful-target")
    assert {name: said([one for one in findings if one.target == name]) for name in TARGETS} == expected


def test_the_table_of_the_manual_has_these_rows() -> None:
    table = pages.text("targets").partition("| trusted; pinned |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert {row: rest for row, *rest in cells} == {
        row: [expected[name] for name in ("nsc", "okhttp-kotlin", "ats", "trustkit")]
        for row, (_, _, expected) in ROWS.items()
    }
    for _, _, expected in ROWS.values():
        assert expected["nsc"] == expected["trustkit-android"]


@pytest.mark.parametrize("minimum", [21, 23, 24])
def test_trustkit_android_knows_no_anchors_before_android_7(root: Path, minimum: int) -> None:
    """SystemTrustManager is the platform's own, made of no key store; Android reads the file from API level 24 on."""
    app = f"[app]\nandroid-min-sdk = {minimum}\n"
    parts = (app, KEYS, ANCHOR, TARGETS["trustkit-android"], pin_set(EITHER, SERVERS))
    messages = [one.message for one in found(root, *parts, rule="unfaithful-target")]
    assert messages == [
        f"before Android 7 TrustKit-Android asks the system's trust manager of {HOST}, which does not know company-root"
    ] * (minimum < 24)
    system = (app, KEYS, TARGETS["trustkit-android"], pin_set(SYSTEM, SERVERS))
    assert found(root, *system, rule="unfaithful-target") == []


def test_before_android_7_servers_under_a_ca_of_the_app_are_refused(root: Path) -> None:
    app = "[app]\nandroid-min-sdk = 21\n"
    (one,) = found(root, app, ANCHOR, TARGETS["nsc"], pin_set(COMPANY), rule="inert-target")
    assert one.message == (
        "Android 21 to 23 ignores the whole file, and users there are not pinned by it; "
        "servers under CAs of the app are refused there"
    )


# -- connections that hosts share ----------------------------------------------------------------------


def shared(root: Path, *parts: str) -> list[tuple[str, Level, tuple[str, ...]]]:
    findings = found(root, KEYS, *parts, rule="shared-connection")
    return [(one.message, one.level, one.hosts) for one in findings]


def both(key: str) -> list[tuple[str, Level, tuple[str, ...]]]:
    message = (
        f"kiosk.example.com and shop.example.com have the certificate of `{key}`, so OkHttp may use one connection "
        "for both, which Android checks for the first"
    )
    return [(message, Level.NOTE, ("kiosk.example.com", "shop.example.com"))]


TWO_SETS = pin_set(SYSTEM, SERVERS) + pin_set(SYSTEM, '["leaf-0", "ca-0"]', host="shop.example.com")


def test_a_key_of_two_hosts(root: Path) -> None:
    assert shared(root, TARGETS["nsc"], TWO_SETS) == both("leaf-0")
    assert shared(root, TARGETS["trustkit-android"], TWO_SETS) == both("leaf-0")
    assert shared(root, TARGETS["nsc"], TARGETS["okhttp-kotlin"], TWO_SETS) == []
    assert shared(root, TARGETS["ats"], TWO_SETS) == []


def test_keys_of_cas_and_of_single_hosts_share_nothing(root: Path) -> None:
    cas = pin_set(SYSTEM, AUTHORITIES) + pin_set(SYSTEM, AUTHORITIES, host="shop.example.com")
    assert shared(root, TARGETS["nsc"], cas) == []
    assert shared(root, TARGETS["nsc"], pin_set(SYSTEM, SERVERS)) == []
    tried = pin_set(SYSTEM, SERVERS, "enforce = false", host="shop.example.com")
    assert shared(root, TARGETS["nsc"], pin_set(SYSTEM, SERVERS) + tried) == []


@pytest.mark.parametrize("name", ["shop.example.com", "*.example.com"])
def test_a_certificate_for_two_hosts(name: str, root: Path) -> None:
    """RFC 9113 section 9.1.1: what its names say, wherever its key is pinned."""
    certificate = pki.certificate(HOST, LEAF_KEY, names=(HOST, name))
    (root / "leaf.pem").write_bytes(pki.pem(certificate))
    named = '[keys.kiosk]\nfile = "leaf.pem"\n'
    other = pin_set(SYSTEM, SERVERS, host="shop.example.com")
    assert shared(root, TARGETS["nsc"], named, pin_set(SYSTEM, '["kiosk", "leaf-0"]') + other) == both(
        "kiosk"
    )
    far = other.replace("shop.example.com", "a.shop.example.com")
    assert shared(root, TARGETS["nsc"], named, pin_set(SYSTEM, '["kiosk", "ca-0"]') + far) == []


def test_trust_is_mixed_where_a_target_can_say_so(root: Path) -> None:
    above = pin_set(SYSTEM, SERVERS, 'subdomains = "all"', host="example.com")
    parts = (KEYS, ANCHOR, above, pin_set(COMPANY))
    targets = {
        name: [one.target for one in found(root, *parts, target, rule="mixed-trust")]
        for name, target in TARGETS.items()
    }
    assert targets == {
        "nsc": ["nsc"],
        "trustkit-android": ["trustkit-android"],
        **{key: [] for key in ("okhttp-kotlin", "ats", "trustkit")},
    }
    assert found(root, *parts, rule="mixed-trust") == []


def test_explain_says_what_is_left_out(root: Path) -> None:
    found(root, KEYS, *TARGETS.values(), pin_set(SYSTEM, SERVERS), rule="")
    text = run("explain", "--host", HOST, cwd=root).stdout
    lines = [line.split(None, 2)[2] for line in text.splitlines() if line.startswith("    leaves out")]
    assert len(lines) == len(TARGETS)
    assert lines[0].startswith("a host that OkHttp reaches over the HTTP/2 connection of another")


# -- files of anchors that have private keys -----------------------------------------------------------


def test_a_private_key_beside_the_certificate_of_an_anchor(root: Path) -> None:
    secret = pki.private(ROOT_KEY)
    (root / "root.pem").write_bytes((root / "root.pem").read_bytes() + secret)
    (one,) = found(root, ANCHOR, TARGETS["nsc"], pin_set(COMPANY), rule="anchor-is-private-key")
    assert one.message == (
        "root.pem has a private key beside its certificate, which has no place beside an app's sources"
    )
    assert one.fix == "openssl x509 -in root.pem -out root.crt.pem"
    ran = run("check", cwd=root)
    assert ran.code == 1
    for line in secret.decode().splitlines()[1:-1]:
        assert line not in ran.stdout + ran.stderr


def test_a_private_key_alone_has_no_certificate_to_take_out(root: Path) -> None:
    (root / "root.pem").write_bytes(pki.private(ROOT_KEY))
    (one,) = found(root, ANCHOR, TARGETS["nsc"], pin_set(COMPANY), rule="anchor-is-private-key")
    assert one.fix == "name the CA's certificate, which has its public key alone"


def test_a_private_key_beside_the_certificate_of_a_key(root: Path) -> None:
    (root / "leaf.pem").write_bytes((root / "leaf.pem").read_bytes() + pki.private(LEAF_KEY))
    named = '[keys.kiosk]\nfile = "leaf.pem"\n'
    (one,) = found(root, KEYS, named, pin_set(SYSTEM, '["kiosk", "leaf-1"]'), rule="private-key-file")
    assert one.fix == "openssl x509 -in leaf.pem -out leaf.crt.pem"
