"""Audits as SARIF 2.1.0, in the shape that code scanning on GitHub asks for.

A shipped app is binary, so a finding in it stands at line 1 of the app's file, with the real place as its
logical location; drift stands at its line of pins.toml, where a pull request can show it.
Sources: OASIS SARIF 2.1.0; GitHub's "SARIF support for code scanning".
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pincompiler._version import __version__
from pincompiler.base.finding import Change, Level
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.reports.findings.text import visible
from pincompiler.reports.names import java_name
from pincompiler.rules.registry import RULES
from pincompiler.verdicts.fingerprints import fingerprinted
from pincompiler.verdicts.headline import headline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pincompiler.base.finding import Evidence, Finding
    from pincompiler.base.location import Location
    from pincompiler.rules.rule import Rule
    from pincompiler.verdicts.subject import Subject

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SEVERITY = {Level.ERROR: "8.1", Level.WARNING: "5.0", Level.NOTE: "2.0"}
"""GitHub's bands: 7.0 to 8.9 is high, 4.0 to 6.9 medium, below that low."""
_STATES = {Change.NEW: "new", Change.UNCHANGED: "unchanged", Change.FIXED: "absent"}
"""SARIF 2.1.0 §3.27.24."""
_BRACKET = lazy_regex(r"[\[\]]")
_LONGEST = 1000
"""Characters that GitHub shows of a description."""


def render(subjects: Sequence[Subject]) -> str:
    """One run for all apps: the rules that were broken, the findings, and what could not be seen."""
    broken = {finding.rule for subject in subjects for finding in (*subject.findings, *subject.fixed)}
    rules = [rule for rule in RULES if rule.id in broken]
    places = {rule.id: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "pincompiler",
                "semanticVersion": __version__,
                "version": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": f"pincompiler/{_category(subjects)}/"},
        "columnKind": "unicodeCodePoints",
        "artifacts": _artifacts(subjects),
        "invocations": [_invocation(subjects)],
        "results": [result for subject in subjects for result in _results(subject, places)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _category(subjects: Sequence[Subject]) -> str:
    packages = sorted({subject.package for subject in subjects if subject.package})
    return quote(",".join(packages) or "audit", safe=".,")


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


def _artifacts(subjects: Sequence[Subject]) -> list[dict[str, Any]]:
    """The apps, each once, with the first sentence of its report: two results may be of one file."""
    found: list[dict[str, Any]] = []
    said: dict[tuple[str, str], list[str]] = {}
    for subject in subjects:
        said.setdefault((subject.path, subject.sha256), []).append(headline(subject))
    for (path, digest), sentences in said.items():
        hashes = {"hashes": {"sha-256": digest}} if digest else {}
        description = _said(" ".join(dict.fromkeys(sentences)))
        where = {"uri": _uri(path)}
        found.append({"location": where, "roles": ["analysisTarget"], **hashes, "description": description})
    return found


def _invocation(subjects: Sequence[Subject]) -> dict[str, Any]:
    notes = [note for subject in subjects for note in _notifications(subject)]
    return {
        "executionSuccessful": all(subject.complete for subject in subjects),
        "toolExecutionNotifications": notes,
    }


def _notifications(subject: Subject) -> Iterator[dict[str, Any]]:
    """What could not be seen, of a file or of a part of it."""
    said = [("error", subject.error)] if subject.error else []
    said += [("warning" if one.mechanisms else "note", f"{one.what}: {one.why}") for one in subject.unseen]
    for level, text in said:
        where = {"physicalLocation": {"artifactLocation": {"uri": _uri(subject.path)}}}
        yield {"level": level, "message": _said(java_name(text)), "locations": [where]}


def _results(subject: Subject, places: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for finding, fingerprint in fingerprinted(subject):
        result: dict[str, Any] = {
            "ruleId": finding.rule,
            "level": finding.level.value,
            "message": _said(_message(finding)),
            "locations": [_location(finding.location, subject)],
            "partialFingerprints": {
                "primaryLocationLineHash": fingerprint,
                "pincompiler/v1": fingerprint,
            },
            "properties": _properties(subject, finding),
        }
        if finding.rule in places:
            # A saved finding may be of a rule that another version has.
            result["ruleIndex"] = places[finding.rule]
        if finding.change:
            result["baselineState"] = _STATES[finding.change]
        if finding.related:
            result["relatedLocations"] = [
                {"id": number, **_location(where, subject), "message": _said(what)}
                for number, (what, where) in enumerate(finding.related, 1)
            ]
        if finding.evidence and finding.evidence.chain:
            result["codeFlows"] = [_flow(finding.evidence, subject)]
        if finding.accepted:
            result["suppressions"] = [{"kind": "external", "justification": visible(finding.accepted)}]
        yield result


def _said(text: str) -> dict[str, str]:
    """A message in which nothing is a link: SARIF 2.1.0 section 3.11.6 reads ``[…](…)`` as one."""
    return {"text": _BRACKET.sub(r"\\\g<0>", visible(text))}


def _message(finding: Finding) -> str:
    fix = f" Fix: {finding.fix}." if finding.fix else ""
    return f"{finding.message}.{fix}"


def _properties(subject: Subject, finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {"package": subject.package, "hosts": list(finding.hosts)}
    evidence = finding.evidence
    if evidence:
        found |= {
            "owner": evidence.owner,
            "use": evidence.use.value,
            "confidence": evidence.confidence.value,
            "api": evidence.api,
            "mechanism": evidence.mechanism,
            "evidence": [visible(line) for line in evidence.shown],
            "remedy": [visible(line) for line in evidence.remedy.text.split("\n")] if evidence.remedy else [],
        }
    return found


def _location(where: Location | None, subject: Subject) -> dict[str, Any]:
    file = where.file if where else subject.path
    span = where.span if where and not where.member else None
    region = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    if span:
        last = span.end_column + (span.end_column == span.column and span.end_line == span.line)
        region = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": last,
        }
    found: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(file)}, "region": region}}
    if where and where.member:
        found["logicalLocations"] = [_logical(where)]
    return found


def _logical(where: Location) -> dict[str, Any]:
    """The method in its DEX file, or the line of an XML file."""
    line = f":{where.span.line}" if where.span else ""
    if where.symbol:
        return {
            "fullyQualifiedName": java_name(where.symbol),
            "decoratedName": visible(f"{where.member}!{where.symbol}{line}"),
            "kind": "function",
        }
    return {"fullyQualifiedName": visible(f"{where.member}{line}"), "kind": "resource"}


def _flow(evidence: Evidence, subject: Subject) -> dict[str, Any]:
    """The way from an entry point to the place."""
    steps = [
        {"location": {"logicalLocations": [{"fullyQualifiedName": java_name(step), "kind": "type"}]}}
        for step in evidence.chain
    ]
    return {
        "message": _said(f"from an entry point of {subject.package}"),
        "threadFlows": [{"locations": steps}],
    }


def _uri(path: str) -> str:
    """A relative URI reference for a relative path, a file URI for an absolute one."""
    pure = PurePath(path)
    if pure.is_absolute():
        return pure.as_uri()
    return quote(pure.as_posix())
