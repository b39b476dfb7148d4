"""samples/environments/ as Gradle and Xcode put it together: which of its files each build has.

Xcode does not run here, and Gradle with a plugin of 2017 (tests/real/test_gradle_variants.py).  Gradle: the source sets of a variant override each other, in the order of its documents
(https://developer.android.com/build/build-variants#sourceset-build): variant, build type, flavour, main.  Xcode: the
rules by which files of a target are left out are those of its published build system (swift-build,
``Path.matchesFilenamePattern``): a relative pattern is compared with as many last components as it has, and what is
included again was excluded before.
"""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path, PurePosixPath

PROJECT = Path(__file__).parent.parent / "samples" / "environments"
ANDROID = PROJECT / "android" / "app"
IOS = PROJECT / "ios"
FLAVOURS = ("production", "staging")
BUILD_TYPES = ("debug", "release")
_SETTING = re.compile(r"(\w+) = (.*)")
_INCLUDED = re.compile(r'#include "(.+)"')


def gradle_files(flavour: str, build_type: str, app: Path = ANDROID) -> dict[str, Path]:
    """The files of one variant by their path in a source set.

    What two source sets have is the more special one's: AssertionError for code, of which Kotlin would see both.
    """
    found: dict[str, Path] = {}
    for source_set in ("main", flavour, build_type, f"{flavour}{build_type.capitalize()}"):
        folder = app / "src" / source_set
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            name = path.relative_to(folder).as_posix()
            assert name not in found or not name.endswith(".kt"), (
                f"{found[name]} and {path} declare one class"
            )
            found[name] = path
    return found


def configurations() -> dict[str, dict[str, str]]:
    """The build settings of each of Xcode's configurations, as the project file refers to them."""
    text = (IOS / "configurations.pbxproj").read_text("utf-8")
    files = dict(re.findall(r'(\w{24}) /\* .* \*/ = \{isa = PBXFileReference;.* path = "(.+?)";', text))
    named = re.findall(r'baseConfigurationReference = (\w{24}) .*?\n\t\t\tname = "(.+?)";', text, re.DOTALL)
    return {name: _settings(IOS / files[reference]) for reference, name in named}


def _settings(file: Path) -> dict[str, str]:
    """The settings of an xcconfig file and of those that it includes, each put in where it is named."""
    found: dict[str, str] = {}
    for line in file.read_text("utf-8").splitlines():
        if included := _INCLUDED.fullmatch(line):
            found |= _settings(file.parent / included[1])
        elif setting := _SETTING.fullmatch(line):
            found[setting[1]] = setting[2]
        else:
            assert not line or line.startswith("//"), line
    return found


def xcode_files(settings: dict[str, str]) -> tuple[Path, list[Path]]:
    """The Info.plist of a configuration, and which of the target's Swift files it compiles."""
    filled = {name: re.sub(r"\$\((\w+)\)", lambda m: settings[m[1]], text) for name, text in settings.items()}
    excluded, included = (filled[f"{kind}_SOURCE_FILE_NAMES"].split() for kind in ("EXCLUDED", "INCLUDED"))
    swift = [
        path
        for path in sorted(IOS.rglob("*.swift"))
        if not any(_matches(path, one) for one in excluded) or any(_matches(path, one) for one in included)
    ]
    return IOS / filled["INFOPLIST_FILE"], swift


def _matches(path: Path, pattern: str) -> bool:
    parts = PurePosixPath(pattern).parts
    last = path.parts[-len(parts) :]
    return all(fnmatch.fnmatchcase(one, part) for one, part in zip(last, parts, strict=True))
