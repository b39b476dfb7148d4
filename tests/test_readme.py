"""The README shows what the program does: its console blocks are run, its tables compared.

``make golden`` rewrites the outputs and the table of rules after a deliberate change.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pincompiler.cli.program import COMMANDS
from pincompiler.platforms.registry import TARGETS
from pincompiler.rules.registry import RULES
from tests.real import make_report_picture

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)
RULE_TABLE = re.compile(r"(?<=<!-- rules -->\n).*?(?=<!-- /rules -->)", re.DOTALL)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project of the tour, and the releases that it gets later."""
    shutil.copytree(ROOT / "samples" / "certs", tmp_path / "certs")
    shutil.copy(ROOT / "samples" / "audit" / "shop.apk", tmp_path)
    shutil.copy(ROOT / "samples" / "kinds.toml", tmp_path)
    for name, block in zip(
        ("pins.toml", "environments.toml", "releases.toml"),
        TOML.findall(README.read_text("utf-8")),
        strict=True,
    ):
        (tmp_path / name).write_text(block, "utf-8")
    return tmp_path


def run_block(block: str, folder: Path) -> str:
    """The block with what its commands print now."""
    shown = []
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "100",
    }
    for line in block.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(  # noqa: S602 - the README's own words
                line[2:],
                shell=True,
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            shown.append(f"{line}\n{done.stdout.decode()}")
    return "".join(shown)


def rule_table() -> str:
    rows = (f"| `{rule.id}` | {rule.level.value} | {rule.summary} |\n" for rule in RULES)
    return "| rule | level | what is wrong |\n|---|---|---|\n" + "".join(rows)


def test_the_environments_compile_with_their_keys(project: Path) -> None:
    from tests.test_cli import PIN_A, PIN_B, PIN_C, PIN_D, run

    names = ("api-2026", "api-2027", "staging-2026", "staging-2027")
    keys = zip(names, (PIN_A, PIN_B, PIN_C, PIN_D), strict=True)
    text = (project / "environments.toml").read_text("utf-8")
    text += "".join(f'[keys.{name}]\nspki-sha256 = "{pin}"\nrole = "leaf"\n' for name, pin in keys)
    (project / "pins.toml").write_text(f"version = 1\n{text}", "utf-8")
    ran = run("compile", cwd=project)
    assert (ran.code, ran.stderr.count("wrote ")) == (0, 6)


@pytest.mark.slow
def test_the_readme_shows_what_the_program_prints(project: Path, request: pytest.FixtureRequest) -> None:
    text = README.read_text("utf-8")
    now = BLOCK.sub(lambda found: f"```console\n{run_block(found[1], project)}```", text)
    now = RULE_TABLE.sub(lambda _: rule_table(), now)
    if request.config.getoption("--update-golden"):
        README.write_text(now, "utf-8")
    assert README.read_text("utf-8") == now


def test_the_library_example_runs(project: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    pins = (project / "pins.toml").read_text("utf-8").replace('"all"', '"none"')
    (project / "pins.toml").write_text(pins, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "android/Pins.kt" in done.stdout
    assert "api.example.com nsc 26+ enforced" in done.stdout
    assert "permissive-hostname-verifier" in done.stdout.splitlines()[-1]


def test_the_sample_report_is_current(project: Path, request: pytest.FixtureRequest) -> None:
    pins = (project / "pins.toml").read_text("utf-8").replace('"all"', '"none"')
    (project / "pins.toml").write_text(pins, "utf-8")
    sample = ROOT / "samples" / "audit" / "report.html"
    # How it was made, as it says itself.
    (command,) = re.findall("<code>(pincompiler audit .*)</code>", sample.read_text("utf-8"))
    run_block(f"$ {command} -f html -o report.html", project)
    now = (project / "report.html").read_bytes()
    if request.config.getoption("--update-golden"):
        sample.write_bytes(now)
    assert sample.read_bytes() == now


def test_the_picture_is_of_the_sample_report() -> None:
    """If not: ``make golden``, where there is Chromium."""
    assert (
        make_report_picture.source_of(make_report_picture.PICTURE.read_bytes())
        == make_report_picture.digest()
    )


def test_every_name_of_the_library_is_there() -> None:
    import pincompiler

    for name in pincompiler._HOMES:
        assert getattr(pincompiler, name).__doc__


def test_every_target_is_in_the_table() -> None:
    rows = [line for line in README.read_text("utf-8").splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    assert {target.name for target in TARGETS} <= named


def test_every_command_is_in_the_table() -> None:
    rows = README.read_text("utf-8").partition("| command |")[2].partition("\n\n")[0].splitlines()[2:]
    named = {row.split("`")[1].split()[0] for row in rows}
    assert named == set(COMMANDS)
