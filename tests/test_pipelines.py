"""The examples for pipelines: their form, and every command of ours in them, run on the sample project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.patience import WAIT_S

ROOT = Path(__file__).parent.parent
PIPELINES = sorted((ROOT / "samples" / "pipelines").glob("*.y*ml"))
HOSTED = [path for path in PIPELINES if path.stem.startswith("git")]
COMMAND = re.compile(r"(?<![\w-])pincompiler (?:compile|audit|report|verify|plan)\b(?: (?!\d?>)[^\s|;)]+)*")
SERVERS = ["--chain", "certs/api-2026.pem", "--ca-file", "certs/shop-ca.pem"]
"""Instead of those of the sample project, which are nowhere."""
HANDED_ON = re.compile(r"(?:sarif_file|path|junit): (\S+)")
"""What a pipeline takes from our commands: for code scanning, as an attachment, as a test report."""
BIN = Path(sys.executable).parent
ENVIRONMENT = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample project, built."""
    project = tmp_path / "project"
    shutil.copytree(ROOT / "samples", project)
    built = project / "app/build/outputs/apk/release/app-release.apk"
    built.parent.mkdir(parents=True)
    shutil.copy(ROOT / "samples/audit/shop.apk", built)
    return project


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = ENVIRONMENT | {"PRE_COMMIT_HOME": str(project.parent / "pre-commit")}
    return subprocess.run(
        words, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=WAIT_S
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_the_commands_of_a_pipeline_do_what_they_should(path: Path, project: Path) -> None:
    text = path.read_text("utf-8")
    assert isinstance(yaml.safe_load(text), dict)
    # What a comment tells is run as well.
    commands = COMMAND.findall(text)
    assert commands
    for command in commands:
        day = [] if " report " in command else ["--today", "2026-11-23"]
        done = run(project, *command.split(), *day, *(SERVERS if " verify " in command else ()))
        # The sample app was released in a hurry: its audit finds errors.
        assert done.returncode == (1 if " audit " in command else 0), done.stderr
        if output := re.search(r"-o (\S+)", command):
            assert (project / output[1]).stat().st_size > 100
    for file in HANDED_ON.findall(text):
        assert (project / file).is_file(), f"nothing writes {file}"


@pytest.mark.slow
@pytest.mark.parametrize("path", HOSTED, ids=lambda path: path.stem)
def test_a_pipeline_is_as_its_service_takes_it(path: Path, tmp_path: Path) -> None:
    service = "github-workflows" if path.stem.startswith("github") else "gitlab-ci"
    check = [str(BIN / "check-jsonschema"), "--builtin-schema", f"vendor.{service}"]
    check += ["--data-transform", "gitlab-ci"] * (service == "gitlab-ci")
    done = run(tmp_path, *check, str(path))
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(re.sub(r"\b(runs-on|image):", r"\1s:", path.read_text("utf-8")), "utf-8")
    assert run(tmp_path, *check, str(wrong)).returncode == 1


@pytest.mark.slow
def test_nothing_is_committed_whose_pins_are_stale(project: Path) -> None:
    shutil.copy(project / "pipelines/pre-commit-config.yaml", project / ".pre-commit-config.yaml")
    for words in ("init -q", "config user.name a", "config user.email a@b.example", "add --all"):
        assert run(project, "git", *words.split()).returncode == 0
    assert run(project, "pre-commit", "install").returncode == 0
    assert run(project, "git", "commit", "-m", "sound").returncode == 0
    pins = project / "pins.toml"
    pins.write_text(pins.read_text("utf-8").replace("example.net", "example.com"), "utf-8")
    refused = run(project, "git", "commit", "-a", "-m", "stale")
    assert refused.returncode == 1
    assert "the committed pins are what pins.toml says" in refused.stderr


HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = ROOT / ".github" / "actions" / "pincompiler" / "action.yml"


def test_the_hooks_for_others_are_as_pre_commit_takes_them(project: Path) -> None:
    assert run(project, "pre-commit", "validate-manifest", str(HOOKS)).returncode == 0
    hooks = yaml.safe_load(HOOKS.read_text("utf-8"))
    assert len(hooks) == 2
    for hook in hooks:
        assert run(project, *hook["entry"].split(), "--today", "2026-11-23").returncode == 0
    (project / "android/app/src/main/java/com/example/shop/Pins.kt").unlink()
    assert run(project, *hooks[1]["entry"].split(), "--today", "2026-11-23").returncode == 1


@pytest.mark.slow
def test_zizmor_finds_nothing_in_what_runs_on_github(tmp_path: Path) -> None:
    """Actions by hash, no credentials left behind, no input in a script."""
    check = [str(BIN / "zizmor"), "--offline", "--no-progress", "--persona", "regular"]
    ours = [str(ACTION), *(str(path) for path in HOSTED if path.stem.startswith("github"))]
    done = run(tmp_path, *check, *ours)
    assert done.returncode == 0, done.stdout
    loose = tmp_path / "action.yml"
    loose.write_text(ACTION.read_text("utf-8").replace('"$COMMAND"', "${{ inputs.command }}"), "utf-8")
    assert run(tmp_path, *check, str(loose)).returncode != 0


@pytest.mark.slow
def test_the_action_is_as_github_takes_it(tmp_path: Path) -> None:
    check = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-actions", str(ACTION)]
    assert run(tmp_path, *check).returncode == 0


@pytest.mark.parametrize(("arguments", "code"), [("--check", 0), ("--check $(touch ran); *", 2)])
def test_the_action_runs_no_word_of_its_inputs(arguments: str, code: int, project: Path) -> None:
    (step,) = (
        one for one in yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"] if one["name"] == "Run"
    )
    inputs = {"COMMAND": "compile", "ARGUMENTS": arguments}
    # As GitHub starts it: bash --noprofile --norc -eo pipefail.
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=project,
        env=ENVIRONMENT | inputs,
        capture_output=True,
        check=False,
        timeout=WAIT_S,
    )
    assert done.returncode == code, done.stderr
    assert not (project / "ran").exists()
