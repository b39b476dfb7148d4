"""Findings as GitLab's code quality report, which it shows in merge requests.

Source: GitLab's "Code Quality", "Code Quality report format".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pincompiler.base.finding import Level
from pincompiler.reports.findings.text import visible
from pincompiler.reports.pipelines.inspected import fingerprints, sentence
from pincompiler.verdicts.fingerprints import numbered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.reports.pipelines.inspected import Inspected

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.NOTE: "info"}


def render(inspected: Iterable[Inspected]) -> str:
    """One array of issues, for the artifact ``codequality``."""
    return json.dumps([issue for one in inspected for issue in _issues(one)], indent=2) + "\n"


def _issues(inspected: Inspected) -> Iterator[dict[str, Any]]:
    for finding, fingerprint in zip(inspected.findings, fingerprints(inspected), strict=True):
        where = finding.location
        line = where.span.line if where and where.span and not where.member else 1
        file = where.file if where else inspected.file
        severity = _SEVERITIES[finding.level]
        yield _issue(finding.rule, severity, sentence(finding), fingerprint, file, line)
    said = [("unknown", "minor", f"unknown: {doubt}") for doubt in inspected.unknown]
    said += [("unreadable", "critical", inspected.error)] if inspected.error else []
    for rule, severity, text in said:
        (fingerprint,) = numbered([f"{inspected.command}\0{inspected.file}\0{rule}\0{text}"])
        yield _issue(rule, severity, text, fingerprint, inspected.file, 1)


def _issue(rule: str, severity: str, text: str, fingerprint: str, file: str, line: int) -> dict[str, Any]:
    return {
        "description": visible(text),
        "check_name": rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": visible(file), "lines": {"begin": line}},
    }
