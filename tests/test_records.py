"""Records are dataclasses: whatever the standard library's do, ours do, only later."""

from __future__ import annotations

import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field, fields, replace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.base import records


def both(**options: bool) -> Any:
    """The decorators to compare, as parameters of a test."""
    ours, theirs = records.dataclass(slots=True, **options), dataclasses.dataclass(slots=True, **options)
    return ours, theirs


def full(decorate: Any) -> Any:
    class Full:
        first: int
        second: str = "x"
        third: list[int] = field(default_factory=list)
        hidden: int = field(default=7, repr=False, compare=False)

    Full.__qualname__ = "Full"
    return decorate(Full)


OURS, THEIRS = map(full, both(frozen=True))


@records.dataclass(frozen=True, slots=True)
class Point:
    """At module level, where pickling finds it."""

    x: int
    y: tuple[int, ...] = ()


@records.dataclass(frozen=True, slots=True)
class Named(Point):
    name: str = field(default="", kw_only=True)
    length: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.y))


@given(
    st.lists(st.integers(), max_size=4),
    st.dictionaries(st.sampled_from(["first", "second", "third"]), st.text()),
)
def test_takes_the_same_arguments(values: list[int], named: dict[str, str]) -> None:
    def made(cls: Any) -> str:
        try:
            return repr(cls(*values, **named))
        except TypeError as error:
            return str(error).partition("()")[2]

    assert made(OURS) == made(THEIRS)


@given(
    st.tuples(st.integers(0, 2), st.sampled_from("xy")), st.tuples(st.integers(0, 2), st.sampled_from("xy"))
)
def test_is_equal_when_theirs_is(one: tuple[int, str], other: tuple[int, str]) -> None:
    assert (OURS(*one, hidden=1) == OURS(*other, hidden=2)) is (THEIRS(*one) == THEIRS(*other))


def test_equals_nothing_of_another_class() -> None:
    assert OURS(1) != THEIRS(1)
    assert Named(1) != Point(1)


def test_hash_follows_equality() -> None:
    assert hash(Point(1, (2,))) == hash(Point(1, (2,)))
    assert len({Point(1), Point(1), Point(2)}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(OURS(1))  # it holds a list


def test_frozen_records_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Point(1).x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del Point(1).x
    with pytest.raises((FrozenInstanceError, AttributeError)):
        Point(1).z = 2  # type: ignore[attr-defined]


def test_open_records_can_be_changed_and_not_hashed() -> None:
    ours, theirs = (full(decorate)(1) for decorate in both())
    ours.first = theirs.first = 5
    assert repr(ours) == repr(theirs)
    assert type(ours).__hash__ is type(theirs).__hash__ is None
    with pytest.raises(AttributeError):
        ours.other = 1


def test_each_instance_has_its_own_default() -> None:
    OURS(1).third.append(4)
    assert OURS(1).third == []


def test_inherits_fields_and_runs_post_init() -> None:
    one = Named(3, (1, 2), name="n")
    assert [f.name for f in fields(one)] == ["x", "y", "name", "length"]
    assert (one.length, replace(one, y=(1,)).length) == (2, 1)
    assert isinstance(one, Point)


def test_survives_pickling() -> None:
    one = Named(3, (1, 2), name="n")
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own bytes
    assert pickle.loads(pickle.dumps(one)).length == 2  # noqa: S301


def test_matches_by_position() -> None:
    match Point(1, (2,)):
        case Point(x, y):
            assert (x, y) == (1, (2,))


def test_tells_the_standard_library_the_same() -> None:
    def told(cls: Any) -> list[tuple[object, ...]]:
        return [(f.name, f.type, f.default, f.repr, f.compare, f.init) for f in fields(cls)]

    assert told(full(records.dataclass(frozen=True, slots=True))) == told(THEIRS)
    assert OURS.__match_args__ == THEIRS.__match_args__
    assert dataclasses.asdict(OURS(1)) == dataclasses.asdict(THEIRS(1))


def heirs(decorate: Any) -> list[Any]:
    """What a subclass may do: have constants, keywords only, another default, no fields of its own."""

    class Base:
        x: int
        y: int = 1

    base = decorate(Base)

    class Constant(base):  # type: ignore[misc, valid-type]
        limit: ClassVar[int] = 7
        z: int = 3

    class Redefined(base):  # type: ignore[misc, valid-type]
        y: int = 5

    class Bare(base):  # type: ignore[misc, valid-type]
        pass

    return [base, decorate(Constant), decorate(Redefined), decorate(Bare), type("Plain", (base,), {})]


@pytest.mark.parametrize("n", range(5))
@pytest.mark.parametrize("look_first", [False, True])
def test_subclasses_are_as_theirs(n: int, look_first: bool) -> None:  # noqa: FBT001 - a parameter of a test
    ours, theirs = (heirs(decorate)[n] for decorate in both(frozen=True))
    if look_first:
        assert [f.name for f in fields(ours)] == [f.name for f in fields(theirs)]
    assert repr(ours(2)).rpartition(".")[2] == repr(theirs(2)).rpartition(".")[2]
    assert (ours(2) == ours(2), ours(2) == ours(3), hash(ours(2)) == hash(ours(2))) == (True, False, True)
    assert replace(ours(2), y=9).y == 9
    assert [f.name for f in fields(ours)] == [f.name for f in fields(theirs)]
    assert getattr(ours, "__slots__", ()) == getattr(theirs, "__slots__", ())


def test_writes_no_method_before_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    init = records._init

    def noting(cls: type) -> Any:
        written.append(cls.__name__)
        return init(cls)

    monkeypatch.setattr(records, "_init", noting)
    cls = full(records.dataclass(frozen=True, slots=True))
    assert written == []
    cls(1)
    cls(2)
    assert written == ["Full"]
