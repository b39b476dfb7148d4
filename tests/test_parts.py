"""A check that was not made is told by the name of what it lacked, and is never a check that passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import parts
from tests.real import packages

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


def test_the_summary_counts_tests_by_group() -> None:
    reports = [
        report("Skipped: missing parts: aapt2, framework-res.apk, java (run: make tools)"),
        report("Skipped: missing parts: java (run: make tools)"),
        report("Skipped: this file system has only UTF-8 names"),
    ]
    *lines, cure = parts.summary(reports)
    assert lines == [
        "3 tests not made, for want of:",
        "  Android's build tools: 1 test",
        "  Java: a JDK, Kotlin, OkHttp, R8, Android's classes: 2 tests",
        "  this file system has only UTF-8 names: 1 test",
    ]
    assert cure.startswith("to bring the parts: ")
    assert parts.summary(reports[2:]) == ["1 test not made, for want of:", lines[-1]]
    assert parts.summary([]) == []


def test_the_summary_fits_a_screen_whatever_is_missing() -> None:
    names = [name.replace("*", "x") for group in packages.GROUPS for name in group.names]
    reports = [report(f"Skipped: missing parts: {name} (run: make tools)") for name in names]
    reports += [report(f"Skipped: reason {number} {'x' * 200}") for number in range(20)]
    lines = parts.summary(reports)
    assert lines[0] == f"{len(names) + 20} tests not made, for want of:"
    assert lines[-2] == "  17 reasons more: pytest -rs shows them"
    assert len(lines) <= 15


def test_a_failure_that_has_another_reason_is_not_counted() -> None:
    failed = report("AssertionError: 1 != 2")
    failed.outcome = "failed"
    assert parts.summary([failed]) == []


@pytest.mark.parametrize("environment", [{}, {"CI": "1"}])
def test_a_command_needs_no_mark(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (parts.REQUIRE, "CI"):
        monkeypatch.setenv(name, environment.get(name, ""))
    parts.need_command("sh")
    with pytest.raises((pytest.skip.Exception, pytest.fail.Exception)) as raised:
        parts.need_command("no-such-command")
    assert isinstance(raised.value, pytest.fail.Exception) is bool(environment)
    assert str(raised.value) == "missing parts: no-such-command (run: make tools)"


def test_an_unmarked_test_cannot_start_a_real_part(request: pytest.FixtureRequest) -> None:
    """Even where the part is there: make test-fast would start it."""
    assert not parts.is_real(request.node)
    with pytest.raises(pytest.fail.Exception, match="give it the mark real"):
        parts.need([])
