"""The rotation calendar: what ends when, and where it stands in the picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pincompiler.reports.audit import html
from pincompiler.reports.audit.calendar import calendar
from pincompiler.verdicts.subject import KnownKey, Run
from tests.audit.test_reports import PIN, SUBJECT

DAY = date(2026, 11, 23)
KEYS = (
    KnownKey("api-2026", PIN, begins=date(2025, 11, 23), ends=date(2026, 11, 3)),
    KnownKey("far", "", begins=None, ends=date(2046, 9, 1)),
    KnownKey("no certificate", ""),
)
SHOWN = calendar(replace(SUBJECT, run=Run("1", DAY, keys=KEYS)))


def test_what_ends_first_stands_first() -> None:
    assert SHOWN
    assert [(bar.what, bar.ends, bar.said, bar.kind) for bar in SHOWN.bars] == [
        ("Certificate of api-2026", "2026-11-03", "20 days ago", "certificate over"),
        ("Pins of api.example.com (Network security configuration)", "2027-01-31", "in 69 days", "pins"),
        ("Certificate of far, not in this app", "2046-09-01", "in 7,222 days", "certificate"),
    ]


def test_everything_stands_within_the_picture() -> None:
    """The axis goes from the first end to five years after the day of the audit, and a little further on both sides."""
    assert SHOWN
    assert SHOWN.today
    over, pins, far = SHOWN.bars
    assert over.x == pins.x == far.x == 0
    assert over.width < SHOWN.today.x < pins.width < far.width == 100
    assert [tick.text for tick in SHOWN.ticks] == ["2027", "2028", "2029", "2030", "2031", "2032"]
    assert [tick.x for tick in SHOWN.ticks] == sorted(tick.x for tick in SHOWN.ticks)


def test_months_where_there_are_few_years() -> None:
    few = calendar(replace(SUBJECT, run=Run("1", DAY)))
    assert few
    assert [tick.text for tick in few.ticks] == ["2027-01", "2027-04", "2027-07", "2027-10"]


def test_nothing_that_ends_is_no_calendar() -> None:
    assert calendar(replace(SUBJECT, pins=(), run=Run("1", DAY))) is None


def test_the_end_of_time_is_a_day_like_any_other() -> None:
    keys = (KnownKey("first", "", begins=date.min, ends=date.min), KnownKey("last", "", ends=date.max))
    for day in (date.min, DAY, date.max):
        subject = replace(SUBJECT, run=Run("1", day, keys=keys))
        assert "9999-12-31" in html.render([subject])
