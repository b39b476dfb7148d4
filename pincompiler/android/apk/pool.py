"""The string pool of binary XML and of resource tables (AOSP ``ResStringPool``)."""

from __future__ import annotations

from dataclasses import field
from struct import Struct, error

from pincompiler.base.bounds import POOL_BYTES
from pincompiler.base.records import dataclass

_HEADER = Struct("<HHIIIIII")
_UTF8 = 0x100


class PoolError(ValueError):
    """No pool can be here, or its strings overlap so much that it is a bomb."""


@dataclass(slots=True, eq=False, repr=False)
class StringPool:
    """Strings by number, decoded when asked for."""

    data: bytes
    start: int
    """Of the chunk."""
    fault: str = ""
    """Why Android refuses the pool, and with it the whole file; what it holds is read all the same."""
    _count: int = 0
    _strings: int = 0
    _index: int = 0
    _end: int = 0
    """Of the strings, which end in a zero."""
    _utf8: bool = False
    _budget: int = 0
    _known: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            _, header, size, count, styled, flags, strings, styles = _HEADER.unpack_from(
                self.data, self.start
            )
        except error as wrong:
            raise PoolError("the string pool is cut off") from wrong
        end = min(len(self.data), self.start + size)
        self._index = self.start + header
        self._strings = self.start + strings
        self._count = max(0, min(count, (end - self._index) // 4))
        self._utf8 = bool(flags & _UTF8)
        self._end = min(end, self.start + styles) if styled else end
        if not self._utf8:
            self._end -= (self._end - self._strings) % 2
        self._budget = POOL_BYTES.limit + 4 * (end - self.start)
        self.fault = self._fault(header, size, count) or (
            self._fault_of_styles(header, size, count, styles) if styled else ""
        )

    def _fault(self, header: int, size: int, count: int) -> str:
        """``ResStringPool::setTo`` and ``validate_chunk``."""
        if not _HEADER.size <= header <= size or self.start + size > len(self.data):
            return "the string pool has an impossible size"
        if (header | size) % 4:
            return "the string pool is not in units of four bytes"
        if not count:
            return ""
        if header + 4 * count > size:
            return "the string pool has more strings than room"
        if self._strings - self.start >= size - 2 or self._end <= self._strings:
            return "the string pool has no room for strings"
        width = 1 if self._utf8 else 2
        return "" if not any(self.data[self._end - width : self._end]) else "the last string has no end"

    def _fault_of_styles(self, header: int, size: int, count: int, styles: int) -> str:
        """The same for what spans of text look like; none of it is read."""
        if (
            header + 4 * count > size
            or styles >= size - 2
            or (count and styles <= self._strings - self.start)
        ):
            return "the styles of the string pool have an impossible place"
        last = self.start + styles + 4 * ((size - styles) // 4 - 3)
        return "" if self.data[last : last + 12] == b"\xff" * 12 else "the last style has no end"

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> str:
        """The string of a number; empty if there is none, which are the same to Android."""
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._decoded(number)
        return known

    def _decoded(self, number: int) -> str:
        if not 0 <= number < self._count:
            return ""
        at = self._index + 4 * number
        offset = int.from_bytes(self.data[at : at + 4], "little")
        try:
            raw = self._utf8_bytes(offset) if self._utf8 else self._utf16_bytes(offset & ~1)
        except IndexError:  # a length is cut off
            return ""
        self._budget -= len(raw) + 8
        if self._budget < 0:
            raise PoolError("the strings of the pool overlap without end")
        return _text(raw, "utf-8" if self._utf8 else "utf-16-le")

    def _utf8_bytes(self, offset: int) -> bytes:
        """A length in UTF-16 and one in bytes, of one byte or two each; then the bytes and a zero.

        As aapt cut lengths to 15 bits, the zero may also stand a multiple of 2**15 later.  A string whose length in
        UTF-16 is another is none (``ResStringPool::stringAt``).
        """
        data, end = self.data, self._end
        at = self._strings + offset
        if at >= end - 1:
            return b""
        units, at = self._short(at)
        size, at = self._short(at)
        for last in range(at + size, end, 1 << 15):
            if not data[last]:
                raw = data[at:last]
                return raw if _utf16_length(raw) & 0x7FFF == units else b""
        return b""

    def _short(self, at: int) -> tuple[int, int]:
        first = self.data[at]
        return ((first & 0x7F) << 8 | self.data[at + 1], at + 2) if first & 0x80 else (first, at + 1)

    def _utf16_bytes(self, offset: int) -> bytes:
        """A length in code units, of two bytes or four, the units and a zero."""
        data, end = self.data, self._end
        at = self._strings + offset
        if at >= end - 2:
            return b""
        size = data[at] | data[at + 1] << 8
        at += 2
        if size & 0x8000:
            size = (size & 0x7FFF) << 16 | data[at] | data[at + 1] << 8
            at += 2
        last = at + 2 * size
        return data[at:last] if last < end and not any(data[last : last + 2]) else b""


def _utf16_length(raw: bytes) -> int:
    """``utf8_to_utf16_length`` of libutils, which goes by the first byte of each character alone."""
    if raw.isascii():
        return len(raw)
    at = units = 0
    while at < len(raw):
        size = (0xE5000000 >> (raw[at] >> 3 & 0x1E) & 3) + 1
        at += size
        units += 1 + (size == 4)
    return units if at == len(raw) else -1


def _text(raw: bytes, encoding: str) -> str:
    """What the bytes say; surrogates that aapt wrote one by one in UTF-8 are joined again."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        loose = raw.decode(encoding, "surrogatepass" if _only_surrogates(raw, encoding) else "replace")
        return loose.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _only_surrogates(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
