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

STUBS: Final = "kit_stubs"
"""Of libraries that pin."""
LOOSE_STUBS: Final = "loose_stubs"
"""Of libraries that can be told to check less."""
STUBBED: Final = "kit-stubs-"


@cache
def stubs(kind: str = STUBS) -> str:
    """The folder of stubs of libraries with the names and signatures of the real ones; see :func:`make_stubs`."""
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in _sources(kind)))
    return f"{STUBBED}{digest.hexdigest()[:16]}"


def _sources(kind: str) -> list[Path]:
    return sorted((Path(__file__).parent / kind).rglob("*.java"))


def make_stubs(name: str) -> None:
    """Compile the stubs of a folder that :func:`stubs` names, unless that is done."""
    place = tools_directory() / name
    if place.is_dir():
        return
    (kind,) = (one for one in (STUBS, LOOSE_STUBS) if stubs(one) == name)
    with tempfile.TemporaryDirectory(dir=tools_directory()) as scratch:
        classes, jars = Path(scratch, "classes"), Path(scratch, "jars")
        android = os.pathsep.join(map(str, (tools_directory() / f"android-{ANDROID_VERSION}").glob("*.jar")))
        options = ("--release", "8", "-nowarn", "-Xlint:-options", "-cp", android, "-d", str(classes))
        _run(["javac", *options, *map(str, _sources(kind))])
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
