"""The rotation calendar: ends of pins and lifetimes of certificates on one time line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.reports.findings.text import visible
from pincompiler.reports.names import mechanism_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.verdicts.subject import Run, Subject

_LONGEST = timedelta(days=5 * 366)
"""What ends later is drawn as going on."""
_STEPS = (1, 3, 6, 12, 24, 60)
"""Months from one tick to the next."""
_TICKS = 6
"""At most so many, for which there is room on a telephone."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that begins, maybe, and ends, with its bar in the picture."""

    what: str
    kind: str
    """``pins`` or ``certificate``, and ``over`` behind it where it has ended."""
    begins: str
    ends: str
    """Empty: no end is known."""
    said: str
    """``in 36 days``."""
    x: float
    """Hundredths of the width of the picture, as all of these."""
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on the axis, with its name."""

    x: float
    anchor: str
    """Which end of the name stands there: ``start``, ``middle`` or ``end``."""
    text: str

    @property
    def beside(self) -> int:
        """Units by which a name stands off its line."""
        return {"start": 5, "middle": 0, "end": -5}[self.anchor]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The picture: bars by their end, over ticks."""

    bars: tuple[Bar, ...]
    ticks: tuple[Mark, ...]
    today: Mark | None
    """The day of the audit; None if it is not known."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something to draw."""

    what: str
    kind: str
    begins: date | None
    ends: date | None
    """None: no end is known."""


def calendar(subject: Subject) -> Calendar | None:
    """The calendar of an app; None if nothing that is known of it ends."""
    run = subject.run
    return drawn(_spans(subject, run), run.day if run else None, "the day of the audit")


def drawn(found: Iterable[Stretch], day: date | None, called: str) -> Calendar | None:
    """The spans by their end; None if there is none.  ``called`` is what ``day``, the day of all this, is."""
    spans = sorted(found, key=lambda span: (span.ends or date.max, span.kind, span.what))
    if not spans:
        return None
    first, last = _scope([span.ends for span in spans if span.ends], day or spans[0].ends or date.max)
    return Calendar(
        tuple(_bar(span, day, first, last) for span in spans),
        tuple(_ticks(first, last)),
        _mark(day, first, last, f"{day.isoformat()}, {called}") if day else None,
    )


def _spans(subject: Subject, run: Run | None) -> Iterator[Stretch]:
    ends: dict[tuple[date, str], list[str]] = {}
    for found in subject.pins:
        if found.pin.expires:
            hosts = ends.setdefault((found.pin.expires, found.pin.mechanism.value), [])
            hosts += [found.pin.host] if found.pin.host not in hosts else []
    for (end, mechanism), hosts in ends.items():
        more = f" and {len(hosts) - 2:,} more" if len(hosts) > 2 else ""
        yield Stretch(
            f"Pins of {', '.join(hosts[:2])}{more} ({mechanism_name(mechanism, subject.system)})",
            "pins",
            None,
            end,
        )
    shipped = {found.pin.pin for found in subject.pins}
    for key in run.keys if run else ():
        if key.ends:
            use = "" if key.pin in shipped else ", not in this app"
            yield Stretch(f"Certificate of {key.name}{use}", "certificate", key.begins, key.ends)


def _scope(ends: Sequence[date], day: date) -> tuple[date, date]:
    last = max(_later(day, timedelta(days=365)), min(max(ends, default=day), _later(day, _LONGEST)))
    earliest = min(day, *ends) if ends else day
    # As much of the past as there is an end in it, and a little more.
    first = max(earliest, date.fromordinal(max(day.toordinal() - 2 * 366, 1)))
    room = max((last - first) // 16, timedelta(days=20))
    return date.fromordinal(max(first.toordinal() - room.days, 1)), _later(last, room)


def _later(day: date, by: timedelta) -> date:
    return date.fromordinal(min(day.toordinal() + by.days, date.max.toordinal()))


def _x(day: date, first: date, last: date) -> float:
    share = (day - first).days / max((last - first).days, 1)
    return round(100 * min(max(share, 0.0), 1.0), 2)


def _bar(span: Stretch, day: date | None, first: date, last: date) -> Bar:
    ends = span.ends or date.max
    start = _x(span.begins if span.begins and span.begins < ends else first, first, last)
    left = (ends - day).days if day else 0
    said = f"{-left:,} days ago" if left < 0 else "today" if left == 0 else f"in {left:,} days"
    return Bar(
        visible(span.what),
        f"{span.kind} over" if day and ends <= day else span.kind,
        span.begins.isoformat() if span.begins else "",
        span.ends.isoformat() if span.ends else "",
        said if day and span.ends else "",
        start,
        max(round(_x(ends, first, last) - start, 2), 0.4),
    )


def _mark(day: date, first: date, last: date, text: str) -> Mark:
    x = _x(day, first, last)
    near = 45 if len(text) > 8 else 7
    return Mark(x, "start" if x < near else "end" if x > 100 - near else "middle", text)


def _ticks(first: date, last: date) -> Iterator[Mark]:
    """Years; months where there are few of them."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((step for step in _STEPS if months <= step * _TICKS), 120)
    for month in range(first.year * 12, last.year * 12 + 12, step):
        day = date(month // 12, month % 12 + 1, 1)
        if first <= day <= last:
            yield _mark(day, first, last, f"{day.year}-{day.month:02}" if step < 12 else str(day.year))
