"""Libraries that pin, as folders of ``.tools/`` for :func:`tests.real.apps.build_app`: stubs, and the real TrustKit."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.real.conftest import REQUIRE
from tests.real.install import ANDROID_VERSION, tools_directory

if TYPE_CHECKING:
    from collections.abc import Sequence

STUBS: Final = Path(__file__).parent / "kit_stubs"
_TRUSTKIT: Final = "com.datatheorem.android.trustkit:trustkit:1.1.5:aar"
_COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"


@cache
def stubs() -> str:
    """Stubs of libraries with the names and signatures of the real ones."""
    sources = sorted(STUBS.rglob("*.java"))
    name = f"kit-stubs-{max(source.stat().st_mtime_ns for source in sources)}"
    if not (tools_directory() / name).is_dir():
        with tempfile.TemporaryDirectory(dir=tools_directory()) as scratch:
            classes, jars = Path(scratch, "classes"), Path(scratch, "jars")
            android = os.pathsep.join(
                map(str, (tools_directory() / f"android-{ANDROID_VERSION}").glob("*.jar"))
            )
            options = ("--release", "8", "-nowarn", "-Xlint:-options", "-cp", android, "-d", str(classes))
            _run(["javac", *options, *map(str, sources)])
            jars.mkdir()
            shutil.make_archive(str(jars / "kits"), "zip", classes)
            (jars / "kits.zip").rename(jars / "kits.jar")
            jars.rename(tools_directory() / name)
    return name


@cache
def trustkit() -> str:
    """The real TrustKit-Android, fetched by Maven; skip where that cannot be, or fail if it has to be."""
    name = "trustkit-1.1.5"
    if not (tools_directory() / name).is_dir():
        with tempfile.TemporaryDirectory(dir=tools_directory()) as scratch:
            try:
                _run(["mvn", "-B", "-q", _COPY, f"-Dartifact={_TRUSTKIT}", f"-DoutputDirectory={scratch}"])
            except (OSError, subprocess.SubprocessError) as error:
                reason = f"TrustKit-Android cannot be fetched: {error}"
                if os.environ.get(REQUIRE) == "1":
                    pytest.fail(reason, pytrace=False)
                pytest.skip(reason)
            jars = Path(scratch, "jars")
            with zipfile.ZipFile(Path(scratch, f"{name}.aar")) as aar:
                aar.extract("classes.jar", jars)
            jars.rename(tools_directory() / name)
    return name


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)
