"""The real parts that tests ask: whoever needs one names it, and the end of a run names those that were missing.

A test that may start a real part bears the mark ``real``; the fixture ``real_tools`` brings the mark along.
Where the part is missing the test is skipped, or fails if CI or ``REQUIRE`` is set: a check that was not made is
no check that passed.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

REQUIRE: Final = "PINCOMPILER_REQUIRE_TOOLS"
MARK: Final = "real"
_MISSING: Final = re.compile(r"missing parts?: (?P<names>.+?) \(run: (?P<cure>[^)]+)\)")


def required() -> bool:
    """Whether a missing part is a failure."""
    return os.environ.get(REQUIRE) == "1" or bool(os.environ.get("CI"))


def is_real(item: pytest.Item) -> bool:
    """Whether a test may start real parts."""
    return item.get_closest_marker(MARK) is not None or "real_tools" in getattr(item, "fixturenames", ())


def need(lacking: Iterable[str], cure: str = "make tools") -> None:
    """Skip the running test for want of these parts, or fail it; go on if there are none.

    A test without the mark fails in either case, so that ``make test-fast`` starts no JVM.
    """
    asking = _Running.item
    if asking is not None and not is_real(asking):
        pytest.fail(f"{asking.nodeid} needs a real part: give it the mark {MARK}", pytrace=False)
    names = ", ".join(lacking)
    if not names:
        return
    reason = f"missing parts: {names} (run: {cure})"
    if required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class _Running:
    """Which test is being run in this process."""

    item: pytest.Item | None = None


def running(item: pytest.Item | None) -> None:
    """Note which test runs now."""
    _Running.item = item


def summary(reports: Iterable[pytest.TestReport]) -> list[str]:
    """A line for each missing part: its name, how many tests wanted it, and how to get it."""
    wanted: Counter[tuple[str, str]] = Counter()
    for report in reports:
        found = _MISSING.search(report.longreprtext)
        if found is not None:
            wanted.update((name, found["cure"]) for name in found["names"].split(", "))
    return [
        f"{name}: {count} test{'s' * (count > 1)} not made (run: {cure})"
        for (name, cure), count in sorted(wanted.items())
    ]
