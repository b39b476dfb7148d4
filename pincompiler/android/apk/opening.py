"""From a path to a :class:`~pincompiler.android.apk.package.Package`: what kind of thing it is, and its parts."""

from __future__ import annotations

import re
from dataclasses import field
from hashlib import sha256
from typing import TYPE_CHECKING

from pincompiler.android.apk.arsc import BinaryTable, TableError
from pincompiler.android.apk.manifest import Manifest, read_manifest
from pincompiler.android.apk.markup import Markup
from pincompiler.android.apk.package import Package, PackageKind, Part, read_markup
from pincompiler.android.apk.resources import Resources, Table
from pincompiler.archives.archive import Archive, MemberError, plain
from pincompiler.archives.directory import ArchiveError
from pincompiler.archives.kinds import NoAppError
from pincompiler.archives.oddities import Oddities, Unread
from pincompiler.archives.storage import File, Memory, digest, standard_input
from pincompiler.base.bounds import (
    APPS_NAMED,
    MANIFEST_BYTES,
    MANIFESTS_BYTES,
    MEMBER_BYTES,
    NESTED_BYTES,
    PARTS,
)
from pincompiler.base.errors import InputError
from pincompiler.base.existence import is_directory
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pincompiler.android.apk.bundle import ProtoTable
    from pincompiler.archives.storage import Storage

_MANIFEST = "AndroidManifest.xml"
_MODULE = lazy_regex(r"([^/]+/)manifest/AndroidManifest\.xml")
_APK = lazy_regex(r".*\.apk", re.IGNORECASE | re.DOTALL)
_WHOLE = lazy_regex(r".*\.(?:apks|xapk|apkm|aab)", re.IGNORECASE | re.DOTALL)
"""Archives that are an app by themselves, whatever stands beside them."""


@dataclass(frozen=True, slots=True)
class AppFiles:
    """The files of one app."""

    path: Path
    """A file, a directory, or ``-``."""
    parts: tuple[str, ...] = ()
    """The APKs in it that are the app, its base first, where others are of other apps; empty: all."""

    @property
    def name(self) -> str:
        """How the app is called: as it was given, or by its base."""
        whole = "<stdin>" if str(self.path) == "-" else str(self.path)
        if not self.parts:
            return whole
        return str(self.path / self.parts[0]) if self.path.is_dir() else f"{whole}!{self.parts[0]}"

    def only(self, parts: tuple[str, ...]) -> AppFiles:
        """One app of several."""
        alone = len(parts) == 1 and self.path.is_dir()
        return AppFiles(self.path / parts[0]) if alone else AppFiles(self.path, parts)


class SeveralAppsError(InputError):
    """A directory or an archive of APKs holds several apps where one was to be."""

    def __init__(self, path: str, apps: Sequence[tuple[str, tuple[str, ...]]], *, packed: bool) -> None:
        """``apps`` are the files of each with what it is called; ``packed`` is whether they are in an archive."""
        self.parts = tuple(parts for _, parts in apps)
        named = ", ".join(f"{parts[0]} is {title}" for title, parts in apps[: APPS_NAMED.limit])
        more = f", and {len(apps) - APPS_NAMED.limit} more" if len(apps) > APPS_NAMED.limit else ""
        way = "unpack it and name one of them" if packed else "name one of them"
        super().__init__(f"{path}: holds several apps; {way}: {named}{more}")


def is_app_file(name: str) -> bool:
    """Whether a file is an app, or a part of one, by its name."""
    return bool(_APK.fullmatch(name) or _WHOLE.fullmatch(name))


def app_files(folder: Path) -> tuple[str, ...]:
    """The names of the app files in a folder, those in folders below it left out.  InputError if it cannot be read."""
    try:
        return tuple(sorted(one.name for one in folder.iterdir() if is_app_file(one.name) and one.is_file()))
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror}") from error


def open_package(path: Path, limit: int | None = None, parts: tuple[str, ...] = ()) -> Package:
    """The app of a file, of a directory of splits, or of standard input for ``-``.

    Raises InputError if it is none, as NoAppError where it is another archive, and SeveralAppsError if it is more than one and ``parts`` does not say which.
    ``limit`` bounds what one member may unpack to, :data:`MEMBER_BYTES` by default.  Use it as a context manager, or close it.
    """
    if str(path) == "-":
        return _open(Memory(standard_input()), AppFiles(path, parts).name, limit, lambda: None, parts)
    if is_directory(path):
        return _open_directory(path, limit, parts)
    file = File(path)
    try:
        return _open(file, AppFiles(path, parts).name, limit, file.close, parts)
    except InputError:
        file.close()
        raise


def read_package(data: bytes, name: str = "app.apk", limit: int | None = None) -> Package:
    """The app in the bytes of a file."""
    return _open(Memory(data), name, limit, lambda: None)


def _open(
    storage: Storage, name: str, limit: int | None, close: Callable[[], None], chosen: tuple[str, ...] = ()
) -> Package:
    archive = Archive(storage, name)
    opening = _Opening(name, limit)
    modules = [found[1] for entry in archive.names() if (found := _MODULE.fullmatch(entry))]
    if _MANIFEST in archive or "classes.dex" in archive:
        parts, kind = [Part("", archive, "", proto=_is_proto(archive))], PackageKind.APK
    elif "base/" in modules or ("BundleConfig.pb" in archive and modules):
        some = opening.bounded(sorted(modules, key=lambda one: (one != "base/", one)), "modules")
        parts, kind = [Part(one[:-1], archive, one, proto=True) for one in some], PackageKind.AAB
    else:
        parts, kind = _apks_in(archive, chosen, opening), PackageKind.APKS
    return opening.package(kind, _digest_of(parts) if chosen else digest(storage), parts, close)


def _apks_in(archive: Archive, chosen: tuple[str, ...], opening: _Opening) -> list[Part]:
    """Those of one app.  NoAppError if there are none that can be read, InputError if they are of several apps."""
    whole = tuple(name for name in chosen or archive.names() if _WHOLE.fullmatch(name))
    parts = [] if chosen and whole else list(opening.nested(archive, chosen))
    if not chosen:
        unread = {unknown.what: None for unknown in opening.unknowns}
        read = {part.name: _manifest(opening.markup(part)) for part in parts}
        opening.refuse_several(read | unread, whole, packed=True)
    if not parts:
        why = next((f": {one.why}" for one in opening.unknowns), "")
        if whole:
            why = f": {plain(whole[0])} is an archive of its own, to be unpacked first"
        raise NoAppError(
            f"{opening.name}: has neither a manifest nor readable APKs in it: no Android app{why}"
        )
    return parts


def _open_directory(path: Path, limit: int | None, chosen: tuple[str, ...]) -> Package:
    names = chosen or app_files(path)
    whole = tuple(name for name in names if _WHOLE.fullmatch(name))
    if len(names) == 1 and whole:
        return open_package(path / whole[0], limit)
    opening = _Opening(AppFiles(path, chosen).name, limit)
    if not chosen and len(names) > 1:
        read = {name: _manifest_of(path / name) for name in names if name not in whole}
        opening.refuse_several(read, whole, packed=False)
    files: list[File] = []

    def close() -> None:
        for file in files:
            file.close()

    parts: list[Part] = []
    for one in opening.bounded(names, "APKs"):
        try:
            files.append(file := File(path / one))
            archive = Archive(file, one)
        except InputError as error:
            opening.doubt(one, str(error))
        else:
            parts.append(Part(one, archive, proto=_is_proto(archive)))
    if not parts:
        close()
        raise InputError(f"{path}: has no readable APK in it")
    return opening.package(PackageKind.SPLITS, _digest_of(parts), parts, close)


def _manifest_of(path: Path) -> Manifest | None:
    """The manifest of an APK, None if it cannot be read."""
    try:
        with File(path) as file:
            archive = Archive(file, path.name)
            return _manifest(_Opening(path.name).markup(Part("", archive, proto=_is_proto(archive))))
    except InputError:
        return None


def _digest_of(parts: Iterable[Part]) -> str:
    """Of the lines that ``sha256sum *.apk`` prints."""
    lines = "".join(f"{digest(part.archive.storage)}  {part.name}\n" for part in parts)
    return sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def _is_proto(archive: Archive) -> bool:
    """Whether it is aapt2's protobuf form of an APK."""
    return "resources.pb" in archive and "resources.arsc" not in archive


@dataclass(slots=True, eq=False, repr=False)
class _Opening:
    name: str
    limit: int | None = None
    oddities: Oddities = field(default_factory=Oddities)
    unknowns: dict[Unread, None] = field(default_factory=dict)
    nested_left: int = field(default_factory=lambda: NESTED_BYTES.limit)
    manifests_left: int = field(default_factory=lambda: MANIFESTS_BYTES.limit)
    markups: dict[int, Markup] = field(default_factory=dict)
    """The manifests that were read, by the identity of their parts."""

    def doubt(self, what: str, why: str) -> None:
        self.unknowns[Unread(what, why)] = None

    def bounded(self, names: Sequence[str], what: str) -> Sequence[str]:
        """The first of some names of APKs or modules; each of the others is a doubt."""
        for name in names[PARTS.limit :]:
            self.doubt(name, f"is one of more than {PARTS.limit:,} {what}")
        return names[: PARTS.limit]

    def refuse_several(
        self, manifests: Mapping[str, Manifest | None], whole: tuple[str, ...], *, packed: bool
    ) -> None:
        """Raise SeveralAppsError if these APKs, and archives of their own, are not of one app."""
        apps = _apart(manifests, whole, variants=packed)
        if len(apps) > 1:
            raise SeveralAppsError(self.name, apps, packed=packed)

    def nested(self, archive: Archive, chosen: tuple[str, ...]) -> Iterator[Part]:
        """Those APKs of an archive that were chosen, else all that are not one app once more."""
        for entry in chosen or self._chosen([name for name in archive.names() if _APK.fullmatch(name)]):
            try:
                storage = archive.window(entry)
                if storage is None:
                    storage = Memory(archive.read(entry, self.nested_left))
                    self.nested_left -= storage.size
                inner = Archive(storage, f"{archive.name}!{plain(entry)}")
            except ArchiveError as error:
                self.doubt(entry, str(error))
            else:
                yield Part(entry, inner, proto=_is_proto(inner))

    def _chosen(self, names: list[str]) -> Sequence[str]:
        """bundletool's archives hold the same app several times: split, whole, and per kind of device."""
        for folder in ("splits/", "universal.apk", "standalones/"):
            found = [name for name in names if name.startswith(folder)]
            if found:
                kept = found[:1] if folder == "standalones/" else found
                for name in names:
                    if name not in kept:
                        self.oddities.note("is the same app for other devices or uses: not read", name)
                names = kept
                break
        return self.bounded(names, "APKs")

    def package(
        self, kind: PackageKind, checksum: str, parts: list[Part], close: Callable[[], None]
    ) -> Package:
        """The whole, its base first."""
        plain = {id(part): _manifest(self.markup(part)) for part in parts}
        if kind in (PackageKind.APKS, PackageKind.SPLITS):
            parts = self._of_one_app(parts, plain)
        resources = Resources(tuple(self._tables(parts)))
        manifests = [_manifest(self.markup(part), resources) for part in parts]
        found = tuple(one or Manifest(unread=True) for one in manifests)
        self._check_splits(kind, found)
        return Package(
            kind,
            self.name,
            checksum,
            found,
            resources,
            tuple(parts),
            close,
            MEMBER_BYTES.limit if self.limit is None else self.limit,
            self.oddities,
            self.unknowns,
        )

    def _of_one_app(self, parts: list[Part], manifests: dict[int, Manifest | None]) -> list[Part]:
        """The base, then its splits; the same base once more is left out."""
        known = [(part, manifest) for part in parts if (manifest := manifests[id(part)]) is not None]
        bases = [(part, manifest) for part, manifest in known if not manifest.split]
        if not bases:
            self.doubt("splits", "the base APK is missing")
            return parts
        base, main = bases[0]
        kept = [base]
        for part, manifest in known:
            if manifest.package != main.package:
                self.doubt(part.name, "its manifest does not name the package")
            elif part is not base and (manifest.split or _code(part) != _code(base)):
                kept.append(part)
        return kept

    def _check_splits(self, kind: PackageKind, manifests: tuple[Manifest, ...]) -> None:
        main = manifests[0]
        if kind is PackageKind.APK and main.split:
            self.doubt("splits", f"this is only the split {main.split}; its base is missing")
        elif main.split_required and not any(one.split for one in manifests):
            self.doubt("splits", "the app needs splits that are not here")

    def markup(self, part: Part) -> Markup:
        """A part's manifest; without events if there is none to be read."""
        if id(part) not in self.markups:
            self.markups[id(part)] = self._markup(part)
        return self.markups[id(part)]

    def _markup(self, part: Part) -> Markup:
        entry = f"{part.inside}manifest/{_MANIFEST}" if part.inside else _MANIFEST
        member = part.shown(entry)
        try:
            data = part.archive.read(entry, min(MANIFEST_BYTES.limit, self.manifests_left))
        except MemberError as error:
            self.doubt(member, error.why)
            return Markup(())
        self.manifests_left -= len(data)
        markup = read_markup(data, member, self.oddities, proto=part.proto)
        if markup.broken:
            self.doubt(member, markup.broken)
        return markup

    def _tables(self, parts: Iterable[Part]) -> Iterator[Table]:
        for part in parts:
            entry = f"{part.inside}resources.pb" if part.proto else "resources.arsc"
            if entry not in part.archive:
                continue
            member = part.shown(entry)
            try:
                data = part.archive.read(entry, self.limit)
                table = self._table(part, data, member)
                if table.broken:
                    self.doubt(member, table.broken)
                yield table
            except MemberError as error:
                self.doubt(member, error.why)
            except TableError as error:
                self.doubt(member, str(error))

    def _table(self, part: Part, data: bytes, member: str) -> BinaryTable | ProtoTable:
        if not part.proto:
            return BinaryTable(data, self.oddities, member, part.name)
        from pincompiler.android.apk.bundle import ProtoTable

        return ProtoTable(data, self.oddities, member, part.name)


def _manifest(markup: Markup, resources: Resources | None = None) -> Manifest | None:
    return read_manifest(markup, resources or Resources()) if markup.events else None


def _apart(
    manifests: Mapping[str, Manifest | None], whole: Iterable[str], *, variants: bool
) -> Sequence[tuple[str, tuple[str, ...]]]:
    """The files of each app, its base first, with what it is called; at most one if they can all be of one.

    Android takes APKs for one app whose package and version code are the same, of which one is the base
    (ApkLiteParseUtils, parseClusterPackageLite); with ``variants`` there may be more, for other devices.
    An APK that cannot be read stands alone: it may be of any.  So does an archive that is an app by itself (``whole``).
    """
    known = {name: one for name, one in manifests.items() if one and one.package}
    builds = _builds(known.values())
    codes = {name: one.version_code or min(builds[one.package]) for name, one in known.items()}
    with_splits = {(one.package, codes[name]) for name, one in known.items() if one.split}
    apps: dict[tuple[str, str], list[str]] = {}
    for name, one in sorted(known.items(), key=lambda item: bool(item[1].split)):
        title = f"{one.package} {codes[name]}" if len(builds[one.package]) > 1 else one.package
        alone = not variants and (one.package, codes[name]) not in with_splits
        apps.setdefault((title, name if alone else ""), []).append(name)
    found = [(title, tuple(names)) for (title, _), names in apps.items()]
    found += (("an archive of its own", (name,)) for name in whole)
    if len(found) > 1:
        found += (("no APK that can be read", (name,)) for name in manifests if name not in known)
    return sorted(found, key=lambda app: app[1])


def _builds(manifests: Iterable[Manifest]) -> Mapping[str, set[int]]:
    """The version codes of each package; a split that states none is of the lowest that there is."""
    builds: dict[str, set[int]] = {}
    for one in manifests:
        found = builds.setdefault(one.package, set())
        found |= {one.version_code} if one.version_code or not one.split else set()
    return {package: found or {0} for package, found in builds.items()}


def _code(part: Part) -> list[tuple[str, int]]:
    """The DEX files by name and checksum: what two variants of a base have in common."""
    return [(entry, part.archive.entry(entry).crc) for _, entry in sorted(part.dex())]
