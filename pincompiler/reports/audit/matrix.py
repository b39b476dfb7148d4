"""The table under "is every host pinned?": host by mechanism by Android version."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts import System
from pincompiler.reports.audit.text import place
from pincompiler.reports.findings.text import visible
from pincompiler.reports.names import java_name, mechanism_name
from pincompiler.verdicts.headline import HostState, state
from pincompiler.verdicts.hosts import Means, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pincompiler.facts import VersionRange
    from pincompiler.verdicts.hosts import HostVerdict
    from pincompiler.verdicts.subject import Subject

_ANDROID = {
    19: "4.4", 21: "5.0", 22: "5.1", 23: "6", 24: "7.0", 25: "7.1", 26: "8.0", 27: "8.1", 28: "9", 29: "10",
    30: "11", 31: "12", 32: "12L", 33: "13", 34: "14", 35: "15", 36: "16",
}  # fmt: skip
"""The version that each API level is known by."""
SIGNS: dict[Verdict | HostState, str] = {
    Verdict.ENFORCED: "\N{CHECK MARK}",
    Verdict.EXPIRED: "!",
    Verdict.BROKEN: "\N{MULTIPLICATION X}",
    Verdict.DISABLED: "\N{CIRCLED DIVISION SLASH}",
    Verdict.NOT_COVERED: "\N{EN DASH}",
    Verdict.UNKNOWN: "?",
    HostState.IN_PART: "~",
}
"""Beside the word, so that a print in black and white can be skimmed."""


@dataclass(frozen=True, slots=True)
class Column:
    """A stretch of versions of the system."""

    android: str
    api: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What one mechanism does on some of the columns."""

    span: int
    android: str
    """The versions, for where there is no room for columns."""
    verdict: str
    kind: str
    """The word for style sheets."""
    sign: str
    why: str
    where: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One mechanism."""

    mechanism: str
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class Host:
    """One host with all mechanisms."""

    host: str
    verdict: str
    """Of all mechanisms together, on all versions."""
    kind: str
    sign: str
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table."""

    columns: tuple[Column, ...]
    hosts: tuple[Host, ...]


def matrix(subject: Subject) -> Matrix:
    """The table of an app, in the order of its verdicts."""
    starts = sorted({row.api.first for row in subject.verdicts if row.api.system is subject.system})
    hosts = tuple(
        _host(host, tuple(rows), starts, subject)
        for host, rows in groupby(subject.verdicts, key=lambda row: row.host)
    )
    columns = tuple(
        _column(start, _last(starts, number), subject.system) for number, start in enumerate(starts)
    )
    return Matrix(columns, hosts)


def _last(starts: Sequence[int], number: int) -> int | None:
    """The last version of a column; None if it is open."""
    return starts[number + 1] - 1 if number + 1 < len(starts) else None


def _title(row: HostVerdict) -> str:
    """The mechanism, and in which process, with the system where that may be another than the app's."""
    name = mechanism_name(row.mechanism.value, row.api.system)
    return f"{name} in {visible(row.process)} ({row.api.system.value})" if row.process else name


def _column(first: int, last: int | None, system: System) -> Column:
    if system is not System.ANDROID:
        return _of_apple(first, last, system.value)

    def name(level: int) -> str:
        return _ANDROID.get(level, f"API {level}")

    if last is None:
        return Column(f"Android {name(first)} and newer", f"API {first}+")
    if first == last:
        return Column(f"Android {name(first)}", f"API {first}")
    return Column(f"Android {name(first)} to {name(last)}", f"API {first} to {last}")


def _of_apple(first: int, last: int | None, system: str) -> Column:
    if last is None:
        return Column(f"{system} {first} and newer", f"{system} {first}+")
    if first == last:
        return Column(f"{system} {first}", f"{system} {first}")
    return Column(f"{system} {first} to {last}", f"{system} {first} to {last}")


def _host(host: str, rows: tuple[HostVerdict, ...], starts: Sequence[int], subject: Subject) -> Host:
    overall = state(rows)
    groups = (tuple(group) for _, group in groupby(rows, key=lambda row: (row.process, row.mechanism)))
    lines = tuple(MatrixRow(_title(some[0]), _line(some, starts, subject)) for some in groups)
    return Host(visible(host), overall.value, kind(overall), SIGNS[overall], lines)


def _line(rows: tuple[HostVerdict, ...], starts: Sequence[int], subject: Subject) -> tuple[MatrixCell, ...]:
    if rows[0].api.system is subject.system:
        return tuple(_cells(rows, starts, subject.path))
    return (_apart(rows, len(starts), subject.path),)


def _apart(rows: tuple[HostVerdict, ...], width: int, path: str) -> MatrixCell:
    """The worst on another system than the columns are of: a watch app in one for iOS."""
    row = min(rows, key=lambda one: list(Verdict).index(one.verdict))
    return _cell(row, width, str(row.api), path)


def _cell(row: HostVerdict, width: int, versions: str, path: str) -> MatrixCell:
    where = place(row.where, path) if row.where else ""
    why = java_name(row.why)
    said = "" if not where or why.startswith(where) else where
    return MatrixCell(width, versions, _word(row), kind(row.verdict), SIGNS[row.verdict], why, said)


def _cells(rows: tuple[HostVerdict, ...], starts: Sequence[int], path: str) -> Iterator[MatrixCell]:
    by_start = [next((row for row in rows if _covers(row.api, start)), None) for start in starts]
    number = 0
    for row, same in groupby(by_start, key=lambda one: one):
        width = len(list(same))
        android = _column(starts[number], _last(starts, number + width - 1), rows[0].api.system).android
        number += width
        if row is None:
            yield MatrixCell(width, android, "not known", "unknown", "", "", "")
            continue
        yield _cell(row, width, android, path)


def _word(row: HostVerdict) -> str:
    """The verdict, and that it is not by pins where Markdown has no room for the reason."""
    return f"{row.verdict.value} (CA pinning)" if row.by is Means.CAS else row.verdict.value


def _covers(api: VersionRange, level: int) -> bool:
    return api.first <= level and (api.last is None or level <= api.last)


def kind(verdict: Verdict | HostState) -> str:
    """The word for style sheets."""
    return verdict.value.replace(" ", "-")
