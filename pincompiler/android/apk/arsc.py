"""resources.arsc, asked for single resources and never read as a whole (AOSP ``ResTable``).

One walk notes where the chunks of each type are; a question then looks at one entry of each.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import field
from struct import Struct, error, pack, unpack
from typing import TYPE_CHECKING

from pincompiler.android.apk.configuration import binary_configuration
from pincompiler.android.apk.markup import ValueKind
from pincompiler.android.apk.pool import PoolError, StringPool
from pincompiler.android.apk.resources import Content, ResourceName, ResourceReference, Value
from pincompiler.base.bounds import RESOURCE_ITEMS
from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.archives.oddities import Oddities

_CHUNK = Struct("<HHI")
_TYPE = Struct("<BBHII")
_ENTRY = Struct("<HHI")
_BAG = Struct("<II")
_VALUE = Struct("<HBBI")
_ITEM = Struct("<IHBBI")
_POOL, _TABLE, _PACKAGE, _TYPE_KIND = 0x0001, 0x0002, 0x0200, 0x0201
_KNOWN = (_POOL, _PACKAGE, _TYPE_KIND, 0x0202, 0x0203, 0x0204, 0x0205, 0x0206)
_SPARSE, _SHORT = 0x01, 0x02
_COMPLEX, _COMPACT = 0x01, 0x08
_NO_ENTRY, _NO_SHORT = 0xFFFFFFFF, 0xFFFF


class TableError(InputError):
    """No resource table, or none that a resource could be found in."""


@dataclass(slots=True, eq=False, repr=False)
class _Package:
    """What one package chunk says of itself, and where its types are."""

    name: str
    types: StringPool
    keys: StringPool
    type_offset: int
    """By how much type ids are higher than the numbers of their names, in a feature split."""
    chunks: dict[int, list[int]] = field(default_factory=dict)
    """Positions of the type chunks of each type id, one for each configuration."""


@dataclass(slots=True, eq=False, repr=False)
class BinaryTable:
    """A table; TableError if there is none."""

    data: bytes
    oddities: Oddities
    member: str = "resources.arsc"
    part: str = ""
    broken: str = ""
    """Why part of it could not be read; Android would not load it."""
    lost: dict[str, None] = field(default_factory=dict)
    _strings: StringPool | None = None
    _packages: dict[int, list[_Package]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            kind, header, size = _CHUNK.unpack_from(self.data, 0)
            if kind != _TABLE:
                raise TableError(f"{self.member}: is no resource table")
            if size > len(self.data):
                self.broken = "is cut off"
            elif size < len(self.data):
                self.oddities.note("states another size than it has", self.member)
            for kind, at, end in self._chunks(max(header, _CHUNK.size), min(size, len(self.data))):
                if kind == _POOL and self._strings is None:
                    self._strings = self._pool(at)
                elif kind == _PACKAGE:
                    self._package(at, end)
        except (error, PoolError) as wrong:
            raise TableError(f"{self.member}: cannot be read: {wrong}") from wrong

    def _chunks(self, at: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Kind, start and end of each chunk of a stretch, until one cannot be."""
        while at + _CHUNK.size <= end:
            kind, header, size = _CHUNK.unpack_from(self.data, at)
            if not _CHUNK.size <= header <= size or at + size > end:
                self.broken = self.broken or f"breaks off at byte {at}"
                return
            if (header | size) % 4:
                self.broken = self.broken or f"is not in units of four bytes at byte {at}"
            if kind not in _KNOWN:
                self.oddities.note(f"has a chunk of the unknown kind {kind:#06x}", self.member)
            yield kind, at, at + size
            at += size

    def _package(self, at: int, end: int) -> None:
        header, _, number = unpack("<HII", self.data[at + 2 : at + 12])
        name = self.data[at + 12 : at + 268].decode("utf-16-le", "replace").partition("\0")[0]
        types, _, keys, _ = unpack("<4I", self.data[at + 268 : at + 284])
        offset = int.from_bytes(self.data[at + 284 : at + 288], "little") if header >= 288 else 0
        package = _Package(name, self._pool(at + types), self._pool(at + keys), offset)
        self._packages.setdefault(number, []).append(package)
        for kind, start, _ in self._chunks(at + header, end):
            if kind == _TYPE_KIND:
                package.chunks.setdefault(self.data[start + 8], []).append(start)

    def _pool(self, at: int) -> StringPool:
        found = StringPool(self.data, at)
        self.broken = self.broken or (f"is refused by Android: {found.fault}" if found.fault else "")
        return found

    def values(self, identifier: int) -> Iterator[Value]:
        """The values as they stand there, references not followed."""
        for package in self._packages.get(identifier >> 24, ()):
            for at in package.chunks.get(identifier >> 16 & 0xFF, ()):
                try:
                    entry = self._entry(at, identifier & 0xFFFF)
                    if entry is not None:
                        yield Value(self._qualifier(at), self._content(entry), self.part)
                except (error, PoolError):
                    self.oddities.note(f"has an entry that is cut off: {identifier:#010x}", self.member)

    def name(self, identifier: int) -> ResourceName | None:
        """What it is called here."""
        for package in self._packages.get(identifier >> 24, ()):
            kind = identifier >> 16 & 0xFF
            for at in package.chunks.get(kind, ()):
                try:
                    entry = self._entry(at, identifier & 0xFFFF)
                    if entry is not None:
                        return ResourceName(
                            package.name, _type_name(package, kind), self._key(package, entry)
                        )
                except (error, PoolError):
                    continue
        return None

    def identify(self, name: ResourceName) -> int | None:
        """The id of what is called so, in a package of that very name, as ``getIdentifier`` wants it."""
        for number, packages in self._packages.items():
            for package in packages:
                if package.name != name.package:
                    continue
                for kind, places in package.chunks.items():
                    if _type_name(package, kind) == name.type:
                        entry = self._find(package, places, name.entry)
                        if entry is not None:
                            return number << 24 | kind << 16 | entry
        return None

    def identifiers(self, kind: str) -> Iterator[int]:
        """The ids of all resources of a type; some may come twice."""
        for number, packages in self._packages.items():
            for package in packages:
                for id_, places in package.chunks.items():
                    if _type_name(package, id_) == kind:
                        for at in places:
                            yield from (number << 24 | id_ << 16 | one for one in self._numbers(at))

    def _numbers(self, at: int) -> list[int]:
        try:
            return [number for number, _ in self._entries(at)]
        except error:
            return []

    def _find(self, package: _Package, places: list[int], entry: str) -> int | None:
        try:
            for at in places:
                for number, found in self._entries(at):
                    if self._key(package, found) == entry:
                        return number
        except (error, PoolError):
            pass
        return None

    def _entry(self, at: int, number: int) -> int | None:
        """Where the entry of a number is in the type chunk at a place."""
        flags, table, count, entries = self._shape(at)
        if flags & _SPARSE:
            index = bisect_left(range(count), number, key=lambda one: self._u16(table + 4 * one))
            if index == count or self._u16(table + 4 * index) != number:
                return None
            return entries + 4 * self._u16(table + 4 * index + 2)
        if number >= count:
            return None
        if flags & _SHORT:
            short = self._u16(table + 2 * number)
            return None if short == _NO_SHORT else entries + 4 * short
        offset = int.from_bytes(self.data[table + 4 * number : table + 4 * number + 4], "little")
        return None if offset == _NO_ENTRY else entries + offset

    def _shape(self, at: int) -> tuple[int, int, int, int]:
        """Of a type chunk: flags, where its index is and how long, and where its entries begin."""
        _, header, size = _CHUNK.unpack_from(self.data, at)
        _, flags, _, count, entries = _TYPE.unpack_from(self.data, at + _CHUNK.size)
        width = 2 if flags & _SHORT and not flags & _SPARSE else 4
        return flags, at + header, min(count, max(0, size - header) // width), at + entries

    def _entries(self, at: int) -> Iterator[tuple[int, int]]:
        """Number and place of every entry of a type chunk."""
        flags, table, count, _ = self._shape(at)
        for index in range(count):
            number = self._u16(table + 4 * index) if flags & _SPARSE else index
            entry = self._entry(at, number)
            if entry is not None:
                yield number, entry

    def _u16(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + 2], "little")

    def _key(self, package: _Package, entry: int) -> str:
        size, flags, key = _ENTRY.unpack_from(self.data, entry)
        return package.keys[size if flags & _COMPACT else key]

    def _qualifier(self, at: int) -> str:
        config = at + 20
        size = min(int.from_bytes(self.data[config : config + 4], "little"), 64)
        return binary_configuration(self.data[config : config + size]).qualifier()

    def _content(self, entry: int) -> Content | tuple[Content, ...]:
        size, flags, key = _ENTRY.unpack_from(self.data, entry)
        if flags & _COMPACT:
            return self._one(flags >> 8, key)
        if not flags & _COMPLEX:
            _, _, kind, data = _VALUE.unpack_from(self.data, entry + size)
            return self._one(kind, data)
        count = _BAG.unpack_from(self.data, entry + _ENTRY.size)[1]
        at = entry + size
        count = max(0, min(count, (len(self.data) - at) // _ITEM.size))
        if count > RESOURCE_ITEMS.limit:
            self.lost[f"an array of resources in {self.member} has more than {RESOURCE_ITEMS}"] = None
            count = RESOURCE_ITEMS.limit
        items = (_ITEM.unpack_from(self.data, at + _ITEM.size * index) for index in range(count))
        return tuple(self._one(kind, data) for _, _, _, kind, data in items)

    def _one(self, kind: int, data: int) -> Content:
        return content(kind, data, self._strings[data] if kind == ValueKind.STRING and self._strings else "")


def content(kind: int, data: int, string: str) -> Content:
    """The value of a ``Res_value``."""
    if kind == ValueKind.STRING:
        return string
    if kind in (ValueKind.REFERENCE, ValueKind.DYNAMIC_REFERENCE):
        return ResourceReference(data) if data else None
    if kind == ValueKind.BOOLEAN:
        return bool(data)
    if kind == ValueKind.FLOAT:
        return float(unpack("<f", pack("<I", data))[0])
    if kind in (ValueKind.NULL, ValueKind.ATTRIBUTE):
        return None
    return data - (data >> 31 << 32)


def _type_name(package: _Package, kind: int) -> str:
    return package.types[kind - 1 - package.type_offset]
