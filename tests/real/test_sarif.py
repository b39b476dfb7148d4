"""The SARIF report, judged by Microsoft's validator: the schema, SARIF's own rules, and GitHub's."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pincompiler.reports.audit import sarif
from pincompiler.reports.pipelines import sarif as pipelines_sarif
from pincompiler.workflows import audit
from tests import parts
from tests.audit.test_changes import NOW
from tests.audit.test_reports import SUBJECT
from tests.dex import fetch
from tests.patience import WAIT_S
from tests.test_pipeline_formats import INSPECTED

from .install import tools_directory

pytestmark = pytest.mark.real

SHOP = Path(__file__).parents[2] / "samples" / "audit" / "shop.apk"
HARMLESS = {"SARIF2005"}
"""The address of a home page, which this project has none of."""


@pytest.fixture(scope="session")
def validator() -> Path:
    """The validator, from npm."""
    program = tools_directory() / fetch.VALIDATOR
    parts.need([] if program.is_file() else [fetch.VALIDATOR.parts[0]])
    return program


def complaints(validator: Path, report: str, folder: Path) -> list[tuple[str, str]]:
    """What the validator says of a report: rule and message."""
    file, out = folder / "report.sarif", folder / "result.sarif"
    file.write_text(report, encoding="utf-8")
    subprocess.run(
        [validator, "validate", "--rule-kind", "Sarif;Gh", file, "-o", out, "--log", "ForceOverwrite"],
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        check=False,
        capture_output=True,
        timeout=WAIT_S,
    )
    found: list[dict[str, Any]] = json.loads(out.read_text("utf-8-sig"))["runs"][0].get("results", [])
    return [(one["ruleId"], json.dumps(one["message"])) for one in found if one["ruleId"] not in HARMLESS]


def against_the_schema(validator: Path, report: str) -> list[str]:
    """What the schema says of a report."""
    schema = json.loads((validator.parent / "sarif-2.1.0.json").read_text("utf-8-sig"))
    found = jsonschema.Draft202012Validator(schema).iter_errors(json.loads(report))
    return [error.message for error in found]


def test_a_report_on_a_real_app_is_valid(validator: Path, tmp_path: Path) -> None:
    subject = audit.audit(SHOP, audit.audit_options(date(2026, 11, 23), None, ()))
    assert subject.findings
    assert against_the_schema(validator, sarif.render([subject])) == []
    assert complaints(validator, sarif.render([subject]), tmp_path) == []


def test_a_report_with_everything_in_it_is_valid(validator: Path, tmp_path: Path) -> None:
    """Drift at a line, a way to a method, something accepted, something unseen; new, unchanged and absent."""
    report = sarif.render([SUBJECT, NOW])
    assert against_the_schema(validator, report) == []
    assert complaints(validator, report, tmp_path) == []


def test_what_pipelines_get_of_other_commands_is_valid(validator: Path, tmp_path: Path) -> None:
    report = pipelines_sarif.render([INSPECTED])
    assert against_the_schema(validator, report) == []
    assert complaints(validator, report, tmp_path) == []


def test_the_validator_finds_what_is_wrong(validator: Path, tmp_path: Path) -> None:
    report = sarif.render([SUBJECT])
    assert against_the_schema(validator, report.replace('"startLine": 14', '"startLine": "fourteen"'))
    assert complaints(validator, report.replace('"endLine": 14', '"endLine": 3'), tmp_path)
