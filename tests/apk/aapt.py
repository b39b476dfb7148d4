"""Builds tiny apps with the real aapt2, which lays files out as shipped apps have them."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests import parts
from tests.patience import WAIT_S
from tests.real.install import FRAMEWORK, tools_directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SYSTEM: Final = Path("/usr/share/android-framework-res/framework-res.apk")


def _framework() -> Path | None:
    places = (tools_directory() / FRAMEWORK, _SYSTEM)
    return next((place for place in places if place.is_file()), None)


def demand_aapt2() -> None:
    """Skip where aapt2 is missing, or fail, as the other tests of real parts do."""
    parts.need([] if shutil.which("aapt2") else ["aapt2"])
    parts.need([] if _framework() else [FRAMEWORK.name])


def run(*command: str | Path) -> None:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, timeout=WAIT_S
    )
    assert not done.returncode, done.stderr


def build(
    top: Path, sources: Mapping[str, str], *, options: Sequence[str] = (), optimize: Sequence[str] = ()
) -> Path:
    """An APK of ``AndroidManifest.xml`` and ``res/…``, optimized with the given options if any."""
    for name, text in sources.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")
    apk, framework = top / "app.apk", _framework()
    assert framework is not None
    run("aapt2", "compile", "--dir", top / "res", "-o", top / "res.zip")
    link: list[str | Path] = [
        "-o",
        apk,
        "-I",
        framework,
        "--manifest",
        top / "AndroidManifest.xml",
        "--auto-add-overlay",
    ]
    run("aapt2", "link", *link, *options, top / "res.zip")
    if optimize:
        run("aapt2", "optimize", *optimize, "-o", top / "optimized.apk", apk)
        return top / "optimized.apk"
    return apk


def bundle(apk: Path, to: Path) -> Path:
    """The protobuf form of an APK as a bundle with one module, laid out as bundletool does."""
    with zipfile.ZipFile(apk) as old, zipfile.ZipFile(to, "w") as new:
        new.writestr("BundleConfig.pb", b"")
        for name in old.namelist():
            place = f"manifest/{name}" if name == "AndroidManifest.xml" else name
            new.writestr(f"base/{place}", old.read(name))
        new.writestr("base/dex/classes.dex", b"dex\n035\0")
        new.writestr("base/dex/classes2.dex", b"dex\n036\0")
    return to
