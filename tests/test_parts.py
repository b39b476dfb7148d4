"""A check that was not made is told by the name of what it lacked, and is never a check that passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import parts

if TYPE_CHECKING:
    from collections.abc import Sequence


def report(words: str) -> pytest.TestReport:
    return pytest.TestReport(
        "tests/x.py::test", ("tests/x.py", 1, "test"), {}, "skipped", ("tests/x.py", 1, words), "call"
    )


def told(lacking: Sequence[str], monkeypatch: pytest.MonkeyPatch, **environment: str) -> BaseException | None:
    """What comes of needing these parts, in a test that bears the mark."""
    monkeypatch.setattr(parts._Running, "item", None)
    for name in (parts.REQUIRE, "CI"):
        monkeypatch.setenv(name, environment.get(name, ""))
    try:
        parts.need(lacking)
    except (pytest.skip.Exception, pytest.fail.Exception) as outcome:
        return outcome
    return None


def test_what_is_there_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told([], monkeypatch, CI="1") is None


@pytest.mark.parametrize(
    ("environment", "outcome"),
    [
        ({}, pytest.skip.Exception),
        ({"CI": "true"}, pytest.fail.Exception),
        ({parts.REQUIRE: "1"}, pytest.fail.Exception),
    ],
)
def test_a_missing_part_skips_here_and_fails_in_ci(
    environment: dict[str, str], outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = told(["swift", "aapt2"], monkeypatch, **environment)
    assert type(raised) is outcome
    assert str(raised) == "missing parts: swift, aapt2 (run: make tools)"


def test_the_summary_has_one_line_for_each_part() -> None:
    reports = [
        report("Skipped: missing parts: swift, aapt2 (run: make tools)"),
        report("Skipped: missing parts: swift (run: make tools)"),
        report("Skipped: this file system has only UTF-8 names"),
    ]
    assert parts.summary(reports) == [
        "aapt2: 1 test not made (run: make tools)",
        "swift: 2 tests not made (run: make tools)",
    ]
    assert parts.summary(reports[2:]) == []


def test_an_unmarked_test_cannot_start_a_real_part(request: pytest.FixtureRequest) -> None:
    """Even where the part is there: make test-fast would start it."""
    assert not parts.is_real(request.node)
    with pytest.raises(pytest.fail.Exception, match="give it the mark real"):
        parts.need([])
