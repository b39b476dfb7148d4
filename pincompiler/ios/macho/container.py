"""Thin and fat Mach-O files: every slice of a fat one is a program of its own.

Sources: ``mach-o/fat.h`` of Apple's XNU.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import MACHO_SLICES
from pincompiler.base.records import dataclass
from pincompiler.ios.macho.format import MAGIC_32, MAGIC_64, ByteView, MachOError, cpu_name
from pincompiler.ios.macho.image import MachO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.ios.macho.format import Buffer

_FAT_32: Final = 0xCAFEBABE
_FAT_64: Final = 0xCAFEBABF
_BIG_ENDIAN: Final = (0xFEEDFACE, 0xFEEDFACF)
_LEAST: Final = 28
"""Bytes of the smallest header."""
_HEADER: Final = struct.Struct(">2I")
_ENTRIES: Final = {_FAT_32: struct.Struct(">5I"), _FAT_64: struct.Struct(">2I2Q2I")}
_ARCHIVE: Final = b"!<arch>\n"


@dataclass(frozen=True, slots=True)
class FatSlice:
    """One program of a file."""

    cpu: str
    """As the file's table says: ``arm64``, ``arm64e``, ``x86_64``…"""
    offset: int
    """In the file, in bytes."""
    size: int
    image: MachO | None
    """None if it cannot be read."""
    why: str
    """Why it cannot be read; empty if it can."""


@dataclass(frozen=True, slots=True)
class MachOFile:
    """A thin or a fat file."""

    slices: tuple[FatSlice, ...]
    """In the order of the file; a thin file has one."""
    doubts: tuple[str, ...]
    """What of the table of slices was not seen, as clauses."""

    @property
    def images(self) -> tuple[MachO, ...]:
        """The slices that can be read."""
        return tuple(one.image for one in self.slices if one.image is not None)


def is_macho(head: bytes) -> bool:
    """Whether a file that begins with these eight bytes or more is a Mach-O file.

    A Java class has the magic number of a fat file, and its version, 45 and more, where the number of slices stands.
    """
    if len(head) < _HEADER.size:
        return False
    magic, count = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    if magic in _ENTRIES:
        return count <= MACHO_SLICES.limit
    little = int.from_bytes(head[:4], "little")
    return little in (MAGIC_32, MAGIC_64) or magic in _BIG_ENDIAN


def read_macho(data: Buffer) -> MachOFile:
    """Read a file; the images are read as they are asked.

    :class:`MachOError` says that it is no Mach-O file.  What is damaged within is a doubt, or a slice without image.
    """
    if not is_macho(data[: _HEADER.size]) or len(data) < _LEAST:
        raise MachOError("this is no Mach-O file")
    magic, count = _HEADER.unpack_from(data)
    if magic not in _ENTRIES:
        view = ByteView(data)
        return MachOFile((_slice(_thin_cpu(view), view),), ())
    doubts: list[str] = []
    found = tuple(_table(ByteView(data), _ENTRIES[magic], count, doubts))
    return MachOFile(found, tuple(doubts))


def _table(file: ByteView, form: struct.Struct, count: int, doubts: list[str]) -> Iterator[FatSlice]:
    ends = _HEADER.size
    for number in range(count):
        try:
            kind, subtype, offset, size, *_ = file.unpack(form, _HEADER.size + number * form.size)
            view = file.apart(offset, size)
        except MachOError as error:
            doubts.append(f"slice {number + 1} of {count}: {error}")
            continue
        if offset < ends:
            doubts.append(f"slice {number + 1} of {count} overlaps what is before it")
        ends = offset + size
        yield _slice(cpu_name(kind, subtype), view)


def _slice(cpu: str, view: ByteView) -> FatSlice:
    try:
        return FatSlice(cpu, view.start, view.size, MachO(view), "")
    except MachOError as error:
        why = str(error)
        if view.buffer[view.start : view.start + len(_ARCHIVE)] == _ARCHIVE:
            why = "it is a static library, which no app loads"
        return FatSlice(cpu, view.start, view.size, None, why)


def _thin_cpu(view: ByteView) -> str:
    form = struct.Struct("<3I" if view.u32(0) in (MAGIC_32, MAGIC_64) else ">3I")
    _, kind, subtype = view.unpack(form, 0)
    return cpu_name(kind, subtype)
