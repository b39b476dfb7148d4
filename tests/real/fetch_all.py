"""Fetch every real part that can be had: ``python tests/real/fetch_all.py``, which is ``make tools``.

What cannot be had here is told and left out: the tests that want it say so at the end of their run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
INSTALLERS: Final = (
    (HERE / "install.py",),
    (HERE / "swift.py", "install"),
    (HERE.parent / "dex" / "fetch.py",),
)


def main() -> None:
    for command in INSTALLERS:
        done = subprocess.run([sys.executable, *map(str, command)], check=False)
        if done.returncode:
            print(f"{command[0].name}: some parts are missing; the tests that need them will say so")


if __name__ == "__main__":
    main()
