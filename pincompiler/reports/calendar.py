"""The rotation calendar: ends of pins and lifetimes of certificates on one time line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from pincompiler.records import dataclass
from pincompiler.reports.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pincompiler.subject import Run, Subject

_LEFT, _WIDTH, _ROW, _TOP = 8, 704, 40, 28
_LONGEST = timedelta(days=5 * 366)
"""What ends later is drawn as going on."""
_MOST = 40
"""Rows of the picture; the list below it has all."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that begins, maybe, and ends."""

    what: str
    kind: str
    """``pins`` or ``certificate``, and ``over`` behind it where it has ended."""
    begins: date | None
    ends: date
    said: str
    """``in 36 days``."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A span in the picture, in its units."""

    label: str
    kind: str
    x: float
    y: int
    width: float
    end: str
    end_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A year or a month on the axis."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The picture, and the same as a list."""

    spans: tuple[Span, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: int
    today_x: float
    today: str
    note: str


def calendar(subject: Subject) -> Calendar | None:
    """The calendar of an app; None if nothing that is known of it ends."""
    run = subject.run
    spans = tuple(sorted(_spans(subject, run), key=lambda span: (span.ends, span.kind, span.what)))
    if not spans:
        return None
    day = run.day if run else spans[0].ends
    first, last = _scope(spans, day)
    shown = spans[:_MOST]
    bars = tuple(_bar(span, number, first, last) for number, span in enumerate(shown))
    note = f"The picture shows the first {_MOST} of {len(spans):,}." if len(spans) > _MOST else ""
    return Calendar(
        spans,
        bars,
        tuple(_ticks(first, last)),
        _TOP + _ROW * len(bars) + 8,
        _x(day, first, last),
        day.isoformat() if run else "",
        note,
    )


def _spans(subject: Subject, run: Run | None) -> Iterator[Span]:
    day = run.day if run else None
    ends: dict[tuple[date, str], list[str]] = {}
    for found in subject.pins:
        if found.pin.expires:
            hosts = ends.setdefault((found.pin.expires, found.pin.mechanism.value), [])
            hosts += [found.pin.host] if found.pin.host not in hosts else []
    for (end, mechanism), hosts in ends.items():
        more = f" and {len(hosts) - 2:,} more" if len(hosts) > 2 else ""
        what = f"pins of {', '.join(hosts[:2])}{more} ({mechanism})"
        yield _span(what, "pins", day, end, day)
    shipped = {found.pin.pin for found in subject.pins}
    for key in run.keys if run else ():
        if key.ends:
            use = "" if key.pin in shipped else ", not in this app"
            yield _span(f"certificate of {key.name}{use}", "certificate", key.begins, key.ends, day)


def _span(what: str, kind: str, begins: date | None, ends: date, day: date | None) -> Span:
    left = (ends - day).days if day else 0
    over = day is not None and ends <= day
    said = f"{-left:,} days ago" if left < 0 else "today" if left == 0 else f"in {left:,} days"
    return Span(visible(what), f"{kind} over" if over else kind, begins, ends, said if day else "")


def _scope(spans: Sequence[Span], day: date) -> tuple[date, date]:
    last = max(day + timedelta(days=365), min(max(span.ends for span in spans), _later(day, _LONGEST)))
    earliest = min(day, *(span.ends for span in spans))
    # As much of the past as there is an end in it, and a little more.
    first = max(earliest, date.fromordinal(max(day.toordinal() - 2 * 366, 1)))
    room = max((last - first) // 16, timedelta(days=20))
    return date.fromordinal(max(first.toordinal() - room.days, 1)), _later(last, room)


def _later(day: date, by: timedelta) -> date:
    return date.fromordinal(min(day.toordinal() + by.days, date.max.toordinal()))


def _x(day: date, first: date, last: date) -> float:
    share = (day - first).days / max((last - first).days, 1)
    return round(_LEFT + _WIDTH * min(max(share, 0.0), 1.0), 1)


def _bar(span: Span, number: int, first: date, last: date) -> Bar:
    start = _x(span.begins if span.begins and span.begins < span.ends else first, first, last)
    end = _x(span.ends, first, last)
    beyond = " \N{RIGHTWARDS ARROW}" if span.ends > last else ""
    text = f"{span.ends.isoformat()}{beyond}"
    near = end > _LEFT + _WIDTH * 0.8
    label = span.what if len(span.what) <= 70 else f"{span.what[:69]}…"
    return Bar(
        label,
        span.kind,
        start,
        _TOP + _ROW * number,
        max(round(end - start, 1), 2.0),
        text,
        end,
        "end" if near else "start",
    )


def _ticks(first: date, last: date) -> Iterator[Tick]:
    """Years; quarters where there are few of them."""
    step = 12 if (last - first).days > 900 else 3
    year, month = first.year, 1
    while year < date.max.year:
        day = date(year, month, 1)
        if day > last:
            return
        if day >= first:
            yield Tick(_x(day, first, last), str(year) if step == 12 else f"{year}-{month:02}")
        month += step
        year, month = year + (month > 12), (month - 1) % 12 + 1
