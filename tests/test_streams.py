"""Standard output and error that are closed or full: an error in words with exit code 2, and never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHOP = "samples/audit/shop.apk"
COMMANDS = {
    "text": ("audit", SHOP),
    "json of several": ("audit", "-f", "json", "-j", "2", SHOP, SHOP),
    "findings": ("check", "samples/pins.toml"),
    "bytes": ("compile", "samples/pins.toml", "-t", "ats", "-o", "-"),
    "much": ("explain", "--all", "-f", "html"),
    "help": ("--help",),
    "version": ("--version",),
}
FULL = Path("/dev/full")


def run(command: str, streams: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "pincompiler", *COMMANDS[command]]
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {streams}', "sh", *program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="its shell closes no streams")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_output(command: str) -> None:
    done = run(command, ">&-")
    assert (done.returncode, done.stderr) == (2, "pincompiler: error: standard output is closed\n")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is full")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_output(command: str) -> None:
    done = run(command, f">{FULL}")
    said = "pincompiler: error: standard output: No space left on device\n"
    assert (done.returncode, done.stderr) == (2, said)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is full")
@pytest.mark.parametrize("streams", ["2>&-", f"2>{FULL}"])
def test_what_cannot_be_said_on_standard_error_changes_nothing(streams: str) -> None:
    whole, less = run("text", ""), run("text", streams)
    assert (less.returncode, less.stdout) == (whole.returncode, whole.stdout) == (1, whole.stdout)
    assert whole.stderr
    assert not less.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="its shell closes no streams")
def test_nothing_is_open() -> None:
    assert run("text", "<&- >&- 2>&-").returncode == 2
