"""From one audit to the next: what is new, fixed and unchanged, also when names are obfuscated anew."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from pincompiler.changes import changes
from pincompiler.cli import app
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
