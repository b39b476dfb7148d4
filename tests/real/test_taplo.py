"""The schema of pins.toml in taplo, which editors check TOML by."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import parts
from tests.dex import fetch
from tests.patience import WAIT_S
from tests.test_cli import SAMPLES

from .install import tools_directory

pytestmark = pytest.mark.real

SCHEMA = Path(__file__).parents[2] / "pincompiler" / "schemas" / "pins.toml.schema.json"
HEAD = "#:schema ./pins.schema.json\n"


def lint(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """What taplo says of a pins.toml that names its schema as the manual says."""
    program = tools_directory() / fetch.TAPLO
    parts.need([] if program.is_file() else [fetch.TAPLO.parts[0]])
    shutil.copy(SCHEMA, folder / "pins.schema.json")
    (folder / "pins.toml").write_text(HEAD + text, "utf-8")
    command = ["node", str(program), "lint", "pins.toml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=WAIT_S)


@pytest.mark.parametrize("name", ["pins.toml", "kinds.toml", "environments/pins.toml"])
def test_taplo_takes_the_samples(name: str, tmp_path: Path) -> None:
    done = lint(tmp_path, (SAMPLES / name).read_text("utf-8"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("subdomains = ", "subdomain = ", "'subdomain' was unexpected"),
        ('subdomains = "', 'subdomains = "some-', "is not one of"),
        ("version = 1", "version = 2", "1 was expected"),
        ("[target.nsc]", "[target.nscc]", "'nscc' was unexpected"),
    ],
)
def test_taplo_shows_what_is_wrong(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = (SAMPLES / "pins.toml").read_text("utf-8")
    assert old in text
    done = lint(tmp_path, text.replace(old, new, 1))
    assert done.returncode != 0
    assert said in done.stderr
