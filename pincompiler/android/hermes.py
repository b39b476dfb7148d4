"""The strings of Hermes bytecode, which React Native's release builds have instead of JavaScript.

In the file they lie end to end, and overlap: where one begins and ends stands in a table (hermes
``BytecodeFileFormat.h``).  Seen were versions 84, 89 and 96 with sixteen bytes for the header of each function, and 99
with twelve; which of them it is shows in whether ``global``, the name of the first function, is a string.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC: Final = bytes.fromhex("c61fbc03c103191f")
_HEADER, _COUNTS, _ENTRY, _OVERFLOW = 128, Struct("<6I"), Struct("<I"), Struct("<II")
_COUNTS_AT: Final = 40
"""Behind the magic number, the version, a hash, the length of the file and the number of the first function."""
_FUNCTION_HEADERS: Final = (16, 12)
_LONG: Final = 255
"""The length of a string that is in the table of long ones."""


class HermesError(Exception):
    """No Hermes bytecode, or of a version whose tables are laid out otherwise; the message is a predicate."""


def strings(data: bytes, least: int = 0) -> Iterator[str]:
    """Every string of at least so many characters.  HermesError before the first if the table is not where it should be."""
    if not data.startswith(MAGIC) or len(data) < _HEADER:
        raise HermesError("is no Hermes bytecode")
    functions, kinds, identifiers, count, overflow, storage = _COUNTS.unpack_from(data, _COUNTS_AT)
    for each in _FUNCTION_HEADERS:
        table = _HEADER + each * functions + 4 * kinds + 4 * identifiers
        found = _Strings(data, table, count, overflow, storage)
        if found.is_one():
            return found.all(least)
    version = _ENTRY.unpack_from(data, len(MAGIC))[0]
    raise HermesError(f"is Hermes bytecode of version {version}, whose table of strings was not found")


class _Strings:
    """The table of strings at some place."""

    def __init__(self, data: bytes, table: int, count: int, overflow: int, storage: int) -> None:
        self.data, self.table, self.count, self.overflow = data, table, count, overflow
        self.wide = table + 4 * count
        self.pool = self.wide + 8 * overflow
        self.fits = self.pool + storage <= len(data)

    def is_one(self) -> bool:
        """Whether it has the string that every one has."""
        return self.fits and any(one == "global" for one in self.all(6, 6))

    def all(self, least: int, most: int = 1 << 32) -> Iterator[str]:
        """Those of a length between two."""
        for number in range(self.count):
            entry = _ENTRY.unpack_from(self.data, self.table + 4 * number)[0]
            wide, offset, length = entry & 1, entry >> 1 & 0x7FFFFF, entry >> 24
            if length == _LONG and offset < self.overflow:
                offset, length = _OVERFLOW.unpack_from(self.data, self.wide + 8 * offset)
            if least <= length <= most:
                at = self.pool + offset
                raw = self.data[at : at + length * (2 if wide else 1)]
                yield raw.decode("utf-16-le" if wide else "latin-1", "replace")
