"""Findings as SARIF 2.1.0, in the shape that code scanning on GitHub asks for.

Sources: OASIS SARIF 2.1.0; GitHub's "SARIF support for code scanning".
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pincompiler._version import __roots__, __version__
from pincompiler.base.finding import Level
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.reports.findings.text import visible
from pincompiler.reports.pipelines.inspected import fingerprints
from pincompiler.rules.every import RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pincompiler.base.finding import Finding
    from pincompiler.base.location import Location, Span
    from pincompiler.reports.pipelines.inspected import Inspected
    from pincompiler.rules.rule import Rule

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SEVERITY = {Level.ERROR: "8.1", Level.WARNING: "5.0", Level.NOTE: "2.0"}
"""GitHub's bands: 7.0 to 8.9 is high, 4.0 to 6.9 medium, below that low."""
_BRACKET = lazy_regex(r"[\[\]]")
_LONGEST = 1000
"""Characters that GitHub shows of a description."""


def render(inspected: Sequence[Inspected]) -> str:
    """One run for all files."""
    broken = {finding.rule for one in inspected for finding in one.findings}
    places = rule_places(broken)
    parts = {
        "automationDetails": {"id": f"pincompiler/{inspected[0].command}/"},
        "invocations": [_invocation(inspected)],
        "results": [result for one in inspected for result in _results(one, places)],
    }
    return document(broken, parts)


def document(broken: Collection[str], parts: Mapping[str, Any]) -> str:
    """A log of one run, with the rules that are broken."""
    driver = {
        "name": "pincompiler",
        "semanticVersion": __version__,
        "version": __version__,
        "properties": {"roots": __roots__},
        "rules": [_rule(rule) for rule in RULES if rule.id in broken],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", **parts}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def rule_places(broken: Collection[str]) -> dict[str, int]:
    """Where each broken rule stands among those of the run; a saved finding may be of a rule that another version has."""
    return {rule: number for number, rule in enumerate(one.id for one in RULES if one.id in broken)}


def said(text: str) -> dict[str, str]:
    """A message in which nothing is a link: SARIF 2.1.0 section 3.11.6 reads ``[…](…)`` as one."""
    return {"text": _BRACKET.sub(r"\\\g<0>", visible(text))}


def message(finding: Finding) -> dict[str, str]:
    """What is wrong, and what to do."""
    return said(f"{finding.message}.{f' Fix: {finding.fix}.' if finding.fix else ''}")


def physical(file: str, span: Span | None) -> dict[str, Any]:
    """A place in a file; without a span its first character, which GitHub asks for."""
    region = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    if span:
        last = span.end_column + (span.end_column == span.column and span.end_line == span.line)
        region = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": last,
        }
    return {"physicalLocation": {"artifactLocation": {"uri": uri(file)}, "region": region}}


def uri(path: str) -> str:
    """A relative URI reference for a relative path, a file URI for an absolute one."""
    pure = PurePath(path)
    if pure.is_absolute():
        return pure.as_uri()
    return quote(pure.as_posix())


def _rule(rule: Rule) -> dict[str, Any]:
    tags = ["security", *(_tag(reference) for reference in rule.references)]
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": _cut(f"{rule.summary}.")},
        "fullDescription": {"text": _cut(" ".join(rule.why.split()))},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": rule.level.value},
        "properties": {
            "tags": tags[:10],
            "precision": "high",
            "security-severity": _SEVERITY[rule.level],
        },
    }


def _tag(reference: str) -> str:
    return f"external/cwe/{reference.lower()}" if reference.startswith("CWE-") else reference


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _invocation(inspected: Iterable[Inspected]) -> dict[str, Any]:
    notes = [
        {"level": level, "message": said(text), "locations": [physical(one.file, None)]}
        for one in inspected
        for level, text in _doubts(one)
    ]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _doubts(inspected: Inspected) -> Iterator[tuple[str, str]]:
    if inspected.error:
        yield "error", inspected.error
    yield from (("warning", doubt) for doubt in inspected.unknown)


def _results(inspected: Inspected, places: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for finding, fingerprint in zip(inspected.findings, fingerprints(inspected), strict=True):
        result: dict[str, Any] = {
            "ruleId": finding.rule,
            "level": finding.level.value,
            "message": message(finding),
            "locations": [_location(finding.location, inspected.file)],
            "partialFingerprints": {"pincompiler/v1": fingerprint},
            "properties": {"hosts": list(finding.hosts), "target": finding.target},
        }
        if finding.rule in places:
            result["ruleIndex"] = places[finding.rule]
        if finding.related:
            result["relatedLocations"] = [
                {"id": number, **_location(where, inspected.file), "message": said(what)}
                for number, (what, where) in enumerate(finding.related, 1)
            ]
        if finding.accepted:
            result["suppressions"] = [{"kind": "external", "justification": visible(finding.accepted)}]
        yield result


def _location(where: Location | None, file: str) -> dict[str, Any]:
    return physical(where.file, where.span) if where else physical(file, None)
