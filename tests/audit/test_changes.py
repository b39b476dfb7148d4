"""From one audit to the next: what is new, fixed and unchanged, also when names are obfuscated anew."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from pincompiler.changes import changes
from pincompiler.cli.program import app
from pincompiler.errors import InputError
from tests.apk import forge
from tests.audit.test_reports import CODE, DRIFT, IN_METHOD, SUBJECT

SHOP = Path(__file__).parents[2] / "samples" / "audit" / "shop.apk"
ONE = replace(IN_METHOD, location=replace(CODE, symbol="La/b/c;->a(Ljava/lang/String;)Z"))
OTHER = replace(IN_METHOD, location=replace(CODE, symbol="Lb0/q$a;->k(Lx/y;)Z", member="classes5.dex"))


def test_findings_are_new_fixed_and_unchanged() -> None:
    before = replace(SUBJECT, findings=(DRIFT, ONE))
    after = replace(SUBJECT, findings=(OTHER, replace(DRIFT, rule="missing-host")), pins=())
    found = changes([before], [after])
    assert [finding.rule for finding in found.new] == ["missing-host"]
    assert found.fixed == (DRIFT,)
    assert found.unchanged == (OTHER,)
    assert (found.new_pins, found.kept_pins) == ((), ())
    assert [pin[2] for pin in found.gone_pins] == ["api.example.com"]


def run(tmp_path: Path, *words: str) -> tuple[int, str]:
    shown = CliRunner().invoke(app, ["audit", str(tmp_path / "shop.apk"), "--today", "2026-11-23", *words])
    return shown.exit_code, shown.output


def test_an_audit_fails_on_what_is_new_only(tmp_path: Path) -> None:
    shutil.copy(SHOP, tmp_path)
    saved, nothing = tmp_path / "saved.json", tmp_path / "nothing.json"
    nothing.write_text('{"version": 1, "command": "audit", "subjects": []}', "utf-8")
    assert run(tmp_path, "-f", "json", "-o", str(saved))[0] == 1
    code, said = run(tmp_path, "--baseline", str(saved), "--fail-on", "new")
    assert code == 0
    assert "findings: 0 new, 0 fixed, 2 unchanged; pins: 0 new, 0 gone, 1 unchanged" in said
    assert run(tmp_path, "--baseline", str(saved))[0] == 1
    code, said = run(tmp_path, "--baseline", str(nothing), "--fail-on", "new")
    assert code == 1
    assert "findings: 2 new, 0 fixed, 0 unchanged" in said


def test_fail_on_new_needs_something_to_compare_with() -> None:
    result = CliRunner().invoke(app, ["audit", str(SHOP), "--fail-on", "new"])
    assert "needs --baseline" in str(result.exception)


def build(place: Path, **changes: bytes | None) -> Path:
    """An app whose configuration is the same for all devices, and without code."""
    with_all = {"res/n28.xml": forge.nsc(), "classes.dex": None, **changes}
    place.write_bytes(forge.simple_zip(forge.app(**with_all)))
    return place


def compared(*words: str | Path) -> tuple[int, str]:
    shown = CliRunner().invoke(app, ["diff", *map(str, words), "--today", "2026-11-23"])
    return shown.exit_code, shown.output


def test_diff_of_an_app_with_itself_is_silent_but_for_the_counts() -> None:
    code, said = compared(SHOP, SHOP)
    assert code == 0
    assert "findings: 0 new, 0 fixed, 2 unchanged; pins: 0 new, 0 gone, 1 unchanged" in said
    assert "accept the same chains" in said


def test_diff_tells_of_a_pin_that_the_new_build_has_lost(tmp_path: Path) -> None:
    old = build(tmp_path / "old.apk")
    new = build(
        tmp_path / "new.apk",
        **{"res/n.xml": forge.nsc("other.example"), "res/n28.xml": forge.nsc("other.example")},
    )
    code, said = compared(old, new, "-f", "json")
    assert code == 1
    found = json.loads(said)
    assert {pin["host"] for pin in found["pins"]["gone"]} == {"example.com"}
    assert {pin["host"] for pin in found["pins"]["new"]} == {"other.example"}
    assert found["pins"]["unchanged"] == []
    assert {one["host"] for one in found["differences"]} >= {"example.com", "other.example"}


def test_diff_of_apps_that_pin_nothing_tells_of_findings(tmp_path: Path) -> None:
    """One becomes debuggable; neither has a configuration."""
    debuggable = forge.android("debuggable", 0x0101000F, -1 & 0xFFFFFFFF, forge.BOOLEAN)
    old = build(tmp_path / "old.apk", **{"AndroidManifest.xml": forge.manifest()})
    new = build(tmp_path / "new.apk", **{"AndroidManifest.xml": forge.manifest(debuggable)})
    code, said = compared(old, new, "-f", "json")
    assert code == 1
    found = json.loads(said)
    assert [one["rule"] for one in found["findings"]["new"]] == ["debuggable-app"]
    assert compared(new, old, "-f", "text")[1].startswith("fixed: ")
    assert compared(old, old)[0] == 0


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
    code, said = compared(old, new, "-f", "json")
    assert code == 1
    assert "refused-nsc" in {one["rule"] for one in json.loads(said)["findings"]["new"]}
