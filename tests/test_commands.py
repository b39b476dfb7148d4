"""The commands are loaded when they are asked for: each is there, and none brings another along."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pincompiler import cli
from pincompiler.cli.program import COMMANDS, app
from pincompiler.platforms.registry import TARGETS

SHARED = {"__init__", "completing", "console", "once", "options", "progress", "streams", "program"}


def test_every_module_of_the_package_is_a_command_or_shared() -> None:
    modules = {path.stem for path in Path(cli.__file__).parent.glob("*.py")}
    assert modules - SHARED == set(COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_loads_no_other(command: str) -> None:
    source = (
        "import sys\n"
        "from pincompiler.cli.program import app\n"
        f"try: app([{command!r}, '-h'], prog_name='pincompiler')\n"
        "finally: sys.stderr.write(' '.join(n for n in sys.modules if n.startswith('pincompiler.cli.')))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"Usage: pincompiler {command}")
    loaded = {name.rpartition(".")[2] for name in done.stderr.split()}
    assert loaded - SHARED == {command}


def test_a_misspelt_command_is_told_the_right_one() -> None:
    done = CliRunner().invoke(app, ["aduit"])
    assert done.exit_code == 2
    assert "Did you mean 'audit'?" in done.output


def test_without_arguments_it_shows_what_there_is() -> None:
    done = CliRunner().invoke(app, [])
    assert (done.exit_code, done.output) == (0, CliRunner().invoke(app, ["--help"]).output)


@pytest.mark.parametrize("width", [80, 100])
def test_the_list_of_commands_cuts_no_line(width: int) -> None:
    text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": str(width)}).output
    assert not re.search(r"\.\.\.|…", text.partition("Commands:")[2])
    assert max(map(len, text.splitlines())) <= width
    for command, short in COMMANDS.items():
        assert re.search(rf"^  {command} +{re.escape(short)}$", text, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_stand_on_lines_of_their_own(command: str) -> None:
    text = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "80"}).output
    examples = text.partition("Example")[2].partition(":\n")[2].splitlines()
    assert examples
    for line in examples:
        assert line.startswith(f"    pincompiler {command}"), line
        assert len(line) <= 80


def test_compile_lists_the_targets() -> None:
    text = CliRunner().invoke(app, ["compile", "--help"]).output
    words = re.sub(r"-\s+", "-", text)  # lines may end behind a hyphen
    assert [target.name for target in TARGETS if target.name not in words] == []


PROJECT = """
version = 1
[environments]
production = { release = true }
staging = {}
[[pin-set]]
hosts = ["api.example.com"]
keys = []
enforce = false
[target.ats]
path = { production = "a/Info.plist", staging = "b/Info.plist" }
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("explain permissive-tr", {"permissive-trust-manager"}),
        ("explain --host a", {"api.example.com"}),
        ("compile -t ", {"ats"}),
        ("check -e s", {"staging"}),
        ("check -f s", {"sarif"}),
        ("help ver", {"verify"}),
        ("schema aud", {"audit"}),
        ("ver", {"verify"}),
    ],
)
@pytest.mark.parametrize("pins", [PROJECT, "[[", None], ids=["sound", "broken", "absent"])
def test_a_shell_completes(words: str, expected: set[str], pins: str | None, tmp_path: Path) -> None:
    """As bash asks, with the script of `--show-completion`; a broken pins.toml costs its own names alone."""
    if pins is not None:
        (tmp_path / "pins.toml").write_text(pins, "utf-8")
    line = f"pincompiler {words}"
    asked = {"_PINCOMPILER_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    with contextlib.chdir(tmp_path):
        done = CliRunner().invoke(app, [], env=asked, prog_name="pincompiler")
    names = {"api.example.com", "staging"}
    if pins == PROJECT or not expected & {*names, "ats"}:
        assert set(done.stdout.split()) == expected
    else:
        assert (done.exit_code, done.stderr) == (0, "")
        assert names.isdisjoint(done.stdout.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_there_is_a_script_for_each_shell(shell: str) -> None:
    asked = {"_PINCOMPILER_COMPLETE": f"source_{shell}"}
    done = CliRunner().invoke(app, [], env=asked, prog_name="pincompiler")
    assert "_PINCOMPILER_COMPLETE" in done.stdout
    assert f"complete_{shell}" in done.stdout


@pytest.mark.parametrize("option", ["--today", "--until"])
def test_a_wrong_day_is_told_by_the_option_that_has_it(option: str) -> None:
    done = CliRunner().invoke(app, ["impact", "--chain", "new.pem", option, "soon", "pins.toml"])
    assert str(done.exception) == f"{option} soon: write YYYY-MM-DD"
