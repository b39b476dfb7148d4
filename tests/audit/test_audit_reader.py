"""Saved audits: what is written is read back the same, and what nobody wrote is refused."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pincompiler.base.errors import InputError
from pincompiler.base.finding import Change, Confidence, Evidence, Finding, Level, Snippet, Use
from pincompiler.base.location import Location, Span
from pincompiler.facts import FIRST_PARTY, UNIDENTIFIED, Algorithm, ApiRange, Mechanism, Owner, Pin, Unseen
from pincompiler.policy.enforcement import Reach
from pincompiler.reports.audit import html, junit
from pincompiler.reports.audit import json as audit_json
from pincompiler.reports.audit import markdown as audit_markdown
from pincompiler.reports.audit.json_reader import parse, read_results
from pincompiler.verdicts.hosts import HostVerdict, Verdict
from pincompiler.verdicts.subject import Build, InventoryPin, KnownKey, Run, Subject
from tests.audit.test_reports import SUBJECT

if TYPE_CHECKING:
    from pathlib import Path

# Everything that can stand in a string, lone surrogates too: names in an app are any 16-bit units.
TEXT = st.text(max_size=8) | st.sampled_from(["</script>", "]]>", "a|b`c", "\u202e", "\x1b[31m", "\ud800"])
NUMBER = st.integers(0, 2**31 - 1)
SPAN = st.builds(Span, NUMBER, NUMBER, NUMBER, NUMBER)
PLACE = st.builds(
    Location,
    TEXT,
    st.none() | SPAN,
    member=TEXT,
    symbol=TEXT,
    offset=st.none() | NUMBER,
)
DAY = st.dates()
API = st.builds(
    lambda low, more: ApiRange(low, None if more is None else low + more),
    st.integers(1, 99),
    st.none() | st.integers(0, 9),
)
OWNER = st.sampled_from([FIRST_PARTY, UNIDENTIFIED, Owner("Rabbit MQ")]) | st.builds(
    Owner, TEXT, st.booleans()
)
EVIDENCE = st.builds(
    Evidence,
    TEXT,
    st.booleans(),
    st.sampled_from(Use),
    st.sampled_from(Confidence),
    TEXT,
    TEXT,
    st.lists(TEXT, max_size=2).map(tuple),
    st.lists(TEXT, max_size=2).map(tuple),
    TEXT,
    st.none() | st.builds(Snippet, TEXT, TEXT),
)
FINDING = st.builds(
    Finding,
    TEXT | st.just("missing-key"),
    st.sampled_from(Level),
    TEXT,
    st.none() | PLACE,
    TEXT,
    st.lists(TEXT, max_size=2).map(tuple),
    TEXT,
    st.lists(st.tuples(TEXT, PLACE), max_size=2).map(tuple),
    TEXT,
    st.none() | EVIDENCE,
    TEXT,
    st.none() | st.sampled_from(Change),
)
PIN = st.builds(
    Pin,
    st.sampled_from(Mechanism),
    TEXT,
    st.none() | st.sampled_from(Reach),
    st.sampled_from(Algorithm),
    TEXT,
    PLACE,
    OWNER,
    st.none() | DAY,
    st.sampled_from(Confidence),
    TEXT,
)
KEY = st.builds(KnownKey, TEXT, TEXT, TEXT, TEXT, TEXT, st.none() | DAY, st.none() | DAY, st.booleans())
RUN = st.builds(
    Run,
    TEXT,
    DAY,
    st.integers(0, 9999),
    TEXT,
    TEXT,
    TEXT,
    st.lists(TEXT, max_size=2).map(tuple),
    st.lists(KEY, max_size=2).map(tuple),
)
UNSEEN = st.builds(Unseen, TEXT, TEXT, st.frozensets(st.sampled_from(Mechanism)))
INVENTORY = st.builds(InventoryPin, PIN, st.booleans(), st.none() | st.sampled_from(Change))
BUILD = st.builds(Build, TEXT, TEXT, TEXT, st.integers(-(2**63), 2**64 - 1), TEXT, st.none() | TEXT)
SUBJECTS = st.builds(
    Subject,
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    st.integers(-(2**63), 2**64 - 1),
    NUMBER,
    NUMBER,
    st.lists(INVENTORY, max_size=2).map(tuple),
    st.lists(
        st.builds(
            HostVerdict,
            TEXT,
            st.sampled_from(Mechanism),
            API,
            st.sampled_from(Verdict),
            TEXT,
            st.none() | PLACE,
        ),
        max_size=2,
    ).map(tuple),
    st.lists(FINDING, max_size=2).map(tuple),
    st.lists(UNSEEN, max_size=2).map(lambda some: tuple(sorted(some, key=lambda one: not one.mechanisms))),
    TEXT,
    st.none() | RUN,
    st.none() | st.lists(BUILD, max_size=2).map(tuple),
    st.lists(FINDING, max_size=2).map(tuple),
    st.lists(INVENTORY, max_size=2).map(tuple),
)
SAVED = audit_json.render([SUBJECT])


@given(st.lists(SUBJECTS, max_size=3).map(tuple))
def test_what_is_written_is_read_back(subjects: tuple[Subject, ...]) -> None:
    saved = audit_json.render(subjects)
    found = parse(saved.encode(), "audit.json")
    assert found == subjects
    # Offsets take no part in the equality of places.
    assert audit_json.render(found) == saved


@settings(max_examples=20, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # shrinking takes minutes
@given(st.lists(SUBJECTS, max_size=2))
def test_every_report_can_be_made_of_every_subject(subjects: list[Subject]) -> None:
    for render in (html.render, audit_markdown.render, junit.render):
        shown = render(subjects)
        assert shown == render(subjects)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        shown.encode()


def test_results_of_before_runs_were_saved_can_be_read() -> None:
    report = json.loads(SAVED)
    del report["runs"], report["subjects"][0]["run"]
    for finding in report["subjects"][0]["findings"]:
        for later in ("role", "target", "kind", "first-party"):
            del finding[later]
    (found,) = parse(json.dumps(report).encode(), "old.json")
    assert found.run is None
    assert [finding.rule for finding in found.findings] == [finding.rule for finding in SUBJECT.findings]


def changed(path: tuple[str | int, ...], value: object) -> bytes:
    report = json.loads(SAVED)
    at = report
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(report).encode()


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("subjects",), {}, "subjects: is no array"),
        (("subjects", 0), [], "subjects[0]: is no object"),
        (("subjects", 0, "path"), 3, "subjects[0].path: is no string"),
        (("subjects", 0, "run"), 7, "subjects[0].run: is no index into runs"),
        (("subjects", 0, "min-sdk"), True, "subjects[0].min-sdk: is no number"),
        (("subjects", 0, "version-code"), 2**70, "subjects[0].version-code: is no version code"),
        (("subjects", 0, "findings", 1, "level"), "fatal", "subjects[0].findings[1].level: is none of error"),
        (
            ("subjects", 0, "findings", 0, "hosts"),
            [1],
            "subjects[0].findings[0].hosts: is no array of strings",
        ),
        (("subjects", 0, "verdicts", 0, "api"), "24-+", "subjects[0].verdicts[0].api: is no range"),
        (("subjects", 0, "pins", 0, "expires"), "soon", "subjects[0].pins[0].expires: is no date"),
        (
            ("subjects", 0, "pins", 0, "location", "line"),
            -1,
            "subjects[0].pins[0].location.line: is no number",
        ),
        (("subjects", 0, "unknown", 0, "mechanisms"), ["x"], "mechanisms: 'x' is none of nsc"),
        (("version",), 2, "is no result of pincompiler audit -f json, version 1"),
        (("command",), "check", "is no result of pincompiler audit -f json, version 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(path: tuple[str | int, ...], value: object, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(changed(path, value), "audit.json")
    assert str(caught.value).startswith("audit.json: ")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("code", "fits"), [(2**64 - 1, True), (2**64, False), (1 - 2**64, True), (-(2**64), False)]
)
def test_a_version_code_has_64_bits(code: int, fits: bool) -> None:  # noqa: FBT001
    """``longVersionCode`` of Android 9; the manifest writes its halves."""
    saved = changed(("subjects", 0, "version-code"), code)
    if fits:
        assert parse(saved, "audit.json")[0].version_code == code
    else:
        with pytest.raises(InputError, match=r"version-code: is no version code"):
            parse(saved, "audit.json")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 9999]
)
def test_what_is_no_result_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        parse(data, "audit.json")


JUNK: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
PLACES = [
    ("runs",),
    ("subjects",),
    *(("subjects", 0, name) for name in json.loads(SAVED)["subjects"][0]),
    *(("subjects", 0, "pins", 0, name) for name in json.loads(SAVED)["subjects"][0]["pins"][0]),
    *(("subjects", 0, "verdicts", 0, name) for name in json.loads(SAVED)["subjects"][0]["verdicts"][0]),
    *(("subjects", 0, "findings", 0, name) for name in json.loads(SAVED)["subjects"][0]["findings"][0]),
]


@given(st.sampled_from(PLACES), JUNK)
def test_nothing_in_a_file_ends_in_a_traceback(path: tuple[str | int, ...], value: object) -> None:
    try:
        found = parse(changed(path, value), "audit.json")
    except InputError:
        return
    html.render(found)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_results(tmp_path / "audit.json")


def test_a_saved_day_is_the_day_of_the_page() -> None:
    subject = Subject("shop.apk", "apk", run=Run("9.9", date(2026, 11, 23)))
    assert "as of 2026-11-23" in html.render(parse(audit_json.render([subject]).encode(), "a.json"))
