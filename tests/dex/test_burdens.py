"""What is small and asks a lot is followed in proportion to its size, or is unknown: no app stops an audit."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Final

import pytest

from pincompiler.android.constants import budget, linked
from pincompiler.base.bounds import (
    APP_STEPS,
    DECIDERS,
    OKHTTP_USES,
    PINNER_HOSTS,
    QUESTION_STEPS,
    STORE_CALLS,
    TRACED,
    TRUST_CALLS,
    Bound,
)
from pincompiler.facts import Mechanism
from pincompiler.facts.engine import Engine
from pincompiler.shipped.android.source import IN_CODE, Source
from pincompiler.workflows import audit
from tests.apk.forge import simple_zip
from tests.bounding import bounded
from tests.dex import burdens
from tests.dex.burdens import BURDENS
from tests.dex.file_burdens import FILE_BURDENS
from tests.strategies import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pincompiler.verdicts.subject import Subject

ASKED: Final = audit.audit_options(TODAY, None, ())
BOUNDED: Final = frozenset(
    ("added", "broad", "handlers", "nested", "heirs", "callers", "paths", "wide", "builders", "wild_hosts")
)
"""Those whose work grows faster than they do, up to a bound."""


def audited(folder: Path, files: burdens.Files, engine: Engine = Engine.FAST) -> Subject:
    path = folder / "app.apk"
    path.write_bytes(simple_zip(files))
    subject = audit.audit(path, audit.audit_options(TODAY, None, (), engine=engine))
    assert not [one for one in subject.unseen if "bug of pincompiler" in one.why], subject.unseen
    return subject


def work(folder: Path, files: burdens.Files) -> int:
    """How many functions are called: the same on every machine, however busy."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    # Hypothesis is called at each collection of garbage, which comes the more often the more is in memory.
    gc.disable()
    sys.setprofile(count)
    try:
        audited(folder, files)
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted((BURDENS | FILE_BURDENS).keys() - BOUNDED))
def test_work_grows_no_faster_than_the_app(name: str, tmp_path: Path) -> None:
    """By how many functions are called; `make bench` measures the time, up to eight times the size."""
    make, least = (BURDENS | FILE_BURDENS)[name]
    small = max(1, least // 6)
    audited(tmp_path, make(small))  # what is made once for all audits
    one, four = (work(tmp_path, make(times * small)) for times in (1, 4))
    assert four <= 1.3 * 4 * one


def limited(monkeypatch: pytest.MonkeyPatch, steps: int) -> list[budget.Budget]:
    """The budgets of all programs from now on, of a few steps."""
    made: list[budget.Budget] = []

    class Limited(budget.Budget):
        def __init__(self, searches: int) -> None:
            super().__init__(steps=steps, searches=min(searches, 40 * budget.LEAST_SEARCHED))
            made.append(self)

    monkeypatch.setattr(linked, "Budget", Limited)
    return made


@pytest.mark.parametrize("name", sorted(BURDENS))
def test_what_is_too_much_is_unknown(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, least = BURDENS[name]
    made = limited(monkeypatch, 300)
    with bounded(QUESTION_STEPS, 150):
        subject = audited(tmp_path, make(max(2, least // 5)))
    (left,) = made
    gave_up = bool(left.spent or left.given_up)
    assert left.steps >= 0 or gave_up
    assert not (gave_up and subject.complete)
    told = [one for one in subject.unseen if one.mechanisms >= IN_CODE]
    assert bool(told) >= gave_up


def test_nothing_is_given_up_of_an_ordinary_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = limited(monkeypatch, APP_STEPS.limit)
    assert audited(tmp_path, burdens.pinners(3)).complete
    assert not made[0].given_up
    assert not made[0].spent


@pytest.mark.parametrize("make", [burdens.pinners, burdens.one_method, burdens.constants, burdens.searches])
def test_every_pin_is_found(make: Callable[[int], burdens.Files], tmp_path: Path) -> None:
    """However many questions one method is asked, the answers are those to each alone."""
    subject = audited(tmp_path, make(40))
    assert subject.complete
    assert {(one.pin.host, f"sha256/{one.pin.pin}") for one in subject.pins} == {
        (f"h{number}.example.com", burdens.pin(number)) for number in range(40)
    }


def test_a_builder_may_be_given_hundreds_of_hosts_in_one_expression(tmp_path: Path) -> None:
    subject = audited(tmp_path, burdens.fluent(300))
    assert subject.complete
    assert len(subject.pins) == 300
    assert "unattached-pinner" not in {one.rule for one in subject.findings}


def test_a_value_of_too_many_parts_names_its_method(tmp_path: Path) -> None:
    subject = audited(tmp_path, burdens.nested(12))
    (told,) = [one for one in subject.unseen if one.why == "it is a value of too many parts"]
    assert told.what == "Lcom/example/app/Net;->all()V"
    assert told.mechanisms == IN_CODE
    assert not subject.complete


@pytest.mark.slow
def test_of_classes_of_one_name_the_first_counts(tmp_path: Path) -> None:
    """As for Android's class loader: what is defined again is never run."""
    once, often = (audited(tmp_path, burdens.copies(times)) for times in (1, 6))
    assert often.findings == once.findings
    assert often.pins == once.pins
    assert often.complete


def test_a_damaged_file_hides_no_other(tmp_path: Path) -> None:
    files = burdens.pinners(2)
    broken = bytearray(files["classes.dex"])
    types = int.from_bytes(broken[68:72], "little")
    broken[types : types + 4] = b"\xff\xff\xff\x7f"  # the first type's name is no string
    for names in (("classes.dex", "classes2.dex"), ("classes2.dex", "classes.dex")):
        subject = audited(
            tmp_path, files | dict(zip(names, (bytes(broken), files["classes.dex"]), strict=True))
        )
        assert len(subject.pins) == 2
        assert not subject.complete
        assert {one.what for one in subject.unseen} == {names[0]}


@pytest.mark.slow
def test_androguard_reads_the_same_of_what_the_tests_write(tmp_path: Path) -> None:
    fast, other = (audited(tmp_path, burdens.pinners(2), engine) for engine in Engine)
    assert other.findings == fast.findings
    assert other.pins == fast.pins


@pytest.mark.parametrize(
    ("bound", "most", "make"),
    [
        (TRUST_CALLS, 3, burdens.contexts),
        (DECIDERS, 3, burdens.managers),
        (STORE_CALLS, 3, burdens.stores),
        (OKHTTP_USES, 8 * 3, burdens.calls),
        (PINNER_HOSTS, 3 * 3, burdens.one_method),
        (TRACED, 3 + 2, burdens.fluent),
    ],
)
def test_every_limit_says_so_when_it_cuts(
    bound: Bound,
    most: int,
    make: Callable[[int], burdens.Files],
    tmp_path: Path,
) -> None:
    """What three of a kind do not reach, thirty do."""
    cuts = ("only ", "some of its objects lead")
    with bounded(bound, most):
        few, many = (audited(tmp_path, make(count)) for count in (3, 30))
    assert not [one for one in few.unseen if one.why.startswith(cuts)]
    assert [one for one in many.unseen if one.why.startswith(cuts)]
    assert not many.complete


@pytest.mark.parametrize(("count", "kept"), [(0, 0), (3, 3), (4, 3)])
def test_what_is_cut_is_told(count: int, kept: int) -> None:
    source = Source("app.apk", None, None, None, {})  # type: ignore[arg-type]
    assert source.bounded(range(count), 3, "things", Mechanism.OKHTTP) == tuple(range(kept))
    told = [(one.what, one.mechanisms) for one in source.unseen]
    assert told == [("things", frozenset({Mechanism.OKHTTP}))] * (count > kept)
