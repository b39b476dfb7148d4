"""What pointers are once dyld has loaded an image: chained fixups, or opcodes that bind.

A pointer is decoded when it is asked for, by the format of its segment; no chain is walked, so none can loop.
Sources: ``mach-o/fixup-chains.h`` and ``mach-o/loader.h`` of Apple's dyld.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import MACHO_IMPORTS
from pincompiler.base.records import dataclass
from pincompiler.ios.macho.format import ImagePart, MachOError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pincompiler.ios.macho.commands import LinkedLibrary, MachOSegment
    from pincompiler.ios.macho.format import ByteView, ImageDoubts

_HEADER: Final = struct.Struct("<7I")
_STARTS: Final = struct.Struct("<I2H")
_IMPORTS: Final = {1: struct.Struct("<I"), 2: struct.Struct("<II"), 3: struct.Struct("<QQ")}
_SPECIAL: Final = {0: "this image", -1: "the executable", -2: "any", -3: "any"}
"""BIND_SPECIAL_DYLIB_…: which library an ordinal of zero and below means."""
_ANY: Final = "any"
ADDRESS: Final = 0x0000FFFFFFFFFFFF
"""The bits of a plain pointer that are an address; the others are tags."""
_ARM64E_THREADED: Final = 1


@dataclass(frozen=True, slots=True)
class Import:
    """A symbol that another image has."""

    name: str
    """As the linker has it: ``_SecTrustEvaluateWithError``, ``_OBJC_CLASS_$_NSURLSession``."""
    library: str
    """The library's name in the load command; ``any`` if dyld looks through all, ``this image``, ``the executable``."""


def library_of(ordinal: int, libraries: Sequence[LinkedLibrary]) -> str:
    """The library that an ordinal means: they are counted from one."""
    if 0 < ordinal <= len(libraries):
        return libraries[ordinal - 1].name
    return _SPECIAL.get(ordinal, _ANY)


class PointerFormats:
    """How the pointers of each segment are written, and what their ordinals mean."""

    def __init__(self, segments: Sequence[MachOSegment], base: int) -> None:
        spans = sorted((one.address, one.address + one.memory, index) for index, one in enumerate(segments))
        self._starts = [start for start, _, _ in spans]
        self._spans = spans
        self._base = base
        self.formats: dict[int, int] = {}
        """By the segment's index: DYLD_CHAINED_PTR_…; no entry, and the pointer is a plain address."""
        self.imports: list[Import] = []
        """By ordinal."""

    def resolve(self, address: int, raw: int) -> int | str | None:
        """An address, the name of an imported symbol, or None for a null pointer."""
        form = self._format(address)
        if not raw:
            return None
        if form is None:
            return raw & ADDRESS
        decode = _DECODERS.get(form)
        if decode is None:
            raise MachOError(f"pointers of format {form} are not known")
        kind, value = decode(raw)
        if kind == _BIND:
            if value >= len(self.imports):
                raise MachOError(f"import {value:,} of {len(self.imports):,}")
            return self.imports[value].name
        return value + self._base if kind == _OFFSET else value

    def threaded(self, imports: list[Import], segments: int) -> None:
        """Take the form of arm64e before chained fixups: the opcodes list the imports, the pointers are chained."""
        self.imports = imports
        self.formats = dict.fromkeys(range(segments), _ARM64E_THREADED)

    def _format(self, address: int) -> int | None:
        at = bisect_right(self._starts, address) - 1
        if at < 0 or address >= self._spans[at][1]:
            return None
        return self.formats.get(self._spans[at][2])


_BIND, _ADDRESS, _OFFSET = "bind", "address", "offset"


def _arm64e(ordinal: int, *, plain: str) -> Callable[[int], tuple[str, int]]:
    """The decoder of a format of arm64e: signed pointers are offsets, the others what ``plain`` says."""

    def decode(raw: int) -> tuple[str, int]:
        if raw >> 62 & 1:
            return _BIND, raw & ordinal
        if raw >> 63:
            return _OFFSET, raw & 0xFFFFFFFF
        return plain, raw & 0x7FFFFFFFFFF

    return decode


def _plain(kind: str) -> Callable[[int], tuple[str, int]]:
    """The decoder of a format without signed pointers."""

    def decode(raw: int) -> tuple[str, int]:
        return (_BIND, raw & 0xFFFFFF) if raw >> 63 else (kind, raw & 0xFFFFFFFFF)

    return decode


_DECODERS: Final = {
    1: _arm64e(0xFFFF, plain=_ADDRESS),
    2: _plain(_ADDRESS),
    6: _plain(_OFFSET),
    9: _arm64e(0xFFFF, plain=_OFFSET),
    12: _arm64e(0xFFFFFF, plain=_OFFSET),
}
"""DYLD_CHAINED_PTR_ARM64E, _64, _64_OFFSET, _ARM64E_USERLAND, _ARM64E_USERLAND24: what apps have."""


def read_chained(
    table: ByteView, formats: PointerFormats, libraries: Sequence[LinkedLibrary], doubts: ImageDoubts
) -> None:
    """Read LC_DYLD_CHAINED_FIXUPS into formats and imports; what is damaged is a doubt."""
    _, starts, imports, symbols, count, form, packed = table.unpack(_HEADER, 0)
    if packed:
        doubts.add(ImagePart.IMPORTS, "their names are compressed")
    try:
        _read_formats(table, starts, formats)
        _read_imports(table, (imports, symbols, 0 if packed else count, form), formats, libraries)
    except MachOError as error:
        doubts.add(ImagePart.IMPORTS, error)


def _read_formats(table: ByteView, starts: int, formats: PointerFormats) -> None:
    segments = table.u32(starts)
    at = table.check(starts + 4, 4 * segments) - table.start
    for index, offset in enumerate(table.numbers(at, segments, "I")):
        if offset:
            formats.formats[index] = table.unpack(_STARTS, starts + offset)[2]


def _read_imports(
    table: ByteView,
    layout: tuple[int, int, int, int],
    formats: PointerFormats,
    libraries: Sequence[LinkedLibrary],
) -> None:
    at, symbols, count, form = layout
    entry = _IMPORTS.get(form)
    if entry is None:
        raise MachOError(f"imports of format {form} are not known")
    for _ in range(min(count, MACHO_IMPORTS.limit)):
        raw = table.unpack(entry, at)[0]
        bits, width = (16, 32) if form == 3 else (8, 9)
        ordinal = raw & (1 << bits) - 1
        if ordinal > (1 << bits) - 16:  # the special ones are negative
            ordinal -= 1 << bits
        name = shown(table.text(symbols + (raw >> width)))
        formats.imports.append(Import(name, library_of(ordinal, libraries)))
        at += entry.size
    if count > MACHO_IMPORTS.limit:
        raise MachOError(f"there are more than {MACHO_IMPORTS}")
