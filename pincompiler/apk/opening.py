"""From a path to a :class:`~pincompiler.apk.package.Package`: what kind of thing it is, and its parts."""

from __future__ import annotations

import re
from dataclasses import field
from hashlib import sha256
from typing import TYPE_CHECKING

from pincompiler.apk.archive import MEMBER_LIMIT, Archive, MemberError
from pincompiler.apk.arsc import BinaryTable, TableError
from pincompiler.apk.directory import ArchiveError
from pincompiler.apk.manifest import Manifest, read_manifest
from pincompiler.apk.markup import Markup
from pincompiler.apk.oddities import Oddities, Unknown
from pincompiler.apk.package import Package, PackageKind, Part, read_markup
from pincompiler.apk.resources import Resources, Table
from pincompiler.apk.storage import File, Memory, digest, standard_input
from pincompiler.errors import InputError
from pincompiler.records import dataclass
from pincompiler.regexes import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pincompiler.apk.bundle import ProtoTable
    from pincompiler.apk.storage import Storage

_MANIFEST = "AndroidManifest.xml"
_MODULE = lazy_regex(r"([^/]+/)manifest/AndroidManifest\.xml")
_APK = lazy_regex(r".*\.apk", re.IGNORECASE | re.DOTALL)
_MOST_PARTS = 300
_MANIFEST_LIMIT = 16 << 20
_MANIFESTS_LIMIT = 48 << 20
_NESTED_LIMIT = 512 << 20
"""Bytes of all APKs that are compressed inside another archive: they are held in memory."""


def open_package(path: Path, limit: int = MEMBER_LIMIT) -> Package:
    """The app of a file, of a directory of splits, or of standard input for ``-``.  InputError if it is none.

    ``limit`` bounds what one member may unpack to.  Use it as a context manager, or close it.
    """
    if str(path) == "-":
        return read_package(standard_input(), "<stdin>", limit)
    if path.is_dir():
        return _open_directory(path, limit)
    file = File(path)
    try:
        return _open(file, str(path), limit, file.close)
    except InputError:
        file.close()
        raise


def read_package(data: bytes, name: str = "app.apk", limit: int = MEMBER_LIMIT) -> Package:
    """The app in the bytes of a file."""
    return _open(Memory(data), name, limit, lambda: None)


def _open(storage: Storage, name: str, limit: int, close: Callable[[], None]) -> Package:
    archive = Archive(storage, name)
    checksum = digest(storage)
    opening = _Opening(name, limit)
    modules = [found[1] for entry in archive.names() if (found := _MODULE.fullmatch(entry))]
    if _MANIFEST in archive or "classes.dex" in archive:
        parts, kind = [Part("", archive, "", proto=_is_proto(archive))], PackageKind.APK
    elif "base/" in modules or ("BundleConfig.pb" in archive and modules):
        modules = sorted(modules, key=lambda one: (one != "base/", one))[:_MOST_PARTS]
        parts, kind = [Part(one[:-1], archive, one, proto=True) for one in modules], PackageKind.AAB
    else:
        parts, kind = list(opening.nested(archive)), PackageKind.APKS
        if not parts:
            why = next((f": {one.why}" for one in opening.unknowns), "")
            raise InputError(f"{name}: has neither a manifest nor readable APKs in it: no Android app{why}")
    return opening.package(kind, checksum, parts, close)


def _open_directory(path: Path, limit: int) -> Package:
    try:
        names = sorted(one for one in path.iterdir() if _APK.fullmatch(one.name) and one.is_file())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    opening = _Opening(str(path), limit)
    files: list[File] = []

    def close() -> None:
        for file in files:
            file.close()

    parts: list[Part] = []
    lines = []
    for one in names[:_MOST_PARTS]:
        try:
            file = File(one)
            files.append(file)
            archive = Archive(file, one.name)
            lines.append(f"{digest(file)}  {one.name}\n")
        except InputError as error:
            opening.doubt(one.name, str(error))
        else:
            parts.append(Part(one.name, archive, proto=_is_proto(archive)))
    if not parts:
        close()
        raise InputError(f"{path}: has no readable APK in it")
    checksum = sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
    return opening.package(PackageKind.SPLITS, checksum, parts, close)


def _is_proto(archive: Archive) -> bool:
    """Whether it is aapt2's protobuf form of an APK."""
    return "resources.pb" in archive and "resources.arsc" not in archive


@dataclass(slots=True, eq=False, repr=False)
class _Opening:
    name: str
    limit: int
    oddities: Oddities = field(default_factory=Oddities)
    unknowns: dict[Unknown, None] = field(default_factory=dict)
    nested_left: int = _NESTED_LIMIT
    manifests_left: int = _MANIFESTS_LIMIT

    def doubt(self, what: str, why: str) -> None:
        self.unknowns[Unknown(what, why)] = None

    def nested(self, archive: Archive) -> Iterator[Part]:
        """The APKs of an archive of APKs that make up one app."""
        for entry in self._chosen([name for name in archive.names() if _APK.fullmatch(name)]):
            try:
                storage = archive.window(entry)
                if storage is None:
                    storage = Memory(archive.read(entry, self.nested_left))
                    self.nested_left -= storage.size
                inner = Archive(storage, f"{archive.name}!{entry}")
            except ArchiveError as error:
                self.doubt(entry, str(error))
            else:
                yield Part(entry, inner, proto=_is_proto(inner))

    def _chosen(self, names: list[str]) -> list[str]:
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
        for name in names[_MOST_PARTS:]:
            self.doubt(name, f"more than {_MOST_PARTS} APKs")
        return names[:_MOST_PARTS]

    def package(
        self, kind: PackageKind, checksum: str, parts: list[Part], close: Callable[[], None]
    ) -> Package:
        """The whole, its base first."""
        markups = {id(part): self._markup(part) for part in parts}
        if kind in (PackageKind.APKS, PackageKind.SPLITS):
            parts = self._of_one_app(
                parts, {key: _manifest(one, Resources()) for key, one in markups.items()}
            )
        resources = Resources(tuple(self._tables(parts)))
        manifests = [_manifest(markups[id(part)], resources) for part in parts]
        found = tuple(one or Manifest(unread=True) for one in manifests)
        self._judge_splits(kind, found)
        return Package(
            kind,
            self.name,
            checksum,
            found,
            resources,
            tuple(parts),
            close,
            self.limit,
            self.oddities,
            self.unknowns,
        )

    def _of_one_app(self, parts: list[Part], manifests: dict[int, Manifest | None]) -> list[Part]:
        """The base, then its splits; other apps, and the same base once more, are left out."""
        known = [(part, manifest) for part in parts if (manifest := manifests[id(part)]) is not None]
        bases = [(part, manifest) for part, manifest in known if not manifest.split]
        if not bases:
            self.doubt("splits", "the base APK is missing")
            return parts
        base, main = bases[0]
        kept = [base]
        for part, manifest in known:
            if manifest.package != main.package:
                self.doubt(part.name, f"belongs to another app, {manifest.package}")
            elif part is not base and (manifest.split or _code(part) != _code(base)):
                kept.append(part)
        return kept

    def _judge_splits(self, kind: PackageKind, manifests: tuple[Manifest, ...]) -> None:
        main = manifests[0]
        if kind is PackageKind.APK and main.split:
            self.doubt("splits", f"this is only the split {main.split}; its base is missing")
        elif main.split_required and not any(one.split for one in manifests):
            self.doubt("splits", "the app needs splits that are not here")

    def _markup(self, part: Part) -> Markup:
        """A part's manifest; without events if there is none to be read."""
        entry = f"{part.inside}manifest/{_MANIFEST}" if part.inside else _MANIFEST
        member = part.shown(entry)
        try:
            data = part.archive.read(entry, min(_MANIFEST_LIMIT, self.manifests_left))
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
        from pincompiler.apk.bundle import ProtoTable

        return ProtoTable(data, self.oddities, member, part.name)


def _manifest(markup: Markup, resources: Resources) -> Manifest | None:
    return read_manifest(markup, resources) if markup.events else None


def _code(part: Part) -> list[tuple[str, int]]:
    """The DEX files by name and checksum: what two variants of a base have in common."""
    return [(entry, part.archive.entry(entry).crc) for _, entry in sorted(part.dex())]
