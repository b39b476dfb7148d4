"""The real parts that tests ask: whoever needs one names it, and the end of a run names those that were missing.

A test that may start a real part bears the mark ``real``; the fixture ``real_tools`` brings the mark along.
Where the part is missing the test is skipped, or fails if CI or ``REQUIRE`` is set: a check that was not made is
no check that passed.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from tests.real import packages

if TYPE_CHECKING:
    from collections.abc import Iterable

REQUIRE: Final = "PINCOMPILER_REQUIRE_TOOLS"
MARK: Final = "real"
_MISSING: Final = re.compile(r"missing parts: (?P<names>.+?) \(run: make tools\)")
_REASONS: Final = 3
_SHOWN: Final = 100


def required() -> bool:
    """Whether a missing part is a failure."""
    return os.environ.get(REQUIRE) == "1" or bool(os.environ.get("CI"))


def is_real(item: pytest.Item) -> bool:
    """Whether a test may start real parts."""
    return item.get_closest_marker(MARK) is not None or "real_tools" in getattr(item, "fixturenames", ())


def need(lacking: Iterable[str]) -> None:
    """Skip the running test for want of these parts, or fail it; go on if there are none.

    A test without the mark fails in either case, so that ``make test-fast`` starts no JVM.
    """
    asking = _Running.item
    if asking is not None and not is_real(asking):
        pytest.fail(f"{asking.nodeid} needs a real part: give it the mark {MARK}", pytrace=False)
    _leave_out(lacking)


def need_command(name: str) -> None:
    """Likewise for want of a small program that ``make test-fast`` may start."""
    _leave_out([] if shutil.which(name) else [name])


def _leave_out(lacking: Iterable[str]) -> None:
    names = ", ".join(lacking)
    if not names:
        return
    reason = f"missing parts: {names} (run: make tools)"
    if required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class _Running:
    """Which test is being run in this process."""

    item: pytest.Item | None = None


def running(item: pytest.Item | None) -> None:
    """Note which test runs now."""
    _Running.item = item


def running_item() -> pytest.Item | None:
    """The test that runs in this process now."""
    return _Running.item


def summary(reports: Iterable[pytest.TestReport]) -> list[str]:
    """What was left out, in at most 15 lines: how many tests, by group of parts, and the command that brings all."""
    left, groups, reasons = 0, Counter[str](), Counter[str]()
    for report in reports:
        found = _MISSING.search(report.longreprtext)
        if found is not None:
            left += 1
            groups.update({_group(name) for name in found["names"].split(", ")})
        elif report.skipped:
            left += 1
            reasons[_reason(report)] += 1
    if not left:
        return []
    lines = [f"{_tests(left)} not made, for want of:"]
    lines += [f"  {group}: {_tests(count)}" for group, count in sorted(groups.items())]
    lines += [f"  {reason[:_SHOWN]}: {_tests(count)}" for reason, count in reasons.most_common(_REASONS)]
    if len(reasons) > _REASONS:
        lines.append(f"  {len(reasons) - _REASONS} reasons more: pytest -rs shows them")
    return [*lines, f"to bring the parts: {packages.cure()}"] if groups else lines


def _reason(report: pytest.TestReport) -> str:
    """Why a test was skipped: the last of file, line and words."""
    words = report.longrepr[2] if isinstance(report.longrepr, (tuple, list)) else report.longreprtext
    return str(words).removeprefix("Skipped: ")


def _group(name: str) -> str:
    group = packages.group_of(name)
    return name if group is None else group.title


def _tests(count: int) -> str:
    return f"{count} test{'s' * (count != 1)}"
