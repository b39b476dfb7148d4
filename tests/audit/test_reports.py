"""The three reports of an audit: for people, for programs, for code scanning."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pincompiler.base.finding import Confidence, Evidence, Finding, Level, Use
from pincompiler.base.location import Location, Span
from pincompiler.facts import FIRST_PARTY, Algorithm, Mechanism, Pin, Unseen, VersionRange
from pincompiler.policy.enforcement import Reach
from pincompiler.reports.audit import html, junit, sarif
from pincompiler.reports.audit import json as audit_json
from pincompiler.reports.audit import markdown as audit_markdown
from pincompiler.reports.audit import text as audit_text
from pincompiler.reports.audit.view import view
from pincompiler.reports.names import java_name
from pincompiler.reports.rules.page import grouped
from pincompiler.rules.every import RULES
from pincompiler.verdicts.fingerprints import fingerprints
from pincompiler.verdicts.hosts import HostVerdict, Verdict
from pincompiler.verdicts.subject import InventoryPin, KnownKey, Run, Subject

PIN = "OlKBCa0QcYVWv6oeASXMpLInMKbTqjestlxcMyWKY5c="
XML = Location("shop.apk", Span(4, 1, 4, 1), member="res/xml/nsc.xml")
CODE = Location(
    "shop.apk", Span(31, 1, 31, 1), member="classes2.dex", symbol="Lcom/example/shop/Net;->client()V"
)
LINE = Location("pins.toml", Span(14, 10, 14, 27))
IN_CODE = Evidence(
    owner="first-party",
    use=Use.REACHABLE,
    confidence=Confidence.LIKELY,
    api="24+",
    mechanism="okhttp",
    chain=("Lcom/example/shop/Main;", "Lcom/example/shop/Net;"),
    shown=("const/4 v0, 0x1",),
    role="HostnameVerifier.verify",
)
DRIFT = Finding(
    "missing-key",
    Level.ERROR,
    "in res/xml/nsc.xml, `api-2027` is missing for api.example.com",
    LINE,
    "run pincompiler compile and build again",
    ("api.example.com",),
    related=(("shipped here", XML),),
    evidence=Evidence(mechanism="nsc", api="24+"),
)
IN_METHOD = Finding("expired-pin-set", Level.WARNING, "it is over", CODE, evidence=IN_CODE)
ACCEPTED = Finding(
    "missing-backup-pin", Level.NOTE, "one pin only", XML, accepted="being made", evidence=Evidence()
)
SUBJECT = Subject(
    "shop.apk",
    "apk",
    "ab" * 32,
    "com.example.shop",
    "4.2",
    42,
    24,
    36,
    (
        InventoryPin(
            Pin(
                Mechanism.NSC,
                "api.example.com",
                Reach.ALL,
                Algorithm.SPKI_SHA256,
                PIN,
                XML,
                FIRST_PARTY,
                date(2027, 1, 31),
            ),
            enforced=True,
        ),
    ),
    (
        HostVerdict(
            "api.example.com",
            Mechanism.NSC,
            VersionRange(24),
            Verdict.ENFORCED,
            "res/xml/nsc.xml: <domain>",
            XML,
        ),
    ),
    (DRIFT, IN_METHOD, ACCEPTED),
    (Unseen("classes3.dex", "cannot be read: it ends too early"), Unseen("note", "harmless", frozenset())),
)
HOSTILE = "a\x1b[31m\u202eevil\u0000\n::error::\U0001f600"


def at(file: str, member: str, line: int, symbol: str | None) -> dict[str, Any]:
    """A location whose column is not known."""
    ends = {"column": 1, "end-line": line, "end-column": 1, "offset": None}
    return {"file": file, "member": member, "line": line, "symbol": symbol, **ends}


def prints(*findings: Finding) -> list[str]:
    return list(fingerprints("com.example.shop", findings))


# -- keys ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (KnownKey("api", PIN, "leaf", "P-256"), ("P-256, server key",)),
        (KnownKey("ca", PIN, "ca", "RSA-2048", retired=True), ("RSA-2048, CA key, retired",)),
        (KnownKey("request", PIN, subject="CN=x"), ("CN=x",)),
        (KnownKey("api", PIN, subject="CN=x", ends=date(2027, 1, 31)), ("CN=x, to 2027-01-31",)),
        (
            KnownKey("api", PIN, subject="CN=x", begins=date(2026, 1, 1), ends=date(2027, 1, 31)),
            ("CN=x, 2026-01-01 to 2027-01-31",),
        ),
    ],
    ids=["no certificate", "retired", "no end", "an end", "both ends"],
)
def test_what_is_known_of_a_pins_key(key: KnownKey, said: tuple[str, ...]) -> None:
    """What a signing request lacks is left out: it has a subject, and no dates (RFC 2986 section 4.1)."""
    run = Run("1", date(2026, 11, 23), pins="pins.toml", keys=(key,))
    (app,) = view([replace(SUBJECT, run=run)]).apps
    assert [(pin.name, pin.facts) for pin in app.pins] == [(key.name, said)]


# -- JSON --------------------------------------------------------------------------------------------


def test_json_has_the_shape_of_version_1() -> None:
    report = json.loads(audit_json.render([SUBJECT]))
    (subject,) = report["subjects"]
    assert report["version"] == 1
    assert subject.keys() >= {
        *("path", "kind", "sha256", "package", "version-name", "min-sdk", "target-sdk", "complete"),
        *("unknown", "pins", "verdicts", "findings"),
    }
    assert subject["complete"] is False
    assert subject["unknown"][0]["what"] == "classes3.dex"
    (remark,) = subject["remarks"]
    assert remark == {"what": "note", "why": "harmless", "mechanisms": [], "pins": False, "process": ""}
    assert subject["pins"][0] == {
        "mechanism": "nsc",
        "host": "api.example.com",
        "subdomains": "all",
        "algorithm": "spki-sha256",
        "pin": PIN,
        "expires": "2027-01-31",
        "enforced": True,
        "confidence": "confirmed",
        "owner": "first-party",
        "what": "",
        "first-party": True,
        "change": None,
        "location": at("shop.apk", "res/xml/nsc.xml", 4, None),
    }
    verdict = subject["verdicts"][0]
    assert (verdict["host"], verdict["mechanism"], verdict["api"]) == ("api.example.com", "nsc", "24+")
    assert (verdict["verdict"], verdict["why"]) == ("enforced", "res/xml/nsc.xml: <domain>")
    finding = subject["findings"][1]
    assert finding["location"] == at("shop.apk", "classes2.dex", 31, "Lcom/example/shop/Net;->client()V")
    assert finding["references"][:1] == ["CWE-298"]
    assert re.fullmatch("[0-9a-f]{32}", finding["fingerprint"])
    assert (finding["confidence"], finding["owner"], finding["use"]) == ("likely", "first-party", "reachable")


def test_json_tells_an_app_that_could_not_be_read() -> None:
    (subject,) = json.loads(audit_json.render([Subject("bad.apk", error="bad.apk: no archive")]))["subjects"]
    assert (subject["complete"], subject["error"], subject["findings"]) == (False, "bad.apk: no archive", [])


# -- fingerprints ------------------------------------------------------------------------------------


def test_a_fingerprint_does_not_hang_on_lines_and_files_that_move() -> None:
    moved = replace(CODE, span=Span(99, 1, 99, 1), member="classes7.dex")
    assert prints(IN_METHOD) == prints(replace(IN_METHOD, location=moved))


def test_a_fingerprint_outlives_another_obfuscation() -> None:
    one = replace(IN_METHOD, location=replace(CODE, symbol="La/b/c;->a(Ljava/lang/String;)Z"))
    other = replace(IN_METHOD, location=replace(CODE, symbol="Lb0/q$a;->k(Lx/y;)Z"))
    assert prints(one) == prints(other)
    assert prints(one) != prints(replace(one, evidence=replace(IN_CODE, role="WebViewClient")))


def test_a_numbered_lambda_is_the_same_one_in_the_next_build() -> None:
    one, other = (
        replace(IN_METHOD, location=replace(CODE, symbol=f"Lcom/example/Net$${name};->verify()Z"))
        for name in ("ExternalSyntheticLambda0", "ExternalSyntheticLambda3")
    )
    assert prints(one) == prints(other)


@pytest.mark.parametrize(
    "changed",
    [
        replace(IN_METHOD, rule="expiring-pin-set"),
        replace(IN_METHOD, hosts=("api.example.com",)),
        replace(IN_METHOD, evidence=replace(IN_CODE, owner="Rabbit MQ")),
        replace(IN_METHOD, location=replace(CODE, symbol="Lcom/example/shop/Net;->other()V")),
    ],
)
def test_another_finding_has_another_fingerprint(changed: Finding) -> None:
    assert prints(IN_METHOD) != prints(changed)


def test_two_of_a_kind_are_told_apart() -> None:
    assert len(set(prints(IN_METHOD, IN_METHOD, IN_METHOD))) == 3


def test_the_same_finding_in_two_apps_is_two() -> None:
    assert list(fingerprints("a.b", [DRIFT])) != list(fingerprints("a.c", [DRIFT]))


# -- SARIF -------------------------------------------------------------------------------------------


def run() -> dict[str, Any]:
    (found,) = json.loads(sarif.render([SUBJECT]))["runs"]
    return dict(found)


def test_sarif_puts_drift_at_its_line_of_the_pins_file() -> None:
    result = run()["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "pins.toml"},
        "region": {"startLine": 14, "startColumn": 10, "endLine": 14, "endColumn": 27},
    }
    (related,) = result["relatedLocations"]
    assert related["message"]["text"] == "shipped here"
    assert related["logicalLocations"] == [{"fullyQualifiedName": "res/xml/nsc.xml:4", "kind": "resource"}]


def test_sarif_names_the_method_and_the_way_to_it() -> None:
    result = run()["results"][1]
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "shop.apk"}
    assert place["physicalLocation"]["region"]["startLine"] == 1
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "com.example.shop.Net.client()"
    assert (
        place["logicalLocations"][0]["decoratedName"] == "classes2.dex!Lcom/example/shop/Net;->client()V:31"
    )
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["logicalLocations"][0]["fullyQualifiedName"] for step in steps] == [
        "com.example.shop.Main",
        "com.example.shop.Net",
    ]


def test_sarif_has_what_github_requires() -> None:
    found = run()
    rules = found["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {"missing-key", "expired-pin-set", "missing-backup-pin"}
    for rule in rules:
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert rule["help"]["markdown"].count("```") >= 4
        assert "security" in rule["properties"]["tags"]
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region.keys() == {"startLine", "startColumn", "endLine", "endColumn"}
        assert result["partialFingerprints"]["primaryLocationLineHash"]


def test_sarif_says_what_was_not_seen_and_what_is_accepted() -> None:
    found = run()
    (invocation,) = found["invocations"]
    assert invocation["executionSuccessful"] is False
    notes = [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]]
    assert notes == [
        ("warning", "classes3.dex: cannot be read: it ends too early"),
        ("note", "note: harmless"),
    ]
    assert found["results"][2]["suppressions"] == [{"kind": "external", "justification": "being made"}]


# -- text --------------------------------------------------------------------------------------------


def test_text_is_read_top_down() -> None:
    assert (
        audit_text.render([SUBJECT])
        == f"""\
shop.apk: com.example.shop 4.2, apk, Android API 24+, aimed at 36
The pins of api.example.com are enforced: nsc API 24+ enforced; not everything was seen: classes3.dex (every mechanism).
sha256 {"ab" * 32}

Verdicts
  api.example.com  nsc  API 24+  enforced  res/xml/nsc.xml: <domain>

Findings
  error: in res/xml/nsc.xml, `api-2027` is missing for api.example.com [missing-key]
      at pins.toml:14:10
      shipped here: res/xml/nsc.xml:4
      API 24+
      fix: run pincompiler compile and build again
      see: CWE-693, MASVS-NETWORK-2, MASWE-0028

  warning: it is over [expired-pin-set]
      at classes2.dex com.example.shop.Net.client() (line 31)
      first-party, reachable, API 24+, likely
      reached by com.example.shop.Main > com.example.shop.Net
      | const/4 v0, 0x1
      see: CWE-298, MASVS-NETWORK-2, MASTG-TEST-0243, MASWE-0028

  note: one pin only [missing-backup-pin]
      at res/xml/nsc.xml:4
      see: CWE-693, MASVS-NETWORK-2, MASWE-0028

Pins
  nsc  api.example.com and below  spki-sha256  {PIN}  enforced  res/xml/nsc.xml:4, until 2027-01-31

Not seen
  classes3.dex: cannot be read: it ends too early

Remarks
  note: harmless
"""
    )


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("Lcom/example/Net;", "com.example.Net"),
        ("[[Lcom/example/Net$1;", "com.example.Net$1[][]"),
        ("Lcom/example/Net;->client()V", "com.example.Net.client()"),
        (
            "La/b$0;->verify(Ljava/lang/String;[I[[Lx/Y;J)[Z",
            "a.b$0.verify(java.lang.String, int[], x.Y[][], long)",
        ),
        ("Lcom/example/Net;-><init>(Z)V", "com.example.Net.<init>(boolean)"),
        ("Lcom/example/Net;->pinner", "com.example.Net.pinner"),
        ("classes.dex", "classes.dex"),
        ("const/4 v0, 0x1", "const/4 v0, 0x1"),
        ("Lisa; likes it;", "Lisa; likes it;"),
        ("V", "V"),
        ("what Lcom/a/Net;->pin()[B returns", "what com.a.Net.pin() returns"),
        ("the 9 classes below Lx/y/Z$1;: too many", "the 9 classes below x.y.Z$1: too many"),
        ("Lone; and HTML/CSS;", "Lone; and HTML/CSS;"),
        ("", ""),
    ],
)
def test_people_read_names_as_javac_writes_them(symbol: str, name: str) -> None:
    """JVMS §4.3.2 and §4.3.3: descriptors of fields and methods."""
    assert java_name(symbol) == name


def test_what_may_be_a_pin_is_called_that() -> None:
    pin = replace(SUBJECT.pins[0].pin, confidence=Confidence.CANDIDATE)
    text = audit_text.render([replace(SUBJECT, verdicts=(), pins=(InventoryPin(pin, enforced=False),))])
    assert "  candidate  " in text
    assert "  not enforced  " not in text


def test_colours_are_for_terminals() -> None:
    assert "\x1b[32menforced\x1b[0m" in audit_text.render([SUBJECT], colour=True)


@pytest.mark.parametrize(
    "render",
    [audit_text.render, sarif.render, audit_json.render, html.render, audit_markdown.render, junit.render],
)
def test_hostile_names_cannot_steer_a_terminal_or_a_log(render: Any) -> None:
    place = Location(HOSTILE, None, member=HOSTILE, symbol=HOSTILE)
    finding = replace(IN_METHOD, message=HOSTILE, location=place, fix=HOSTILE, hosts=(HOSTILE,))
    pin = Pin(Mechanism.NSC, HOSTILE, None, Algorithm.CERTIFICATE, HOSTILE, place, what=HOSTILE)
    row = HostVerdict(HOSTILE, Mechanism.NSC, VersionRange(24), Verdict.UNKNOWN, HOSTILE, place)
    subject = Subject(
        HOSTILE,
        package=HOSTILE,
        version_name=HOSTILE,
        pins=(InventoryPin(pin, enforced=False),),
        verdicts=(row,),
        findings=(finding,),
        unseen=(Unseen(HOSTILE, HOSTILE),),
    )
    shown = render([subject])
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\x00" not in shown
    assert "\n::error::" not in shown


def test_nothing_of_an_app_is_a_link_in_sarif() -> None:
    """SARIF 2.1.0 section 3.11.6: in a message ``[text](target)`` is a link, and a backslash before a bracket none."""
    link = "see [l](javascript:alert(1)) [2]"
    place = Location(link, None, member=link, symbol=link)
    finding = replace(IN_METHOD, message=link, location=place, fix=link, related=((link, place),))
    run = json.loads(
        sarif.render(
            [Subject(link, package=link, findings=(finding,), unseen=(Unseen(link, link),), error=link)]
        )
    )["runs"][0]
    (result,) = run["results"]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    messages = [
        result["message"],
        *(one["message"] for one in (*result["relatedLocations"], *notes)),
        *(one["description"] for one in run["artifacts"]),
    ]
    assert len(messages) == 5
    for one in messages:
        assert not re.search(r"(?<!\\)[\[\]]", one["text"])
    assert r"see \[l\](javascript:alert(1)) \[2\]" in result["message"]["text"]


@pytest.mark.parametrize("render", [html.render, audit_markdown.render])
def test_a_reviewer_is_told_where_in_the_bytecode(render: Any) -> None:
    found = replace(IN_METHOD, location=replace(CODE, offset=26))
    assert re.search(r"Bytecode offset\W.{0,20}0x001a", render([replace(SUBJECT, findings=(found,))]))


def test_several_apps_begin_with_a_summary() -> None:
    shown = html.render([SUBJECT, replace(SUBJECT, package="com.example.other")])
    places = [shown.index(f'id="{one}"') for one in ("summary", "app-1", "app-2", "rules")]
    assert places == sorted(places)


def test_only_of_many_apps_those_below_are_laid_out_late() -> None:
    assert 'class="app late"' not in html.render([SUBJECT] * 20)
    assert html.render([SUBJECT] * 21).count('class="app late"') == 21


def test_builds_with_one_name_are_told_apart() -> None:
    other = replace(SUBJECT, path="other.apk")
    shown = html.render([SUBJECT, other, other, replace(SUBJECT, version_name="5")])
    assert re.findall(r'class="app" id="[^"]+" aria-label="([^"]+)"', shown) == [
        "com.example.shop 4.2 (shop.apk)",
        "com.example.shop 4.2 (other.apk) (2)",
        "com.example.shop 4.2 (other.apk) (3)",
        "com.example.shop 5",
    ]


def test_the_reference_of_rules_has_each_once_where_it_is_looked_for() -> None:
    groups = grouped(RULES)
    assert sorted(page.id for group in groups for page in group.rules) == sorted(rule.id for rule in RULES)
    found = {page.id: group.title for group in groups for page in group.rules}
    assert found["missing-backup-pin"] == found["retired-key"] == "Pin-sets, of pins.toml and of apps"
    assert found["permissive-trust-manager"] == "Shipped apps"
    assert found["unfaithful-target"] == "What targets make of a policy"
    assert found["invalid-toml"] == "The text of pins.toml, keys, outputs and acceptances"
    for group in groups:
        assert [page.id for page in group.rules] == sorted(page.id for page in group.rules)
