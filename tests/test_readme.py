"""The README and the manual show what the program does: console blocks are run, tables compared.

``make golden`` rewrites the outputs and tables after a deliberate change.
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
from pincompiler.reports.manual import TOPICS, summary
from pincompiler.rules.every import RULES
from tests import pages
from tests.pages import README, ROOT
from tests.real import make_report_picture
from tests.test_cli import run

TOPIC = pytest.mark.parametrize("topic", [README, *TOPICS])
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
TOMLS = {"environments": "environments.toml", "plan": "releases.toml"}
"""What the examples of a page are called in its project, beside pins.toml."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project of the manual: that of the tour when it ends, and what other pages have besides."""
    shutil.copytree(ROOT / "samples" / "certs", tmp_path / "certs")
    shutil.copy(ROOT / "samples" / "audit" / "shop.apk", tmp_path)
    shutil.copy(ROOT / "samples" / "kinds.toml", tmp_path)
    (pins,) = pages.blocks("tour", "toml")
    (tmp_path / "pins.toml").write_text(pins.replace('"all"', '"none"'), "utf-8")
    for topic, name in TOMLS.items():
        (tmp_path / name).write_text("".join(pages.blocks(topic, "toml")), "utf-8")
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
@TOPIC
def test_pages_show_what_the_program_prints(
    topic: str, project: Path, request: pytest.FixtureRequest
) -> None:
    if topic in (README, "tour"):
        (project / "pins.toml").write_text(pages.blocks(topic, "toml")[0], "utf-8")
    now = CONSOLE.sub(lambda found: f"```console\n{run_block(found[1], project)}```", pages.text(topic))
    if request.config.getoption("--update-golden"):
        pages.place(topic).write_text(now, "utf-8")
    assert pages.text(topic) == now


def test_the_rules_are_in_their_table(request: pytest.FixtureRequest) -> None:
    pages.held("rules", "rules", rule_table(), update=request.config.getoption("--update-golden"))


def test_the_readme_lists_the_pages(request: pytest.FixtureRequest) -> None:
    links = "".join(f"- [{topic}](pincompiler/manual/{topic}.md): {summary(topic)}\n" for topic in TOPICS)
    pages.held(README, "topics", links, update=request.config.getoption("--update-golden"))


def test_every_page_is_a_topic() -> None:
    assert sorted(path.stem for path in pages.MANUAL.iterdir()) == sorted(TOPICS)


def test_the_readme_is_read_in_minutes() -> None:
    assert len(pages.text(README).encode()) <= 10_000


@pytest.mark.parametrize("line", "".join(pages.blocks(README, "sh")).splitlines())
def test_commands_of_the_readme_have_these_options(line: str) -> None:
    """They are about files that readers have and we have not; the options are known all the same."""
    program, command, *words = line.partition("#")[0].split()
    assert program == "pincompiler"
    known = run(command, "--help", cwd=ROOT).stdout
    assert {word for word in words if word.startswith("-")} <= set(re.findall(r"--?[a-z][\w-]*", known))


def test_help_lists_and_shows_the_pages() -> None:
    listed = run("help", cwd=ROOT).stdout
    assert [line.split()[0] for line in listed.splitlines()] == list(TOPICS)
    assert run("help", "verify", cwd=ROOT).stdout == pages.text("verify")


def test_a_page_that_is_not_there_is_refused_with_the_nearest() -> None:
    ran = run("help", "verfy", cwd=ROOT)
    assert ran.code == 2
    assert "no page is called verfy; did you mean" in ran.stderr


def test_the_library_example_runs(project: Path) -> None:
    (example,) = pages.blocks("library", "python")
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


@pytest.mark.parametrize("topic", [README, "targets"])
def test_every_target_is_in_the_tables(topic: str) -> None:
    rows = [line for line in pages.text(topic).splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    assert {target.name for target in TARGETS} <= named


@pytest.mark.parametrize("topic", [README, "commands"])
def test_every_command_is_in_the_tables(topic: str) -> None:
    rows = pages.text(topic).partition("| command |")[2].partition("\n\n")[0].splitlines()[2:]
    named = {row.split("`")[1].split()[0] for row in rows}
    assert named == set(COMMANDS)
