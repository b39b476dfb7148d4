"""What the files below a directory say of the app that a new pins.toml is for: Gradle, Xcode, Info.plists.

Nothing is run, no link is followed, and no more is looked at than the bounds allow.  What is found is a proposal with
its place; what a build computes is left to the reader.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pincompiler.base.bounds import FOLDERS_DEEP, FOLDERS_LOOKED, SHOWN, SOURCE_BYTES
from pincompiler.base.errors import InputError
from pincompiler.base.finding import Level
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.base.templating import toml_literal
from pincompiler.foreign import gradle, xcode
from pincompiler.platforms import plist
from pincompiler.source.document import parse, read_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pincompiler.base.finding import Finding
    from pincompiler.foreign.gradle import BuildValue, Module

_PASSED = frozenset(
    ["node_modules", "build", "Pods", "Carthage", "DerivedData", "vendor", "dist", "out", "target", "venv"]
)
"""Folders with what others wrote, or what was built."""
_TESTS = lazy_regex(r"(?i).*tests?")
_NSC = lazy_regex(r'networkSecurityConfig\s*=\s*"@xml/([a-z0-9_]+)"')
_VERSION = lazy_regex(r"\d{1,3}(?:\.\d{1,3}){0,2}")
_NAME = lazy_regex(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Proposed:
    """A ``[target.NAME]``, and why."""

    name: str
    entries: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    active: bool = True
    """Whether it is written, or proposed in comments."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of an app from its files."""

    app: tuple[tuple[str, BuildValue], ...] = ()
    """Entries of ``[app]``."""
    targets: tuple[Proposed, ...] = ()
    unread: tuple[str, ...] = ()
    """What was not looked at, or is computed; a sentence each."""

    def shown_app(self) -> list[Mapping[str, str]]:
        """The entries of ``[app]``, as the template has them."""
        return [
            {
                "name": name,
                "value": said.value
                if said.value.isdecimal() and name in _NUMBERS
                else toml_literal(said.value),
                "where": said.where,
            }
            for name, said in self.app
        ]

    def shown_targets(self, refused: Mapping[str, str]) -> list[Mapping[str, object]]:
        """The targets, those in comments that are refused, each by its name with the reason."""
        return [
            {
                "name": one.name,
                "notes": [*one.notes, *([refused[one.name]] if one.name in refused else [])],
                "mark": "" if one.active and one.name not in refused else "# ",
                "lines": [f"{key} = {toml_literal(value)}" for key, value in one.entries],
            }
            for one in self.targets
        ]

    def refused(self, findings: Iterable[Finding]) -> Mapping[str, str]:
        """The targets that have errors, each with what is said of it."""
        found: dict[str, str] = {}
        for one in findings:
            if one.level is Level.ERROR:
                place = tuple(map(str, one.location.path[1:])) if one.location else ()
                names = (target.name for target in self.targets)
                name = one.target or next((name for name in names if place and _is_at(name, place)), "")
                found.setdefault(name, f"It cannot say all of this: {one.message}; {one.fix}")
        found.pop("", None)
        return found


def _is_at(name: str, place: tuple[str, ...]) -> bool:
    """Whether a place below ``target`` is in the table of a name."""
    kind, _, instance = name.partition(".")
    return place[0] == kind and (place[1:2] == (instance,) if instance else True)


_NUMBERS = frozenset({"android-min-sdk", "android-target-sdk"})


def look_around(
    directory: Path, used: Collection[str] = (), shipped: Mapping[str, BuildValue] = MappingProxyType({})
) -> Surroundings:
    """What the files below a directory say; nothing where there are none that it knows.

    ``used`` are kinds of targets that are known to be wanted, ``shipped`` are entries of ``[app]`` that a shipped app
    has, where the files have none.
    """
    files = _Files(directory)
    files.walk()
    android = _Android(directory, files)
    apple = _Apple(directory, files)
    app = {**shipped, **dict(android.app()), **dict(apple.app())}
    targets = [
        replace(one, active=one.active or one.name.partition(".")[0] in used)
        for one in (*android.targets(), *apple.targets())
    ]
    unread = (*files.unread, *android.unread, *apple.unread)
    return Surroundings(tuple(app.items()), tuple(targets), tuple(dict.fromkeys(unread)))


class _Files:
    """The files of interest below a directory, by what they are."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.builds: list[PurePosixPath] = []
        self.catalogs: list[PurePosixPath] = []
        self.projects: list[PurePosixPath] = []
        self.plists: list[PurePosixPath] = []
        self.unread: list[str] = []
        self._seen = 0

    def walk(self) -> None:
        """Look into folders, the shallow ones first, in the order of their names."""
        waiting = [PurePosixPath()]
        for _ in range(FOLDERS_DEEP.limit):
            deeper: list[PurePosixPath] = []
            for folder in waiting:
                deeper += self._look(folder)
                if self._seen >= FOLDERS_LOOKED.limit:
                    self.unread.append(
                        f"more than {FOLDERS_LOOKED} are below the directory: not all were looked at"
                    )
                    return
            if not deeper:
                return
            waiting = deeper
        self.unread.append(f"folders more than {FOLDERS_DEEP} deep were not looked into")

    def _look(self, folder: PurePosixPath) -> Iterator[PurePosixPath]:
        try:
            with os.scandir(self._directory / folder) as listed:
                entries = []
                for entry in listed:
                    entries.append(entry)
                    self._seen += 1
                    if self._seen >= FOLDERS_LOOKED.limit:
                        break
        except OSError:  # it cannot be looked into, and proposes nothing
            return
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name.startswith(".") or not entry.name.isprintable() or "\\" in entry.name:
                continue
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                if path.suffix == ".xcodeproj":
                    self.projects.append(path)
                elif entry.name not in _PASSED and path.suffix not in (
                    ".framework",
                    ".xcframework",
                    ".bundle",
                ):
                    yield path
            elif entry.is_file(follow_symlinks=False):
                self._keep(path)

    def _keep(self, path: PurePosixPath) -> None:
        if path.name in ("build.gradle", "build.gradle.kts"):
            self.builds.append(path)
        elif path.name.endswith(".versions.toml"):
            self.catalogs.append(path)
        elif path.name.endswith("Info.plist"):
            self.plists.append(path)

    def text(self, path: PurePosixPath) -> str:
        """The text of a file; empty, and a note, if it is none that can be read."""
        file = self._directory / path
        try:
            if file.is_symlink():
                return ""
            return read_named(file, SOURCE_BYTES.limit).decode("utf-8", "replace")
        except InputError as error:
            self.unread.append(str(error))
            return ""


class _Android:
    def __init__(self, directory: Path, files: _Files) -> None:
        self._directory = directory
        self._files = files
        self.unread: list[str] = []
        catalogs = []
        for path in files.catalogs:
            text = files.text(path)
            catalogs.append(gradle.read_catalog(parse(text, str(path)).values, str(path), text))
        texts = {path: files.text(path) for path in files.builds}
        extras: dict[str, BuildValue] = {}
        for path, text in texts.items():
            for name, said in gradle.read_extras(text, str(path)).items():
                extras.setdefault(name, said)
        modules = {
            path: gradle.read_module(text, str(path), catalogs, extras) for path, text in texts.items()
        }
        self._all = tuple(modules.values())
        self._apps = {path.parent: one for path, one in modules.items() if one.application}

    def app(self) -> Iterator[tuple[str, BuildValue]]:
        """minSdk and targetSdk of the app that asks least; OkHttp's version, the oldest that any module has."""
        for name, values in (
            ("android-min-sdk", [one.min_sdk for one in self._apps.values()]),
            ("android-target-sdk", [one.target_sdk for one in self._apps.values()]),
        ):
            if known := self._known(name, values):
                yield name, min(known, key=lambda said: int(said.value))
        used = [one.okhttp for one in self._all if one.okhttp]
        if self._apps and (known := self._known("okhttp", used)):
            numbers = [one for one in known if _VERSION.match(one.value)]
            if numbers:
                least = min(numbers, key=lambda said: _parts(said.value))
                yield "okhttp", gradle.BuildValue(".".join(map(str, _parts(least.value))), least.where)

    def _known(self, name: str, values: Iterable[BuildValue | None]) -> list[BuildValue]:
        said = [one for one in values if one]
        self.unread += [f"{name} is computed at {one.where}" for one in said if not one.value]
        return [one for one in said if one.value]

    def targets(self) -> Iterator[Proposed]:
        """An NSC for each app, the first without a name; and a place for OkHttp's pins, for whoever wants it."""
        for number, (folder, module) in enumerate(self._apps.items()):
            instance = f".{_named(folder.name)}" if number else ""
            notes = [f"{where.where}: an Android app" for where in (module.namespace,) if where]
            name, note = self._named_in_manifest(folder)
            if flavours := ", ".join(one.value for one in module.flavours):
                path = folder / "src/{environment}/res/xml" / f"{name}.xml"
                notes.append(
                    f"{module.flavours[0].where}: flavours {flavours}; with [environments] of these names, "
                    f'path may be "{path}"'
                )
            notes += [note] if note else []
            path = folder / "src/main/res/xml" / f"{name}.xml"
            yield Proposed(f"nsc{instance}", (("path", str(path)),), tuple(notes))
            if module.okhttp and module.namespace and module.namespace.value:
                yield self._pinner(folder, module, instance)

    def _named_in_manifest(self, folder: PurePosixPath) -> tuple[str, str]:
        """What the manifest calls the file, and what to say of it."""
        manifest = folder / "src/main/AndroidManifest.xml"
        if not (self._directory / manifest).is_file():
            return "network_security_config", ""
        found = _NSC.search(self._files.text(manifest))
        if not found:
            return (
                "network_security_config",
                f'{manifest}: name it there, android:networkSecurityConfig="@xml/network_security_config"',
            )
        standing = folder / "src/main/res/xml" / f"{found[1]}.xml"
        if (self._directory / standing).exists():
            return found[1], (
                f"{standing} is there: move it elsewhere and name that as `base`, or let compile --force replace it"
            )
        return found[1], f"{manifest} names it"

    def _pinner(self, folder: PurePosixPath, module: Module, instance: str) -> Proposed:
        assert module.namespace is not None  # noqa: S101 - for the type checker
        assert module.okhttp is not None  # noqa: S101 - likewise
        package = module.namespace.value
        kotlin = folder / "src/main/kotlin"
        sources = kotlin if (self._directory / kotlin).is_dir() else folder / "src/main/java"
        path = sources.joinpath(*package.split(".")) / "Pins.kt"
        least = module.min_sdk.value if module.min_sdk else ""
        old = least.isdecimal() and int(least) < _NSC_SINCE
        why = f"{module.okhttp.where}: OkHttp"
        if old:
            range_ = least if int(least) == _NSC_SINCE - 1 else f"{least} to {_NSC_SINCE - 1}"
            why += f"; Android {range_} reads no network security configuration"
        entries = (("path", str(path)), ("package", package))
        return Proposed(f"okhttp-kotlin{instance}", entries, (why,), active=old)


_NSC_SINCE = 24
"""The API level of Android 7.0, the first that reads a network security configuration."""


class _Apple:
    def __init__(self, directory: Path, files: _Files) -> None:
        self._directory = directory
        self._files = files
        self.unread: list[str] = []
        self._targets: dict[PurePosixPath, tuple[str, bool, str]] = {}
        self._minimum: list[BuildValue] = []
        for path in files.projects:
            self._read(path)
        if not files.projects:
            for path in files.plists:
                if not any(map(_TESTS.fullmatch, path.parts)):
                    self._add(path, path.parent.name, "", str(path))

    def _read(self, path: PurePosixPath) -> None:
        file = path / "project.pbxproj"
        if not (self._directory / file).is_file() or (self._directory / path).is_symlink():
            return
        for target in xcode.read_project(self._files.text(file)):
            self._minimum += [
                gradle.BuildValue(one, str(file)) for one in target.minimum if _VERSION.fullmatch(one)
            ]
            for text in target.info_plists:
                inner = text.removeprefix("$(SRCROOT)/").removeprefix("$(PROJECT_DIR)/")
                plain = PurePosixPath(inner)
                if "$" in inner or ".." in plain.parts or plain.is_absolute():
                    self.unread.append(
                        f"the Info.plist of {target.name} is computed, or elsewhere: {text} ({file})"
                    )
                    continue
                kind = "extension" if target.extension else "app"
                self._add(path.parent / plain, target.name, kind, str(file))

    def _add(self, path: PurePosixPath, name: str, kind: str, where: str) -> None:
        """Keep an Info.plist that is there; without a project its own NSExtension says what it is of."""
        values = self._values(path)
        if values is None:
            return
        kind = kind or ("extension" if "NSExtension" in values else "app" if _is_app(values) else "")
        if kind:
            self._targets.setdefault(path, (name, kind == "extension", where))

    def _values(self, path: PurePosixPath) -> Mapping[str, Any] | None:
        file = self._directory / path
        if file.is_symlink() or not file.is_file():
            return None
        try:
            return plist.load(read_named(file, SOURCE_BYTES.limit), str(path))
        except InputError:
            return None

    def app(self) -> Iterator[tuple[str, BuildValue]]:
        """The oldest iOS that any target runs on."""
        if self._minimum and self._targets:
            least = min(self._minimum, key=lambda said: _parts(said.value))
            yield "ios-minimum", least

    def targets(self) -> Iterator[Proposed]:
        """NSPinnedDomains, or what an Info.plist has already, for the app and for each extension."""
        ordered = sorted(self._targets.items(), key=lambda item: (item[1][1], str(item[0])))
        taken: set[str] = set()
        for number, (path, (name, extension, where)) in enumerate(ordered):
            instance = "" if number == 0 and not extension else f".{_free(_named(name), taken)}"
            what = "an extension, which reads its own" if extension else "an app for iOS"
            values = self._values(path) or {}
            kinds = ["trustkit"] if "TSKConfiguration" in values else ["ats"]
            if "TSKConfiguration" in values and "NSPinnedDomains" in values.get("NSAppTransportSecurity", {}):
                kinds.append("ats")
            for kind in kinds:
                yield Proposed(f"{kind}{instance}", (("path", str(path)),), (f"{where}: {name}, {what}",))


def _is_app(values: Mapping[str, Any]) -> bool:
    return values.get("CFBundlePackageType", "APPL") in ("APPL", "$(PRODUCT_BUNDLE_PACKAGE_TYPE)")


def _parts(version: str) -> tuple[int, ...]:
    found = _VERSION.match(version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _named(text: str) -> str:
    """A name as ``[target.KIND.NAME]`` takes it."""
    return _NAME.sub("-", text).strip("-_").lower()[: SHOWN.limit // 2].strip("-_") or "more"


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    taken.add(name)
    return name
