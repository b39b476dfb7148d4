"""Saved audits, read back: the JSON that :mod:`.audit_json` writes, to the same subjects.

A file may come from anywhere, so nothing in it is believed: what is not as it should be is refused with
its place, ``audit.json: subjects[0].findings[2].level: …``.  What it does not know, a later pincompiler
wrote, and is left alone; what an earlier one did not write yet has its default.
"""

from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from pincompiler.base.errors import InputError
from pincompiler.base.finding import Change, Confidence, Evidence, Finding, Level, Snippet, Use
from pincompiler.base.location import Location, Span
from pincompiler.facts import FIRST_PARTY, UNIDENTIFIED, Algorithm, ApiRange, Mechanism, Owner, Pin, Unseen
from pincompiler.policy.enforcement import Reach
from pincompiler.verdicts.hosts import HostVerdict, Verdict
from pincompiler.verdicts.subject import Build, InventoryPin, KnownKey, Run, Subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LARGEST = 512 * 1024 * 1024
"""Bytes; ten thousand findings are 15 million."""
_MOST = 2**31 - 1
_Choice = TypeVar("_Choice", bound=StrEnum)
_Read = TypeVar("_Read")


def read_results(path: Path) -> tuple[Subject, ...]:
    """The apps of a saved audit.  InputError when it cannot be read or is no such file."""
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: is larger than {_LARGEST >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return parse(data, str(path))


def parse(data: bytes, name: str) -> tuple[Subject, ...]:
    """The apps of a saved audit; ``name`` is how messages call it.  InputError if it is none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: is no JSON: {error}") from error
    top = _Table(found, name, "")
    if top.value.get("command") != "audit" or top.value.get("version") != 1:
        raise InputError(f"{name}: is no result of pincompiler audit -f json, version 1")
    runs = top.tables("runs", _run)
    return top.tables("subjects", lambda table: _subject(table, runs))


class _Table:
    """A JSON object, with its place for messages."""

    __slots__ = ("file", "path", "value")

    def __init__(self, value: object, file: str, path: str) -> None:
        self.file = file
        self.path = path
        if not isinstance(value, dict):
            raise self.wrong("", "is no object")
        self.value: dict[str, Any] = value

    def wrong(self, name: str, what: str) -> InputError:
        place = ".".join(part for part in (self.path, name) if part)
        return InputError(f"{self.file}: {place or 'the file'}: {what}")

    def text(self, name: str) -> str:
        value = self.value.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(name, "is no string")
        return value

    def number(self, name: str) -> int | None:
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
            raise self.wrong(name, f"is no number from 0 to {_MOST}")
        return value

    def truth(self, name: str) -> bool | None:
        value = self.value.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "is neither true nor false")
        return value

    def day(self, name: str) -> date | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self.wrong(name, "is no date such as 2026-11-23") from error

    def choice(self, name: str, kind: type[_Choice]) -> _Choice:
        text = self.text(name)
        try:
            return kind(text)
        except ValueError as error:
            known = ", ".join(one.value for one in kind if one.value)
            raise self.wrong(name, f"is none of {known}") from error

    def _list(self, name: str) -> list[Any]:
        value = self.value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(name, "is no array")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._list(name)
        if not all(isinstance(one, str) for one in value):
            raise self.wrong(name, "is no array of strings")
        return tuple(value)

    def table(self, name: str, read: Callable[[_Table], _Read]) -> _Read | None:
        value = self.value.get(name)
        place = f"{self.path}.{name}" if self.path else name
        return None if value is None else read(_Table(value, self.file, place))

    def tables(self, name: str, read: Callable[[_Table], _Read]) -> tuple[_Read, ...]:
        place = f"{self.path}.{name}" if self.path else name
        return tuple(
            read(_Table(one, self.file, f"{place}[{number}]")) for number, one in enumerate(self._list(name))
        )


def _run(table: _Table) -> Run:
    day = table.day("day")
    if day is None:
        raise table.wrong("day", "is missing")
    horizon = table.number("expiring-within")
    return Run(
        table.text("pincompiler"),
        day,
        30 if horizon is None else horizon,
        table.text("engine"),
        table.text("pins"),
        table.text("policy"),
        table.texts("accept"),
        table.tables("keys", _key),
    )


def _key(table: _Table) -> KnownKey:
    return KnownKey(
        table.text("name"),
        table.text("spki-sha256"),
        table.text("role"),
        table.text("algorithm"),
        table.text("subject"),
        table.day("not-before"),
        table.day("not-after"),
        bool(table.truth("retired")),
    )


def _subject(table: _Table, runs: tuple[Run, ...]) -> Subject:
    run = table.number("run")
    if run is not None and run >= len(runs):
        raise table.wrong("run", "is no index into runs")
    return Subject(
        table.text("path"),
        table.text("kind"),
        table.text("sha256"),
        table.text("package"),
        table.text("version-name"),
        _version_code(table),
        table.number("min-sdk") or 0,
        table.number("target-sdk") or 0,
        table.tables("pins", _pin),
        table.tables("verdicts", _verdict),
        table.tables("findings", _finding),
        table.tables("unknown", _unseen) + table.tables("remarks", _unseen),
        table.text("error"),
        None if run is None else runs[run],
        None if table.value.get("baseline") is None else table.tables("baseline", _build),
        table.tables("fixed", _finding),
        table.tables("gone", _pin),
    )


def _build(table: _Table) -> Build:
    return Build(
        table.text("path"),
        table.text("package"),
        table.text("version-name"),
        _version_code(table),
        table.text("sha256"),
        None if table.value.get("policy") is None else table.text("policy"),
    )


def _version_code(table: _Table) -> int:
    """64 bits, since Android 9."""
    value = table.value.get("version-code")
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**64):
        raise table.wrong("version-code", "is no version code")
    return int(value or 0)


def _unseen(table: _Table) -> Unseen:
    named = table.texts("mechanisms")
    known = {one.value: one for one in Mechanism}
    if unknown := [name for name in named if name not in known]:
        raise table.wrong("mechanisms", f"{unknown[0]!r} is none of {', '.join(known)}")
    return Unseen(table.text("what"), table.text("why"), frozenset(known[name] for name in named))


def _pin(table: _Table) -> InventoryPin:
    pin = Pin(
        table.choice("mechanism", Mechanism),
        table.text("host"),
        table.choice("subdomains", Reach) if table.text("subdomains") else None,
        table.choice("algorithm", Algorithm),
        table.text("pin"),
        table.table("location", _location) or Location(""),
        _owner(table),
        table.day("expires"),
        table.choice("confidence", Confidence),
        table.text("what"),
    )
    return InventoryPin(pin, bool(table.truth("enforced")), _change(table))


def _change(table: _Table) -> Change | None:
    return table.choice("change", Change) if table.text("change") else None


def _owner(table: _Table) -> Owner:
    name, own = table.text("owner"), table.truth("first-party")
    usual = name in (FIRST_PARTY.name, UNIDENTIFIED.name)
    return Owner(name, usual if own is None else own)


def _verdict(table: _Table) -> HostVerdict:
    return HostVerdict(
        table.text("host"),
        table.choice("mechanism", Mechanism),
        _api(table),
        table.choice("verdict", Verdict),
        table.text("why"),
        table.table("location", _location),
    )


def _api(table: _Table) -> ApiRange:
    """``24+``, ``21-23`` or ``28``."""
    first, dash, last = table.text("api").removesuffix("+").partition("-")
    ends = table.text("api").endswith("+")
    numbers = [first, last] if dash else [first]
    if not all(one.isascii() and one.isdigit() and len(one) < 6 for one in numbers) or (dash and ends):
        raise table.wrong("api", "is no range of API levels such as 24+ or 21-23")
    return ApiRange(int(first), None if ends else int(numbers[-1]))


def _finding(table: _Table) -> Finding:
    return Finding(
        table.text("rule"),
        table.choice("level", Level),
        table.text("message"),
        table.table("location", _location),
        table.text("fix"),
        table.texts("hosts"),
        table.text("target"),
        tuple((what, where) for what, where in table.tables("related", _related) if where),
        table.text("accepted"),
        _evidence(table),
        table.text("kind"),
        _change(table),
    )


def _related(table: _Table) -> tuple[str, Location | None]:
    return table.text("message"), table.table("location", _location)


def _evidence(table: _Table) -> Evidence | None:
    own = table.truth("first-party")
    if own is None and "first-party" in table.value:
        return None
    return Evidence(
        table.text("owner"),
        own is not False,
        table.choice("use", Use),
        table.choice("confidence", Confidence),
        table.text("api"),
        table.text("mechanism"),
        table.texts("chain"),
        table.texts("evidence"),
        table.text("role"),
        table.table("remedy", lambda found: Snippet(found.text("language"), found.text("text"))),
    )


def _location(table: _Table) -> Location:
    line = table.number("line")
    span = None
    if line is not None:
        column = table.number("column")
        column = 1 if column is None else column
        end_line, end_column = table.number("end-line"), table.number("end-column")
        span = Span(
            line,
            column,
            line if end_line is None else end_line,
            column if end_column is None else end_column,
        )
    return Location(
        table.text("file"),
        span,
        member=table.text("member"),
        symbol=table.text("symbol"),
        offset=table.number("offset"),
    )
