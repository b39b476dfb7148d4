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
    _count: int = 0
    _strings: int = 0
    _index: int = 0
    _end: int = 0
    _utf8: bool = False
    _budget: int = 0
    _known: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            _, header, size, count, _, flags, strings, _ = _HEADER.unpack_from(self.data, self.start)
        except error as wrong:
            raise PoolError("the string pool is cut off") from wrong
        self._end = min(len(self.data), self.start + size)
        self._index = self.start + header
        self._strings = self.start + strings
        self._count = max(0, min(count, (self._end - self._index) // 4))
        self._utf8 = bool(flags & _UTF8)
        self._budget = POOL_BYTES.limit + 4 * (self._end - self.start)

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
        at = self._strings + int.from_bytes(self.data[at : at + 4], "little")
        raw = self._utf8_bytes(at) if self._utf8 else self._utf16_bytes(at)
        self._budget -= len(raw) + 8
        if self._budget < 0:
            raise PoolError("the strings of the pool overlap without end")
        return _text(raw, "utf-8" if self._utf8 else "utf-16-le")

    def _utf8_bytes(self, at: int) -> bytes:
        """A length in characters, one in bytes, the bytes; each length has one byte or two."""
        data, end = self.data, self._end
        if at + 2 > end:
            return b""
        at += 2 if data[at] & 0x80 else 1
        if at + 2 > end:
            return b""
        size = data[at]
        at += 1
        if size & 0x80:
            size = (size & 0x7F) << 8 | data[at]
            at += 1
        return data[at : min(at + size, end)]

    def _utf16_bytes(self, at: int) -> bytes:
        """A length in code units, of two bytes or four, and the units."""
        data, end = self.data, self._end
        if at + 4 > end:
            return b""
        size = data[at] | data[at + 1] << 8
        at += 2
        if size & 0x8000:
            size = (size & 0x7FFF) << 16 | data[at] | data[at + 1] << 8
            at += 2
        return data[at : min(at + 2 * size, end)]


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
