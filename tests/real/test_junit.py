"""The JUnit report, judged by the schema of Jenkins' xunit plug-in, which pytest holds its own reports to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from pincompiler.reports.audit import junit
from pincompiler.verdicts.hosts import Verdict
from pincompiler.verdicts.subject import Subject
from tests.audit.test_changes import NOW
from tests.audit.test_reports import HOSTILE, IN_METHOD, SUBJECT
from tests.real import judges

pytestmark = pytest.mark.real

VERDICTS = replace(SUBJECT, verdicts=tuple(replace(SUBJECT.verdicts[0], verdict=one) for one in Verdict))
NAMED = replace(
    SUBJECT, package=HOSTILE, findings=(replace(IN_METHOD, message=f"]]>{HOSTILE}", fix=HOSTILE),)
)
BROKEN = Subject("bad.apk", error="no archive")


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(judges.need(judges.junit_schema())))


@pytest.mark.parametrize("subjects", [[], [SUBJECT], [NOW, VERDICTS, NAMED, BROKEN, Subject("empty.apk")]])
def test_a_report_is_as_the_schema_wants_it(schema: etree.XMLSchema, subjects: list[Subject]) -> None:
    schema.assertValid(etree.fromstring(junit.render(subjects).encode()))


@pytest.mark.parametrize("attribute", [' message="', ' tests="', ' classname="'])
def test_the_schema_refuses_what_is_wrong(schema: etree.XMLSchema, attribute: str) -> None:
    report = junit.render([SUBJECT])
    assert attribute in report
    assert not schema.validate(
        etree.fromstring(report.replace(attribute, f" un-{attribute.strip()}").encode())
    )
