"""Builds batches of generated apps: one run of each compiler, one of R8 in each mode, and then an app of each.

Of a batch, all sources are compiled at once.  D8 turns the classes of each app into a DEX file of its own, and the
libraries go along whole.  R8 gets the libraries as the base and each app as a feature, between which it merges and
moves nothing (``tests/real/java/features``): an app becomes what it would become alone, but for the base, which has
what any of the batch needs.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.apk.forge import Attr, Node, Res, android, arsc, axml, simple_zip
from tests.idioms.making import PACKAGE
from tests.kept import digest, kept
from tests.real import apps as building
from tests.real.install import KOTLIN_VERSION, R8_VERSION
from tests.real.jvm import call, jars, java, oracle, tools, workshop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.idioms.making import Made

LIBRARY: Final = "okhttp-4.12.0"
BUILDS: Final = ("d8", "r8", "r8-full")
_API: Final = 29
"""The first at which a WebView's error shows the whole certificate."""


def built(batch: Sequence[Made]) -> Path:
    """The folder of a batch: a DEX file ``BUILD/NAME.dex`` of each app, and ``BUILD/base.dex`` of the libraries."""
    sources = [(one.name, one.sources) for one in batch]
    recipe = [
        Path(__file__).read_text("utf-8"),
        Path(building.__file__).read_text("utf-8"),
        _FEATURES.read_text("utf-8"),
    ]
    return kept(f"idioms-{digest(sources, recipe, tools())}", lambda place: _build(batch, place))


def packed(one: Made, place: Path, build: str) -> bytes:
    """One app of a batch as an APK."""
    dexes = [place / build / f"{one.name}.dex"]
    dexes += (
        building._dexed(building._library(LIBRARY), building.LEAST_API)
        if build == "d8"
        else sorted((place / build / "base").glob("*.dex"))
    )
    files = {
        f"classes{number if number > 1 else ''}.dex": dex.read_bytes() for number, dex in enumerate(dexes, 1)
    }
    if one.resources:
        files["resources.arsc"] = arsc(
            {"array": {"pins": [Res(one.resources)]}, "string": {"pins": [Res(",".join(one.resources))]}},
            package=PACKAGE,
        )
    return simple_zip({"AndroidManifest.xml": manifest(one), **files}, method=0)


def manifest(one: Made) -> bytes:
    """What starts the app's one activity."""
    levels = [
        android("minSdkVersion", 0x0101020C, _API, kind=0x10),
        android("targetSdkVersion", 0x01010270, 34, kind=0x10),
    ]
    action = Node("action", [android("name", 0x01010003, "android.intent.action.MAIN")])
    category = Node("category", [android("name", 0x01010003, "android.intent.category.LAUNCHER")])
    name = android("name", 0x01010003, f"{PACKAGE}.{one.name}.Main")
    activity = Node("activity", [name], [Node("intent-filter", [], [action, category])])
    top = [Attr("package", PACKAGE)]
    return axml(Node("manifest", top, [Node("uses-sdk", levels), Node("application", [], [activity])]))


_FEATURES: Final = Path(building.__file__).parent / "java" / "features" / "Features.java"


def _build(batch: Sequence[Made], place: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pincompiler-idioms-") as scratch:
        top = Path(scratch)
        _compile(batch, top)
        for build in BUILDS:
            (place / build).mkdir()
        for one in batch:
            _dex(
                top / "classes" / PACKAGE.replace(".", "/") / one.name, place / "d8" / f"{one.name}.dex", top
            )
        for mode in ("r8", "r8-full"):
            _shrink(batch, top, place / mode, mode)


def _compile(batch: Sequence[Made], top: Path) -> None:
    files: dict[str, list[str]] = {".kt": [], ".java": []}
    for one in batch:
        for name, text in one.sources:
            path = top / "src" / one.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            files[path.suffix].append(str(path))
    classes = top / "classes"
    classes.mkdir()
    against = os.pathsep.join((*building._library(LIBRARY), building._android()))
    if files[".kt"]:
        options = ["-nowarn", "-no-stdlib", "-no-reflect", "-jvm-target", "1.8", "-cp", against]
        workshop().do(
            "kotlinc", jars(f"kotlin-{KOTLIN_VERSION}"), *options, "-d", str(classes), *files[".kt"]
        )
    if files[".java"]:
        workshop().do("javac", "-nowarn", against, str(classes), *files[".java"])


def _dex(classes: Path, out: Path, top: Path) -> None:
    folder = top / "dex"
    folder.mkdir(exist_ok=True)
    against = os.pathsep.join(building._library(LIBRARY))
    workshop().do("d8", str(classes), against, building._android(), str(_API), str(folder), "release")
    (folder / "classes.dex").rename(out)


def _shrink(batch: Sequence[Made], top: Path, out: Path, mode: str) -> None:
    work = top / mode
    (work / "base").mkdir(parents=True)
    libraries = building._library(LIBRARY)
    keep = [f"-keep class {PACKAGE}.{one.name}.Main {{ <init>(); }}" for one in batch]
    (work / "rules.pro").write_text("\n".join((building._RULES, _kept(libraries), *keep)), "utf-8")
    pairs = []
    for one in batch:
        (work / one.name).mkdir()
        pairs += [str(top / "classes" / PACKAGE.replace(".", "/") / one.name), str(work / one.name)]
    r8 = jars(f"r8-{R8_VERSION}")
    path = os.pathsep.join((str(oracle("features", R8_VERSION, r8)), r8))
    given = (
        os.pathsep.join(libraries),
        building._interface(),
        str(_API),
        "compat" if mode == "r8" else "full",
    )
    call(
        [
            *java(),
            "-Xmx1500m",
            "-cp",
            path,
            "Features",
            *given,
            str(work / "rules.pro"),
            str(work / "base"),
            str(top / "classes"),
            *pairs,
        ]
    )
    (out / "base").mkdir()
    for dex in sorted((work / "base").glob("*.dex")):
        shutil.copy(dex, out / "base")
    for one in batch:
        (dex,) = (work / one.name).glob("*.dex")
        shutil.copy(dex, out / f"{one.name}.dex")


def _kept(libraries: Sequence[str]) -> str:
    """The rules which the libraries bring along for those who shrink them."""
    texts = []
    for jar in libraries:
        with zipfile.ZipFile(jar) as archive:
            names = [name for name in archive.namelist() if re.fullmatch(r"META-INF/proguard/.+", name)]
            texts += [archive.read(name).decode() for name in names]
    return "\n".join(texts)
