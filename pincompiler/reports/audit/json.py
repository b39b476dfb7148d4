"""Audits for programs: JSON whose shape is version 1 and stays.

``{"version": 1, "command": "audit", "runs": […], "subjects": […]}``; README.md has the fields, and
:mod:`.audit_reader` reads it back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pincompiler.rules.registry import references
from pincompiler.verdicts.fingerprints import fingerprinted
from pincompiler.verdicts.headline import headline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.base.finding import Finding, Snippet
    from pincompiler.base.location import Location
    from pincompiler.facts import Unseen
    from pincompiler.verdicts.hosts import HostVerdict
    from pincompiler.verdicts.subject import Build, InventoryPin, KnownKey, Run, Subject


def render(subjects: Iterable[Subject]) -> str:
    """The report on all apps, in the order in which they were named."""
    subjects = tuple(subjects)
    # Apps of one run share it, and most often the very object.
    by_object = {id(subject.run): subject.run for subject in subjects}
    runs = [*dict.fromkeys(run for run in by_object.values() if run)]
    numbers = {number: runs.index(run) if run else None for number, run in by_object.items()}
    report = {
        "version": 1,
        "command": "audit",
        "runs": [_run(run) for run in runs],
        "subjects": [_subject(subject, numbers[id(subject.run)]) for subject in subjects],
    }
    return json.dumps(report, indent=2) + "\n"


def _run(run: Run) -> dict[str, Any]:
    return {
        "pincompiler": run.version,
        "day": run.day.isoformat(),
        "expiring-within": run.horizon,
        "engine": run.engine,
        "pins": run.pins or None,
        "policy": run.policy or None,
        "accept": list(run.accepts),
        "keys": [_key(key) for key in run.keys],
    }


def _key(key: KnownKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "spki-sha256": key.pin,
        "role": key.role or None,
        "algorithm": key.algorithm or None,
        "subject": key.subject or None,
        "not-before": key.begins.isoformat() if key.begins else None,
        "not-after": key.ends.isoformat() if key.ends else None,
        "retired": key.retired,
    }


def _subject(subject: Subject, run: int | None) -> dict[str, Any]:
    findings = [_finding(finding, fingerprint) for finding, fingerprint in fingerprinted(subject)]
    own = len(subject.findings)
    return {
        "path": subject.path,
        "kind": subject.kind,
        "sha256": subject.sha256,
        "package": subject.package,
        "version-name": subject.version_name,
        "version-code": subject.version_code,
        "min-sdk": subject.min_sdk,
        "target-sdk": subject.target_sdk,
        "headline": headline(subject),
        "complete": subject.complete,
        "error": subject.error or None,
        "run": run,
        "unknown": [_unseen(one) for one in subject.unseen if one.mechanisms],
        "remarks": [_unseen(one) for one in subject.unseen if not one.mechanisms],
        "pins": [_pin(pin) for pin in subject.pins],
        "verdicts": [_verdict(row) for row in subject.verdicts],
        "findings": findings[:own],
        "baseline": None if subject.baseline is None else [_build(one) for one in subject.baseline],
        "fixed": findings[own:],
        "gone": [_pin(pin) for pin in subject.gone],
    }


def _build(one: Build) -> dict[str, Any]:
    return {
        "path": one.path,
        "package": one.package,
        "version-name": one.version_name,
        "version-code": one.version_code,
        "sha256": one.sha256,
        "policy": one.policy,
    }


def _unseen(one: Unseen) -> dict[str, Any]:
    return {"what": one.what, "why": one.why, "mechanisms": sorted(one.mechanisms)}


def _pin(found: InventoryPin) -> dict[str, Any]:
    pin = found.pin
    return {
        "mechanism": pin.mechanism.value,
        "host": pin.host or None,
        "subdomains": pin.reach.value if pin.reach else None,
        "algorithm": pin.algorithm.value,
        "pin": pin.pin,
        "expires": pin.expires.isoformat() if pin.expires else None,
        "enforced": found.enforced,
        "confidence": pin.confidence.value,
        "owner": pin.owner.name,
        "first-party": pin.owner.first_party,
        "what": pin.what,
        "change": found.change.value if found.change else None,
        "location": _location(pin.where),
    }


def _verdict(row: HostVerdict) -> dict[str, Any]:
    return {
        "host": row.host,
        "mechanism": row.mechanism.value,
        "api": str(row.api),
        "verdict": row.verdict.value,
        "why": row.why,
        "location": _location(row.where),
    }


def _finding(finding: Finding, fingerprint: str) -> dict[str, Any]:
    evidence = finding.evidence
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "confidence": evidence.confidence.value if evidence else "confirmed",
        "message": finding.message,
        "fix": finding.fix,
        "host": finding.hosts[0] if finding.hosts else None,
        "hosts": list(finding.hosts),
        "mechanism": (evidence.mechanism if evidence else "") or None,
        "api": (evidence.api if evidence else "") or None,
        "owner": (evidence.owner if evidence else "") or None,
        "first-party": evidence.first_party if evidence else None,
        "use": (evidence.use.value if evidence else "") or None,
        "chain": list(evidence.chain) if evidence else [],
        "evidence": list(evidence.shown) if evidence else [],
        "role": (evidence.role if evidence else "") or None,
        "remedy": _remedy(evidence.remedy) if evidence and evidence.remedy else None,
        "target": finding.target or None,
        "kind": finding.kind or None,
        "accepted": finding.accepted or None,
        "location": _location(finding.location),
        "related": [{"message": what, "location": _location(where)} for what, where in finding.related],
        "references": list(references(finding.rule)),
        "fingerprint": fingerprint,
        "change": finding.change.value if finding.change else None,
    }


def _remedy(snippet: Snippet) -> dict[str, Any]:
    return {"language": snippet.language, "text": snippet.text}


def _location(where: Location | None) -> dict[str, Any] | None:
    if where is None:
        return None
    span = where.span
    return {
        "file": where.file,
        "member": where.member or None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end-line": span.end_line if span else None,
        "end-column": span.end_column if span else None,
        "symbol": where.symbol or None,
        "offset": where.offset,
    }
