"""What build pipelines read of `check`, `compile --check`, `verify`, `plan` and `audit`, at the lines of pins.toml."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from lxml import etree

from pincompiler.base.finding import Finding, Level
from pincompiler.base.location import Location, Span
from pincompiler.reports.pipelines import github, gitlab, junit, sarif
from pincompiler.reports.pipelines.inspected import Inspected
from tests import pages
from tests.test_cli import SAMPLES, TODAY, run

FORMATS = ("github", "gitlab", "sarif", "junit")
COMMAND = re.compile(r"::(error|warning|notice) ([^:\n]*)::(.*)")
PLANNED = """
[[release]]
name = "4.1"
date = 2026-09-15
file = "pins.toml"

[[rotation]]
host = "api.example.com"
from = "api-2026"
to = "ca"
date = 2027-03-01

[keys.ca]
file = "certs/shop-ca.pem"
"""
WRONG = Finding(
    "blocked-host",
    Level.ERROR,
    "50% of a, b: all",
    Location("a,b.toml", Span(3, 2, 3, 9)),
    "write\nit",
    ("a.example",),
)
INSPECTED = Inspected("check", "a,b.toml", (WRONG,), ("something was not seen",))


def annotated(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands as the runner of GitHub Actions reads them: ActionCommand.TryParseV2, and its unescaping."""
    found = []
    for line in text.splitlines():
        command = COMMAND.fullmatch(line)
        assert command, line
        pairs = (pair.split("=", 1) for pair in command[2].split(","))
        properties = {key: unescaped(value, {"%3A": ":", "%2C": ","}) for key, value in pairs}
        found.append((command[1], properties, unescaped(command[3], {})))
    return found


def unescaped(text: str, more: dict[str, str]) -> str:
    for code, meant in {**more, "%0D": "\r", "%0A": "\n", "%25": "%"}.items():
        text = text.replace(code, meant)
    return text


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES / "certs", tmp_path / "certs")
    shutil.copy(SAMPLES / "audit" / "shop.apk", tmp_path)
    (pins,) = pages.blocks("tour", "toml")
    (tmp_path / "pins.toml").write_text(pins, "utf-8")
    return tmp_path


def sound(project: Path, more: str = "") -> None:
    path = project / "pins.toml"
    path.write_text(path.read_text("utf-8").replace('"all"', '"none"') + more, "utf-8")


def test_github_gets_back_what_was_said() -> None:
    wrong, doubt = annotated(github.render([INSPECTED]))
    place = {"file": "a,b.toml", "line": "3", "endLine": "3", "col": "2", "endColumn": "9"}
    # A line end in a message is shown, not obeyed, as everywhere.
    said = "50% of a, b: all. Fix: write\\x0ait."
    assert wrong == ("error", {**place, "title": "blocked-host"}, said)
    assert doubt == (
        "warning",
        {"file": "a,b.toml", "title": "unknown"},
        "unknown: something was not seen",
    )


def test_gitlab_knows_an_issue_again_when_lines_move() -> None:
    moved = replace(WRONG, location=Location("a,b.toml", Span(9, 1, 9, 2)))
    first, second = (
        json.loads(gitlab.render([Inspected("check", "a,b.toml", (one, one))])) for one in (WRONG, moved)
    )
    assert [one["fingerprint"] for one in first] == [one["fingerprint"] for one in second]
    assert first[0]["fingerprint"] != first[1]["fingerprint"]
    assert (first[0]["location"]["lines"], second[0]["location"]["lines"]) == ({"begin": 3}, {"begin": 9})


def test_every_form_names_what_is_unknown() -> None:
    for render in (github.render, gitlab.render, junit.render, sarif.render):
        assert "something was not seen" in render([INSPECTED])
    (log,) = json.loads(sarif.render([INSPECTED]))["runs"]
    assert log["invocations"][0]["executionSuccessful"] is False
    assert etree.fromstring(junit.render([INSPECTED]).encode()).get("errors") == "1"


def test_files_are_named_from_the_top_of_the_checkout() -> None:
    (wrong, *_) = annotated(github.render([INSPECTED.below(PurePosixPath("mobile"))]))
    assert wrong[1]["file"] == "mobile/a,b.toml"
    away = Inspected("check", "/elsewhere/pins.toml", ()).below(PurePosixPath("mobile"))
    assert (away.file, Inspected("check", "<stdin>", ()).below(PurePosixPath("mobile")).file) == (
        "/elsewhere/pins.toml",
        "<stdin>",
    )


@pytest.mark.parametrize("form", FORMATS)
def test_check_reports_the_difference_at_its_line(form: str, project: Path) -> None:
    ran = run("check", "-f", form, "--today", str(TODAY), cwd=project)
    assert ran.code == 1
    if form == "github":
        ((level, place, said),) = annotated(ran.stdout)
        assert (level, place["line"], place["title"]) == ("error", "10", "unfaithful-target")
        assert said.startswith("a.b.api.example.com is pinned by pins.toml and not by NSPinnedDomains.")
    elif form == "gitlab":
        (issue,) = json.loads(ran.stdout)
        assert issue["location"] == {"path": "pins.toml", "lines": {"begin": 10}}
        assert (issue["check_name"], issue["severity"]) == ("unfaithful-target", "critical")
    elif form == "sarif":
        (log,) = json.loads(ran.stdout)["runs"]
        (result,), (rule,) = log["results"], log["tool"]["driver"]["rules"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"], rule["id"]) == (10, 10, "unfaithful-target")
    else:
        root = etree.fromstring(ran.stdout.encode())
        assert (root.get("tests"), root.get("failures")) == ("1", "1")
        assert "at pins.toml:10:10" in (root.findtext("testsuite/testcase/failure") or "")


def test_a_sound_file_is_a_test_that_passes(project: Path) -> None:
    sound(project)
    root = etree.fromstring(run("check", "-f", "junit", cwd=project).stdout.encode())
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "0")
    assert run("check", "-f", "github", cwd=project).stdout == ""
    assert json.loads(run("check", "-f", "gitlab", cwd=project).stdout) == []


def test_compile_check_names_each_stale_file(project: Path) -> None:
    sound(project)
    assert run("compile", cwd=project).code == 0
    assert run("compile", "--check", "-f", "github", cwd=project).stdout == ""
    (project / "android" / "Pins.kt").unlink()
    ran = run("compile", "--check", "-f", "github", cwd=project)
    ((level, place, _),) = annotated(ran.stdout)
    assert (ran.code, level, place) == (1, "error", {"file": "android/Pins.kt", "title": "stale-output"})
    assert not (project / "android" / "Pins.kt").exists()


def test_verify_reports_a_server_at_its_host(project: Path) -> None:
    sound(project)
    ran = run("verify", "-f", "github", "--chain", "certs/api-2026.pem", cwd=project)
    ((level, place, said),) = annotated(ran.stdout)
    assert (ran.code, level, place["line"], place["title"]) == (1, "error", "10", "incomplete-chain")
    assert said.startswith("api.example.com:443 ")


def test_plan_reports_a_rotation_at_its_entry(project: Path) -> None:
    sound(project, PLANNED)
    ran = run("plan", "-f", "github", "--no-cache", "--today", str(TODAY), cwd=project)
    line = (project / "pins.toml").read_text("utf-8").splitlines().index("[[rotation]]") + 1
    ((level, place, said), *_) = annotated(ran.stdout)
    assert (ran.code, level, place["title"]) == (1, "error", "unsafe-rotation")
    assert int(place["line"]) == line
    assert said.startswith(
        "the rotation of api.example.com from api-2026 to ca on 2027-03-01 is unsafe: 4.1 refuses"
    )


@pytest.mark.parametrize("form", ["github", "gitlab"])
def test_an_audit_is_annotated_at_the_app_and_its_drift_at_pins_toml(form: str, project: Path) -> None:
    sound(project)
    ran = run("audit", "-f", form, "--pins", "pins.toml", "shop.apk", cwd=project)
    assert ran.code == 1
    if form == "github":
        places = {one["title"]: one.get("line") for _, one, _ in annotated(ran.stdout)}
    else:
        places = {one["check_name"]: one["location"]["path"] for one in json.loads(ran.stdout)}
    expected = {"github": (None, "10"), "gitlab": ("shop.apk", "pins.toml")}[form]
    assert (places["permissive-hostname-verifier"], places["missing-key"]) == expected
