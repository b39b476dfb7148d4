"""The instant that an object of Java's stands for, where its making can be read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from pincompiler.android.constants.values import Created, Number, Returned, Text, Value
from pincompiler.android.dex import DexError
from pincompiler.base.bounds import MOMENT_DEPTH
from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex.refs import MethodRef

_DAY_MS = 86_400_000
_FACTORIES = {
    ("Ljava/time/Instant;", "ofEpochMilli"): 1,
    ("Ljava/time/Instant;", "ofEpochSecond"): 1000,
}
_INSTANT = lazy_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z")
_CALENDARS = ("Ljava/util/Calendar;", "Ljava/util/GregorianCalendar;")


def day_after(program: Program, value: Value) -> date | None:
    """The first day, in UTC, that begins at or after the instant; None if that is not known.

    Understands ``new Date(long)``, ``Date.from(Instant)``, ``Instant.parse``, ``ofEpochMilli``,
    ``ofEpochSecond`` and ``new GregorianCalendar(y, m, d).getTime()``, the last as if in UTC.
    """
    found = {_millis(program, one, 0) for one in program.origins(value)}
    millis = found.pop() if len(found) == 1 else None
    if millis is None:
        return None
    try:
        return date(1970, 1, 1) + timedelta(days=-(-millis // _DAY_MS))
    except OverflowError:
        return date.max if millis > 0 else date.min


def _millis(program: Program, value: Value, depth: int) -> int | None:
    if depth > MOMENT_DEPTH.limit:
        return None
    try:
        if isinstance(value, Created):
            return _constructed(program, value)
        if isinstance(value, Returned):
            return _returned(program, value, depth)
    except DexError:
        return None
    return None


def _constructed(program: Program, value: Created) -> int | None:
    for ref, arguments in _initialised(program, value):
        numbers = [one.value for one in arguments if isinstance(one, Number)]
        if len(numbers) < len(arguments):
            return None
        if value.descriptor == "Ljava/util/Date;" and ref.descriptor == "(J)V":
            return numbers[0]
        if value.descriptor == "Ljava/util/GregorianCalendar;" and ref.descriptor.startswith("(III"):
            return _calendar(numbers)
    return None


def _calendar(numbers: list[int]) -> int | None:
    """Months count from 0, and days too many run into the next month, as calendars are by default."""
    year, month, day, *clock = numbers
    try:
        start = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        hours, minutes, seconds = (*clock, 0, 0, 0)[:3]
        moment = start + timedelta(days=day - 1, hours=hours, minutes=minutes, seconds=seconds)
    except (ValueError, OverflowError):
        return None
    return int(moment.timestamp()) * 1000


def _initialised(program: Program, value: Created) -> Iterator[tuple[MethodRef, tuple[Value, ...]]]:
    """The constructor that an object was given, and what it was passed."""
    calls = program.flow(value.method).calls
    program.budget.spend(len(calls) >> 3)
    for offset, arguments in calls.items():
        ref = value.method.called_at(offset) if arguments and arguments[0] == value else None
        if ref is not None and ref.name == "<init>":
            yield ref, (program.call_arguments(value.method, offset) or arguments)[1:]


def _returned(program: Program, value: Returned, depth: int) -> int | None:
    """What a factory makes of its argument."""
    arguments = program.call_arguments(value.method, value.offset)
    first = arguments[0] if arguments else None
    key = value.ref.class_name, value.ref.name
    if key in _FACTORIES and isinstance(first, Number) and len(arguments or ()) == 1:
        return first.value * _FACTORIES[key]
    if key == ("Ljava/time/Instant;", "parse") and isinstance(first, Text):
        return _instant(first.value)
    if first is not None and key in {
        ("Ljava/util/Date;", "from"),
        ("Ljava/util/Date;", "toInstant"),
        *((calendar, "getTime") for calendar in _CALENDARS),
    }:
        origins = program.origins(first)
        return _millis(program, origins[0], depth + 1) if len(origins) == 1 else None
    return None


def _instant(text: str) -> int | None:
    """``Instant.parse``, in the form that has no offset but ``Z``."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
