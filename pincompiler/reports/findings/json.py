"""Findings for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.base.finding import Finding
    from pincompiler.base.location import Location


def render(command: str, findings: Iterable[Finding], **more: Any) -> str:
    """``{"version": 1, "command": …, "findings": […]}`` and what the command has besides."""
    shown = [_finding(finding) for finding in findings]
    return json.dumps({"version": 1, "command": command, **more, "findings": shown}, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "message": finding.message,
        "fix": finding.fix,
        "target": finding.target,
        "hosts": list(finding.hosts),
        "location": _location(finding.location),
        "related": [{"message": what, "location": _location(where)} for what, where in finding.related],
    }


def _location(where: Location | None) -> dict[str, Any] | None:
    if where is None:
        return None
    span = where.span
    if span is None:
        return {"file": where.file}
    return {
        "file": where.file,
        "line": span.line,
        "column": span.column,
        "end-line": span.end_line,
        "end-column": span.end_column,
    }
