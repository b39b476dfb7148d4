"""Libraries that pin, as folders of ``.tools/`` for :func:`tests.real.apps.build_app`: stubs, and the real TrustKit."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.patience import WAIT_S
from tests.real.install import ANDROID_VERSION, TRUSTKIT_VERSION, tools_directory

if TYPE_CHECKING:
    from collections.abc import Sequence

STUBS: Final = Path(__file__).parent / "kit_stubs"
STUBBED: Final = "kit-stubs-"


@cache
def stubs() -> str:
    """The folder of stubs of libraries with the names and signatures of the real ones; see :func:`make_stubs`."""
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in _sources()))
    return f"{STUBBED}{digest.hexdigest()[:16]}"


def _sources() -> list[Path]:
    return sorted(STUBS.rglob("*.java"))


def make_stubs() -> None:
    """Compile the stubs, unless that is done."""
    place = tools_directory() / stubs()
    if place.is_dir():
        return
    with tempfile.TemporaryDirectory(dir=tools_directory()) as scratch:
        classes, jars = Path(scratch, "classes"), Path(scratch, "jars")
        android = os.pathsep.join(map(str, (tools_directory() / f"android-{ANDROID_VERSION}").glob("*.jar")))
        options = ("--release", "8", "-nowarn", "-Xlint:-options", "-cp", android, "-d", str(classes))
        _run(["javac", *options, *map(str, _sources())])
        jars.mkdir()
        shutil.make_archive(str(jars / "kits"), "zip", classes)
        (jars / "kits.zip").rename(jars / "kits.jar")
        with suppress(OSError):  # another process may be faster
            jars.rename(place)


def trustkit() -> str:
    """The real TrustKit-Android."""
    return f"trustkit-{TRUSTKIT_VERSION}"


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=WAIT_S)
