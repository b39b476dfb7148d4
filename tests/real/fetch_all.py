"""Fetch every real part that can be had: ``python tests/real/fetch_all.py``, which is ``make tools``.

What cannot be had here is told and left out: the tests that want it say so at the end of their run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
INSTALLERS: Final = ("real.install", "real.swift install", "dex.fetch", "real.serving", "real.judges")
"""Modules of the tests, with what they are told."""


def main() -> None:
    for command in INSTALLERS:
        module, *arguments = command.split()
        done = subprocess.run(
            [sys.executable, "-m", f"tests.{module}", *arguments], cwd=HERE.parents[1], check=False
        )
        if done.returncode:
            print(f"tests/{module}: some parts are missing; the tests that need them will say so")


if __name__ == "__main__":
    main()
