"""The first sentence of a report: the table of what it says, and that it never says more than is known."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.base.finding import Confidence, Evidence, Finding, Level, Use
from pincompiler.base.location import Location
from pincompiler.facts import FIRST_PARTY, Algorithm, Mechanism, Pin, Unseen, VersionRange
from pincompiler.policy.enforcement import Key, Reach
from pincompiler.reports.audit import html
from pincompiler.reports.audit import json as audit_json
from pincompiler.reports.audit import markdown as audit_markdown
from pincompiler.reports.audit import text as audit_text
from pincompiler.reports.audit.json_reader import read_results
from pincompiler.rules.every import RULES
from pincompiler.verdicts.headline import ON_PINS, ON_TRUST, STANDING, HostState, headline, state
from pincompiler.verdicts.hosts import HostVerdict, Verdict
from pincompiler.verdicts.subject import InventoryPin, Subject
from pincompiler.workflows.audit import audit, audit_options
from tests.apk.forge import Attr, Node, android, axml, manifest, nsc, simple_zip, uses_nsc
from tests.apk.forge import app as forged
from tests.strategies import TODAY, spki

if TYPE_CHECKING:
    from pathlib import Path

KEY = Key(spki("one"))
API, SHOP = "api.example.com", "shop.example.com"
NSC, OKHTTP, HYBRID, CRONET = Mechanism.NSC, Mechanism.OKHTTP, Mechanism.HYBRID, Mechanism.CRONET
SINCE_24, BELOW = VersionRange(24), VersionRange(21, 23)
FLUTTER = Unseen("lib/arm64-v8a/libflutter.so", "Flutter has its own TLS stack", frozenset({HYBRID}))
DAMAGED = Unseen("classes2.dex", "cannot be read", frozenset(Mechanism) - {NSC})
GIVEN = Unseen("Net.client", "adds pins that are computed", frozenset({OKHTTP}), pins=True)
PACKED = Unseen("packer", "the code is packed")


def row(
    verdict: Verdict, mechanism: Mechanism = NSC, host: str = API, api: VersionRange = SINCE_24
) -> HostVerdict:
    return HostVerdict(host, mechanism, api, verdict, "")


def pin(
    mechanism: Mechanism = Mechanism.KEYSTORE, host: str = "", sure: Confidence = Confidence.CONFIRMED
) -> InventoryPin:
    where = Location("app.apk", member="assets/ca.pem")
    found = Pin(mechanism, host, Reach.NONE, Algorithm.CERTIFICATE, "x", where, FIRST_PARTY, confidence=sure)
    return InventoryPin(found, enforced=False)


def finding(
    rule: str,
    level: Level = Level.ERROR,
    *hosts: str,
    use: Use = Use.REACHABLE,
    accepted: str = "",
) -> Finding:
    return Finding(rule, level, "m", None, hosts=hosts, evidence=Evidence(use=use), accepted=accepted)


def app(
    *rows: HostVerdict,
    pins: tuple[InventoryPin, ...] = (),
    unseen: tuple[Unseen, ...] = (),
    findings: tuple[Finding, ...] = (),
) -> Subject:
    return Subject("app.apk", "apk", pins=pins, verdicts=rows, findings=findings, unseen=unseen)


IN_FORCE = row(Verdict.ENFORCED)
CANDIDATE = pin(sure=Confidence.CANDIDATE)
TRUST_ALL = finding("permissive-trust-manager")
WEB = finding("webview-ignores-tls-errors", Level.WARNING)

TABLE = {
    "unreadable": (
        Subject("a.apk", error="is no ZIP archive"),
        "The app could not be read: is no ZIP archive.",
    ),
    # No host is named.
    "nothing": (app(), "No pins were found."),
    "no pins, and a configuration of which nothing could be read": (
        app(findings=(finding("refused-nsc"),)),
        "No pins were found outside the network security configuration, which Android refuses.",
    ),
    "a trust manager and no pins": (
        app(findings=(TRUST_ALL,)),
        "No pins were found, and certificate checks are undermined by permissive-trust-manager.",
    ),
    "no pins, unseen": (
        app(unseen=(DAMAGED,)),
        "No pins were found; not everything was seen: classes2.dex (every mechanism but nsc).",
    ),
    "no pins, packed": (
        app(unseen=(PACKED,)),
        "No pins were found; not everything was seen: packer (every mechanism).",
    ),
    "a remark is of no consequence": (
        app(unseen=(Unseen("classes.dex", "was read by androguard", frozenset()),)),
        "No pins were found.",
    ),
    "pins without hosts": (
        app(pins=(pin(),)),
        "Pins were found, and for which hosts they count is not known.",
    ),
    "pins of which nothing is known": (
        app(unseen=(GIVEN,)),
        (
            "Pins are given, and neither their hosts nor their keys are known;"
            " not everything was seen: Net.client (okhttp)."
        ),
    ),
    "pins of which nothing is known, of a library": (
        app(unseen=(replace(GIVEN, mechanisms=frozenset()),)),
        "No pins were found.",
    ),
    "enforced, and pins of which nothing is known": (
        app(IN_FORCE, unseen=(GIVEN,)),
        (
            f"The pins of {API} are enforced: nsc API 24+ enforced;"
            " okhttp pins count for hosts that are not known;"
            " not everything was seen: Net.client (okhttp)."
        ),
    ),
    "candidates alone": (
        app(pins=(CANDIDATE,)),
        "What may be pins was found, and nothing is seen to use it.",
    ),
    "an app that names hosts and pins none of them is not without hosts": (
        app(findings=(finding("cleartext-traffic", Level.WARNING),)),
        "No pins were found.",
    ),
    # One host.
    "enforced": (app(IN_FORCE), f"{API} is pinned on every Android version that the app supports."),
    "enforced, and another kind of error": (
        app(IN_FORCE, findings=(finding("missing-backup-pin", Level.ERROR, API),)),
        f"{API} is pinned on every Android version that the app supports, but one error stands against it.",
    ),
    "an engine that does not read the configuration": (
        app(IN_FORCE, row(Verdict.UNKNOWN, HYBRID), unseen=(FLUTTER,)),
        (
            f"The pins of {API} are enforced in part: hybrid API 24+ unknown, nsc API 24+ enforced;"
            " not everything was seen: lib/arm64-v8a/libflutter.so (hybrid)."
        ),
    ),
    "every row enforced, and not everything seen": (
        app(IN_FORCE, unseen=(DAMAGED,)),
        (
            f"The pins of {API} are enforced: nsc API 24+ enforced;"
            " not everything was seen: classes2.dex (every mechanism but nsc)."
        ),
    ),
    "every row enforced, and other pins for unknown hosts": (
        app(IN_FORCE, pins=(pin(NSC, API), pin())),
        (
            f"The pins of {API} are enforced: nsc API 24+ enforced;"
            " keystore pins count for hosts that are not known."
        ),
    ),
    "a candidate beside pins that are enforced": (
        app(IN_FORCE, pins=(pin(NSC, API), CANDIDATE)),
        f"{API} is pinned on every Android version that the app supports.",
    ),
    "enforced by one mechanism": (
        app(row(Verdict.NOT_COVERED), row(Verdict.ENFORCED, OKHTTP)),
        f"The pins of {API} are enforced in part: nsc API 24+ not covered, okhttp API 24+ enforced.",
    ),
    "enforced on some versions": (
        app(row(Verdict.NOT_COVERED, api=BELOW), IN_FORCE),
        f"The pins of {API} are enforced in part: nsc API 21-23 not covered, nsc API 24+ enforced.",
    ),
    "a WebView that goes on": (
        app(IN_FORCE, findings=(WEB,)),
        f"The pins of {API} are undermined by webview-ignores-tls-errors: nsc API 24+ enforced.",
    ),
    "an accepted trust manager is as bad": (
        app(IN_FORCE, findings=(finding("permissive-trust-manager", Level.NOTE, accepted="legacy"),)),
        f"The pins of {API} are undermined by permissive-trust-manager: nsc API 24+ enforced.",
    ),
    "what a library can do": (
        app(IN_FORCE, findings=(finding("permissive-trust-manager", Level.NOTE),)),
        f"The pins of {API} are enforced: nsc API 24+ enforced.",
    ),
    "what nothing refers to": (
        app(IN_FORCE, findings=(finding("permissive-trust-manager", Level.NOTE, use=Use.PRESENT),)),
        f"{API} is pinned on every Android version that the app supports.",
    ),
    "a client without the pinner, for this host": (
        app(IN_FORCE, findings=(finding("unpinned-client", Level.WARNING, API),)),
        f"The pins of {API} are undermined by unpinned-client: nsc API 24+ enforced.",
    ),
    "a client without the pinner, for another host": (
        app(IN_FORCE, findings=(finding("unpinned-client", Level.WARNING, SHOP),)),
        f"{API} is pinned on every Android version that the app supports.",
    ),
    "an error that nobody has said anything of": (
        app(IN_FORCE, findings=(finding("some-new-rule"),)),
        f"The pins of {API} are undermined by some-new-rule: nsc API 24+ enforced.",
    ),
    "disabled": (app(row(Verdict.DISABLED)), f"The pins of {API} are not enforced: nsc API 24+ disabled."),
    "expired": (app(row(Verdict.EXPIRED)), f"The pins of {API} are not enforced: nsc API 24+ expired."),
    "broken, and a trust manager": (
        app(row(Verdict.BROKEN), findings=(TRUST_ALL, finding("refused-nsc"))),
        (
            f"The pins of {API} are not enforced, and certificate checks are undermined by"
            " permissive-trust-manager: nsc API 24+ broken."
        ),
    ),
    "not covered": (app(row(Verdict.NOT_COVERED)), f"{API} has no pins: nsc API 24+ not covered."),
    "not covered, and something unseen": (
        app(row(Verdict.NOT_COVERED), row(Verdict.UNKNOWN, OKHTTP), unseen=(DAMAGED,)),
        (
            f"Whether {API} has pins is not known: nsc API 24+ not covered, okhttp API 24+ unknown;"
            " not everything was seen: classes2.dex (every mechanism but nsc)."
        ),
    ),
    # Several.
    "all enforced": (
        app(IN_FORCE, row(Verdict.ENFORCED, host=SHOP)),
        "All 2 hosts with pins are pinned on every Android version that the app supports.",
    ),
    "the worst is said first": (
        app(IN_FORCE, row(Verdict.EXPIRED, host=SHOP)),
        "The pins of 2 hosts are enforced in part: 1 expired, 1 enforced.",
    ),
    "several, a trust manager": (
        app(IN_FORCE, row(Verdict.ENFORCED, host=SHOP), findings=(TRUST_ALL, WEB)),
        "The pins of 2 hosts are undermined by permissive-trust-manager, webview-ignores-tls-errors: 2 enforced.",
    ),
    "none has any": (
        app(row(Verdict.NOT_COVERED), row(Verdict.NOT_COVERED, host=SHOP)),
        "2 hosts have no pins: 2 not covered.",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_sentence(name: str) -> None:
    subject, sentence = TABLE[name]
    assert headline(subject) == sentence


@pytest.mark.parametrize("name", TABLE)
def test_every_form_of_the_report_has_the_one_sentence(name: str, tmp_path: Path) -> None:
    subject, sentence = TABLE[name]
    saved = tmp_path / "audit.json"
    saved.write_text(audit_json.render([subject]), "utf-8")
    assert json.loads(saved.read_text("utf-8"))["subjects"][0]["headline"] == sentence
    assert [headline(one) for one in read_results(saved)] == [sentence]
    assert sentence in audit_text.render([subject])
    assert f'<p class="answer{" error" if subject.error else ""}">{sentence}</p>' in html.render([subject])
    assert f"**{sentence}**" in audit_markdown.render([subject]).replace("`", "").replace("\\", "")


def test_every_rule_that_is_spoken_of_exists() -> None:
    """A name with a slip would leave its findings without a say."""
    assert {rule.id for rule in RULES} >= ON_TRUST | ON_PINS | STANDING
    assert not ON_TRUST & ON_PINS
    assert not (ON_TRUST | ON_PINS) & STANDING


def test_a_baseline_does_not_change_it() -> None:
    before = app(IN_FORCE, findings=(TRUST_ALL,))
    assert headline(replace(app(IN_FORCE), baseline=(), fixed=before.findings)) == headline(app(IN_FORCE))


def test_each_of_several_apps_has_its_own() -> None:
    shown = audit_markdown.render([app(IN_FORCE), app()])
    assert shown.count("No pins were found.") == 2
    assert shown.count(f"{API} is pinned on every Android version") == 2


def test_names_of_classes_are_those_of_the_source() -> None:
    unseen = Unseen("Lcom/example/Net;->client()V", "why", frozenset({OKHTTP}))
    said = headline(app(unseen=(unseen,)))
    assert said == "No pins were found; not everything was seen: com.example.Net.client() (okhttp)."


def test_counts_stand_beside_what_was_not_seen() -> None:
    shown = audit_markdown.render([app(unseen=(FLUTTER,))])
    assert "Findings: no findings; not everything was seen." in shown


_SUBJECTS = st.builds(
    lambda rows, unseen, findings, pins: app(
        *rows, unseen=tuple(unseen), findings=tuple(findings), pins=tuple(pins)
    ),
    st.lists(
        st.builds(
            row,
            st.sampled_from((Verdict.ENFORCED, *Verdict)),
            st.sampled_from((NSC, OKHTTP, CRONET)),
            st.sampled_from((API, SHOP)),
            st.sampled_from((BELOW, SINCE_24)),
        ),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.sampled_from((FLUTTER, DAMAGED, Unseen("x", "harmless", frozenset()))), max_size=1),
    st.lists(st.sampled_from((TRUST_ALL, WEB, finding("missing-backup-pin"))), max_size=1),
    st.lists(st.sampled_from((pin(), CANDIDATE, pin(NSC, API))), max_size=1),
)


@given(_SUBJECTS)
def test_pinned_is_said_only_where_nothing_speaks_against_it(subject: Subject) -> None:
    rows = {one.verdict for one in subject.verdicts}
    undermined = any(one.rule in (TRUST_ALL.rule, WEB.rule) for one in subject.findings)
    elsewhere = any(not one.pin.host and one is not CANDIDATE for one in subject.pins)
    sound = rows == {Verdict.ENFORCED} and subject.complete and not undermined and not elsewhere
    assert ("pinned" in headline(subject)) == sound


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1))
def test_a_host_is_enforced_only_if_every_row_is(found: list[Verdict]) -> None:
    said = state([row(one) for one in found])
    assert (said is HostState.ENFORCED) == (set(found) == {Verdict.ENFORCED})
    # Neither missing nor broken is said of what was not seen, and the other way round.
    assert (said is HostState.NOT_COVERED) == (set(found) == {Verdict.NOT_COVERED})
    harm = {Verdict.BROKEN, Verdict.DISABLED, Verdict.EXPIRED} & set(found)
    assert (said.value in {one.value for one in harm}) == (bool(harm) and Verdict.ENFORCED not in found)


# ApplicationConfig.getConfigForHostname compares the lower-cased host without its last dot, letter by letter.
MATCHED = ("API.Example.COM", "a_b.example.com", "10.0.2.2", "localhost", "xn--mnchen-3ya.example")
UNMATCHED = (
    *("*.example.com", "**.example.com", "api.example.com.", ".example.com", "api..example.com"),
    *(
        "https://api.example.com",
        "api.example.com/v1",
        "api.example.com:443",
        "m\xfcnchen.example",
        "a b.example",
    ),
)


def audited(folder: Path, configuration: bytes) -> Subject:
    """An app for Android 7 and newer with a configuration and no code."""
    least = Node("uses-sdk", [android("minSdkVersion", 0x0101020C, 24, kind=0x10)])
    files = forged(
        **{"AndroidManifest.xml": manifest(uses_nsc(), children=[least]), "classes.dex": None},
        **dict.fromkeys(("res/n.xml", "res/n28.xml"), configuration),
    )
    path = folder / "app.apk"
    path.write_bytes(simple_zip(files))
    return audit(path, audit_options(TODAY, None, ()))


@pytest.mark.parametrize("name", [*MATCHED, *UNMATCHED])
def test_a_domain_is_enforced_if_some_host_can_match_it(name: str, tmp_path: Path) -> None:
    subject = audited(tmp_path, nsc(name, KEY.pin))
    rows = {one.verdict for one in subject.verdicts if one.host == name.lower()}
    assert rows
    assert rows <= ({Verdict.ENFORCED} if name in MATCHED else {Verdict.DISABLED, Verdict.NOT_COVERED})
    assert {one.enforced for one in subject.pins} == {name in MATCHED}
    # With one pin there is no spare key, and by its default the old target may do without TLS.
    assert (" enforced." in headline(subject)) == (name in MATCHED)


def test_what_no_host_matches_takes_nothing_from_the_domains_beside_it(tmp_path: Path) -> None:
    domains = [Node("domain", [], [name]) for name in (API, "*.example.com")]
    pins = Node("pin-set", [], [Node("pin", [Attr("digest", "SHA-256")], [KEY.pin])])
    both = axml(Node("network-security-config", [], [Node("domain-config", [], [*domains, pins])]))
    rows = {(one.host, one.verdict, one.why) for one in audited(tmp_path, both).verdicts}
    since = f'<domain includeSubdomains="false">{API}</domain>'
    assert {(host, verdict) for host, verdict, _ in rows} == {
        (API, Verdict.ENFORCED),
        ("*.example.com", Verdict.DISABLED),
    }
    assert any(why.endswith(since) for _, _, why in rows)
    assert any(why == "no host matches *.example.com: Android knows no wildcards" for _, _, why in rows)


@pytest.mark.parametrize("wide", [True, False])
def test_a_name_with_a_star_below_a_pinned_name(wide: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """No host is called so, and none is below it: no rule may want a second pin for it, and nothing enforces its one."""

    def config(name: str, *keys: Key, below: bool) -> Node:
        domain = Node("domain", [Attr("includeSubdomains", below)], [name])
        listed = [Node("pin", [Attr("digest", "SHA-256")], [key.pin]) for key in keys]
        return Node("domain-config", [], [domain, Node("pin-set", [], listed)])

    spare = Key(spki("a spare one"))
    configs = [
        config("shop.example", KEY, spare, below=True),
        config("*.cdn.shop.example", KEY, below=wide),
    ]
    subject = audited(tmp_path, axml(Node("network-security-config", [], configs)))
    assert {(one.host, one.verdict) for one in subject.verdicts} == {
        ("shop.example", Verdict.ENFORCED),
        ("*.cdn.shop.example", Verdict.DISABLED),
    }
    assert {(one.pin.host, one.enforced) for one in subject.pins} == {
        ("shop.example", True),
        ("*.cdn.shop.example", False),
    }
    assert not [one for one in subject.findings if one.level is Level.ERROR]
