"""The layout of a DEX file: where its tables lie, and that they lie inside the file.

Source: https://source.android.com/docs/core/runtime/dex-format.  Nothing is copied: a table is a
``memoryview`` of 16- or 32-bit numbers over the file, and costs the same whatever its length.  What
ART's verifier refuses at load time (a foreign byte order, tables beyond the end) is refused here.
"""

from __future__ import annotations

import functools
import struct
import sys
from array import array
from typing import TYPE_CHECKING, Final, ParamSpec, TypeAlias, TypeVar

from pincompiler.base.errors import InputError
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal

P = ParamSpec("P")
R = TypeVar("R")
Numbers: TypeAlias = "memoryview[int]"
"""A table of unsigned numbers, all of one width."""

NO_INDEX: Final = 0xFFFFFFFF
HEADER_SIZE: Final = 112

CLASS_DATA: Final = 0x2000
CODE: Final = 0x2001
STRING_DATA: Final = 0x2002
DEBUG_INFO: Final = 0x2003

_VERSIONS: Final = (b"035", b"037", b"038", b"039", b"040", b"041")
_ENDIAN_TAG: Final = 0x12345678
_SECTION_KINDS: Final = 64
"""More entries than kinds of section exist make a map_list a fake."""


class DexError(InputError):
    """A DEX file is not what it should be; ``str()`` says where it departs from the format."""


def guarded(function: Callable[P, R]) -> Callable[P, R]:
    """Turn every read outside the file into a :class:`DexError`, once, at the border of the package.

    Every number of a hostile file may point anywhere.  The views raise ``IndexError`` for it; to
    check each read beforehand would double the cost of all reads for the sake of the rare bad one.
    """

    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (IndexError, struct.error) as error:
            raise DexError(f"malformed DEX file: a reference leads outside of it ({error})") from error

    return inner


def numbers(data: bytes, offset: int, count: int, width: Literal["H", "I"]) -> Numbers:
    """View ``count`` little-endian numbers at ``offset``; ``width`` is ``"H"`` or ``"I"``."""
    size = count * (2 if width == "H" else 4)
    if offset < 0 or offset + size > len(data):
        raise DexError(f"malformed DEX file: a table of {size} bytes at offset {offset} exceeds the file")
    view = memoryview(data)[offset : offset + size].cast(width)
    if sys.byteorder == "little":
        return view
    swapped: array[int] = array(width, view.tobytes())
    swapped.byteswap()
    return memoryview(swapped.tobytes()).cast(width)


def row(table: Numbers, width: int, index: int) -> list[int]:
    """The numbers of one entry of a table; a slice alone would hide that there is no such entry."""
    if not 0 <= index < len(table) // width:
        raise DexError(f"malformed DEX file: entry {index} of a table of {len(table) // width}")
    return table[width * index : width * index + width].tolist()


def u32(data: bytes, offset: int) -> int:
    """Read the 32-bit number at ``offset``."""
    if offset < 0 or offset + 4 > len(data):
        raise DexError(f"malformed DEX file: offset {offset} lies beyond its end")
    return int.from_bytes(data[offset : offset + 4], "little")


def uleb128(data: bytes, at: int) -> tuple[int, int]:
    """Read an unsigned LEB128 number: its value, and the offset behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & NO_INDEX, at
        shift += 7
        if shift > 28:
            return (value | (data[at] & 15) << 28) & NO_INDEX, at + 1


def sleb128(data: bytes, at: int) -> tuple[int, int]:
    """Read a signed LEB128 number: its value, and the offset behind it."""
    start = at
    value, at = uleb128(data, at)
    bits = min(7 * (at - start), 32)
    return (value - (1 << bits) if value >> (bits - 1) & 1 else value), at


def as_uleb128(value: int) -> bytes:
    """Write an unsigned LEB128 number in its shortest form."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of one DEX file, as flat numbers."""

    version: int
    strings: Numbers
    """Offset of each string's data."""
    types: Numbers
    """String id of each descriptor."""
    protos: Numbers
    """Three each: shorty, return type, offset of the parameters."""
    fields: Numbers
    """Four each, 16 bits: class, type, low and high half of the name."""
    methods: Numbers
    """Four each, 16 bits: class, prototype, low and high half of the name."""
    classes: Numbers
    """Eight each; see :mod:`pincompiler.android.dex.classes`."""
    sections: Mapping[int, range]
    """File offsets which each kind of item of the map_list takes up."""


def read_layout(data: bytes) -> Layout:
    """Read the header and the map of a DEX file."""
    if len(data) < HEADER_SIZE or data[:4] != b"dex\n":
        raise DexError("not a DEX file: it does not begin with 'dex'")
    if data[4:7] not in _VERSIONS:
        raise DexError(f"a DEX file of a version unknown here: {data[4:7]!r}")
    if u32(data, 40) != _ENDIAN_TAG:
        raise DexError("malformed DEX file: its byte order is not the one Android reads")
    if u32(data, 32) > len(data):
        raise DexError(f"truncated DEX file: {len(data)} bytes of {u32(data, 32)}")
    if data[4:7] == b"041" and u32(data, 36) >= 120 and (u32(data, 116) or u32(data, 112) != u32(data, 32)):
        raise DexError("a container of several DEX files (version 041) is not read yet")
    map_offset, *pairs = struct.unpack_from("<13I", data, 52)
    sizes, offsets = pairs[::2], pairs[1::2]

    def table(place: int, width: int, kind: Literal["H", "I"]) -> Numbers:
        return numbers(data, offsets[place], sizes[place] * width, kind)

    return Layout(
        version=int(data[4:7]),
        strings=table(0, 1, "I"),
        types=table(1, 1, "I"),
        protos=table(2, 3, "I"),
        fields=table(3, 4, "H"),
        methods=table(4, 4, "H"),
        classes=table(5, 8, "I"),
        sections=_sections(data, map_offset),
    )


def _sections(data: bytes, map_offset: int) -> dict[int, range]:
    count = u32(data, map_offset)
    if count > _SECTION_KINDS:
        raise DexError(f"malformed DEX file: its map lists {count} sections")
    entries = numbers(data, map_offset + 4, 3 * count, "I").tolist()
    starts = sorted(entries[2::3])
    if not starts or starts[-1] > len(data):
        raise DexError("malformed DEX file: its map is empty or leads beyond its end")
    following = {
        start: end for start, end in zip(starts, [*starts[1:], len(data)], strict=True) if start != end
    }
    return {
        kind & 0xFFFF: range(start, following.get(start, start))
        for kind, start in zip(entries[0::3], entries[2::3], strict=True)
    }
