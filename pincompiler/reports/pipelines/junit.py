"""Findings as JUnit XML: a suite is a file, and each finding a test that fails, or is skipped where it is a note.

A file without findings is one test that passes; what remains unknown is an error.  Source: the schema of
Jenkins' xunit plug-in, as GitLab reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from pincompiler.base.finding import Level
from pincompiler.reports.findings.text import placed, visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pincompiler.base.finding import Finding
    from pincompiler.reports.pipelines.inspected import Inspected

_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(inspected: Iterable[Inspected]) -> str:
    """One document for all files."""
    return document("pincompiler", (_suite(one) for one in inspected))


def document(name: str, suites: Iterable[Any]) -> str:
    """The suites below one element, which has their sums."""
    root: Any = etree.Element("testsuites", name=name)
    root.extend(suites)
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count)) for suite in root)))
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def counted(suite: Any) -> Any:
    """The suite with the numbers of its tests."""
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, kind in _COUNTED.items():
        suite.set(name, str(len(suite.findall(f"testcase/{kind}"))))
    return suite


def case(suite: Any, kind: str, name: str) -> Any:
    """A test of a suite, which passes if nothing is said of it."""
    return etree.SubElement(
        suite, "testcase", classname=f"{suite.get('name')}.{visible(kind)}", name=visible(name)
    )


def outcome(test: Any, kind: str, message: str, text: str = "") -> None:
    """That a test failed, was skipped, or could not be made: ``failure``, ``skipped``, ``error``."""
    child = etree.SubElement(test, kind, message=visible(message))
    child.text = text or None


def _suite(inspected: Inspected) -> Any:
    suite = etree.Element("testsuite", name=visible(f"pincompiler {inspected.command} {inspected.file}"))
    if inspected.error:
        outcome(case(suite, "reading", inspected.file), "error", inspected.error)
    for finding in inspected.findings:
        _finding(suite, finding)
    for doubt in inspected.unknown:
        outcome(case(suite, "unknown", doubt), "error", f"unknown: {doubt}")
    if not len(suite):
        case(suite, inspected.command, "no findings")
    return counted(suite)


def _finding(suite: Any, finding: Finding) -> None:
    lines = [f"at {placed(finding.location)}"] if finding.location else []
    lines += [f"in {', '.join(finding.environments)}"] if finding.environments else []
    lines += [f"fix: {visible(finding.fix)}"] if finding.fix else []
    test = case(suite, finding.rule, finding.message)
    if finding.accepted:
        outcome(test, "skipped", f"accepted: {finding.accepted}", "\n".join(lines))
    elif finding.level is Level.NOTE:
        outcome(test, "skipped", f"note: {finding.message}", "\n".join(lines))
    else:
        outcome(test, "failure", finding.message, "\n".join(lines))
        test[0].set("type", finding.level.value)
