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
from pincompiler.facts import (
    FIRST_PARTY,
    UNIDENTIFIED,
    Algorithm,
    Mechanism,
    Owner,
    Pin,
    Unseen,
    VersionRange,
)
from pincompiler.policy.enforcement import Reach
from pincompiler.reports.audit import html, junit
from pincompiler.reports.audit import json as audit_json
from pincompiler.reports.audit import markdown as audit_markdown
from pincompiler.reports.audit.json_reader import parse, read_results
from pincompiler.verdicts.hosts import HostVerdict, Verdict
from pincompiler.verdicts.subject import Build, Endpoint, InventoryPin, KnownKey, Pinned, Run, Subject
from tests import json_schemas
from tests.audit.test_reports import SUBJECT
from tests.json_schemas import places, put
from tests.test_cli import run

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
    lambda low, more: VersionRange(low, None if more is None else low + more),
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
    st.lists(TEXT, max_size=2).map(tuple),
)
UNSEEN = st.builds(Unseen, TEXT, TEXT, st.frozensets(st.sampled_from(Mechanism)))
INVENTORY = st.builds(InventoryPin, PIN, st.booleans(), st.none() | st.sampled_from(Change))
BUILD = st.builds(Build, TEXT, TEXT, TEXT, st.integers(-(2**63), 2**64 - 1), TEXT, st.none() | TEXT)
ENDPOINT = st.builds(
    Endpoint,
    TEXT,
    st.sampled_from(Pinned),
    st.none() | st.booleans(),
    TEXT,
    st.lists(PLACE, max_size=1).map(tuple),
)
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
    endpoints=st.lists(ENDPOINT, max_size=2).map(tuple),
)
SAVED = audit_json.render([SUBJECT])


@given(st.lists(SUBJECTS, max_size=3).map(tuple))
def test_what_is_written_is_read_back(subjects: tuple[Subject, ...]) -> None:
    saved = audit_json.render(subjects)
    json_schemas.hold("audit", saved)
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
            "subjects[0].findings[0].hosts[0]: is no string",
        ),
        (("subjects", 0, "verdicts", 0, "api"), "24-+", "subjects[0].verdicts[0].api: is no range"),
        (("subjects", 0, "pins", 0, "expires"), "soon", "subjects[0].pins[0].expires: is no date"),
        (
            ("subjects", 0, "pins", 0, "location", "line"),
            -1,
            "subjects[0].pins[0].location.line: is no number",
        ),
        (("subjects", 0, "unknown", 0, "mechanisms"), ["x"], "unknown[0].mechanisms[0]: is none of nsc"),
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


# JSON Schema calls 1.0 an integer, and the reader does not.
JUNK: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats().filter(lambda n: not n.is_integer()) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)


WHOLE = Subject(
    *("shop.apk", "apk", "00" * 32, "com.example.shop", "1.0", 1, 24, 36),
    pins=SUBJECT.pins,
    verdicts=SUBJECT.verdicts,
    findings=SUBJECT.findings,
    unseen=(*SUBJECT.unseen, Unseen("classes2.dex", "is damaged"), Unseen("a", "b", frozenset())),
    run=Run("9.9", date(2026, 11, 23), keys=(KnownKey("api", "pin", ends=date(2027, 1, 1)),)),
    baseline=(Build("old.apk", "com.example.shop", "0.9", 0, "11" * 32),),
    fixed=SUBJECT.findings[:1],
    gone=SUBJECT.pins[:1],
)
REPORT = json.loads(audit_json.render([WHOLE]))
PLACES = places(REPORT)[1:]


@given(st.integers(0, len(SAVED) - 1), st.binary(max_size=4), st.integers(0, 40))
def test_a_file_that_was_damaged_is_read_or_refused(at: int, new: bytes, lost: int) -> None:
    saved = SAVED.encode()
    refused = refusal(saved[:at] + new + saved[at + lost :])
    assert refused == "" or refused.startswith("audit.json: ")


def refusal(saved: bytes) -> str:
    """Why a saved audit is refused; empty if it is read, and can be shown."""
    try:
        found = parse(saved, "audit.json")
    except InputError as error:
        return str(error)
    html.render(found)
    return ""


@given(st.sampled_from(PLACES), JUNK)
def test_a_file_is_read_if_its_schema_allows_it(path: tuple[str | int, ...], value: object) -> None:
    """Two readers of the same table: ours, and a validator of the published schema that others wrote."""
    report = put(REPORT, path, value)
    refused = refusal(json.dumps(report).encode())
    # That a run has this number is more than a schema can say; NaN and Infinity are no JSON.
    if "is no index into runs" not in refused and "Infinity is no number" not in refused:
        assert json_schemas.validator("audit", strict=False).is_valid(report) is not bool(refused), refused


ADDED = {
    "roots",
    "runs",
    "run",
    "headline",
    "baseline",
    "fixed",
    "gone",
    "change",
    "endpoints",
    "own-domains",
    "process",
    "processes",
}
ADDED_TO_FINDINGS = {"role", "remedy", "target", "kind", "first-party"}
"""Fields that the first saved audits do not have."""


def test_a_field_that_every_version_wrote_is_not_missing() -> None:
    for path in (place for place in PLACES if isinstance(place[-1], str) and len(place) > 1):
        report = at = json.loads(json.dumps(REPORT))
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]
        of_unseen = len(path) == 5 and path[2] in ("unknown", "remarks") and path[-1] == "pins"
        of_finding = len(path) == 5 and path[2] in ("findings", "fixed")
        of_verdict = len(path) == 5 and path[2] == "verdicts" and path[-1] == "by"
        added = path[-1] in ADDED or of_unseen or of_verdict or (of_finding and path[-1] in ADDED_TO_FINDINGS)
        assert refusal(json.dumps(report).encode()) == ("" if added else f"audit.json: {place}: is missing")


def test_what_does_not_say_what_it_is_is_refused() -> None:
    for name in ("version", "command"):
        report = {one: value for one, value in REPORT.items() if one != name}
        assert "is no result of pincompiler audit" in refusal(json.dumps(report).encode())


def test_a_run_that_is_not_there_is_missed() -> None:
    assert (
        refusal(json.dumps({**REPORT, "runs": []}).encode())
        == "audit.json: subjects[0].run: is no index into runs"
    )


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"version": 1, "version": 1}', "a name is there twice in one object"),
        (b'{"version": NaN}', "NaN is no number"),
        (b'{"version": -Infinity}', "-Infinity is no number"),
        (b"[" + b"0," * (16 << 20) + b"0]", "has more than 16,777,216 values"),
    ],
    ids=["twice", "nan", "infinity", "large"],
)
def test_what_json_does_not_have_and_what_is_too_much_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse(data, "audit.json")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_results(tmp_path / "audit.json")


def test_results_are_read_from_standard_input(tmp_path: Path) -> None:
    ran = run("report", "-f", "json", "-", cwd=tmp_path, stdin=audit_json.render([WHOLE]).encode())
    assert (ran.code, json.loads(ran.stdout)) == (0, REPORT)


def test_a_saved_day_is_the_day_of_the_page() -> None:
    subject = Subject("shop.apk", "apk", run=Run("9.9", date(2026, 11, 23)))
    assert "as of 2026-11-23" in html.render(parse(audit_json.render([subject]).encode(), "a.json"))
