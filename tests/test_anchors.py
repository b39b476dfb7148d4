"""Whole certificates and anchors in pins.toml: read, refused, lowered, written, and read back."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from pincompiler.base.finding import Level
from pincompiler.facts import ShippedApp
from pincompiler.facts.nsc import NscFacts
from pincompiler.keys.anchors import anchors_in
from pincompiler.platforms.nsc.reader import read_xml
from pincompiler.policy.trust import SYSTEM_ALONE, Store
from pincompiler.rules.app import missing_host
from pincompiler.rules.rule import Audited
from pincompiler.verdicts.in_force import configured
from pincompiler.workflows import compile as compiler
from pincompiler.workflows import write as outputs
from tests import pki
from tests.apk import anchored
from tests.strategies import TODAY
from tests.test_cli import run
from tests.tls_servers import HOST, usual

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.base.finding import Finding
    from pincompiler.workflows.compile import Checked

ROOT_KEY, LEAF_KEY = pki.private_key(number=21), pki.private_key(number=22)
ROOT = pki.certificate("Company Root", ROOT_KEY, ca=True)
LEAF = pki.certificate("kiosk.example.com", LEAF_KEY)
FINGERPRINT = LEAF.fingerprint(hashes.SHA256())

KIOSK = '[keys.kiosk]\nfile = "leaf.pem"\n'
SPARE = '[keys.spare]\nspki-sha256 = "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="\nrole = "leaf"\n'
ANCHOR = '[anchors.company-root]\nfile = "root.pem"\n'
NSC = '[target.nsc]\npath = "app/res/xml/nsc.xml"\n'
EVERY = (
    NSC
    + """
[target.okhttp-kotlin]
path = "Pins.kt"
package = "com.example"
[target.ats]
path = "Info.plist"
[target.trustkit]
path = "Info.plist"
[target.trustkit-android]
path = "kit/xml/nsc.xml"
"""
)


def pin_set(*lines: str, host: str = "kiosk.example.com") -> str:
    return "\n".join(("[[pin-set]]", f'hosts = ["{host}"]', *lines, ""))


OWN = pin_set('trust = ["company-root"]')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "root.pem": pki.pem(ROOT),
        "leaf.pem": pki.pem(LEAF),
        "both.pem": pki.pem(ROOT) + pki.pem(LEAF),
        "request.csr": pki.pem(pki.request("kiosk.example.com", LEAF_KEY)),
        "root.key": pki.private(ROOT_KEY),
        "store.p12": pki.pkcs12_store(),
        "empty.pem": b"",
        "old.pem": pki.pem(pki.certificate("Old Root", ROOT_KEY, ca=True, ends=date(2020, 1, 1))),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def check(root: Path, *parts: str, today: date = TODAY) -> Checked:
    (root / "pins.toml").write_text("\n".join(("version = 1", *parts)), encoding="utf-8")
    return compiler.check(root / "pins.toml", today)


def errors(checked: Checked) -> list[Finding]:
    return [one for one in checked.findings if one.level is Level.ERROR]


def said(checked: Checked) -> list[str]:
    return [f"{_line(one)} {one.message} [{one.rule}]" for one in errors(checked)]


def _line(found: Finding) -> str:
    span = found.location.span if found.location else None
    return f"{span.line}:{span.column}" if span else ""


# -- the language ------------------------------------------------------------------------------------


def test_a_whole_certificate_from_a_file_or_by_its_hash(root: Path) -> None:
    shown = ":".join(f"{byte:02x}" for byte in FINGERPRINT)
    by_hash = f'[keys.partner]\ncertificate-sha256 = "{shown}"\n'
    checked = check(
        root,
        KIOSK + 'pin = "certificate"',
        by_hash,
        SPARE,
        pin_set('keys = ["kiosk", "spare"]'),
        pin_set('keys = ["partner", "spare"]', host="other.example.com"),
    )
    assert errors(checked) == []
    one, other = checked.project.policy.sets
    assert one.keys[0].whole == other.keys[0].whole == FINGERPRINT
    assert one.keys[0].spki_sha256
    assert not other.keys[0].spki_sha256
    assert one.trust is SYSTEM_ALONE


def test_the_key_of_a_file_is_the_default(root: Path) -> None:
    plain = check(root, KIOSK, SPARE, pin_set('keys = ["kiosk", "spare"]')).project.policy
    said = check(
        root, KIOSK + 'pin = "key"', SPARE, pin_set('keys = ["kiosk", "spare"]', 'trust = ["system"]')
    )
    assert said.project.policy.digest() == plain.digest()
    assert said.project.policy.sets[0].trust is SYSTEM_ALONE


def test_an_anchor_decides_alone(root: Path) -> None:
    checked = check(root, ANCHOR, OWN)
    assert checked.findings == ()
    (only,) = checked.project.policy.sets
    (anchor,) = only.trust.anchors
    assert (anchor.name, anchor.der, only.keys) == ("company-root", pki.der(ROOT), ())
    assert checked.project.policy.demand("kiosk.example.com") == ()
    both = check(root, ANCHOR, SPARE, pin_set('trust = ["system", "company-root"]', 'keys = ["spare"]'))
    assert both.project.policy.trust("kiosk.example.com").sources == {Store.SYSTEM, anchor}


def test_another_certificate_with_the_same_name_and_key_is_the_same_anchor(root: Path) -> None:
    before = check(root, ANCHOR, OWN).project.policy.digest()
    (root / "root.pem").write_bytes(pki.pem(pki.certificate("company  ROOT", ROOT_KEY, ca=True, serial=7)))
    assert check(root, ANCHOR, OWN).project.policy.digest() == before
    (root / "root.pem").write_bytes(pki.pem(pki.certificate("Company Root", LEAF_KEY, ca=True)))
    assert check(root, ANCHOR, OWN).project.policy.digest() != before


REFUSED = {
    "an unknown way to pin": (KIOSK + 'pin = "whole"', "4:7 `pin` cannot be `whole` [invalid-value]"),
    "a request has no certificate": (
        '[keys.kiosk]\nfile = "request.csr"\npin = "certificate"',
        "4:7 request.csr is a request, and has no certificate to compare [conflicting-key]",
    ),
    "a pin that is no file": (
        SPARE.replace("spare", "kiosk") + 'pin = "certificate"',
        "5:1 `pin` says what of a file is pinned, and `kiosk` has none [conflicting-key]",
    ),
    "a file and a hash": (
        KIOSK + f'certificate-sha256 = "{FINGERPRINT.hex()}"',
        "3:1 `kiosk` has a file and a certificate's hash [conflicting-key]",
    ),
    "a hash that is a pin": (
        '[keys.kiosk]\ncertificate-sha256 = "3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M="',
        "3:22 the certificate's hash is a pin in base64 [malformed-pin]",
    ),
    "a hash of another length": (
        '[keys.kiosk]\ncertificate-sha256 = "00:11"',
        "3:22 the certificate's hash is no SHA-256 in hexadecimal [malformed-pin]",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_whole_certificate(name: str, root: Path) -> None:
    text, expected = REFUSED[name]
    assert said(check(root, text, SPARE, pin_set('keys = ["kiosk", "spare"]'))) == [expected]


ANCHORS = {
    "no file": ("[anchors.company-root]\n", "2:2 `file` is missing [missing-value]"),
    "a server's": (
        ANCHOR.replace("root.pem", "leaf.pem"),
        "3:8 the certificate of `company-root` is a server's and no CA's [anchor-is-leaf]",
    ),
    "a private key": (
        ANCHOR.replace("root.pem", "root.key"),
        "3:8 root.key is a private key, which has no place beside an app's sources [anchor-is-private-key]",
    ),
    "a request": (
        ANCHOR.replace("root.pem", "request.csr"),
        "3:8 the file of `company-root` is a request, and an anchor is a CA's certificate [unreadable-key]",
    ),
    "a bundle": (
        ANCHOR.replace("root.pem", "both.pem"),
        "3:8 both.pem holds 2 different keys that fit [ambiguous-key]",
    ),
    "an empty file": (ANCHOR.replace("root.pem", "empty.pem"), "3:8 empty.pem is empty [unreadable-key]"),
    "a store": (
        ANCHOR.replace("root.pem", "store.p12"),
        "3:8 store.p12 is a PKCS#12 store, which may hold private keys [unreadable-key]",
    ),
    "no such file": (
        ANCHOR.replace("root.pem", "no.pem"),
        "3:8 no.pem: No such file or directory [unreadable-key]",
    ),
    "a file elsewhere": (
        ANCHOR.replace("root.pem", "../root.pem"),
        '3:8 "../root.pem" has a `..`, which may lead anywhere [escaping-path]',
    ),
}


@pytest.mark.parametrize("name", ANCHORS)
def test_what_is_no_anchor(name: str, root: Path) -> None:
    text, expected = ANCHORS[name]
    checked = check(root, text, OWN, NSC)
    assert said(checked) == [expected]
    assert checked.lowered == ()


@pytest.mark.parametrize("name", ["Root", "a_b", "a--b", "-a", "../x", "1a", "a.b", "a" * 65])
def test_names_of_anchors_become_resources(name: str, root: Path) -> None:
    """aapt2 takes a-z, 0-9 and _; names that are written alike would collide, so - is the only sign."""
    text = f'[anchors."{name}"]\nfile = "root.pem"\n'
    found = errors(check(root, text, pin_set(f'trust = ["{name}"]')))
    assert [one.rule for one in found] == ["invalid-value"]


@pytest.mark.parametrize("name", ["system", "user"])
def test_no_anchor_is_called_like_a_store(name: str, root: Path) -> None:
    text = f'[anchors.{name}]\nfile = "root.pem"\n'
    found = errors(check(root, text, KIOSK, SPARE, pin_set('keys = ["kiosk", "spare"]')))
    assert [one.message for one in found] == [f"`{name}` is a store of the device"]


def test_of_a_bundle_one_is_chosen(root: Path) -> None:
    chosen = '[anchors.company-root]\nfile = "both.pem"\nsubject = "Company Root"\n'
    assert check(root, chosen, OWN).project.policy == check(root, ANCHOR, OWN).project.policy


@pytest.mark.parametrize(
    ("trust", "expected"),
    [
        ("[]", "missing-value"),
        ('["nobody"]', "undefined-key"),
        ('["company-root", "company-root"]', "duplicate-pin"),
        ('"company-root"', "wrong-type"),
        ("[1]", "wrong-type"),
        ('["system", "user"]', "user-store-trusted"),
    ],
)
def test_whom_a_set_may_trust(trust: str, expected: str, root: Path) -> None:
    checked = check(
        root,
        ANCHOR,
        SPARE,
        KIOSK,
        pin_set(f"trust = {trust}", 'keys = ["kiosk", "spare"]'),
        OWN.replace("kiosk", "b"),
    )
    assert [one.rule for one in errors(checked)] == [expected]


def test_keys_are_needed_where_no_anchor_decides(root: Path) -> None:
    assert said(check(root, pin_set('trust = ["system"]'))) == ["2:3 `keys` is missing [missing-value]"]


def test_the_end_of_a_set_is_not_that_of_its_trust(root: Path) -> None:
    more = ('trust = ["company-root"]', 'keys = ["kiosk", "spare"]', "expires = 2026-12-31")
    checked = check(root, ANCHOR, KIOSK, SPARE, pin_set(*more), NSC)
    assert errors(checked) == []
    assert {one.rule for one in checked.findings} <= {"mismatched-host"}


def test_an_end_without_keys_ends_nothing_and_is_reported(root: Path) -> None:
    without = check(root, ANCHOR, OWN, NSC)
    checked = check(root, ANCHOR, pin_set('trust = ["company-root"]', "expires = 2026-12-31"), NSC)
    (found,) = checked.findings
    assert (found.rule, found.level, _line(found)) == ("expiry-without-keys", Level.WARNING, "8:11")
    assert checked.project.policy.digest() == without.project.policy.digest()
    exempt = check(root, pin_set("keys = []", "enforce = false", "expires = 2026-12-31"), NSC)
    assert [one.rule for one in exempt.findings] == ["expiry-without-keys"]


@pytest.mark.parametrize("stores", ['"user"', '"system", "user"'])
def test_the_users_store_without_keys_is_reported_as_that(stores: str, root: Path) -> None:
    """And not that keys are missing: these would make it no better."""
    (one,) = check(root, pin_set(f"trust = [{stores}]"), NSC).findings
    fix = 'drop "user"' if "system" in stores else 'trust "system" or an anchor instead'
    assert (one.rule, one.fix, _line(one)) == ("user-store-trusted", fix, "4:9")


def of_version_1(
    folder: Path, subject: str, key: pki.PrivateKey, issuer: str, signer: pki.PrivateKey
) -> bytes:
    """PEM of a certificate without extensions, as `openssl x509 -req` makes them."""
    ca, above, asked = folder / "v1-ca.pem", folder / "v1-ca.key", folder / "v1.csr"
    ca.write_bytes(pki.pem(pki.certificate(issuer, signer, ca=True)))
    above.write_bytes(pki.private(signer))
    asked.write_bytes(pki.pem(pki.request(subject, key)))
    by = ("-CA", ca, "-CAkey", above, "-set_serial", "7") if subject != issuer else ("-signkey", above)
    return pki.openssl("x509", "-req", "-in", str(asked), "-days", "900", *map(str, by))


def test_a_root_of_version_1_is_an_anchor_and_a_server_of_it_is_none(root: Path) -> None:
    """It cannot say that it is a CA's; Conscrypt takes it (tests/real/test_anchors.py), but none below an anchor."""
    (root / "root.pem").write_bytes(of_version_1(root, "Old Root", ROOT_KEY, "Old Root", ROOT_KEY))
    assert check(root, ANCHOR, OWN, NSC).findings == ()
    (root / "root.pem").write_bytes(of_version_1(root, "kiosk.example.com", LEAF_KEY, "Old Root", ROOT_KEY))
    assert [one.rule for one in check(root, ANCHOR, OWN, NSC).findings] == ["anchor-is-leaf"]


def test_a_server_without_subject_alternative_names_is_for_no_host(root: Path) -> None:
    """Android 9, iOS 13 and later ignore the common name, which LEAF has alone."""
    found = check(root, KIOSK, SPARE, pin_set('keys = ["kiosk", "spare"]')).findings
    (one,) = (one for one in found if one.rule == "mismatched-host")
    why = "it has no subjectAltName, and clients do not look at its subject"
    assert one.message == f"the certificate of `kiosk` is not for kiosk.example.com: {why}"


@pytest.mark.parametrize(
    ("ends", "longest"),
    [
        (date(2027, 3, 14), 200),
        (date(2027, 3, 15), 100),
        (date(2029, 3, 14), 100),
        (date(2029, 3, 15), 47),
        (date(2026, 1, 1), 200),
    ],
)
def test_a_whole_certificate_says_its_day_and_how_long_the_next_one_may_last(
    ends: date, longest: int, root: Path
) -> None:
    """CA/Browser Forum ballot SC-081v3: of what is issued on that day, or today where it has ended."""
    (root / "leaf.pem").write_bytes(pki.pem(pki.certificate("kiosk.example.com", LEAF_KEY, ends=ends)))
    checked = check(root, KIOSK + 'pin = "certificate"', SPARE, pin_set('keys = ["kiosk", "spare"]'))
    (found,) = (one for one in checked.findings if one.rule == "certificate-needs-reissue")
    verb = "ended" if ends < TODAY else "ends"
    assert found.message.startswith(f"the certificate `kiosk` {verb} on {ends}, and apps that compare it")
    assert f"which lasts {longest} days at most" in found.message


def test_the_certificate_of_a_ca_may_last_as_long_as_it_likes(root: Path) -> None:
    """SC-081v3 changes section 6.3.2 of the Baseline Requirements, which is on certificates of subscribers."""
    checked = check(
        root, '[keys.ca]\nfile = "root.pem"\npin = "certificate"\n', SPARE, pin_set('keys = ["ca", "spare"]')
    )
    (found,) = (one for one in checked.findings if one.rule == "certificate-needs-reissue")
    assert found.message.endswith("and apps that compare it refuse the next one")


# -- the targets: table 2.3 of what each can mean ------------------------------------------------------

RENEWED = (
    "kiosk.example.com with a renewed certificate with the key of `kiosk` and no pinned CA is accepted by {}"
)
PUBLIC = "kiosk.example.com{} under any CA of the system is accepted by {} and refused by pins.toml"
PRIVATE = "kiosk.example.com{} under `company-root` is accepted by pins.toml and refused by {} on devices that do not have `company-root` installed"
TITLES = {"okhttp-kotlin": "OkHttp", "ats": "NSPinnedDomains", "trustkit": "TrustKit"}
ANDROID = {"nsc", "trustkit-android"}
CASES = {
    "system; certificate": (pin_set('keys = ["kiosk", "spare"]'), {*TITLES, *ANDROID}, {*TITLES, *ANDROID}),
    "own CA; nothing": (OWN, set(), set(TITLES)),
    "own CA; leaf keys": (pin_set('trust = ["company-root"]', 'keys = ["key", "spare"]'), set(), set(TITLES)),
    "own CA; certificate": (
        pin_set('trust = ["company-root"]', 'keys = ["kiosk", "spare"]'),
        ANDROID,
        {*TITLES, *ANDROID},
    ),
    "system + own CA; leaf keys": (
        pin_set('trust = ["system", "company-root"]', 'keys = ["key", "spare"]'),
        set(),
        set(TITLES),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_target_is_faithful_or_refused(name: str, root: Path) -> None:
    text, renewed, refused = CASES[name]
    keys = KIOSK + 'pin = "certificate"\n' + KIOSK.replace("kiosk]", "key]") + SPARE
    checked = check(root, ANCHOR, keys, text, EVERY)
    found: dict[str, list[str]] = {}
    for one in errors(checked):
        if one.rule == "unfaithful-target":
            found.setdefault(one.target, []).append(one.message)
    assert set(found) == refused
    for target in renewed:
        assert any(
            "with a renewed certificate with the key of `kiosk`" in message for message in found[target]
        )
    strict = {
        target for target in found if any("refused by " + TITLES.get(target, "?") in m for m in found[target])
    }
    lenient = {target for target in found if any("refused by pins.toml" in m for m in found[target])}
    own = "company-root" in text
    assert strict == (set(TITLES) if own else set())
    assert lenient == (set() if name.startswith("system + own") else set(found))


def test_the_words_of_a_refusal(root: Path) -> None:
    checked = check(root, ANCHOR, OWN, EVERY)
    messages = [(one.target, one.message) for one in errors(checked)]
    expected = [(target, PUBLIC.format("", title)) for target, title in TITLES.items()]
    expected += [(target, PRIVATE.format("", title)) for target, title in TITLES.items()]
    refused = [
        one for one in messages if (one[0] in TITLES and "company-root" in one[1]) or "any CA" in one[1]
    ]
    assert sorted(refused) == sorted(expected)


# -- what is written -------------------------------------------------------------------------------------


def test_the_configuration_and_its_certificates_are_written_together(root: Path) -> None:
    checked = check(root, ANCHOR, OWN, NSC)
    written = {str(one.path): one.content for one in compiler.artifacts(checked)}
    assert set(written) == {"app/res/xml/nsc.xml", "app/res/raw/pins_company_root.pem"}
    text = written["app/res/xml/nsc.xml"].decode()
    assert re.findall('src="([^"]+)"', text) == ["@raw/pins_company_root"]
    pem = written["app/res/raw/pins_company_root.pem"]
    assert x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER) == pki.der(ROOT)
    outputs.write_all(compiler.artifacts(checked), root)
    assert outputs.stale(compiler.artifacts(checked), root) == ()
    (root / "app/res/raw/pins_company_root.pem").write_bytes(b"changed")
    assert [str(one.path) for one in outputs.stale(compiler.artifacts(checked), root)] == [
        "app/res/raw/pins_company_root.pem"
    ]


def in_the_way(checked: Checked, *, force: bool = False) -> list[tuple[str, str]]:
    found = compiler.overwritten(checked, checked.project.root, force=force)
    return [(one.rule, one.message.rpartition("/")[2]) for one in found]


def test_a_renewed_anchor_replaces_its_file_and_a_strangers_file_stays(root: Path) -> None:
    raw = root / "app/res/raw/pins_company_root.pem"
    raw.parent.mkdir(parents=True)
    raw.write_bytes(b"somebody's own")
    checked = check(root, ANCHOR, OWN, NSC)
    assert in_the_way(checked) == [
        (
            "hand-written-output",
            "pins_company_root.pem was not generated by pincompiler and would be overwritten",
        )
    ]
    assert in_the_way(checked, force=True) == []
    raw.unlink()
    assert in_the_way(checked) == []
    outputs.write_all(compiler.artifacts(checked), root)
    renewed = pki.certificate("Company Root", ROOT_KEY, ca=True, serial=99)
    (root / "root.pem").write_bytes(pki.pem(renewed))
    checked = check(root, ANCHOR, OWN, NSC)
    assert in_the_way(checked) == []
    outputs.write_all(compiler.artifacts(checked), root)
    assert x509.load_pem_x509_certificate(raw.read_bytes()) == renewed


def test_an_anchor_that_is_an_input_is_not_overwritten(root: Path) -> None:
    """What is more in it would be lost."""
    raw = root / "app/res/raw/pins_company_root.pem"
    raw.parent.mkdir(parents=True)
    raw.write_bytes(b"# ours since 2019\n" + pki.pem(ROOT))
    checked = check(root, ANCHOR.replace("root.pem", "app/res/raw/pins_company_root.pem"), OWN, NSC)
    assert in_the_way(checked, force=True) == [
        ("conflicting-output", "pins_company_root.pem is an input, and would be overwritten")
    ]


@pytest.mark.slow
def test_ten_thousand_anchors(root: Path) -> None:
    """Of one file; no comparison takes the square of their number."""
    tables = "".join(f'[anchors.root-{n}]\nfile = "root.pem"\n' for n in range(10_000))
    named = ", ".join(f'"root-{n}"' for n in range(10_000))
    checked = check(root, tables, pin_set(f"trust = [{named}]"), NSC)
    # They are one anchor under many names.
    assert errors(checked) == []
    assert len(checked.project.policy.sets[0].trust.sources) == 1


def test_whom_other_hosts_trust_is_the_affair_of_the_base(root: Path) -> None:
    (root / "base.xml").write_text(
        "<network-security-config><base-config><trust-anchors>"
        '<certificates src="system"/><certificates src="user"/>'
        "</trust-anchors></base-config></network-security-config>"
    )
    tried = pin_set('keys = ["kiosk", "spare"]', "enforce = false", host="beta.example.org")
    own = pin_set('keys = ["kiosk", "spare"]')
    # A pin-set that says whom it trusts does so whatever the base says of all hosts.
    said = pin_set('keys = ["kiosk", "spare"]', 'trust = ["system"]')
    for mine, anchors in ((own, []), (said, ["system"])):
        checked = check(root, KIOSK, SPARE, mine, tried, NSC + 'base = "base.xml"')
        assert errors(checked) == []
        (written,) = (one.content.decode() for one in compiler.artifacts(checked))
        generated = written[written.index("<domain-config>") :]
        assert re.findall('src="([^"]+)"', generated) == anchors
        assert "beta.example.org" not in generated


# -- read back ---------------------------------------------------------------------------------------------


def compiled(root: Path, *parts: str) -> Path:
    """What they compile to, in a folder of its own."""
    checked = check(root, *parts, NSC)
    assert errors(checked) == []
    outputs.write_all(compiler.artifacts(checked), root)
    return root / "app/res/xml/nsc.xml"


def diff(root: Path, left: Path | str, right: Path | str) -> tuple[int, str, str]:
    ran = run("diff", str(left), str(right), cwd=root)
    return ran.code, ran.stdout, ran.stderr


def test_what_was_written_means_the_same_as_pins_toml(root: Path) -> None:
    written = compiled(
        root, ANCHOR, KIOSK, SPARE, pin_set('trust = ["company-root"]', 'keys = ["kiosk", "spare"]')
    )
    code, _, said = diff(root, "pins.toml", written)
    assert (code, "accept the same chains" in said) == (0, True)


def test_another_certificate_under_the_same_resource_name_is_a_difference(root: Path) -> None:
    """Names of resources say nothing: their content is compared, and by the name and key of the CA alone."""
    written = compiled(root, ANCHOR, OWN)
    other = root / "other/res/xml/nsc.xml"
    shutil.copytree(root / "app", root / "other")
    raw = root / "other/res/raw/pins_company_root.pem"
    assert diff(root, written, other)[0] == 0
    raw.write_bytes(pki.pem(pki.certificate("Company Root", ROOT_KEY, ca=True, serial=5)))
    assert diff(root, written, other)[0] == 0
    raw.write_bytes(pki.der(pki.certificate("Another Root", ROOT_KEY, ca=True)))
    code, said, _ = diff(root, written, other)
    assert code == 1
    assert "under `@raw/pins_company_root` is accepted by " in said
    for content in (b"", b"no certificate", pki.private(ROOT_KEY)):
        raw.write_bytes(content)
        code, _, said = diff(root, written, other)
        assert (code, "which was not read" in said) == (3, True)
    raw.unlink()
    assert diff(root, written, other)[0] == 3


def test_devices_that_have_different_files_are_unknown(root: Path) -> None:
    written = compiled(root, ANCHOR, OWN)
    german = root / "app/res/raw-de/pins_company_root.pem"
    german.parent.mkdir()
    german.write_bytes(pki.pem(ROOT))
    assert diff(root, "pins.toml", written)[0] == 0
    german.write_bytes(pki.pem(pki.certificate("Another Root", ROOT_KEY, ca=True)))
    assert diff(root, "pins.toml", written)[0] == 3


def test_a_bundle_is_each_of_its_certificates(root: Path) -> None:
    written = compiled(root, ANCHOR, OWN)
    raw = root / "app/res/raw/pins_company_root.pem"
    second = pki.certificate("Second Root", LEAF_KEY, ca=True)
    raw.write_bytes(pki.pem(ROOT) + pki.pem(second))
    code, said, _ = diff(root, "pins.toml", written)
    assert code == 1
    assert "under `@raw/pins_company_root (CN=Second Root)` is accepted by " in said


# -- impact ------------------------------------------------------------------------------------------------


def test_a_chain_under_the_anchor_works_and_one_elsewhere_is_blocked(root: Path) -> None:
    """Without the anchor in the device's store, and without any pin."""
    (root / "usual.pem").write_bytes(pki.pem(usual().root))
    (root / "chain.pem").write_bytes(b"".join(map(pki.pem, usual().served)))
    host = pin_set('trust = ["company-root"]', host=HOST)
    for file, outcome in (("usual.pem", "works"), ("root.pem", "blocked")):
        anchor = ANCHOR.replace("root.pem", file)
        written = compiled(root, anchor, host)
        for release in ("pins.toml", str(written.relative_to(root))):
            ran = run(
                "impact",
                "--chain",
                "chain.pem",
                "--ca-file",
                "usual.pem",
                "-f",
                "json",
                "--no-cache",
                release,
                cwd=root,
            )
            (day,) = {one["outcome"] for one in json.loads(ran.stdout)["releases"][0]["hosts"][0]["days"]}
            assert day == outcome


# -- init --------------------------------------------------------------------------------------------------


def taken_over(root: Path, *, code: int = 0) -> str:
    (root / "pins.toml").unlink()
    ran = run("init", "--from", "app/res/xml/nsc.xml", cwd=root)
    assert ran.code == code, ran.stderr
    return (root / "pins.toml").read_text("utf-8")


@pytest.mark.parametrize(
    "lines",
    [
        ('trust = ["company-root"]',),
        ('trust = ["company-root"]', 'keys = ["kiosk", "spare"]', "expires = 2030-01-01"),
        ('trust = ["system", "company-root"]', 'keys = ["kiosk", "spare"]', 'subdomains = "all"'),
    ],
)
def test_anchors_are_taken_over_with_their_files(lines: tuple[str, ...], root: Path) -> None:
    compiled(root, ANCHOR, KIOSK, SPARE, pin_set(*lines))
    text = taken_over(root)
    assert "the meaning is the same" in text
    assert '[anchors.company-root]\nfile = "app/res/raw/pins_company_root.pem"\n' in text
    assert diff(root, "pins.toml", "app/res/xml/nsc.xml")[0] == 0


def test_a_server_among_the_anchors_becomes_its_key(root: Path) -> None:
    """Because that is what Android makes of it; that it also does without any CA is said."""
    compiled(root, ANCHOR, OWN)
    (root / "app/res/raw/pins_company_root.pem").write_bytes(pki.pem(LEAF))
    text = taken_over(root, code=3)
    assert "[anchors" not in text
    assert 'role = "leaf"' in text
    assert "the meaning is the same" not in text
    assert "under `@raw/pins_company_root` is accepted by nsc.xml and refused by pins.toml" in text


def test_an_anchor_that_cannot_be_named_is_left_out(root: Path) -> None:
    compiled(root, ANCHOR, KIOSK, SPARE, pin_set('trust = ["company-root"]', 'keys = ["kiosk", "spare"]'))
    (root / "app/res/raw/pins_company_root.pem").unlink()
    assert "which was not read" in taken_over(root, code=3)


def test_an_anchor_that_is_no_certificate_is_refused_with_its_place(root: Path) -> None:
    written = compiled(root, ANCHOR, OWN)
    (root / "app/res/raw/pins_company_root.pem").write_bytes(b"nothing that could be read")
    (root / "pins.toml").unlink()
    ran = run("init", "--from", "app/res/xml/nsc.xml", cwd=root)
    text = written.read_text().splitlines()
    line = next(number for number, one in enumerate(text, 1) if "<certificates" in one)
    assert (ran.code, (root / "pins.toml").exists()) == (2, False)
    assert f"app/res/xml/nsc.xml:{line}:" in ran.stderr
    assert "@raw/pins_company_root is neither PEM nor DER" in ran.stderr


OVERRIDING = """<network-security-config><domain-config>
<domain>kiosk.example.com</domain><domain includeSubdomains="true">open.example.com</domain>
<trust-anchors><certificates src="@raw/own" overridePins="true"/></trust-anchors>
<pin-set><pin digest="SHA-256">3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M=</pin></pin-set>
</domain-config></network-security-config>"""


def test_anchors_that_override_all_pins_are_taken_over_as_trust_alone(root: Path) -> None:
    """Android holds no chain to the pins, so that trust without keys is the same; the pins are said to be left."""
    code, text = taken_from(root, OVERRIDING, "own", content=pki.pem(ROOT))
    assert (code, "the meaning is the same" in text, "[keys." in text) == (0, True, False)
    assert text.count('trust = ["own"]') == 2
    assert "overridePins" in text
    assert "# - kiosk.example.com\n# - open.example.com\n" in text
    (root / "pins.toml").write_text(text)
    assert diff(root, "pins.toml", "res/xml/nsc.xml")[0] == 0


def test_what_init_cannot_say_is_called_different_once_for_all_hosts(root: Path) -> None:
    """It is known, and was compared: unknown is what was not."""
    text = config("system", "user").replace("</domain>", "</domain><domain>b.example.com</domain>", 1)
    pins = '<pin-set><pin digest="SHA-256">3iYG1E6sWr1LreiO5YBXXCwBcsHKKLpqTO3Tnrrm/3M=</pin></pin-set>'
    text = text.replace("<trust-anchors>", f"{pins}<trust-anchors>")
    code, written = taken_from(root, text, content=b"")
    said = [line for line in written.splitlines() if line.startswith("# - ")]
    assert (code, len(said), "not compared" in written) == (3, 1, False), written
    assert "under a CA that the user installed is accepted by nsc.xml" in said[0]
    assert said[0].endswith(" (and 1 more host likewise)")
    ran = run("init", "--from", "res/xml/nsc.xml", "-o", "-", cwd=root)
    assert ran.stderr.splitlines() == [f"different: {said[0].removeprefix('# - ')}"]


# -- what a release engineer meets -----------------------------------------------------------------------


def test_a_file_of_which_ours_has_the_beginning_is_not_taken_for_ours(root: Path) -> None:
    """pins_company is not pins_company_root, which our XML names."""
    outputs.write_all(compiler.artifacts(check(root, ANCHOR, OWN, NSC)), root)
    mine = root / "app/res/raw/pins_company.pem"
    mine.write_bytes(b"somebody's own")
    (root / "other.pem").write_bytes(pki.pem(pki.certificate("Company", ROOT_KEY, ca=True)))
    more = '[anchors.company]\nfile = "other.pem"\n' + pin_set('trust = ["company"]', host="b.example.com")
    assert in_the_way(check(root, ANCHOR, OWN, more, NSC)) == [
        ("hand-written-output", "pins_company.pem was not generated by pincompiler and would be overwritten")
    ]


def test_two_files_of_one_resource_are_refused(root: Path) -> None:
    """aapt2 stops at the second: a resource is called what stands before the first dot of its file."""
    raw = root / "app/res/raw"
    raw.mkdir(parents=True)
    (raw / "pins_other.der").write_bytes(b"")
    assert in_the_way(check(root, ANCHOR, OWN, NSC)) == []
    (raw / "pins_company_root.v2.der").write_bytes(b"")
    for force in (False, True):
        assert in_the_way(check(root, ANCHOR, OWN, NSC), force=force) == [
            ("conflicting-output", "pins_company_root.pem are one resource, which a build refuses")
        ]


def test_what_init_takes_over_compiles_where_it_stood(root: Path) -> None:
    """The anchor's file is then the output as it is already, and nothing would be lost."""
    outputs.write_all(compiler.artifacts(check(root, ANCHOR, OWN, NSC)), root)
    (root / "pins.toml").unlink()
    assert run("init", "--from", "app/res/xml/nsc.xml", cwd=root).code == 0
    with (root / "pins.toml").open("a") as stream:
        stream.write(NSC)
    ran = run("compile", cwd=root)
    assert (ran.code, ran.stderr.splitlines()[-2:]) == (
        0,
        ["unchanged app/res/xml/nsc.xml", "unchanged app/res/raw/pins_company_root.pem"],
    )


def test_an_exempt_host_below_a_set_that_only_trusts_is_written(root: Path) -> None:
    above = pin_set('trust = ["company-root"]', 'subdomains = "all"', "keys = []", "enforce = false")
    below = pin_set("keys = []", "enforce = false", host="open.kiosk.example.com")
    checked = check(root, ANCHOR, above, below, NSC)
    assert [one.rule for one in checked.findings] == ["mixed-trust"]
    (lowering,) = checked.lowered
    assert lowering.model.trust("open.kiosk.example.com") == SYSTEM_ALONE
    assert lowering.model.trust("x.kiosk.example.com").anchors


def test_a_reach_that_cannot_be_said_has_a_way_out_of_its_own(root: Path) -> None:
    """To leave the hosts to the nsc is no advice where the target is the nsc."""
    checked = check(root, ANCHOR, pin_set('trust = ["company-root"]', 'subdomains = "one-label"'), NSC)
    fixes = {one.fix for one in checked.findings if one.rule == "unfaithful-target"}
    assert fixes == {'write subdomains = "all", or name the hosts and write "none"'}


def test_explain_names_whom_a_host_trusts(root: Path) -> None:
    keys = 'keys = ["kiosk", "spare"]'
    policy = ('version = 1\n[keys.kiosk]\nfile = "leaf.pem"\npin = "certificate"\n', SPARE, ANCHOR)
    own = pin_set('trust = ["system", "company-root"]', host="own.example.com")
    plain = pin_set("keys = []", "enforce = false", host="plain.example.com")
    (root / "pins.toml").write_text("".join((*policy, pin_set(keys), own, plain, NSC)))

    def explained(host: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(
            run("explain", "--host", host, "-f", "json", cwd=root).stdout
        )["enforcements"]
        return found

    system = "the system's CAs"
    assert [one["trusts"] for one in explained("own.example.com")] == [[system, "company-root"]] * 2
    (wanted, actual) = explained("kiosk.example.com")
    assert wanted["needs"] == ["kiosk (leaf, the whole certificate), spare (leaf)"]
    assert wanted["trusts"] == actual["trusts"] == [system]
    text = run("explain", "--host", "own.example.com", cwd=root).stdout
    assert text.count("    trusts        the system's CAs, company-root\n") == 2
    assert "exempt" not in text
    assert "exempt" in run("explain", "--host", "plain.example.com", cwd=root).stdout


def config(*sources: str) -> str:
    trusted = "".join(f'<certificates src="{one}"/>' for one in sources)
    return (
        "<network-security-config><domain-config><domain>kiosk.example.com</domain>"
        f"<trust-anchors>{trusted}</trust-anchors></domain-config></network-security-config>"
    )


def taken_from(root: Path, text: str, *names: str, content: bytes) -> tuple[int, str]:
    for folder in ("res/xml", "res/raw"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "res/xml/nsc.xml").write_text(text)
    for name in names:
        (root / f"res/raw/{name}.pem").write_bytes(content)
    ran = run("init", "--from", "res/xml/nsc.xml", "-o", "-", cwd=root)
    return ran.code, ran.stdout


@pytest.mark.parametrize(
    ("content", "code"), [(pki.pem(ROOT), 0), (None, 3), (b"", 3), (pki.pem(ROOT)[:200], 3)]
)
def test_check_of_an_nsc_minds_certificates_that_it_could_not_read(
    root: Path, content: bytes | None, code: int
) -> None:
    (root / "res/xml").mkdir(parents=True)
    (root / "res/raw").mkdir()
    (root / "res/xml/nsc.xml").write_text(config("@raw/other"))
    if content is not None:
        (root / "res/raw/other.pem").write_bytes(content)
    ran = run("check", "res/xml/nsc.xml", cwd=root)
    assert (ran.code, ran.stdout) == (code, "")
    unread = "res/xml/nsc.xml trusts the CAs of @raw/other, which was not read"
    assert (unread in ran.stderr) is bool(code)


def test_check_of_an_nsc_reports_cas_of_users(root: Path) -> None:
    (root / "nsc.xml").write_text(config("system", "user"))
    ran = run("check", "nsc.xml", cwd=root)
    message = "warning: CAs that the user installed are trusted for kiosk.example.com [user-ca-trusted]"
    assert ran.code == 0
    assert ran.stdout.startswith(f"nsc.xml:1:118: {message}\n")
    assert "AndroidManifest" not in ran.stdout, "what the app targets is not known here"


@pytest.mark.parametrize(
    ("resource", "anchor"),
    [
        ("system", "ca-system"),
        ("user", "ca-user"),
        ("pins_user", "ca-user"),
        ("a" * 49 + "_b", "a" * 49),
        ("_1", "ca-1"),
    ],
)
def test_a_resource_of_any_name_becomes_an_anchor(root: Path, resource: str, anchor: str) -> None:
    code, text = taken_from(root, config(f"@raw/{resource}"), resource, content=pki.pem(ROOT))
    assert (code, re.findall(r"\[anchors\.(.*)\]", text)) == (0, [anchor])
    assert f'trust = ["{anchor}"]' in text


def test_a_servers_certificate_alone_becomes_its_key_and_why_is_said(root: Path) -> None:
    code, text = taken_from(root, config("@raw/server"), "server", content=pki.pem(LEAF))
    assert code == 3, "devices that do not have its CA accept it by the anchor alone"
    assert re.search(
        r"# Of the server's certificate @raw/server: .* a name and a key .*\n\[keys\.[a-z-]+-2026\]", text
    )
    assert "anchors." not in text


def test_a_servers_certificate_beside_the_system_demands_nothing(root: Path) -> None:
    """Chains of the system's CAs are accepted whatever their key: a pin would refuse them."""
    code, text = taken_from(root, config("system", "@raw/server"), "server", content=pki.pem(LEAF))
    assert code == 3
    assert "under `@raw/server` is accepted by nsc.xml and refused by pins.toml" in text
    assert "spki-sha256" not in text


def test_a_plan_serves_the_certificate_that_is_pinned(root: Path) -> None:
    policy = 'version = 1\n[keys.kiosk]\nfile = "leaf.pem"\npin = "certificate"\n' + SPARE
    pinned = pin_set('keys = ["kiosk", "spare"]')
    (root / "shipped.toml").write_text(policy + pinned)
    release = '[[release]]\nname = "1.0"\ndate = 2026-01-01\nfile = "shipped.toml"\n'
    host = '[[rotation]]\nhost = "kiosk.example.com"\n'
    rotation = host + 'from = "kiosk"\nto = "spare"\ndate = 2027-02-01\n'
    (root / "pins.toml").write_text(policy + pinned + release + rotation)
    ran = run("plan", cwd=root)
    assert (ran.code, ran.stdout.count("refuses")) == (0, 0), ran.stdout
    assert "safe" in ran.stdout


@pytest.mark.parametrize(
    ("sources", "shipped", "missing"),
    [
        (["@raw/other"], ROOT, 0),
        (["@raw/other"], LEAF, 0),
        (["system", "@raw/other"], LEAF, 1),
        ([], None, 1),
    ],
)
def test_a_host_that_its_anchor_alone_decides_on_lacks_no_pins(
    root: Path, sources: list[str], shipped: x509.Certificate | None, missing: int
) -> None:
    """An app that leaves it to another CA of its own pins it, to the wrong one: that is `changed-trust`."""
    policy = check(root, ANCHOR, OWN, NSC).project.policy
    trusted = config(*sources) if shipped else "<network-security-config/>"
    nsc = read_xml(trusted.encode(), "nsc.xml")
    if shipped:
        nsc = nsc.with_resources(lambda _: anchors_in(pki.pem(shipped), "@raw/other"))
    app = ShippedApp("app.apk", "", "", nsc=NscFacts(shipped=(configured(nsc, "nsc.xml"),)))
    assert len([*missing_host.check(Audited(app, TODAY, policy))]) == missing


PLAIN = pin_set('keys = ["kiosk", "spare"]')


@pytest.mark.parametrize(
    ("beside", "shipped", "rules", "complete"),
    [
        (ROOT, ROOT, set(), True),
        (ROOT, LEAF, {"changed-trust"}, True),
        (None, ROOT, set(), False),
    ],
)
def test_an_app_is_held_to_the_anchors_of_a_hand_written_base(
    root: Path, beside: x509.Certificate | None, shipped: x509.Certificate, rules: set[str], *, complete: bool
) -> None:
    """Which CAs a resource of the base has is known where it lies beside the base or the output."""
    (root / "base.xml").write_text(config("@raw/company_root"))
    (root / "pins.toml").write_text(
        f'version = 1\n{KIOSK}{SPARE}{PLAIN}[target.nsc]\npath = "app/res/xml/nsc.xml"\nbase = "base.xml"\n'
    )
    if beside:
        (root / "app/res/raw").mkdir(parents=True)
        (root / "app/res/raw/company_root.pem").write_bytes(pki.pem(beside))
    ran = run("compile", cwd=root)
    assert ran.code == 0, ran
    pins = re.findall(r">([A-Za-z0-9+/]{43}=)<", (root / "app/res/xml/nsc.xml").read_text())
    apk = anchored.app(
        root / "app.apk",
        anchored.trusting("kiosk.example.com", [0], pins, wide=False),
        raw={"company_root": pki.pem(shipped)},
    )
    ran = run("audit", str(apk), "--pins", "pins.toml", "-f", "json", cwd=root)
    (report,) = json.loads(ran.stdout)["subjects"]
    found = {one["rule"] for one in report["findings"] if one["level"] == "error"}
    assert (found, report["complete"]) == (rules, complete), report["findings"]


# -- what is left over -----------------------------------------------------------------------------------

RAW = "app/res/raw/pins_company_root.pem"


def stands(root: Path, *parts: str) -> None:
    """A pins.toml that has been compiled."""
    (root / "pins.toml").write_text("".join(("version = 1\n", *parts, NSC)))
    ran = run("compile", cwd=root)
    assert ran.code == 0, ran.stderr


def test_the_file_of_an_anchor_says_whose_it_is_behind_the_certificate(root: Path) -> None:
    """Nothing stands before it: what does not begin with a dash is DER to Conscrypt."""
    stands(root, ANCHOR, OWN)
    text = (root / RAW).read_text()
    assert text == f"{pki.pem(ROOT).decode()}# Generated by pincompiler from pins.toml. Do not edit.\n"
    (only,) = anchors_in(text.encode(), "it")
    assert only.der == pki.der(ROOT)


@pytest.mark.parametrize(
    "now",
    [(KIOSK, SPARE, PLAIN), (ANCHOR.replace("company-root", "newer"), OWN.replace("company-root", "newer"))],
)
def test_what_a_dropped_or_renamed_anchor_leaves_is_reported_and_removed(
    now: tuple[str, ...], root: Path
) -> None:
    stands(root, ANCHOR, OWN)
    (root / "pins.toml").write_text("".join(("version = 1\n", *now, NSC)))
    checked = run("compile", "--check", cwd=root)
    assert checked.code == 1
    assert f"{RAW} is left over from what pins.toml said once; run pincompiler compile" in checked.stderr
    as_json = run("compile", "--check", "-f", "json", cwd=root)
    assert (as_json.code, json.loads(as_json.stdout)["left-over"]) == (1, [RAW])
    assert (root / RAW).exists()
    ran = run("compile", cwd=root)
    assert (ran.code, f"removed {RAW}" in ran.stderr, (root / RAW).exists()) == (0, True, False)
    assert run("compile", "--check", cwd=root).code == 0


def test_what_is_left_over_is_known_of_one_environment_where_no_other_needs_it(root: Path) -> None:
    """Each with a folder of its own, both with one, and another whose configuration still names it."""
    both = "[environments]\nproduction = { release = true }\nstaging = {}\n"
    for path, alone in (("app/{environment}/xml/nsc.xml", True), ("app/xml/{environment}.xml", False)):
        target = f'[target.nsc]\npath = "{path}"\n'
        raw = root / ("app/production/raw" if alone else "app/raw") / "pins_company_root.pem"
        for now, code, left in (((ANCHOR, OWN), 0, False), ((KIOSK, SPARE, PLAIN), 1, alone)):
            (root / "pins.toml").write_text("".join(("version = 1\n", both, *now, target)))
            checked = run("compile", "--check", "-e", "production", "-f", "json", cwd=root)
            assert (json.loads(checked.stdout)["left-over"] != []) is left
            assert run("compile", *(["-e", "production"] if code else []), cwd=root).code == 0
            assert raw.exists() is (not left)
        assert run("compile", cwd=root).code == 0
        assert not raw.exists()


def test_the_last_thing_that_is_stale_is_enough(root: Path) -> None:
    """The configuration as it should be, and a certificate too many."""
    stands(root, ANCHOR, OWN)
    pem = (root / RAW).read_bytes()
    stands(root, KIOSK, SPARE, PLAIN)
    (root / RAW).write_bytes(pem)
    assert run("compile", "--check", cwd=root).code == 1


@pytest.mark.parametrize(
    "content",
    [
        pki.pem(ROOT),
        b"# mine\n" + pki.pem(ROOT) + b"# Generated by pincompiler from pins.toml. Do not edit.\n",
        pki.pem(ROOT) + b"# Generated by pincompiler from pins.toml. Do not edit.\nand mine\n",
        pki.pem(ROOT) + pki.pem(LEAF) + b"# Generated by pincompiler from pins.toml. Do not edit.\n",
        pki.pem(ROOT) + b"# Generated by pincompiler from elsewhere/pins.toml. Do not edit.\n",
        b"",
    ],
    ids=["plain", "before", "behind", "bundle", "another's", "empty"],
)
def test_what_may_be_somebodys_own_stays(content: bytes, root: Path) -> None:
    stands(root, KIOSK, SPARE, PLAIN)
    (root / RAW).parent.mkdir(parents=True, exist_ok=True)
    (root / RAW).write_bytes(content)
    assert run("compile", "--check", cwd=root).code == 0
    assert run("compile", "--force", cwd=root).code == 0
    assert (root / RAW).read_bytes() == content


def test_an_input_is_never_left_over(root: Path) -> None:
    """An anchor that reads what an earlier one was compiled to."""
    stands(root, ANCHOR, OWN)
    other = f'[anchors.newer]\nfile = "{RAW}"\n'
    stands(root, other, OWN.replace("company-root", "newer"))
    assert (root / RAW).exists()
    assert run("compile", "--check", cwd=root).code == 0


def test_a_link_and_what_is_no_pem_are_never_left_over(root: Path) -> None:
    stands(root, ANCHOR, OWN)
    pem = (root / RAW).read_bytes()
    stands(root, KIOSK, SPARE, PLAIN)
    (root / "elsewhere.pem").write_bytes(pem)
    (root / RAW).symlink_to(root / "elsewhere.pem")
    (root / "app/res/raw/pins_company_root.txt").write_bytes(pem)
    (root / "app/res/raw/folder.pem").mkdir()
    assert run("compile", cwd=root).code == 0
    assert (root / "elsewhere.pem").read_bytes() == pem
    assert (root / RAW).is_symlink()


def test_another_pins_toml_keeps_what_it_wrote(root: Path) -> None:
    """Two of one name in two folders, that write into one; and one that is not found any more is not touched."""
    for name, anchor in (("one", "company-root"), ("two", "partner")):
        (root / name).mkdir()
        (root / name / "root.pem").write_bytes(pki.pem(ROOT))
        (root / name / "pins.toml").write_text(
            f'version = 1\n[anchors.{anchor}]\nfile = "root.pem"\n'
            + pin_set(f'trust = ["{anchor}"]')
            + f'[target.nsc]\npath = "xml/{name}.xml"\n'
        )
        assert run("compile", f"{name}/pins.toml", "-o", "res", cwd=root).code == 0
    both = {"pins_company_root.pem", "pins_partner.pem"}
    for name in ("one", "two"):
        assert run("compile", f"{name}/pins.toml", "-o", "res", "--check", cwd=root).code == 0
    assert {one.name for one in (root / "res/raw").iterdir()} == both
    (root / "one/pins.toml").unlink()
    assert run("compile", "two/pins.toml", "-o", "res", cwd=root).code == 0
    assert {one.name for one in (root / "res/raw").iterdir()} == both


def test_what_another_configuration_names_stays(root: Path) -> None:
    """By hand, or of another pins.toml: without the file its build would fail."""
    stands(root, ANCHOR, OWN)
    (root / "app/res/xml/other.xml").write_text(config("@raw/pins_company_root"))
    stands(root, KIOSK, SPARE, PLAIN)
    assert run("compile", "--check", cwd=root).code == 0
    (root / "app/res/xml/other.xml").unlink()
    assert run("compile", "--check", cwd=root).code == 1


def test_nothing_is_removed_where_something_cannot_be_written(root: Path) -> None:
    stands(root, ANCHOR, OWN)
    (root / "pins.toml").write_text(f"version = 1\n{KIOSK}{SPARE}{PLAIN}{NSC}")
    (root / "app/res/xml/nsc.xml").chmod(0o444)
    assert run("compile", cwd=root).code != 0
    assert (root / RAW).exists()


def test_other_targets_alone_leave_it_alone(root: Path) -> None:
    stands(root, ANCHOR, OWN)
    kotlin = '[target.okhttp-kotlin]\npath = "Pins.kt"\npackage = "a.b"\n'
    (root / "pins.toml").write_text(f"version = 1\n{KIOSK}{SPARE}{PLAIN}{NSC}{kotlin}")
    assert run("compile", "-t", "okhttp-kotlin", cwd=root).code == 0
    assert (root / RAW).exists()


# -- a certificate of which the hash alone is known -------------------------------------------------------

BARE = "".join(
    f'[keys.{name}]\ncertificate-sha256 = "{one.fingerprint(hashes.SHA256()).hex()}"\n'
    for name, one in (("now", usual().leaf), ("later", LEAF))
)
BARE_SET = pin_set('keys = ["now", "later"]', host=HOST)


@pytest.mark.parametrize(
    ("shipped", "safety", "code"), [(("now", "later"), "safe", 0), (("now",), "unsafe", 1)]
)
def test_a_plan_of_bare_certificates_serves_those(
    shipped: tuple[str, ...], safety: str, code: int, root: Path
) -> None:
    """The rotation is one, though no key of it is known; and what an old release has alone is needed."""
    listed = ", ".join(f'"{one}"' for one in shipped)
    (root / "shipped.toml").write_text(f"version = 1\n{BARE}{pin_set(f'keys = [{listed}]', host=HOST)}")
    (root / "pins.toml").write_text(
        f"version = 1\n{BARE}{BARE_SET}"
        '[[release]]\nname = "1.0"\ndate = 2026-01-01\nfile = "shipped.toml"\n'
        f'[[rotation]]\nhost = "{HOST}"\nfrom = "now"\nto = "later"\ndate = 2027-02-01\n'
    )
    ran = run("plan", "-f", "json", cwd=root)
    plan = json.loads(ran.stdout)
    assert (ran.code, [one["verdict"] for one in plan["rotations"]]) == (code, [safety])
    assert [(one["key"], one["spki-sha256"]) for one in plan["keys"]] == [("now", None), ("later", None)]
    # No release does without what is served: of neither certificate another one would do.
    needed = {one["key"]: one["needed-until"] for one in plan["keys"]}
    assert needed["now"] == "2027-02-01"


def test_verify_matches_a_bare_certificate_and_knows_no_pin_of_it(root: Path) -> None:
    (root / "pins.toml").write_text(f"version = 1\n{BARE}{BARE_SET}")
    (root / "usual.pem").write_bytes(pki.pem(usual().root))
    (root / "chain.pem").write_bytes(b"".join(map(pki.pem, usual().served)))
    asked = ("verify", "--chain", "chain.pem", "--ca-file", "usual.pem")
    (host,) = json.loads(run(*asked, "-f", "json", cwd=root).stdout)["hosts"]
    assert [(one["key"], one["spki-sha256"]) for one in host["chains"][0]["matches"]] == [("now", None)]
    assert [(one["key"], one["spki-sha256"]) for one in host["backups"]] == [("later", None)]
    text = run(*asked, cwd=root)
    assert re.search(r"^    leaf .*  = now", text.stdout, re.MULTILINE)


def test_check_of_an_nsc_reports_anchors_that_end_and_those_of_servers(root: Path) -> None:
    """At the place of `<certificates>`, with the file; a base-config's as well."""
    ended, ending = (pki.certificate(name, ca=True, ends=day) for name, day in ENDS.items())
    text = (
        '<network-security-config>\n<base-config><trust-anchors>\n<certificates src="@raw/ending"/>\n'
        "</trust-anchors></base-config>\n<domain-config><domain>kiosk.example.com</domain><trust-anchors>\n"
        '<certificates src="@raw/ended"/>\n<certificates src="@raw/server"/>\n'
        "</trust-anchors></domain-config></network-security-config>"
    )
    taken_from(root, text, "ended", content=pki.pem(ended) + pki.pem(ROOT))
    taken_from(root, text, "ending", content=pki.pem(ending))
    taken_from(root, text, "server", content=pki.pem(LEAF))
    ran = run("check", "res/xml/nsc.xml", "--today", str(TODAY), "-f", "json", cwd=root)
    found = {one["rule"]: one for one in json.loads(ran.stdout)["findings"]}
    assert {rule: (one["location"]["line"], one["level"]) for rule, one in found.items()} == {
        "expiring-anchor": (3, "warning"),
        "expired-anchor": (6, "error"),
        "anchor-is-leaf": (7, "warning"),
    }
    assert [one["location"]["file"] for one in found["anchor-is-leaf"]["related"]] == ["res/raw/server.pem"]
    assert found["anchor-is-leaf"]["hosts"] == found["expired-anchor"]["hosts"] == ["kiosk.example.com"]


ENDS = {"Ended": TODAY - timedelta(days=1), "Ending": TODAY + timedelta(days=30)}
