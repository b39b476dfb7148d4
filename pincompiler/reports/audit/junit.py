"""Audits as JUnit XML, for the dashboards of GitLab, Jenkins and the like.

A suite is an app.  Each verdict on a host is a test: passed where pins are enforced, failed where they are
not, skipped where it is unknown.  So is each finding: a failure, or skipped where it is accepted or a note,
or passed where it is fixed since an audit before.
What could not be seen is an error.  Source: the schema of Jenkins' xunit plug-in, as GitLab reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from pincompiler.base.finding import Change, Level
from pincompiler.reports.audit.text import place
from pincompiler.reports.findings.text import visible
from pincompiler.reports.names import java_name
from pincompiler.reports.pipelines.junit import case, counted, document, outcome
from pincompiler.verdicts.fingerprints import fingerprinted
from pincompiler.verdicts.headline import headline
from pincompiler.verdicts.hosts import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pincompiler.base.finding import Finding
    from pincompiler.verdicts.hosts import HostVerdict
    from pincompiler.verdicts.subject import Subject


def render(subjects: Sequence[Subject]) -> str:
    """One document for all apps."""
    return document("pincompiler audit", map(_suite, subjects))


def _suite(subject: Subject) -> Any:
    suite = etree.Element("testsuite", name=visible(subject.package or subject.path))
    facts = {"path": subject.path, "sha256": subject.sha256, "version": subject.version_name}
    facts |= {"headline": headline(subject)}
    facts |= {"pincompiler": subject.run.version, "day": subject.run.day.isoformat()} if subject.run else {}
    properties = etree.SubElement(suite, "properties")
    for name, value in facts.items():
        etree.SubElement(properties, "property", name=name, value=visible(value))
    if subject.error:
        outcome(case(suite, "reading", subject.path), "error", subject.error)
    for row in subject.verdicts:
        _verdict(suite, row)
    for finding, fingerprint in fingerprinted(subject):
        _finding(suite, finding, fingerprint, subject.path)
    for one in subject.unseen:
        if one.mechanisms:
            outcome(case(suite, "seen", java_name(one.what)), "error", java_name(one.why))
    return counted(suite)


def _verdict(suite: Any, row: HostVerdict) -> None:
    within = f" in {row.process}" if row.process else ""
    test = case(suite, "hosts", f"{row.host} by {row.mechanism.value}{within} on {row.api.words}")
    said = java_name(f"{row.verdict.value}: {row.why}")
    if row.verdict in (Verdict.UNKNOWN, Verdict.NOT_COVERED):
        # One mechanism need not cover what another does; that nothing covers a host is a finding.
        outcome(test, "skipped", said)
    elif row.verdict is not Verdict.ENFORCED:
        outcome(test, "failure", said, f"at {place(row.where, '')}" if row.where else "")


def _finding(suite: Any, finding: Finding, fingerprint: str, path: str) -> None:
    test = case(suite, finding.rule, f"{finding.message} ({fingerprint[:8]})")
    if finding.change is Change.FIXED:
        return
    lines = [f"{finding.change.value} since the audit before"] if finding.change else []
    lines += [f"at {place(finding.location, path)}"] if finding.location else []
    lines += [f"{visible(what)}: {place(where, path)}" for what, where in finding.related]
    lines += [f"| {java_name(line)}" for line in finding.evidence.shown] if finding.evidence else []
    lines += [f"fix: {visible(finding.fix)}"] if finding.fix else []
    if finding.evidence and finding.evidence.remedy:
        lines += [f"+ {visible(line)}" for line in finding.evidence.remedy.text.split("\n")]
    if finding.accepted:
        outcome(test, "skipped", f"accepted: {finding.accepted}")
    elif finding.level is Level.NOTE:
        outcome(test, "skipped", f"note: {finding.message}", "\n".join(lines))
    else:
        child = etree.SubElement(test, "failure", message=visible(finding.message), type=finding.level.value)
        child.text = "\n".join(lines)
