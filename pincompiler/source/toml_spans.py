"""Where every key and value of a TOML document stands in its text.

``tomllib`` reads values and forgets positions.  Since it has already proved the text valid, a
scanner suffices: walk the text once with the current path in hand, and note where each entry
starts and ends.  No recursion, so nothing that ``tomllib`` survived can exhaust the stack here.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.location import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.base.location import TomlPath

_BLANK = lazy_regex(r"(?:\s|#[^\n]*)*")
_BLANKS = frozenset(" \t\r\n#")
"""With which blanks and comments begin."""
_STRING = lazy_regex(r'"""(?:[^\\]|\\[\s\S])*?"{3,5}|' r"'''[\s\S]*?'{3,5}|" r'"(?:[^"\\]|\\.)*"|' r"'[^']*'")
_BARE_KEY = lazy_regex(r"[A-Za-z0-9_-]+")
_SCALAR = lazy_regex(r"[^,\]}#\s]+(?:[ ]\d[\d:.Zz+-]*)?")
"""A bare value; a date and its time may be parted by one space."""
_PLAIN_PAIR = lazy_regex(r'([A-Za-z0-9_-]+) ?= ?("[^"\\\n]*"|[A-Za-z0-9_.+:-]+)(?=[ \t]*(?:\r?\n|#|\Z))')
_PLAIN_NAMES = lazy_regex(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?=\])")
"""Most lines are of these two forms: looking at one as a whole takes a third of the time."""


class TomlEntry(NamedTuple):
    """Where the name of an entry stands, and where its value does."""

    key: Span
    value: Span


def locate(text: str) -> Mapping[TomlPath, TomlEntry]:
    """Map the path of each entry of ``text``, valid TOML, to its place.

    Array items have their value's span for a key; a table's span is that of the header or dotted
    key that first names it.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.entries


class _Scanner:
    """One walk over a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.entries: dict[TomlPath, TomlEntry] = {}
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._newest: dict[TomlPath, int] = {}
        """The index of the newest element of each array of tables."""

    def document(self) -> None:
        table: TomlPath = ()
        self._blank()
        while self.at < len(self.text):
            if self._take("["):
                table = self._header()
            else:
                self._pair(table)
            self._blank()

    def _header(self) -> TomlPath:
        in_array = self._take("[")
        self._blank()
        start = self.at
        if plain := _PLAIN_NAMES.match(self.text, self.at):
            self.at = plain.end()
            names = plain[0].split(".")
        else:
            names = self._key()
        path: TomlPath = ()
        for number, name in enumerate(names, 1):
            path = (*path, name)
            self._note(path, start, self.at, start)
            if in_array and number == len(names):
                self._newest[path] = self._newest.get(path, -1) + 1
            if path in self._newest:
                path = (*path, self._newest[path])
                self._note(path, start, self.at, start)
        self._take("]")
        if in_array:
            self._take("]")
        return path

    def _pair(self, table: TomlPath) -> None:
        """A ``key = value``."""
        if plain := _PLAIN_PAIR.match(self.text, self.at):
            self.at = plain.end()
            self._note((*table, plain[1]), plain.start(), plain.end(1), plain.start(2))
        else:
            self._nested_pair(table)

    def _nested_pair(self, table: TomlPath) -> None:
        """One whose value may hold others: kept on a stack, not on Python's."""
        open_values = [self._name(table)]
        while open_values:
            path, key_start, key_end, start, closer, count = open_values.pop()
            if closer and self._take(closer):
                self._note(path, key_start, key_end, start)
                self._take(",") if open_values else None
            elif closer:
                open_values.append((path, key_start, key_end, start, closer, count + 1))
                open_values.append(self._name(path) if closer == "}" else self._item((*path, count)))
            elif self._take("["):
                open_values.append((path, key_start, key_end, start, "]", 0))
            elif self._take("{"):
                open_values.append((path, key_start, key_end, start, "}", 0))
            else:
                self._match(_STRING) or self._match(_SCALAR)
                self._note(path, key_start, key_end, start)
                self._take(",") if open_values else None

    def _name(self, table: TomlPath) -> tuple[TomlPath, int, int, int, str, int]:
        self._blank()
        start = self.at
        names = self._key()
        end = self.at
        for number in range(1, len(names)):
            self._note((*table, *names[:number]), start, end, start)
        self._take("=")
        self._blank()
        return (*table, *names), start, end, self.at, "", 0

    def _item(self, path: TomlPath) -> tuple[TomlPath, int, int, int, str, int]:
        self._blank()
        return path, self.at, self.at, self.at, "", 0

    def _key(self) -> list[str]:
        parts = [self._simple_key()]
        while self._take("."):
            parts.append(self._simple_key())
        return parts

    def _simple_key(self) -> str:
        self._blank()
        if quoted := self._match(_STRING):
            return str(tomllib.loads(f"k = {quoted}")["k"])
        return self._match(_BARE_KEY)

    # -- the cursor ------------------------------------------------------------------------------

    def _blank(self) -> None:
        self._match(_BLANK)

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()

    def _take(self, symbol: str) -> bool:
        """Step over ``symbol``, one character, if it comes next, blanks aside."""
        found = self.text[self.at : self.at + 1]
        after = self.at
        if found in _BLANKS:
            ahead = _BLANK.match(self.text, after)
            after = ahead.end() if ahead else after
            found = self.text[after : after + 1]
        if found != symbol:
            return False
        self.at = after + 1
        return True

    def _note(self, path: TomlPath, key_start: int, key_end: int, start: int) -> None:
        if path not in self.entries:
            value = self._span(start, self.at)
            key = self._span(key_start, key_end) if key_end > key_start else value
            self.entries[path] = TomlEntry(key, value)

    def _span(self, start: int, end: int) -> Span:
        starts = self._line_starts
        first = last = bisect_right(starts, start)
        if last < len(starts) and starts[last] <= end:
            last = bisect_right(starts, end)
        return Span(first, start - starts[first - 1] + 1, last, end - starts[last - 1] + 1)
