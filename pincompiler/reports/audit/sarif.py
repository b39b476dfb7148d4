"""Audits as SARIF 2.1.0, in the shape that code scanning on GitHub asks for.

A shipped app is binary, so a finding in it stands at line 1 of the app's file, with the real place as its
logical location; drift stands at its line of pins.toml, where a pull request can show it.
Sources: OASIS SARIF 2.1.0; GitHub's "SARIF support for code scanning".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pincompiler.base.finding import Change
from pincompiler.reports.findings.text import visible
from pincompiler.reports.names import java_name
from pincompiler.reports.pipelines.sarif import document, message, physical, rule_places, said, uri
from pincompiler.verdicts.fingerprints import fingerprinted
from pincompiler.verdicts.headline import headline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pincompiler.base.finding import Evidence, Finding
    from pincompiler.base.location import Location
    from pincompiler.verdicts.subject import Subject

_STATES = {Change.NEW: "new", Change.UNCHANGED: "unchanged", Change.FIXED: "absent"}
"""SARIF 2.1.0 §3.27.24."""


def render(subjects: Sequence[Subject]) -> str:
    """One run for all apps: the rules that were broken, the findings, and what could not be seen."""
    broken = {finding.rule for subject in subjects for finding in (*subject.findings, *subject.fixed)}
    places = rule_places(broken)
    parts = {
        "automationDetails": {"id": f"pincompiler/{_category(subjects)}/"},
        "artifacts": _artifacts(subjects),
        "invocations": [_invocation(subjects)],
        "results": [result for subject in subjects for result in _results(subject, places)],
    }
    return document(broken, parts)


def _category(subjects: Sequence[Subject]) -> str:
    packages = sorted({subject.package for subject in subjects if subject.package})
    return quote(",".join(packages) or "audit", safe=".,")


def _artifacts(subjects: Sequence[Subject]) -> list[dict[str, Any]]:
    """The apps, each once, with the first sentence of its report: two results may be of one file."""
    found: list[dict[str, Any]] = []
    headlines: dict[tuple[str, str], list[str]] = {}
    for subject in subjects:
        headlines.setdefault((subject.path, subject.sha256), []).append(headline(subject))
    for (path, digest), sentences in headlines.items():
        hashes = {"hashes": {"sha-256": digest}} if digest else {}
        description = said(" ".join(dict.fromkeys(sentences)))
        where = {"uri": uri(path)}
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
    notes = [("error", subject.error)] if subject.error else []
    notes += [("warning" if one.mechanisms else "note", f"{one.what}: {one.why}") for one in subject.unseen]
    for level, text in notes:
        where = {"physicalLocation": {"artifactLocation": {"uri": uri(subject.path)}}}
        yield {"level": level, "message": said(java_name(text)), "locations": [where]}


def _results(subject: Subject, places: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for finding, fingerprint in fingerprinted(subject):
        result: dict[str, Any] = {
            "ruleId": finding.rule,
            "level": finding.level.value,
            "message": message(finding),
            "locations": [_location(finding.location, subject)],
            "partialFingerprints": {
                "primaryLocationLineHash": fingerprint,
                "pincompiler/v1": fingerprint,
            },
            "properties": _properties(subject, finding),
        }
        if finding.rule in places:
            result["ruleIndex"] = places[finding.rule]
        if finding.change:
            result["baselineState"] = _STATES[finding.change]
        if finding.related:
            result["relatedLocations"] = [
                {"id": number, **_location(where, subject), "message": said(what)}
                for number, (what, where) in enumerate(finding.related, 1)
            ]
        if finding.evidence and finding.evidence.chain:
            result["codeFlows"] = [_flow(finding.evidence, subject)]
        if finding.accepted:
            result["suppressions"] = [{"kind": "external", "justification": visible(finding.accepted)}]
        yield result


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
    span = where.span if where and not where.member else None
    found = physical(where.file if where else subject.path, span)
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
        "message": said(f"from an entry point of {subject.package}"),
        "threadFlows": [{"locations": steps}],
    }
