"""The examples for pipelines: their syntax, and every command of ours in them, run on the sample project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PIPELINES = sorted((ROOT / "samples" / "pipelines").glob("*.y*ml"))
COMMAND = re.compile(r"(?<![\w-])pincompiler (?:compile|audit|report|verify|plan)\b[^|\n;]*")
SERVERS = ["--chain", "certs/api-2026.pem", "--ca-file", "certs/shop-ca.pem"]
"""Instead of those of the sample project, which are nowhere."""


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_the_commands_of_a_pipeline_do_what_they_should(path: Path, tmp_path: Path) -> None:
    text = path.read_text("utf-8")
    assert isinstance(yaml.safe_load(text), dict)
    project = tmp_path / "project"
    shutil.copytree(ROOT / "samples", project)
    built = project / "app/build/outputs/apk/release/app-release.apk"
    built.parent.mkdir(parents=True)
    shutil.copy(ROOT / "samples/audit/shop.apk", built)
    # What a comment tells is run as well.
    commands = COMMAND.findall(text)
    assert commands
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command in commands:
        day = [] if " report " in command else ["--today", "2026-11-23"]
        done = subprocess.run(
            [*command.split(), *day, *(SERVERS if " verify " in command else ())],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        # The sample app was released in a hurry: its audit finds errors.
        assert done.returncode == (1 if " audit " in command else 0), done.stderr
        if output := re.search(r"-o (\S+)", command):
            assert (project / output[1]).stat().st_size > 100
