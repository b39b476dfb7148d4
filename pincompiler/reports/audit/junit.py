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
from pincompiler.verdicts.fingerprints import fingerprinted
from pincompiler.verdicts.headline import headline
from pincompiler.verdicts.hosts import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pincompiler.base.finding import Finding
    from pincompiler.verdicts.hosts import HostVerdict
    from pincompiler.verdicts.subject import Subject

_COUNTED = ("failure", "error", "skipped")


def render(subjects: Sequence[Subject]) -> str:
    """One document for all apps."""
    root: Any = etree.Element("testsuites", name="pincompiler audit")
    for subject in subjects:
        root.append(_suite(subject))
    total = {name: sum(int(suite.get(name)) for suite in root) for name in ("tests", "failures", "errors")}
    for name, count in total.items():
        root.set(name, str(count))
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def _suite(subject: Subject) -> Any:
    suite = etree.Element("testsuite", name=visible(subject.package or subject.path))
    facts = {"path": subject.path, "sha256": subject.sha256, "version": subject.version_name}
    facts |= {"headline": headline(subject)}
    facts |= {"pincompiler": subject.run.version, "day": subject.run.day.isoformat()} if subject.run else {}
    properties = etree.SubElement(suite, "properties")
    for name, value in facts.items():
        etree.SubElement(properties, "property", name=name, value=visible(value))
    if subject.error:
        _outcome(_case(suite, "reading", subject.path), "error", subject.error)
    for row in subject.verdicts:
        _verdict(suite, row)
    for finding, fingerprint in fingerprinted(subject):
        _finding(suite, finding, fingerprint, subject.path)
    for one in subject.unseen:
        if one.mechanisms:
            _outcome(_case(suite, "seen", java_name(one.what)), "error", java_name(one.why))
    counts = [len(suite.findall(f"testcase/{name}")) for name in _COUNTED]
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, count in zip(("failures", "errors", "skipped"), counts, strict=True):
        suite.set(name, str(count))
    return suite


def _case(suite: Any, kind: str, name: str) -> Any:
    return etree.SubElement(
        suite, "testcase", classname=f"{suite.get('name')}.{visible(kind)}", name=visible(name)
    )


def _outcome(case: Any, kind: str, message: str, text: str = "") -> None:
    child = etree.SubElement(case, kind, message=visible(message))
    child.text = text or None


def _verdict(suite: Any, row: HostVerdict) -> None:
    case = _case(suite, "hosts", f"{row.host} by {row.mechanism.value} on {row.api.words}")
    said = java_name(f"{row.verdict.value}: {row.why}")
    if row.verdict in (Verdict.UNKNOWN, Verdict.NOT_COVERED):
        # One mechanism need not cover what another does; that nothing covers a host is a finding.
        _outcome(case, "skipped", said)
    elif row.verdict is not Verdict.ENFORCED:
        _outcome(case, "failure", said, f"at {place(row.where, '')}" if row.where else "")


def _finding(suite: Any, finding: Finding, fingerprint: str, path: str) -> None:
    case = _case(suite, finding.rule, f"{finding.message} ({fingerprint[:8]})")
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
        _outcome(case, "skipped", f"accepted: {finding.accepted}")
    elif finding.level is Level.NOTE:
        _outcome(case, "skipped", f"note: {finding.message}", "\n".join(lines))
    else:
        child = etree.SubElement(case, "failure", message=visible(finding.message), type=finding.level.value)
        child.text = "\n".join(lines)
