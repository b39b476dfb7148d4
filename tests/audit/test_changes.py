"""From one audit to the next: what is new, fixed and unchanged, also when names are obfuscated anew."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from pincompiler.base.errors import InputError
from pincompiler.base.finding import Change
from pincompiler.cli.program import app
from pincompiler.reports.audit import html, junit, sarif
from pincompiler.reports.audit import json as audit_json
from pincompiler.reports.audit import markdown as audit_markdown
from pincompiler.reports.audit import text as audit_text
from pincompiler.reports.audit.json_reader import parse
from pincompiler.reports.audit.since import overview
from pincompiler.verdicts.changes import changes, compared, missing
from pincompiler.verdicts.fingerprints import fingerprinted
from pincompiler.verdicts.subject import Run, Subject
from tests import json_schemas
from tests.apk import forge
from tests.audit.test_reports import ACCEPTED, CODE, DRIFT, IN_METHOD, SUBJECT

SHOP = Path(__file__).parents[2] / "samples" / "audit" / "shop.apk"
ONE = replace(IN_METHOD, location=replace(CODE, symbol="La/b/c;->a(Ljava/lang/String;)Z"))
OTHER = replace(IN_METHOD, location=replace(CODE, symbol="Lb0/q$a;->k(Lx/y;)Z", member="classes5.dex"))


def test_findings_are_new_fixed_and_unchanged() -> None:
    before = replace(SUBJECT, findings=(DRIFT, ONE))
    after = replace(SUBJECT, findings=(OTHER, replace(DRIFT, rule="missing-host")), pins=())
    found = changes(compared([before], [after]))
    assert [finding.rule for finding in found.new] == ["missing-host"]
    assert found.fixed == (replace(DRIFT, change=Change.FIXED),)
    assert found.unchanged == (replace(OTHER, change=Change.UNCHANGED),)
    assert (found.new_pins, found.kept_pins) == ((), ())
    assert [found.pin.host for found in found.gone_pins] == ["api.example.com"]


def test_of_two_of_a_kind_the_fixed_one_keeps_a_fingerprint_of_its_own() -> None:
    before = replace(SUBJECT, findings=(ONE, replace(ONE, message="the same once more")))
    (now,) = compared([before], [replace(SUBJECT, findings=(OTHER,))])
    assert [finding.change for finding in (*now.findings, *now.fixed)] == [Change.UNCHANGED, Change.FIXED]
    assert len({mark for _, mark in fingerprinted(now)}) == 2


def test_a_build_for_debugging_is_the_same_app() -> None:
    debug = replace(SUBJECT, package="com.example.shop.debug")
    (now,) = compared([SUBJECT], [debug])
    assert {finding.change for finding in now.findings} == {Change.UNCHANGED}
    assert now.baseline == (SUBJECT.build,)
    assert compared([debug], [SUBJECT])[0].baseline == (debug.build,)


def test_another_app_of_the_same_maker_is_not() -> None:
    wear, other = replace(SUBJECT, package="com.example.shop.wear"), replace(SUBJECT, package="com.example.b")
    for before, after in (([SUBJECT], other), ([SUBJECT, other], wear), ([other], wear)):
        (now,) = compared(before, [after])
        assert (now.baseline, {finding.change for finding in now.findings}) == ((), {Change.NEW})
    assert [one.baseline for one in compared([SUBJECT], [SUBJECT, wear])] == [(SUBJECT.build,), ()]


def test_several_builds_of_an_app_are_told_apart_by_their_files() -> None:
    free, paid = replace(SUBJECT, path="free.apk", findings=(DRIFT,)), replace(SUBJECT, path="paid.apk")
    found = compared([free, paid], [free, paid])
    assert not changes(found).any
    (renamed,) = compared([free, paid], [replace(free, path="free-2.apk")])
    assert renamed.baseline == (free.build, paid.build)


def test_what_could_not_be_read_is_neither_new_nor_fixed() -> None:
    broken = Subject("shop.apk", package=SUBJECT.package, error="no archive")
    assert compared([SUBJECT], [broken]) == (broken,)
    (now,) = compared([broken], [SUBJECT])
    assert now.baseline == ()
    assert (
        missing([SUBJECT, replace(SUBJECT, package="com.example.b")], [SUBJECT])[0].package == "com.example.b"
    )


def run(tmp_path: Path, *words: str) -> tuple[int, str]:
    shown = CliRunner().invoke(app, ["audit", str(tmp_path / "shop.apk"), "--today", "2026-11-23", *words])
    return shown.exit_code, shown.output


def test_an_audit_fails_on_what_is_new_only(tmp_path: Path) -> None:
    shutil.copy(SHOP, tmp_path)
    saved, nothing = tmp_path / "saved.json", tmp_path / "nothing.json"
    nothing.write_text('{"version": 1, "command": "audit", "subjects": []}', "utf-8")
    assert run(tmp_path, "-f", "json", "-o", str(saved))[0] == 1
    code, said = run(tmp_path, "--baseline", str(saved), "--fail-on", "new", "-f", "json")
    assert code == 0
    assert "findings: 0 new, 0 fixed, 2 unchanged; pins: 0 new, 0 gone, 1 unchanged" in said
    assert run(tmp_path, "--baseline", str(saved))[0] == 1
    code, said = run(tmp_path, "--baseline", str(nothing), "--fail-on", "new", "-f", "sarif")
    assert code == 1
    assert "findings: 2 new, 0 fixed, 0 unchanged" in said


def test_a_report_for_the_terminal_tells_what_changed_once(tmp_path: Path) -> None:
    shutil.copy(SHOP, tmp_path)
    saved = tmp_path / "saved.json"
    run(tmp_path, "-f", "json", "-o", str(saved))
    _, said = run(tmp_path, "--baseline", str(saved))
    assert said.count("2 unchanged") == 1
    assert "0 new, 0 fixed and 2 unchanged findings; 0 new, 0 gone and 1 unchanged pins" in said


def test_fail_on_new_needs_something_to_compare_with() -> None:
    result = CliRunner().invoke(app, ["audit", str(SHOP), "--fail-on", "new"])
    assert "needs --baseline" in str(result.exception)


def build(place: Path, **changes: bytes | None) -> Path:
    """An app whose configuration is the same for all devices, and without code."""
    with_all = {"res/n28.xml": forge.nsc(), "classes.dex": None, **changes}
    place.write_bytes(forge.simple_zip(forge.app(**with_all)))
    return place


def diffed(*words: str | Path) -> tuple[int, str]:
    shown = CliRunner().invoke(app, ["diff", *map(str, words), "--today", "2026-11-23"])
    if "json" in words:
        json_schemas.hold("diff", shown.stdout)
    return shown.exit_code, shown.output


def test_diff_of_an_app_with_itself_is_silent_but_for_the_counts() -> None:
    code, said = diffed(SHOP, SHOP)
    assert code == 0
    assert "findings: 0 new, 0 fixed, 2 unchanged; pins: 0 new, 0 gone, 1 unchanged" in said
    assert "accept the same chains" in said


def test_diff_tells_of_a_pin_that_the_new_build_has_lost(tmp_path: Path) -> None:
    old = build(tmp_path / "old.apk")
    new = build(
        tmp_path / "new.apk",
        **{"res/n.xml": forge.nsc("other.example"), "res/n28.xml": forge.nsc("other.example")},
    )
    code, said = diffed(old, new, "-f", "json")
    assert code == 1
    found = json.loads(said)
    assert {pin["host"] for pin in found["pins"]["gone"]} == {"example.com"}
    assert {pin["host"] for pin in found["pins"]["new"]} == {"other.example"}
    assert found["pins"]["unchanged"] == []
    assert {one["host"] for one in found["differences"]} >= {"example.com", "other.example"}


def test_diff_says_what_an_app_says_and_no_more(tmp_path: Path) -> None:
    old, evil = build(tmp_path / "old.apk"), forge.nsc("evil\x1b[31m\u202e.example")
    new = build(tmp_path / "new.apk", **{"res/n.xml": evil, "res/n28.xml": evil})
    code, said = diffed(old, new)
    assert code == 1
    assert "\\u{202e}.example" in said
    assert not {"\x1b", "\u202e"} & {*said}


def test_diff_of_apps_that_pin_nothing_tells_of_findings(tmp_path: Path) -> None:
    """One becomes debuggable; neither has a configuration."""
    debuggable = forge.android("debuggable", 0x0101000F, -1 & 0xFFFFFFFF, forge.BOOLEAN)
    old = build(tmp_path / "old.apk", **{"AndroidManifest.xml": forge.manifest()})
    new = build(tmp_path / "new.apk", **{"AndroidManifest.xml": forge.manifest(debuggable)})
    code, said = diffed(old, new, "-f", "json")
    assert code == 1
    found = json.loads(said)
    assert [one["rule"] for one in found["findings"]["new"]] == ["debuggable-app"]
    assert diffed(new, old, "-f", "text")[1].startswith("fixed: ")
    assert diffed(old, old)[0] == 0


def test_diff_of_something_that_is_no_app_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.apk"
    broken.write_bytes(b"no archive")
    shown = CliRunner().invoke(app, ["diff", str(broken), str(SHOP)])
    assert isinstance(shown.exception, InputError)
    assert "broken.apk" in str(shown.exception)


def test_diff_tells_of_a_configuration_that_android_refuses(tmp_path: Path) -> None:
    """The new build would not start: that is a finding, not a reason to compare nothing."""
    old = build(tmp_path / "old.apk")
    bad = forge.nsc(pin="not base64")
    new = build(tmp_path / "new.apk", **{"res/n.xml": bad, "res/n28.xml": bad})
    code, said = diffed(old, new, "-f", "json")
    assert code == 1
    assert "refused-nsc" in {one["rule"] for one in json.loads(said)["findings"]["new"]}


# -- in the reports ----------------------------------------------------------------------------------

BEFORE = replace(SUBJECT, path="old.apk", version_name="4.1", findings=(DRIFT, ONE))
(NOW,) = compared(
    [BEFORE], [replace(SUBJECT, findings=(replace(DRIFT, rule="missing-host"), OTHER), pins=())]
)


def test_json_tells_what_changed_and_is_read_back() -> None:
    saved = audit_json.render([NOW])
    (subject,) = json.loads(saved)["subjects"]
    assert [one["change"] for one in subject["findings"]] == ["new", "unchanged"]
    assert [(one["rule"], one["change"]) for one in subject["fixed"]] == [("missing-key", "fixed")]
    assert [pin["host"] for pin in subject["gone"]] == ["api.example.com"]
    assert [(one["path"], one["version-name"]) for one in subject["baseline"]] == [("old.apk", "4.1")]
    assert parse(saved.encode(), "audit.json") == (NOW,)


def test_a_report_is_a_baseline_without_what_it_was_compared_with() -> None:
    """A pipeline compares each audit with the one before, and that one was compared as well."""
    (again,) = compared(parse(audit_json.render([NOW]).encode(), "audit.json"), [replace(NOW, fixed=())])
    assert {finding.change for finding in again.findings} == {Change.UNCHANGED}
    assert (again.fixed, again.gone) == ((), ())


def test_sarif_has_the_state_of_each_result() -> None:
    """SARIF 2.1.0 §3.27.24: what is not there any more is absent."""
    results = json.loads(sarif.render([NOW]))["runs"][0]["results"]
    assert [(one["ruleId"], one["baselineState"]) for one in results] == [
        ("missing-host", "new"),
        ("expired-pin-set", "unchanged"),
        ("missing-key", "absent"),
    ]
    assert "baselineState" not in sarif.render([SUBJECT])


def test_markdown_tells_what_is_new_first_and_what_is_as_it_was_in_a_line() -> None:
    told = audit_markdown.render([NOW])
    places = [
        told.index(words)
        for words in (
            "**Changes since com.example.shop 4.1",
            "### New findings",
            "A host of pins.toml is not pinned",
            "### Hosts",
            "### Fixed\n\n- error: In res/xml/nsc.xml",
            "### Unchanged findings\n\n- warning: It is over (`expired-pin-set`",
        )
    ]
    assert places == sorted(places)
    assert "pin gone: api.example.com \\(Network security configuration\\): `" in told


def test_the_page_tells_what_changed_at_the_top() -> None:
    told = html.render([NOW])
    top = told.partition("Which hosts are pinned?")[0]
    assert "1 new, 1 fixed and 1 unchanged findings; 0 new, 1 gone and 0 unchanged pins." in top
    assert re.search(r"Compared with com.example.shop 4.1 \(code 42, old.apk, sha256 abababab…\)", top)
    assert top.count('<span class="mark">New</span>') == 1
    assert "may only not have been seen" in top
    assert told.count('data-change="fixed"') == 1
    assert "What has changed" not in html.render([SUBJECT])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("sha256/a", "sha256/b", "another pins.toml"),
        ("", "sha256/b", "no pins.toml"),
        ("sha256/a", "", "a pins.toml"),
        ("sha256/a", "sha256/a", ""),
        (None, "sha256/a", ""),
    ],
)
def test_an_audit_by_another_policy_says_so(before: str | None, after: str, said: str) -> None:
    """What is new may then be of pins.toml, not of the app."""
    old, new = (
        None if policy is None else Run("9.9", date(2026, 11, 23), policy=policy)
        for policy in (before, after)
    )
    (now,) = compared([replace(BEFORE, run=old)], [replace(SUBJECT, run=new, findings=(ACCEPTED,))])
    found = overview(now)
    assert found
    words = f"The audit before was held to {said}, so" if said else ""
    assert ("held to" in found.doubt) == bool(said)
    assert words in found.doubt
    assert ("held to" in audit_text.render([now])) == bool(said)


def test_text_and_junit_tell_what_changed() -> None:
    told = audit_text.render([NOW])
    assert "\nsince com.example.shop 4.1 (code 42, old.apk, sha256 abababab…): 1 new, 1 fixed" in told
    assert "\n  new error: in res/xml/nsc.xml" in told
    assert "\nFixed\n  error: in res/xml/nsc.xml" in told
    cases = {
        one.get("classname"): one for one in etree.fromstring(junit.render([NOW]).encode()).iter("testcase")
    }
    assert list(cases["com.example.shop.missing-key"]) == []
    assert cases["com.example.shop.missing-host"][0].text.startswith("new since the audit before")
