"""What becomes of a new certificate, for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from pincompiler.verdicts.outlook import Candidate, Fate, FateRow, Period, Release


def render(
    found: Sequence[tuple[Release, tuple[Fate, ...]]],
    candidates: Iterable[Candidate],
    first: date,
    last: date,
) -> str:
    """``{"version": 1, "command": "impact", "chains": […], "releases": […]}``; both days are included."""
    shown = {
        "version": 1,
        "command": "impact",
        "today": str(first),
        "until": str(last),
        "chains": list(map(_chain, candidates)),
        "releases": [_release(release, fates) for release, fates in found],
    }
    return json.dumps(shown, indent=2) + "\n"


def _chain(one: Candidate) -> dict[str, Any]:
    from pincompiler.reports.verify.json import certificate

    return {
        "host": one.host,
        "problem": one.problem or None,
        "first-day": str(one.first) if one.first else None,
        "last-day": str(one.last) if one.last else None,
        "certificates": [certificate(key, number) for number, key in enumerate(one.path)],
    }


def _release(release: Release, fates: Iterable[Fate]) -> dict[str, Any]:
    return {
        "release": release.title,
        "error": release.error or None,
        "hosts": [
            {
                "host": fate.host,
                "days": list(map(_span, fate.spans())),
                "mechanisms": list(map(_row, fate.rows)),
            }
            for fate in fates
        ],
    }


def _row(row: FateRow) -> dict[str, Any]:
    return {
        "mechanism": row.mechanism or None,
        "title": row.title,
        "android": {"first": row.api.first, "last": row.api.last} if row.api else None,
        "days": list(map(_span, row.spans)),
    }


def _span(span: Period) -> dict[str, Any]:
    return {
        "from": str(span.first),
        "to": str(span.last),
        "outcome": span.verdict.outcome.value,
        "why": span.verdict.why,
        "keys": list(span.verdict.keys),
    }
