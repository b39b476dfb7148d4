"""Make the virtual environment, with all Python packages: ``python3 -m tests.real.environment .venv``.

Needs nothing but the standard library.  One that was left half made is made anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.real import packages
from tests.real.fetching import FetchError, ended, run, say


def make(place: Path) -> None:
    """Make it, or bring it up to date; :class:`FetchError` if it cannot be done."""
    say(f"Python packages: fetching into {place}/, 200 MB if that is all")
    if not (place / ".ready").is_file():
        _create(place)
    pip = [str(place / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    run([*pip, "pip>=25.1"], "installing pip")
    run([*pip, "--editable", ".", "--group", "dev"], "installing Python packages")
    (place / ".ready").touch()


def _create(place: Path) -> None:
    command = [sys.executable, "-m", "venv", "--clear", str(place)]
    try:
        run(command, "making the environment")
    except FetchError as error:
        # Debian's Python comes without the part that puts pip there.
        if "python3-venv" not in str(error):
            raise
        if not packages.installable():
            raise FetchError("Debian's python3-venv is missing: sudo apt-get install python3-venv") from error
        packages.apt_install(["python3-venv"])
        run(command, "making the environment")


def main() -> int:
    try:
        make(Path(sys.argv[1]))
    except (FetchError, OSError) as error:
        say(f"nothing runs without the Python packages: {str(error).partition(chr(10))[0]}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(ended(main))
