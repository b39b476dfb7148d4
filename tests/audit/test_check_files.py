"""`check` of a file is the audit of an app that has it and nothing else.

The right answers are from the makers' sources: parseNSPinnedDomains of Apple's SecPolicy.c, TrustKit 3.0.7's
parse_configuration.m, AOSP's XmlConfigSource.
"""

from __future__ import annotations

import json
import plistlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pincompiler.base.errors import InputError
from pincompiler.base.finding import Level
from pincompiler.rules.on_apps import APP_RULES
from pincompiler.rules.rule import Audited
from pincompiler.shipped.ios.plists import of_plist
from pincompiler.workflows.audit import audit, audit_options, findings
from pincompiler.workflows.compile import check
from pincompiler.workflows.diff import compare
from pincompiler.workflows.read_configuration import check_file
from tests.apk.forge import Attr, Node, android, axml, manifest, simple_zip, uses_nsc
from tests.apk.forge import app as forged
from tests.rule_examples import FENCE, halves, is_of_plist, plist_of
from tests.strategies import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from pincompiler.rules.rule import Rule

A, B = "HO09knqfND5wMqKP1FZaam5+FOJ6FImFLo9xdb2Au1U=", "UqKUOPtqpTiVi2Wqa3NKTn/Oukp9c07cnwVyYEgmq7Q="
HEX = "1ced3d927a9f343e7032a28fd4565a6a6e7e14e27a1489852e8f7175bd80bb55"
PIN = "SPKI-SHA256-BASE64"
LEAF, CA = "NSPinnedLeafIdentities", "NSPinnedCAIdentities"
GOOD = [{PIN: A}, {PIN: B}]


def found(path: Path) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    findings, doubts = check_file(path, TODAY, 30)
    assert all(one.location and one.location.file == str(path) and one.fix for one in findings)
    return [(one.rule, one.level.value) for one in findings], doubts


def of_values(folder: Path, values: dict[str, Any], name: str = "Info.plist") -> list[tuple[str, str]]:
    """What is found in a property list, the same in XML and in binary."""
    path = folder / name
    both = []
    for form in (plistlib.FMT_XML, plistlib.FMT_BINARY):
        path.write_bytes(plistlib.dumps(values, fmt=form))
        both.append(found(path))
    assert both[0] == both[1]
    assert not both[0][1]
    return both[0][0]


def ats(entry: object, host: str = "api.example.com", **more: Any) -> dict[str, Any]:
    return {"NSAppTransportSecurity": {"NSPinnedDomains": {host: entry}, **more}}


def kit(entry: object, host: str = "api.example.com", **more: Any) -> dict[str, Any]:
    if isinstance(entry, dict) and "kSKExcludeSubdomainFromParentPolicy" not in entry:
        entry = {"TSKDisableDefaultReportUri": True, **entry}
    return {"TSKConfiguration": {"TSKPinnedDomains": {host: entry}}, **more}


BLOCKED = [("blocked-host", "error")]
SKIPPED = [("unreadable-identity", "error")]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({LEAF: GOOD}, []),
        ({LEAF: [{PIN: f" {A[:20]}\n{A[20:]}"}, {PIN: B}]}, []),
        ({LEAF: [{"SPKI-SHA256-Base64": A}, {"spki-sha256-base64": B}]}, BLOCKED),
        ({LEAF: [{"SPKI-SHA1": A}]}, BLOCKED),
        ({LEAF: [A, B]}, BLOCKED),
        ({LEAF: [{PIN: f"sha256/{A}"}, {PIN: f"sha256/{B}"}]}, BLOCKED),
        ({LEAF: [{PIN: f"pin-sha256={A}"}]}, BLOCKED),
        ({LEAF: [{PIN: HEX}]}, BLOCKED),
        ({LEAF: [{PIN: A.encode()}]}, BLOCKED),
        ({LEAF: [{PIN: "-_" + A[2:]}]}, BLOCKED),
        ({LEAF: [{PIN: "c2hvcnQ="}]}, BLOCKED),
        ({"NSPinnedCAIdentity": GOOD}, [("ignored-plist-key", "error")]),
        ({LEAF: [{PIN: ""}]}, BLOCKED),
        ({LEAF: []}, BLOCKED),
        ({LEAF: {PIN: A}}, BLOCKED),
        ({LEAF: GOOD, CA: []}, BLOCKED),
        ({LEAF: [*GOOD, B]}, SKIPPED),
        ({LEAF: [*GOOD, {PIN: HEX}]}, SKIPPED),
        ({LEAF: GOOD, CA: GOOD}, [("joint-identities", "warning")]),
        ({LEAF: GOOD, "NSIncludesSubdomains": "YES"}, [("ignored-plist-key", "warning")]),
        ({LEAF: GOOD, "NSIncludesSubdomains": 1}, [("ignored-plist-key", "warning")]),
        ({LEAF: GOOD, "NSIncludesSubdomains": "NO"}, []),
        ({LEAF: GOOD, "NSIncludeSubdomains": True}, [("ignored-plist-key", "warning")]),
        ({"NSIncludesSubdomains": True}, [("ignored-plist-key", "error")]),
        ({}, [("ignored-plist-key", "error")]),
        ("none", [("ignored-plist-key", "error")]),
    ],
)
def test_an_entry_of_pinned_domains(entry: object, expected: list[object], tmp_path: Path) -> None:
    """parseNSPinnedDomains: what is no dictionary with that very key and a text is dropped; trustd wants 32 bytes."""
    assert of_values(tmp_path, ats(entry)) == expected


@pytest.mark.parametrize(
    "host",
    [
        *(
            "*.example.com",
            "api.example.com:443",
            "https://api.example.com",
            "api.example.com.",
            ".example.com",
        ),
        *("api.example.com/v1", "b\u00fccher.example", "", "api example.com"),
    ],
)
def test_names_that_no_host_has(host: str, tmp_path: Path) -> None:
    assert of_values(tmp_path, ats({LEAF: GOOD}, host)) == [("unmatched-pinned-domain", "error")]


def test_capital_letters_count_to_trustkit_alone(tmp_path: Path) -> None:
    pins = {"TSKPublicKeyHashes": [A, B]}
    assert of_values(tmp_path, ats({LEAF: GOOD}, "API.Example.com")) == []
    assert of_values(tmp_path, kit(pins, "API.Example.com")) == [("unmatched-pinned-domain", "error")]
    assert of_values(tmp_path, kit(pins, "api.example.com.")) == [("unmatched-pinned-domain", "error")]
    assert of_values(tmp_path, kit(pins, "*.example.com")) == [("unmatched-pinned-domain", "error")]


def test_addresses_are_matched_since_ios_17(tmp_path: Path) -> None:
    values = ats({LEAF: GOOD}, "192.0.2.1")
    assert of_values(tmp_path, values) == [("unmatched-pinned-domain", "warning")]
    assert of_values(tmp_path, {**values, "MinimumOSVersion": "17.0"}) == []


def test_entries_add_up(tmp_path: Path) -> None:
    """What the entry above brings keeps a host from being blocked, and a pin of it is a backup."""
    inner = {"example.com": {LEAF: GOOD, "NSIncludesSubdomains": True}, "api.example.com": {LEAF: [B]}}
    values = {"NSAppTransportSecurity": {"NSPinnedDomains": inner}}
    assert of_values(tmp_path, values) == [
        ("unreadable-identity", "error"),
        ("shadowed-pin-set", "warning"),
    ]
    inner["api.example.com"] = {}
    assert ("ignored-plist-key", "warning") in of_values(tmp_path, values)


CLEAR = "NSExceptionAllowsInsecureHTTPLoads"
OPENED = [("loosened-pinned-host", "warning")]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"NSAllowsArbitraryLoads": True}, OPENED),
        ({"NSAllowsArbitraryLoads": False}, []),
        ({"NSAllowsArbitraryLoads": True, "NSAllowsLocalNetworking": False}, []),
        ({"NSAllowsArbitraryLoads": True, "NSExceptionDomains": {"api.example.com": {}}}, []),
        ({"NSExceptionDomains": {"API.example.com": {CLEAR: True}}}, OPENED),
        ({"NSExceptionDomains": {"api.example.com": {CLEAR: False}}}, []),
        ({"NSExceptionDomains": {"example.com": {CLEAR: True, "NSIncludesSubdomains": True}}}, OPENED),
        ({"NSExceptionDomains": {"example.com": {CLEAR: True}}}, []),
        ({"NSExceptionDomains": {"x.api.example.com": {CLEAR: True}}}, OPENED),
        ({"NSExceptionDomains": {"api.example.com": {"NSExceptionMinimumTLSVersion": "TLSv1.0"}}}, OPENED),
        ({"NSExceptionDomains": {"api.example.com": {"NSExceptionMinimumTLSVersion": "TLSv1.3"}}}, []),
        ({"NSExceptionDomains": {"api.example.com": "no dictionary"}}, []),
    ],
)
def test_switches_that_open_a_pinned_host(more: Any, expected: list[object], tmp_path: Path) -> None:
    """Apple's documentation of NSAppTransportSecurity: an entry of its own takes a host out of NSAllowsArbitraryLoads."""
    entry = {LEAF: GOOD, "NSIncludesSubdomains": True}
    assert of_values(tmp_path, ats(entry, **more)) == expected


@pytest.mark.parametrize(
    "key", ["NSAppTransportSecurity~ipad", "NSAppTransportSecurity-iphoneos", "TSKConfiguration~iphone"]
)
def test_a_section_for_some_devices_leaves_all_unknown(key: str, tmp_path: Path) -> None:
    """Apple's Information Property List Key Reference: platform-specific keys take the place of those without."""
    for values in ({}, ats({LEAF: GOOD})):
        path = tmp_path / "Info.plist"
        path.write_bytes(plistlib.dumps({**values, key: {}}))
        findings, doubts = check_file(path, TODAY, 30)
        assert (findings, len(doubts)) == ((), 1)
        assert key in doubts[0]


@pytest.mark.parametrize(("value", "expected"), [(True, BLOCKED), (False, []), ("YES", []), (1, [])])
def test_pins_that_ios_asks_of_apple(value: object, expected: object, tmp_path: Path) -> None:
    """SecPolicy.c: SecPolicyReconcilePinningRequiredIfInfoSpecified drops the keys of the app; a boolean alone counts."""
    assert of_values(tmp_path, {**ats({LEAF: GOOD}), "SecTrustPinningRequired": value}) == expected


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"NSPinnedDomains": {"api.example.com": {LEAF: GOOD}}}, "misplaced-pins"),
        ({"NSAppTransportSecurity": {"NSExceptionDomains": {"a.example": {LEAF: GOOD}}}}, "misplaced-pins"),
        ({"NSAppTransportSecurity": {"NSPinnedDomain": {"a.example": {CA: GOOD}}}}, "misplaced-pins"),
        ({"CFBundleName": "x", "TSKPinnedDomains": {"a.example": {}}}, "misplaced-pins"),
        ({"Other": [{"TSKConfiguration": {"TSKPinnedDomains": {}}}]}, "misplaced-pins"),
        ({"NSAppTransportSecurity": {"NSPinnedDomains": [LEAF]}}, "ignored-plist-key"),
    ],
)
def test_places_where_nobody_reads(values: dict[str, Any], rule: str, tmp_path: Path) -> None:
    assert of_values(tmp_path, values) == [(rule, "error")]


RAISES = ("crashing-trustkit-plist", "error")
PINS = {"TSKPublicKeyHashes": [A, B]}


@pytest.mark.parametrize(
    ("values", "raises"),
    [
        (kit(PINS), False),
        (kit({"TSKPublicKeyHashes": [A]}), True),
        (kit({"TSKPublicKeyHashes": [A, A]}), True),
        (kit({"TSKPublicKeyHashes": [A, f"sha256/{B}"]}), True),
        (kit({"TSKPublicKeyHashes": [A, B, B.rstrip("=")]}), True),
        (kit({"TSKPublicKeyHashes": A}), True),
        (kit({**PINS, "TSKReportUris": ["not a uri"]}), True),
        (kit({**PINS, "TSKReportUris": "https://r.example"}), True),
        (kit({**PINS, "TSKIncludeSubdomains": []}), True),
        (kit({**PINS, "TSKIncludeSubdomains": True}, "co.uk"), True),
        (kit(PINS, "ptt.mesh.local"), True),
        (kit(PINS, "10.0.0.1"), True),
        (kit(PINS, "localhost"), True),
        (kit({"TSKExcludeSubdomainFromParentPolicy": True}), True),
        (kit({"kSKExcludeSubdomainFromParentPolicy": True}), True),
        (kit("no dictionary"), True),
        ({"TSKConfiguration": {"TSKPinnedDomains": {}}}, True),
        ({"TSKConfiguration": {}}, True),
        ({"TSKConfiguration": {"TSKPinnedDomains": ["a.example"]}}, True),
        ({"TSKConfiguration": ["a.example"]}, True),
    ],
)
def test_what_trustkit_raises_on(values: dict[str, Any], *, raises: bool, tmp_path: Path) -> None:
    """parse_configuration.m: each NSException, and messages that the value does not understand."""
    assert (RAISES in of_values(tmp_path, values)) is raises


def test_what_trustkit_passes_over(tmp_path: Path) -> None:
    said = of_values(tmp_path, kit({**PINS, "TSKExpirationDate": "12/31/2030"}))
    assert said == [("endless-trustkit-pins", "warning")]
    said = of_values(tmp_path, kit({**PINS, "TSKEnforcePinning": False}))
    assert said == [("unenforced-trustkit-domain", "warning")]
    said = of_values(tmp_path, kit({**PINS, "TSKIncludesSubdomains": True}))
    assert said == [("ignored-plist-key", "warning")]
    said = of_values(tmp_path, {"TSKConfiguration": {"TSKPinnedDomains": {"a.example.com": PINS}}})
    assert said == [("third-party-pin-reports", "note")]
    both = kit({**PINS, "TSKEnforcePinning": "NO"}, **ats({LEAF: GOOD}))
    # With a wrong key nobody passes NSPinnedDomains.
    assert of_values(tmp_path, both) == [("hardened-trustkit-domain", "warning")]


def test_a_configuration_that_code_loads(tmp_path: Path) -> None:
    pinned = kit({"TSKPublicKeyHashes": [A]})["TSKConfiguration"]
    assert RAISES in of_values(tmp_path, pinned, "TrustKit.plist")
    (tmp_path / "TrustKit.plist").write_bytes(plistlib.dumps(pinned))
    (where,) = {
        one.location.span.line
        for one in check_file(tmp_path / "TrustKit.plist", TODAY, 30)[0]
        if one.location and one.location.span
    }
    assert where == 7
    assert of_values(tmp_path, pinned, "Info.plist") == [("misplaced-pins", "error")]


@pytest.mark.parametrize("text", ["$(PINS)", "${PINS}", "{{ PINS }}"])
def test_what_is_filled_in_later_is_unknown(text: str, tmp_path: Path) -> None:
    path = tmp_path / "Info.plist"
    others = [
        ats({LEAF: [{PIN: text}]}),
        ats({LEAF: GOOD}, text),
        kit({**PINS, "TSKEnforcePinning": text}),
        kit(text),
        {"TSKConfiguration": {"TSKPinnedDomains": text}},
        {"NSAppTransportSecurity": {"NSPinnedDomains": text}},
    ]
    for values in others:
        path.write_bytes(plistlib.dumps(values))
        findings, doubts = found(path)
        assert not findings
        assert len(doubts) == 1
        assert text in doubts[0]


@pytest.mark.parametrize(
    ("name", "pin", "known"),
    [
        ("${host}", A, False),
        ("api.example.com", "$(PIN)", False),
        ("@string/host", A, False),
        ("a.example", A, True),
    ],
)
def test_an_nsc_that_is_filled_in_later(name: str, pin: str, *, known: bool, tmp_path: Path) -> None:
    """The config with such a value is unknown; the others are checked."""
    path = tmp_path / "n.xml"
    pins = "".join(f'<pin digest="SHA-256">{one}</pin>' for one in (pin, B))
    config = f"<domain-config><domain>{name}</domain><pin-set>{pins}</pin-set></domain-config>"
    other = "<domain-config><domain>*.example.org</domain></domain-config>"
    path.write_text(f"<network-security-config><!-- ${{x}} -->{config}{other}</network-security-config>")
    findings, doubts = found(path)
    assert findings == [("unmatched-domain", "warning")]
    assert bool(doubts) is not known
    assert bool(compare(path, path, TODAY).doubts) is not known


def test_every_fault_that_android_refuses(tmp_path: Path) -> None:
    path = tmp_path / "n.xml"
    pins = '<pin digest="SHA-256">short</pin><pin digest="sha256">x</pin>'
    path.write_text(
        f"<network-security-config>\n<domain-config>\n<domain>a.example</domain>\n<pin-set>{pins}</pin-set>\n"
        "</domain-config>\n</network-security-config>"
    )
    assert found(path) == ([("refused-nsc", "error")] * 2, ())


def test_a_malformed_file_was_looked_at(tmp_path: Path) -> None:
    """Each fault with its place, and exit 1; what cannot be read at all is exit 2.  `diff` and `init` refuse all of them."""
    head = b"<network-security-config>\n"
    twice = b"<plist><dict>\n<key>A</key><true/>\n<key>A</key><true/>\n <key>A</key><true/></dict></plist>"
    faulty = {
        ("empty.xml", b""): ("refused-nsc", [(1, 1)]),
        ("cut.xml", head + b"<domain-config>"): ("refused-nsc", [(2, 16)]),
        ("entities.xml", head + b"&e;\n&f;</network-security-config>"): ("refused-nsc", [(2, 4), (3, 4)]),
        ("root.xml", b"<!-- -->\n<resources/>"): ("refused-nsc", [(2, 1)]),
        ("twice.plist", twice): ("refused-plist", [(3, 7), (4, 8)]),
        ("cut.plist", twice[:40]): ("refused-plist", [(3, 7)]),
        ("entity.plist", b"<!DOCTYPE a [\n<!ENTITY e 'x'>]><plist/>"): ("refused-plist", [(2, 12)]),
        ("root.plist", b"<html/>"): ("refused-plist", [(1, 1)]),
        ("array.plist", b"<plist>\n<array/></plist>"): ("refused-plist", [(2, 1)]),
        ("broken.plist", b"bplist00"): ("refused-plist", [None]),
    }
    for (name, data), (rule, places) in faulty.items():
        path = tmp_path / name
        path.write_bytes(data)
        findings, doubts = check_file(path, TODAY, 30)
        assert not doubts
        spans = [one.location.span if one.location else None for one in findings]
        assert [(one.line, one.column) if one else None for one in spans] == places, name
        assert {(one.rule, one.level, one.location and one.location.file) for one in findings} == {
            (rule, Level.ERROR, str(path))
        }
        assert all("crash" not in one.message or name == "root.xml" for one in findings)
        with pytest.raises(InputError, match=name):
            compare(path, path, TODAY)
    (tmp_path / "old.plist").write_bytes(b"{ A = b; }")
    with pytest.raises(InputError, match=r"old\.plist"):
        check_file(tmp_path / "old.plist", TODAY, 30)


# -- the examples of rules -----------------------------------------------------------------------------


OF_PLISTS = [rule for rule in APP_RULES if is_of_plist(rule.doc)]


@pytest.mark.parametrize("rule", OF_PLISTS, ids=lambda rule: rule.id)
def test_examples_of_rules_on_property_lists(rule: Rule, tmp_path: Path) -> None:
    path = tmp_path / "Info.plist"
    wrong, right = (plist_of(half) for half in halves(rule.doc))
    path.write_text(wrong)
    findings, doubts = check_file(path, TODAY, 30)
    assert not doubts
    assert [one.level for one in findings if one.rule == rule.id] == [rule.level]
    assert all(one.location and one.location.span for one in findings)
    path.write_text(right)
    assert found(path) == ([], ())


OF_NSC = [
    rule
    for rule in APP_RULES
    if not is_of_plist(rule.doc)
    and {language for language, _ in FENCE.findall(halves(rule.doc)[0])} == {"xml"}
    and all(
        "<network-security-config" in text and "<!-- res/" not in text
        for _, text in FENCE.findall(halves(rule.doc)[0])
    )
]


def node(element: Any) -> Node:
    attributes = [Attr(str(name), str(value)) for name, value in element.attrib.items()]
    children: list[Node | str] = [element.text.strip()] if (element.text or "").strip() else []
    children += [node(child) for child in element.iterchildren("*")]
    return Node(element.tag, attributes, children)


def in_an_app(folder: Path, text: str) -> list[tuple[str, str, str]]:
    """What an audit finds in an app for today's Androids with the configuration, and with nothing else."""
    levels = (("minSdkVersion", 0x0101020C, 29), ("targetSdkVersion", 0x01010270, 36))
    sdk = Node("uses-sdk", [android(*one, kind=0x10) for one in levels])
    files = forged(
        **{"AndroidManifest.xml": manifest(uses_nsc(), children=[sdk]), "classes.dex": None},
        **dict.fromkeys(("res/n.xml", "res/n28.xml"), axml(node(etree.fromstring(text)))),
    )
    path = folder / "app.apk"
    path.write_bytes(simple_zip(files))
    subject = audit(path, audit_options(TODAY, None, ()))
    assert not subject.error
    return sorted(
        {
            (
                one.rule,
                one.level.value,
                one.message.replace("res/n.xml", "n.xml").replace("res/n28.xml (v28)", "n.xml"),
            )
            for one in subject.findings
        }
    )


@pytest.mark.parametrize("rule", OF_NSC, ids=lambda rule: rule.id)
def test_check_of_an_nsc_says_what_an_audit_of_an_app_with_it_says(rule: Rule, tmp_path: Path) -> None:
    for half in halves(rule.doc):
        (text,) = [text for _, text in FENCE.findall(half)]
        path = tmp_path / "n.xml"
        path.write_text(text)
        findings, _ = check_file(path, TODAY, 30)
        # TrustKit is taken to be started where a file configures it: the app has no code that says so.
        kit = {"crashing-trustkit-config", "third-party-pin-reports"}
        own = sorted(
            {(one.rule, one.level.value, one.message.replace(str(path), "n.xml")) for one in findings}
        )
        assert [one for one in own if one[0] not in kit] == [
            one
            for one in in_an_app(tmp_path, text)
            if one[0] not in {"uninitialised-trustkit", "unattached-trustkit"}
        ]


def test_there_are_examples_of_both_kinds() -> None:
    assert len(OF_PLISTS) >= 11
    assert len(OF_NSC) >= 10


def test_an_error_is_one_in_json_too(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from pincompiler.cli import program

    path = tmp_path / "Info.plist"
    path.write_bytes(plistlib.dumps(ats({LEAF: []})))
    result = CliRunner().invoke(program.app, ["check", "-f", "json", str(path)])
    (one,) = json.loads(result.stdout)["findings"]
    assert (result.exit_code, one["rule"], one["level"]) == (1, "blocked-host", Level.ERROR.value)
    assert (one["location"]["line"], one["hosts"]) == (11, ["api.example.com"])
    path.write_text("<plist><dict>\n<key>A</key></dict></plist>")
    result = CliRunner().invoke(program.app, ["check", "-f", "json", str(path)])
    (one,) = json.loads(result.stdout)["findings"]
    assert (result.exit_code, one["rule"], one["location"]["line"]) == (1, "refused-plist", 2)


# -- the hand-written part of what is compiled -----------------------------------------------------------


BASED = f"""\
version = 1
[keys.a]
spki-sha256 = "{A}"
role = "leaf"
[keys.b]
spki-sha256 = "{B}"
role = "leaf"
[[pin-set]]
hosts = ["api.example.com"]
keys = ["a", "b"]
[target.nsc]
path = "nsc.xml"
base = "base.xml"
"""


def test_the_base_of_an_nsc_is_held_to_the_rules_on_nscs(tmp_path: Path) -> None:
    """The whole file is the app's: what its hand-written part opens, it opens for pinned hosts as well."""
    (tmp_path / "pins.toml").write_text(BASED)
    (tmp_path / "base.xml").write_text(
        '<network-security-config>\n<base-config cleartextTrafficPermitted="true"><trust-anchors>'
        '<certificates src="system"/>\n<certificates src="user"/></trust-anchors></base-config>\n'
        "<domain-config><domain>*.example.org</domain></domain-config>\n<certificateTransparancy/>\n"
        "</network-security-config>"
    )
    found = check(tmp_path / "pins.toml", TODAY).findings
    assert {
        (one.rule, one.target, one.location.span.line) for one in found if one.location and one.location.span
    } == {
        ("cleartext-pinned-host", "nsc", 2),
        ("cleartext-traffic", "nsc", 2),
        ("user-ca-trusted", "nsc", 3),
        ("unmatched-domain", "nsc", 4),
        ("ignored-nsc-element", "nsc", 5),
    }
    assert {one.location.file for one in found if one.location} == {str(tmp_path / "base.xml")}
    (tmp_path / "base.xml").write_text("<network-security-config/>")
    assert check(tmp_path / "pins.toml", TODAY).findings == ()


# -- whatever a file says ----------------------------------------------------------------------------------


TEXTS = st.sampled_from(
    [A, B, f"sha256/{A}", HEX, A.rstrip("="), "", "c2hvcnQ=", 7, A.replace("+", "-"), [A]]
)
IDENTITIES = st.lists(
    st.one_of(
        st.builds(lambda text: {PIN: text}, TEXTS),
        st.builds(lambda text: {"SPKI-SHA256-Base64": text}, TEXTS),
        TEXTS,
    ),
    max_size=3,
)
ENTRIES = st.dictionaries(
    st.sampled_from([LEAF, CA, "NSIncludesSubdomains", "NSPinnedLeafIdentites"]),
    st.one_of(IDENTITIES, st.booleans(), st.just("YES")),
    max_size=3,
)
NAMES = st.sampled_from(
    ["api.example.com", "example.com", "*.example.com", "API.example.com", "example.com.", "a:1"]
)


@settings(max_examples=60)
@given(st.dictionaries(NAMES, ENTRIES, min_size=1, max_size=3))
def test_no_findings_means_that_every_pinned_host_is_reached_and_let_in(entries: dict[str, Any]) -> None:
    """By parseNSPinnedDomains, restated: every name is some host's, and of each list some text is a hash."""
    app = of_plist(plistlib.dumps({"NSAppTransportSecurity": {"NSPinnedDomains": entries}}), "Info.plist")
    unseen: dict[Any, None] = {}
    if findings(Audited(app, TODAY), unseen) or unseen:
        return
    for name, entry in entries.items():
        assert not name.startswith("*")
        assert not name.endswith((".", ":1"))
        lists = [entry[key] for key in (LEAF, CA) if key in entry]
        assert lists
        for one in lists:
            texts = [item[PIN] for item in one if isinstance(item, dict) and PIN in item]
            assert {A, B} & {text for text in texts if isinstance(text, str)}
