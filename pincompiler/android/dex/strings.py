"""The strings of a DEX file: found by pattern or by value without decoding the others.

A string is stored as the ULEB128 number of its UTF-16 units, its text in modified UTF-8 and a NUL.
A pattern runs over that storage, from each place where its literal beginning stands: ``bytes.find``
looks for those at a multiple of the speed of ``re``.  A text that is known whole is not searched for,
since the table is sorted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.format import DexError, as_uleb128
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.android.dex.format import Numbers

_ASTRAL: Final = lazy_regex("[\U00010000-\U0010ffff]")
_PLAIN: Final = lazy_regex(rb"[\w !'/:-]*", re.ASCII)
_REPEATED: Final = (b"?", b"*", b"+", b"{")
_SAMPLES: Final = 64
"""Neighbours compared before the order of the table is relied on."""


@dataclass(frozen=True, slots=True)
class StringPattern:
    """What to look for in the storage of all strings."""

    regex: re.Pattern[bytes]
    whole: bool
    """Whether a match must begin with the string's length, hence with the string."""
    start: bytes = b""
    """What every match begins with."""
    text: str | None = None
    """The one string that matches, if there is only one."""


def exactly(length: int, body: bytes) -> StringPattern:
    """Match the strings of ``length`` ASCII characters whose text is ``body``, a regular expression."""
    size = as_uleb128(length)
    regex = lazy_regex(re.escape(size) + b"(?:" + body + rb")(?=\0)")
    return StringPattern(regex, whole=True, start=size + _literal(body))


def containing(body: bytes) -> StringPattern:
    """Match the strings in which ``body``, a regular expression that matches no NUL, is found."""
    return StringPattern(lazy_regex(body), whole=False, start=_literal(body))


def reading(text: str) -> StringPattern:
    """Match the string that reads ``text``."""
    return StringPattern(lazy_regex(re.escape(encode(text))), whole=True, text=text)


def _literal(body: bytes) -> bytes:
    """What every match of a regular expression begins with, as far as its first special character."""
    found = _PLAIN.match(body)
    assert found is not None  # noqa: S101 - it matches the empty beginning too
    end = found.end()
    if b"|" in body:
        return b""
    return body[: end - 1] if body[end : end + 1] in _REPEATED else body[:end]


def decode(raw: bytes) -> str:
    """Decode modified UTF-8; what is no text becomes U+FFFD."""
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError:
        pass
    try:
        text = raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
    # Characters beyond the BMP are stored as two surrogates of three bytes each.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def encode(text: str) -> bytes:
    """Encode as modified UTF-8."""

    def surrogates(match: re.Match[str]) -> str:
        units = match.group().encode("utf-16-le")
        return chr(int.from_bytes(units[:2], "little")) + chr(int.from_bytes(units[2:], "little"))

    return _ASTRAL.sub(surrogates, text).encode("utf-8", "surrogatepass").replace(b"\0", b"\xc0\x80")


class StringTable:
    """All strings of one DEX file, by id."""

    def __init__(self, data: bytes, offsets: Numbers, section: range) -> None:
        self._data = data
        self._offsets = offsets
        self._section = section
        self._by_offset: tuple[list[int], Sequence[int]] | None = None
        self._by_value: dict[bytes, int] | None = None
        self._texts: dict[int, str] = {}
        self._found: dict[str, int | None] = {}
        self._sorted: bool | None = None

    def __len__(self) -> int:
        return len(self._offsets)

    def raw(self, index: int) -> bytes:
        """The text of a string as it is stored."""
        data = self._data
        at = self._offsets[index]
        while data[at] > 127:
            at += 1
        end = data.find(0, at + 1)
        if end < 0:
            raise DexError(f"malformed DEX file: string {index} does not end")
        return data[at + 1 : end]

    def text(self, index: int) -> str:
        """The text of a string."""
        text = self._texts.get(index)
        if text is None:
            text = self._texts[index] = decode(self.raw(index))
        return text

    def find(self, text: str) -> int | None:
        """The id of the string that reads ``text``; none if the file has no such string."""
        if text not in self._found:
            self._found[text] = self._search(encode(text))
        return self._found[text]

    def _search(self, raw: bytes) -> int | None:
        if not self._is_sorted():
            if self._by_value is None:
                self._by_value = {self.raw(index): index for index in range(len(self))}
            return self._by_value.get(raw)
        # A comparison needs no more of a string than the wanted one has, its NUL included.
        data, offsets = self._data, self._offsets
        key = _sort_key(raw) + b"\0"
        size = len(raw) + 2
        low, high = 0, len(offsets)
        while low < high:
            middle = (low + high) >> 1
            at = offsets[middle] + 1
            while data[at - 1] > 127:
                at += 1
            if _sort_key(data[at : at + size]) < key:
                low = middle + 1
            else:
                high = middle
        return low if low < len(offsets) and self.raw(low) == raw else None

    def matching(self, patterns: Sequence[StringPattern]) -> set[int]:
        """The ids of the strings that some pattern matches."""
        found: set[int] = set()
        for pattern in patterns:
            if pattern.text is None:
                found |= self._at(self._matches(pattern), whole=pattern.whole)
            elif (known := self.find(pattern.text)) is not None:
                found.add(known)
        return found

    def _matches(self, pattern: StringPattern) -> Iterator[int]:
        """The file offsets at which a pattern matches."""
        data, start = self._data, pattern.start
        at, end = self._extent()
        while start and (at := data.find(start, at, end)) >= 0:
            if pattern.regex.match(data, at, end):
                yield at
            at += 1
        if not start:
            yield from (match.start() for match in pattern.regex.finditer(data, at, end))

    def _at(self, places: Iterable[int], *, whole: bool = False) -> set[int]:
        """The ids of the strings in which some file offsets lie, or at which they begin."""
        found = set()
        for at in places:
            offsets, ids = self._places()
            place = bisect_right(offsets, at) - 1
            if place >= 0 and (not whole or offsets[place] == at):
                found.add(ids[place])
        return found

    def _extent(self) -> tuple[int, int]:
        if not len(self):
            return 0, 0
        if self._section:
            return self._section.start, self._section.stop
        return min(self._offsets), len(self._data)

    def _places(self) -> tuple[list[int], Sequence[int]]:
        """Sorted offsets, and the id of each: R8 may lay strings out in the order of first use."""
        if self._by_offset is None:
            offsets = self._offsets.tolist()
            ordered = sorted(offsets)
            ids: Sequence[int] = range(len(offsets))
            if ordered != offsets:
                ids = sorted(ids, key=offsets.__getitem__)
            self._by_offset = ordered, ids
        return self._by_offset

    def _key(self, index: int) -> bytes:
        return _sort_key(self.raw(index))

    def _is_sorted(self) -> bool:
        """Whether the table seems sorted, as Android demands; a sample of it, the rest is its verifier's."""
        if self._sorted is None:
            step = max(1, len(self) // _SAMPLES)
            sample = range(0, len(self) - 1, step)
            self._sorted = all(self._key(index) < self._key(index + 1) for index in sample)
        return self._sorted


def _sort_key(raw: bytes) -> bytes:
    """Order as the table is: by UTF-16 unit, which bytes follow but for the two of U+0000."""
    return raw.replace(b"\xc0\x80", b"\0") if b"\xc0" in raw else raw
