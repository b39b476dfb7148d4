"""Apps and DEX files for tests that run with and without a JVM: from ``tests/golden/``, and really built.

A test module asks for the fixture ``builds``, and each of its tests runs twice: as ``golden`` with what is committed
(``make test-fast`` does, and starts nothing), and as ``built`` with what the real tools make of the same source,
which must be what is committed to the byte.  ``make golden`` writes it.  A test that is marked ``real`` runs as ``built``
only: the code of libraries is not ours to commit where R8 mixes it with an app's.

What is committed of an app is what its own source and resources became: its DEX file, its manifest and its tables,
not the libraries it carries but for our stubs, so that the golden app knows OkHttp by its name only.  What is built
has them whole.
The files of an area are stored by their hash in one archive, beside a list for readers with a line for each file of
each build, by the hash of its source: source that was changed has no golden build, and the test says so.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests import parts
from tests.apk.forge import simple_zip
from tests.ios import programs
from tests.kept import digest, kept
from tests.real import apps, jvm
from tests.real.install import R8_VERSION, SMALI_VERSION, lacking
from tests.real.kits import STUBBED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["assemble", "build_app", "build_apps", "program", "write_golden"]

FOLDER: Final = Path(__file__).parent / "golden" / "builds"
FIXTURE: Final = "builds"
GOLDEN, BUILT = "golden", "built"
_CURE: Final = "its source is new or was changed: `make golden` builds it anew, with a JVM"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def build_app(folder: Path, **given: Any) -> Path:
    """Have the app of these parts (see :class:`tests.real.apps.App`) in a new folder; the path of the file."""
    return _have(apps.App(**given), folder)


def _have(app: apps.App, folder: Path) -> Path:
    if _mode() == BUILT or parts.is_real(_item()):
        whole = apps.build_apps(folder.parent, {folder.name: app})[folder.name]
        if _mode() == BUILT and _is_ours(app):
            _compare(f"app-{app.key()}", _own(app))
            for name in _stubs(app):
                _compare(f"library-{name}", {"classes.dex": apps.dexed_library(name)})
        return whole
    if not _is_ours(app):
        pytest.fail(
            f"no app of other people's code is committed: mark the test as {parts.MARK}", pytrace=False
        )
    path = folder / "app.apk"
    folder.mkdir(parents=True, exist_ok=True)
    verbatim = {
        name: content.encode() if isinstance(content, str) else content
        for name, content in app.files.items()
        if not name.startswith("res/")
    }
    libraries = {
        f"classes{number}.dex": _golden(f"library-{name}")["classes.dex"]
        for number, name in enumerate(_stubs(app), 2)
    }
    path.write_bytes(simple_zip({**_golden(f"app-{app.key()}"), **libraries, **verbatim}))
    return path


def _stubs(app: apps.App) -> list[str]:
    """Libraries of an app that are ours to commit."""
    return (
        [name for name in app.libraries if name.startswith(STUBBED)] if app.carried and not app.shrink else []
    )


def build_apps(folder: Path, given: Mapping[str, apps.App]) -> dict[str, Path]:
    """Have each app in the folder of its name below ``folder``."""
    return {name: _have(app, folder / name) for name, app in given.items()}


def _is_ours(app: apps.App) -> bool:
    """Whether there is something to commit: R8 mixes the code of libraries with that of the app."""
    return app.form == "apk" and not (app.shrink and app.libraries and app.carried)


def _own(app: apps.App) -> dict[str, bytes]:
    """What of an app as it was built is to be committed."""
    place = apps.built(app)
    with zipfile.ZipFile(place / "app.apk") as archive:
        return {name: archive.read(name) for name in json.loads((place / apps.OWN).read_text("utf-8"))}


def assemble(sources: Mapping[str, str]) -> bytes:
    """The DEX file of some classes in smali, each by the name of its file."""
    key = f"smali-{digest(dict(sources))}"
    if _mode() != BUILT and not parts.is_real(_item()):
        return _golden(key)["classes.dex"]
    made = (
        kept(f"{key}-{SMALI_VERSION}", lambda place: _assembled(sources, place)) / "classes.dex"
    ).read_bytes()
    if _mode() == BUILT:
        _compare(key, {"classes.dex": made})
    return made


def _assembled(sources: Mapping[str, str], place: Path) -> None:
    parts.need(lacking(f"smali-{SMALI_VERSION}", f"r8-{R8_VERSION}"))
    folder = place / "smali"
    folder.mkdir()
    for name, text in sources.items():
        (folder / f"{name}.smali").write_text(text, "utf-8")
    jvm.workshop().do("smali", jvm.jars(f"smali-{SMALI_VERSION}"), str(folder), str(place / "classes.dex"))


def program(source: str, **given: Any) -> bytes:
    """An image for iOS of some Objective-C (see :class:`tests.ios.programs.Compiled`)."""
    one = programs.Compiled(source, **given)
    if _mode() != BUILT and not parts.is_real(_item()):
        return _golden(f"macho-{one.key()}")[programs.FILE]
    made = programs.compiled(one)
    if _mode() == BUILT:
        _compare(f"macho-{one.key()}", {programs.FILE: made})
    return made


# -- which of the two ----------------------------------------------------------------------------------


def _item() -> pytest.Item:
    item = parts.running_item()
    assert item is not None
    return item


def _mode() -> str:
    """Which of its two runs the running test is in; empty if it has but one."""
    call: Any = getattr(_item(), "callspec", None)
    return str(call.params.get(FIXTURE, "")) if call else ""


def only_real(item: pytest.Item) -> bool:
    """Whether this is the golden run of a test that is marked as real all the same: its other run is the only one."""
    call: Any = getattr(item, "callspec", None)
    return bool(call and call.params.get(FIXTURE) == GOLDEN and item.get_closest_marker(parts.MARK))


# -- what is committed ---------------------------------------------------------------------------------


@cache
def _index(folder: Path = FOLDER) -> dict[str, tuple[Path, dict[str, str]]]:
    """Of each build the archive, and the hash of each of its files."""
    found: dict[str, tuple[Path, dict[str, str]]] = {}
    for listing in sorted(folder.glob("*.txt")):
        for key, name, content in _lines(listing):
            found.setdefault(key, (listing.with_suffix(".zip"), {}))[1].setdefault(name, content)
    return found


def _lines(listing: Path) -> Iterator[tuple[str, str, str]]:
    """Key, name and hash of each file; the other columns are for readers."""
    for line in listing.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            key, name, content, *_ = line.split("  ")
            yield key, name, content


def _golden(key: str) -> dict[str, bytes]:
    found = _index().get(key)
    if found is None:
        pytest.fail(f"no golden build: {_CURE}", pytrace=False)
    archive, files = found
    return {name: _archive(archive).read(content) for name, content in files.items()}


@cache
def _archive(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


# -- comparing and writing -----------------------------------------------------------------------------


@cache
def _seen() -> dict[str, dict[str, tuple[str, dict[str, bytes]]]]:
    """What was built to be written, by area and key: the name of a test, and the files."""
    return {}


def makers() -> str:
    """Those tools of which another version makes other bytes of the same source."""
    told = jvm.tools()
    return (
        f"{told['javac'].split('.')[0]}, {told['aapt2']}, the jars {told['jars'][:12]}, {programs.version()}"
    )


def _compare(key: str, files: dict[str, bytes]) -> None:
    """Hold what was built to what is committed, or note it to be written."""
    item = _item()
    if item.config.getoption("--update-golden"):
        area = _seen().setdefault(item.path.relative_to(Path(__file__).parent).with_suffix("").as_posix(), {})
        name = item.nodeid.partition("::")[2]
        area[key] = min(area.get(key, (name, files)), (name, files), key=lambda one: one[0])
        return
    found = _index().get(key)
    if found is None:
        pytest.fail(f"no golden build: {_CURE}", pytrace=False)
    if written_by() == makers():
        assert found[1] == {name: _hash(data) for name, data in files.items()}, _CURE


def written_by(folder: Path = FOLDER) -> str:
    """The tools that made what is committed."""
    return (folder / "tools").read_text("utf-8").strip()


def write_golden(folder: Path = FOLDER) -> None:
    """Write what was built in this process, at the end of it; areas that no test asked for stay."""
    for area, builds in _seen().items():
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / area.replace("/", "-")
        named = sorted((name, key, files) for key, (name, files) in builds.items())
        lines = [
            f"{key}  {file}  {_hash(data)}  {len(data)}  {name}"
            for name, key, files in named
            for file, data in sorted(files.items())
        ]
        place.with_suffix(".txt").write_text(
            "\n".join(
                ("# build, file, hash of the file, bytes, the first test that asks for it", *lines, "")
            ),
            "utf-8",
        )
        contents = {_hash(data): data for _, _, files in named for data in files.values()}
        with zipfile.ZipFile(place.with_suffix(".zip"), "w") as archive:
            for name, data in sorted(contents.items()):
                # Not packed: Git packs it, and finds what an older version has in common.  Programs for iOS are pages
                # of zeros, mostly.
                method = zipfile.ZIP_DEFLATED if area.startswith("ios/") else zipfile.ZIP_STORED
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, method)
        (folder / "tools").write_text(f"{makers()}\n", "utf-8")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
