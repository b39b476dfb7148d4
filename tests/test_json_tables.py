"""Kinds of values and tables of fields: what is written is read back, and the schema says the same as the reader."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from pincompiler.base.errors import InputError
from pincompiler.base.json_kinds import (
    BASE64,
    COUNT,
    DAY,
    DAY_OR_NULL,
    MOMENT,
    PIN,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    TRUTH,
    Choice,
    Constant,
    Kind,
    Many,
    Maybe,
    Named,
    NumberKind,
    WrongError,
)
from pincompiler.base.json_tables import JsonTable, field, parse, render, result, schema_of
from pincompiler.base.records import dataclass


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A record with one field of a name that JSON spells otherwise, and one of a record inside."""

    x_place: int
    colour: Colour = Colour.NONE
    inside: Dot | None = None


INNER = JsonTable("inner", "A dot.", (field("x", COUNT, "Where.", "x_place"),), Dot)
DOT = JsonTable(
    "dot",
    "A dot.",
    (
        field("x-place", COUNT, "Where."),
        field("colour", Maybe(Choice(Colour), Colour.NONE), "Which.", before=Colour.NONE),
        field("inside", INNER, "Another.", optional=True),
        field("sum", COUNT, "Both.", lambda dot: dot.x_place + 1, follows=True),
    ),
    Dot,
)
DOTS = result("dots", "Dots.", field("dots", Many(DOT), "All.", list), made=lambda dots: dots)

DOTTED = st.builds(
    Dot,
    st.integers(0, 99),
    st.sampled_from(Colour),
    st.none() | st.builds(Dot, st.integers(0, 99)),
)
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
# A kind, and what it may be given.
KINDS: list[tuple[Kind, st.SearchStrategy[Any]]] = [
    (TEXT, st.text()),
    (TEXT_OR_NULL, st.text()),
    (TEXTS, st.lists(st.text()).map(tuple)),
    (TRUTH, st.booleans()),
    (COUNT, st.integers(0, 2**31 - 1)),
    (NumberKind(-5, 5, "small number"), st.integers(-5, 5)),
    (DAY, st.dates()),
    (DAY_OR_NULL, st.none() | st.dates()),
    (MOMENT, MOMENTS),
    (BASE64, st.binary()),
    (Maybe(BASE64, b""), st.binary()),
    (PIN, st.binary(min_size=32, max_size=32).map(BASE64.write)),
    (Constant(1), st.just(1)),
    (Constant("dots"), st.just("dots")),
    (Choice(Colour), st.sampled_from([Colour.RED, Colour.GREEN])),
    (Maybe(Choice(Colour), Colour.NONE), st.sampled_from(Colour)),
    (Many(Choice(Colour), frozenset), st.frozensets(st.sampled_from([Colour.RED, Colour.GREEN]))),
    (Named(COUNT), st.dictionaries(st.text(), st.integers(0, 99))),
    (DOT, DOTTED),
    (Maybe(DOT), st.none() | DOTTED),
]
JUNK: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda n: not n.is_integer())
    | st.text()
    | st.sampled_from(["red", "2026-11-23", "2026-02-30", "20261123", "2026-W48-1", "AA==", "AAA", "dots"])
    | st.sampled_from(["2026-11-23T10:00:00+00:00", "2026-11-23T25:00:00+00:00", "A" * 43 + "="]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "x-place", "colour", "inside", "sum", "more"]), inner)
    ),
    max_leaves=6,
)


def allows(kind: Kind, value: Any) -> bool:
    """What a validator that others wrote makes of the schema."""
    named: dict[str, Any] = {}
    schema = kind.schema(named) | {"$defs": named}
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(value)


@pytest.mark.parametrize(("kind", "values"), KINDS)
@given(data=st.data())
def test_what_is_written_is_read_back_and_allowed_by_the_schema(
    kind: Kind, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value = data.draw(values)
    written = json.loads(json.dumps(kind.write(value)))
    assert kind.read(written) == value
    assert allows(kind, written)


@pytest.mark.parametrize(("kind", "values"), KINDS)
@given(junk=JUNK)
def test_what_is_read_is_what_the_schema_allows(
    kind: Kind, values: st.SearchStrategy[Any], junk: object
) -> None:
    """But for a moment: validators do not look at its format unless they are told how."""
    del values
    try:
        kind.read(junk)
        read = True
    except WrongError:
        read = False
    expected = allows(kind, junk)
    if kind is MOMENT and expected:
        expected = junk == "2026-11-23T10:00:00+00:00"
    if kind is DOT and isinstance(junk, dict) and "colour" not in junk:
        # The reader takes a result of before the field was added; the schema describes what is written now.
        expected = allows(kind, {**junk, "colour": "red"})
    if isinstance(kind, Maybe) and kind.kind is DOT and isinstance(junk, dict) and "colour" not in junk:
        expected = allows(kind, {**junk, "colour": "red"})
    assert read is expected


@given(st.lists(DOTTED))
def test_a_result_is_read_back(dots: list[Dot]) -> None:
    text = render(DOTS, dots)
    assert parse(DOTS, text.encode(), "dots.json") == tuple(dots)
    assert Draft202012Validator(schema_of([DOTS])).is_valid(json.loads(text))


def test_a_value_stands_where_its_field_says() -> None:
    assert DOT.write(Dot(3, Colour.RED, Dot(4))) == {
        "x-place": 3,
        "colour": "red",
        "inside": {"x": 4},
        "sum": 4,
    }
    assert DOT.write(Dot(3)) == {"x-place": 3, "colour": None, "sum": 4}
    assert DAY.write(date(2026, 11, 23)) == "2026-11-23"
    assert MOMENT.write(datetime(2026, 11, 23, 10, tzinfo=UTC)) == "2026-11-23T10:00:00+00:00"


@pytest.mark.parametrize(
    ("dot", "told"),
    [
        ({}, "dots[0].x-place: is missing"),
        ([], "dots[0]: is no object"),
        ({"x-place": 1, "colour": "blue", "sum": 0}, "dots[0].colour: is none of red, green"),
        (
            {"x-place": 1, "colour": None, "sum": 0, "inside": {"x": 1.5}},
            "dots[0].inside.x: is no number from 0",
        ),
        ({"x-place": 1, "colour": None, "sum": "0"}, "dots[0].sum: is no number"),
    ],
)
def test_what_is_wrong_has_a_place(dot: object, told: str) -> None:
    saved = json.dumps({"version": 1, "command": "dots", "dots": [dot]}).encode()
    with pytest.raises(InputError) as caught:
        parse(DOTS, saved, "dots.json")
    assert str(caught.value).startswith(f"dots.json: {told}")


def test_several_shapes_are_alternatives() -> None:
    other = result("dots", "Nothing.")
    schema = schema_of([DOTS, other])
    valid = Draft202012Validator(schema).is_valid
    assert valid({"version": 1, "command": "dots", "dots": []})
    assert valid({"version": 1, "command": "dots"})
    assert not valid({"version": 1, "command": "other"})
