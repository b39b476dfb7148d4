"""Findings as workflow commands, which GitHub Actions shows as annotations at their lines.

Source: GitHub's "Workflow commands for GitHub Actions", and ``escapeData`` and ``escapeProperty`` of
``@actions/core``.  Of each level GitHub shows ten a step; the others stay in the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Level
from pincompiler.reports.findings.text import visible
from pincompiler.reports.pipelines.inspected import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pincompiler.base.finding import Finding
    from pincompiler.reports.pipelines.inspected import Inspected

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(inspected: Iterable[Inspected]) -> str:
    """One line a finding."""
    return "".join(f"{line}\n" for one in inspected for line in _lines(one))


def _lines(inspected: Inspected) -> Iterator[str]:
    if inspected.error:
        yield _command("error", {"file": inspected.file, "title": "unreadable"}, inspected.error)
    for finding in inspected.findings:
        place = {"file": finding.location.file if finding.location else inspected.file, **_span(finding)}
        yield _command(_COMMANDS[finding.level], {**place, "title": finding.rule}, sentence(finding))
    for doubt in inspected.unknown:
        yield _command("warning", {"file": inspected.file, "title": "unknown"}, f"unknown: {doubt}")


def _span(finding: Finding) -> dict[str, str]:
    """Lines count from 1; columns only where it is one line, for GitHub takes them for that alone."""
    span = finding.location.span if finding.location else None
    if span is None or (finding.location and finding.location.member):
        return {}
    found = {"line": str(span.line), "endLine": str(span.end_line)}
    if span.line == span.end_line:
        found |= {"col": str(span.column), "endColumn": str(span.end_column)}
    return found


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    listed = ",".join(f"{key}={_property(visible(value))}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(visible(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
