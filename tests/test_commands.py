"""The commands are loaded when they are asked for: each is there, and none brings another along."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pincompiler import cli
from pincompiler.cli.program import COMMANDS, app

SHARED = {"__init__", "console", "once", "options", "progress", "program"}


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


@pytest.mark.parametrize("option", ["--today", "--until"])
def test_a_wrong_day_is_told_by_the_option_that_has_it(option: str) -> None:
    done = CliRunner().invoke(app, ["impact", "--chain", "new.pem", option, "soon", "pins.toml"])
    assert str(done.exception) == f"{option} soon: write YYYY-MM-DD"
