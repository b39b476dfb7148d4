"""TOML tables that check what is asked of them: every wrong entry is reported, none stops the reading."""

from __future__ import annotations

from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from pincompiler.base.bounds import shortened
from pincompiler.base.finding import Correction, Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pincompiler.base.location import Location

T = TypeVar("T")

_TYPES: Mapping[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    list: "an array",
    dict: "a table",
    datetime: "a date and time",
    date: "a date",
}


class Reporter:
    """Collects what is wrong while reading goes on."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def error(self, rule: str, message: str, where: Location, fix: str = "", **more: Any) -> None:
        """Note an error."""
        self.findings.append(Finding(rule, Level.ERROR, message, where, fix, **more))

    def warning(self, rule: str, message: str, where: Location, fix: str = "", **more: Any) -> None:
        """Note a warning."""
        self.findings.append(Finding(rule, Level.WARNING, message, where, fix, **more))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "did you mean X?", or the known words when none is near and they are few."""
    words = sorted(known)
    near = get_close_matches(word, words, 1, 0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known here: {', '.join(words)}" if 0 < len(words) <= 12 else ""


class TomlTable:
    """One TOML table.  A getter returns None for an entry that is absent or wrong."""

    __slots__ = ("_reporter", "_values", "where")

    def __init__(self, values: Mapping[str, Any], where: Location, reporter: Reporter) -> None:
        self._values = values
        self._reporter = reporter
        self.where = where

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def is_empty(self, key: str) -> bool:
        """Whether an entry is absent or an empty array."""
        return self._values.get(key) in (None, [])

    def holds_table(self, key: str) -> bool:
        """Whether an entry is a table."""
        return isinstance(self._values.get(key), dict)

    def text(self, key: str, *, required: bool = False) -> str | None:
        """A string that is not blank."""
        value = self._get(key, str, required=required)
        if value is not None and not value.strip():
            self._reporter.error("invalid-value", f"`{key}` is blank", self.where.at(key), "write it out")
            return None
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean."""
        value = self._get(key, bool)
        return default if value is None else value

    def whole(self, key: str) -> int | None:
        """An integer from 0."""
        value = self._get(key, int)
        if value is None or 0 <= value < 2**31:
            return value
        problem = "is negative" if value < 0 else "is larger than anything it counts"
        self._reporter.error("invalid-value", f"`{key}` {problem}", self.where.at(key), "count from 0")
        return None

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A local date; a date with a time is refused, since no platform honours the time."""
        return self._get(key, date, required=required)

    def choice(self, key: str, options: Mapping[str, T], default: T) -> T:
        """One of some words."""
        value = self.text(key)
        if value is None:
            return default
        if value not in options:
            where, fix = self.where.at(key), did_you_mean(value, options)
            spelt = value.strip().lower().replace("_", "-").replace(" ", "-")
            correction = Correction(spelt) if spelt in options else None
            message = f"`{key}` cannot be `{value}`"
            self._reporter.error("invalid-value", message, where, fix, correction=correction)
            return default
        return options[value]

    def texts(self, key: str, *, required: bool = False) -> tuple[tuple[int, str], ...] | None:
        """An array of strings, each with its index; those that are no strings are reported and left out."""
        items = self._get(key, list, required=required)
        if items is None:
            return None
        return tuple((n, item) for n, item in enumerate(items) if self._is(item, str, key, n))

    def text_or_texts(self, key: str, *, required: bool = False) -> tuple[tuple[str, Location], ...]:
        """A string, or the strings of an array, each with its place."""
        if isinstance(self._values.get(key), list):
            return tuple((text, self.where.at(key, n)) for n, text in self.texts(key) or ())
        text = self.text(key, required=required)
        return ((text, self.where.at(key)),) if text is not None else ()

    def table(self, key: str) -> TomlTable | None:
        """A table below this one."""
        values = self._get(key, dict)
        return None if values is None else TomlTable(values, self.where.at(key), self._reporter)

    def tables(self, key: str) -> Iterator[TomlTable]:
        """An array of tables."""
        for n, values in enumerate(self._get(key, list) or ()):
            if self._is(values, dict, key, n):
                yield TomlTable(values, self.where.at(key, n), self._reporter)

    def named_tables(self, key: str, several: str = "") -> Iterator[tuple[str, TomlTable]]:
        """The tables of a table, each with its name; ``several`` is how to write more than one of a name."""
        for name, values in (self._get(key, dict) or {}).items():
            if several and isinstance(values, list):
                message, fix = f"`{key}.{_shown(name)}` is an array", several.format(name=_shown(name))
                self._reporter.error("wrong-type", message, self.where.at(key, name), fix)
            elif self._is(values, dict, key, name):
                yield name, TomlTable(values, self.where.at(key, name), self._reporter)

    def tables_besides(self, known: frozenset[str]) -> Iterator[tuple[str, TomlTable]]:
        """The tables among the entries that are not of some names, each with its name."""
        for name, values in self._values.items():
            if name not in known and isinstance(values, dict):
                yield name, TomlTable(values, self.where.at(name), self._reporter)

    def has_besides(self, names: Iterable[str]) -> bool:
        """Whether there are entries of other names."""
        return not self._values.keys() <= set(names)

    def only(self, known: frozenset[str]) -> None:
        """Report every entry that means nothing in this table."""
        if self._values.keys() <= known:
            return
        for key in self._values:
            if key not in known:
                where, fix = self.where.at(key, on_key=True), did_you_mean(key, known)
                self._reporter.error("unknown-key", f"`{_shown(key)}` means nothing here", where, fix)

    def _get(self, key: str, kind: type[T], *, required: bool = False) -> T | None:
        value = self._values.get(key)
        if value is None:
            if required:
                self._reporter.error("missing-value", f"`{key}` is missing", self.where, f"add `{key} = …`")
            return None
        return value if self._is(value, kind, key) else None

    def _is(self, value: object, kind: type, key: str, *item: str | int) -> bool:
        """Whether a value is of a type, and no other: to Python a bool is an int and a datetime a date."""
        if type(value) is kind:
            return True
        what = "".join(
            (f"`{key}`", *(f", item {n}," if isinstance(n, int) else f" `{_shown(n)}`" for n in item))
        )
        is_, wanted = _TYPES.get(type(value), type(value).__name__), _TYPES[kind]
        where = self.where.at(key, *item)
        fix = f"write [[{key}]]" if kind is list and isinstance(value, dict) else f"write {wanted}"
        self._reporter.error("wrong-type", f"{what} is {is_}", where, fix)
        return False


def _shown(key: str) -> str:
    key = shortened(key)
    return key if key.isprintable() else ascii(key)[1:-1]


def quoted(text: str) -> str:
    """A text of the file, as messages repeat it."""
    shown = shortened(text)
    return f'"{shown}"' if shown.isprintable() else ascii(shown)
