"""Positions in TOML, held to tomllib: what stands at a value's place parses to that value."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincompiler.base.location import Span
from pincompiler.source.toml_spans import locate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from pincompiler.base.location import TomlPath

# -- documents -----------------------------------------------------------------------------------

ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))])
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.text(alphabet="\"'\\\n\t #=[]{},.ab", max_size=12),
    st.dates(),
    st.times(),
    st.datetimes(timezones=ZONES),
)
NAMES = st.one_of(st.sampled_from(["a", "b", "pin-set", "1", "true"]), st.text(max_size=5))
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=5)


class Writer:
    """Writes values as TOML, in one of the many ways in which people may."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def document(self, values: Mapping[str, Any]) -> str:
        return "".join(self._blank_lines() + line for line in self._table((), values)) + self._blank_lines()

    def _table(self, path: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[str]:
        """The lines of a table: its own entries, then the tables and arrays of tables below it."""
        below = []
        for name, value in values.items():
            may_have_header = isinstance(value, dict) or self._is_array_of_tables(value)
            if may_have_header and self._perhaps():
                below.append((name, value))
            else:
                yield from self._pairs((name,), value)
        for name, value in below:
            inner = (*path, name)
            if isinstance(value, list):
                for item in value:
                    yield self._header("[[", inner, "]]")
                    yield from self._table(inner, item)
            else:
                lines = list(self._table(inner, value))
                implied = lines and lines[0].lstrip().startswith("[") and self._perhaps()
                yield from [] if implied else [self._header("[", inner, "]")]
                yield from lines

    def _pairs(self, names: tuple[str, ...], value: object) -> Iterator[str]:
        if isinstance(value, dict) and value and self._perhaps():
            for name, inner in value.items():
                yield from self._pairs((*names, name), inner)
        else:
            space = self._space
            key = self._key(names)
            yield f"{space()}{key}{space()}={space()}{self._value(value)}{space()}{self._comment()}\n"

    def _header(self, opening: str, names: tuple[str, ...], closing: str) -> str:
        space = self._space
        return f"{space()}{opening}{space()}{self._key(names)}{space()}{closing}{space()}{self._comment()}\n"

    def _value(self, value: object) -> str:
        if isinstance(value, dict):
            return self._inline_table(value)
        if isinstance(value, list):
            return self._array(value)
        return self._string(value) if isinstance(value, str) else self._bare(value)

    def _bare(self, value: object) -> str:
        if isinstance(value, datetime):
            text = value.isoformat(self.random.choice("T t"))
            return text.replace("+00:00", self.random.choice(["Z", "z", "+00:00"]))
        if isinstance(value, (date, time)):
            return value.isoformat()
        if isinstance(value, int) and not isinstance(value, bool):
            return hex(value) if value >= 0 and self._perhaps() else f"{value:_}"
        return repr(value).lower()

    def _inline_table(self, values: Mapping[str, Any]) -> str:
        space = self._space
        entries = [
            f"{space()}{self._key((name,))}{space()}={space()}{self._value(value)}{space()}"
            for name, value in values.items()
        ]
        return "{" + (",".join(entries) or space()) + "}"

    def _array(self, values: list[Any]) -> str:
        gap = self._gap
        items = [f"{gap()}{self._value(value)}{gap()}" for value in values]
        end = f",{gap()}" if items and self._perhaps() else gap()
        return f"[{','.join(items)}{end}]"

    def _key(self, names: tuple[str, ...]) -> str:
        space = self._space
        return f"{space()}.{space()}".join(self._simple_key(name) for name in names)

    def _simple_key(self, name: str) -> str:
        forms = [self._basic(name)]
        if re.fullmatch(r"[A-Za-z0-9_-]+", name):
            forms.append(name)
        if self._literal_may_hold(name) and "'" not in name and "\n" not in name:
            forms.append(f"'{name}'")
        return self.random.choice(forms)

    def _string(self, text: str) -> str:
        forms = [self._basic(text), self._basic_lines(text)]
        if self._literal_may_hold(text) and "'''" not in text:
            forms.append(f"'''\n{text}'''")
            if "'" not in text and "\n" not in text:
                forms.append(f"'{text}'")
        return self.random.choice(forms)

    @staticmethod
    def _literal_may_hold(text: str) -> bool:
        return re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text) is None

    @staticmethod
    def _basic(text: str) -> str:
        plain = text.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", lambda c: f"\\u{ord(c[0]):04X}", plain) + '"'

    def _basic_lines(self, text: str) -> str:
        plain = text.replace("\\", "\\\\").replace('"""', '""\\"')
        plain = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", lambda c: f"\\u{ord(c[0]):04X}", plain)
        start = self.random.choice(["\n", "\\\n  \n"]) if plain[:1] not in (" ", "\t", "\n") else "\n"
        return f'"""{start}{plain}"""'

    # -- the freedom around them -----------------------------------------------------------------

    def _perhaps(self) -> bool:
        return self.random.random() < 0.5

    def _space(self) -> str:
        return self.random.choice(["", "", " ", "\t", "   "])

    def _comment(self) -> str:
        return self.random.choice(["", "", "# why = [", '# "', "# '''"])

    def _gap(self) -> str:
        return self.random.choice(["", "", " ", "\n", "\n  # ], \"'\n\t"])

    def _blank_lines(self) -> str:
        return self.random.choice(["", "", "\n", "  \n\n", "# [not.a.table]\n", '\t# = """\n'])

    @staticmethod
    def _is_array_of_tables(value: object) -> bool:
        return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def paths(value: object, path: TomlPath = ()) -> Iterator[tuple[TomlPath, object]]:
    """Every entry below a value, with its path."""
    entries: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict):
        entries = iter(value.items())
    elif isinstance(value, list):
        entries = iter(enumerate(value))
    for step, inner in entries:
        yield (*path, step), inner
        yield from paths(inner, (*path, step))


def cut(text: str, span: Span) -> str:
    """What stands in a span, by its definition: from 1, code points, half-open."""
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, last = lines[span.line - 1][span.column - 1 :], lines[span.end_line - 1][: span.end_column - 1]
    return "\n".join([first, *lines[span.line : span.end_line - 1], last])


def key_parts(text: str) -> list[str]:
    """The names of a dotted key, by tomllib."""
    values, names = tomllib.loads(f"{text} = 0"), []
    while isinstance(values, dict):
        ((name, values),) = values.items()
        names.append(name)
    return names


def named_last(path: TomlPath) -> str:
    return next(step for step in reversed(path) if isinstance(step, str))


# -- properties ----------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, st.randoms(use_true_random=False), st.booleans())
def test_what_stands_at_the_place_of_a_value_parses_to_it(
    values: dict[str, Any],
    random: Random,
    windows: bool,  # noqa: FBT001
) -> None:
    text = Writer(random).document(values)
    text = text.replace("\n", "\r\n") if windows else text
    parsed = tomllib.loads(text)
    assert parsed == values, "the writer of this test is wrong"
    entries = locate(text)
    expected = dict(paths(parsed))
    assert entries.keys() == expected.keys()
    for path, value in expected.items():
        there = cut(text, entries[path].value)
        if isinstance(value, dict) and not there.startswith("{"):
            assert named_last(path) in key_parts(there), "the header or the dotted key that names the table"
        elif isinstance(value, list) and not there.startswith("["):
            assert value, "a table of an array has been written"
            assert key_parts(there)[-1] == path[-1], "the header of its first table"
        else:
            assert repr(tomllib.loads(f"x = {there}")["x"]) == repr(value)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_what_stands_at_the_place_of_a_name_is_its_key(values: dict[str, Any], random: Random) -> None:
    text = Writer(random).document(values)
    for path, entry in locate(text).items():
        if isinstance(path[-1], int) and entry.key == entry.value:
            continue  # an item of an array has no name
        assert named_last(path) in key_parts(cut(text, entry.key))


# -- positions by hand ---------------------------------------------------------------------------

SAMPLE = '''\
version = 1  # "of" the format

[keys.api-2026]
file = "certs/api.pem"

[[pin-set]]
hosts = [
    "api.example.com", # [not, this]
    'auth.example.com',
]
expires = 2027-03-01 09:30:00
app.sdk = {min = 24, "target sdk" = 36}

[[ pin-set ]]
hosts = ["bücher.example"]
"a\\u0062".'c d' = """
x"""""
'''


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("version",), Span(1, 1, 1, 8), Span(1, 11, 1, 12)),
        (("keys",), Span(3, 2, 3, 15), Span(3, 2, 3, 15)),
        (("keys", "api-2026"), Span(3, 2, 3, 15), Span(3, 2, 3, 15)),
        (("keys", "api-2026", "file"), Span(4, 1, 4, 5), Span(4, 8, 4, 23)),
        (("pin-set",), Span(6, 3, 6, 10), Span(6, 3, 6, 10)),
        (("pin-set", 0), Span(6, 3, 6, 10), Span(6, 3, 6, 10)),
        (("pin-set", 0, "hosts"), Span(7, 1, 7, 6), Span(7, 9, 10, 2)),
        (("pin-set", 0, "hosts", 0), Span(8, 5, 8, 22), Span(8, 5, 8, 22)),
        (("pin-set", 0, "hosts", 1), Span(9, 5, 9, 23), Span(9, 5, 9, 23)),
        (("pin-set", 0, "expires"), Span(11, 1, 11, 8), Span(11, 11, 11, 30)),
        (("pin-set", 0, "app"), Span(12, 1, 12, 8), Span(12, 1, 12, 8)),
        (("pin-set", 0, "app", "sdk"), Span(12, 1, 12, 8), Span(12, 11, 12, 40)),
        (("pin-set", 0, "app", "sdk", "min"), Span(12, 12, 12, 15), Span(12, 18, 12, 20)),
        (("pin-set", 0, "app", "sdk", "target sdk"), Span(12, 22, 12, 34), Span(12, 37, 12, 39)),
        (("pin-set", 1, "hosts"), Span(15, 1, 15, 6), Span(15, 9, 15, 27)),
        (("pin-set", 1, "hosts", 0), Span(15, 10, 15, 26), Span(15, 10, 15, 26)),
        (("pin-set", 1, "ab", "c d"), Span(16, 1, 16, 16), Span(16, 19, 17, 7)),
    ],
)
def test_positions(path: TomlPath, key: Span, value: Span) -> None:
    assert tomllib.loads(SAMPLE)["pin-set"][1]["ab"] == {"c d": 'x""'}, "the sample is TOML"
    assert locate(SAMPLE)[path] == (key, value)


def test_second_table_of_an_array_stands_at_its_own_header() -> None:
    entry = locate(SAMPLE)["pin-set", 1]
    assert (entry.value.line, cut(SAMPLE, entry.value).strip()) == (14, "pin-set")


def test_a_header_s_blanks_are_no_part_of_its_place() -> None:
    text = "[ a . b ]\n[[ c ]]\n"
    entries = locate(text)
    assert cut(text, entries["a", "b"].key) == "a . b"
    assert cut(text, entries["c", 0].key) == "c"


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", " \t\n# nothing"])
def test_documents_without_entries(text: str) -> None:
    assert locate(text) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('x = """a"""', "a"),
        ('x = """"a"""""', '"a""'),
        ('x = """""""', '"'),
        ("x = ''''a'''''", "'a''"),
        ("x = ''''''", ""),
        ('x = """\\\n   a \\"""" # """', 'a "'),
        ('x = "\\\\" # "', "\\"),
        ("x = '\\' # '", "\\"),
        ("x = 1979-05-27 # 07:32", date(1979, 5, 27)),
        ("x = 1979-05-27 07:32:00-07:00", None),
        ("x = [[], [[]]]", [[], [[]]]),
        ("x = {}", {}),
    ],
)
def test_ends_of_values(text: str, value: object) -> None:
    """The values whose end is hardest to see."""
    parsed = tomllib.loads(text)["x"]
    assert value is None or parsed == value
    there = cut(text, locate(text)["x",].value)
    assert tomllib.loads(f"x = {there}")["x"] == parsed
    assert "#" not in there
    assert there == there.strip()


# -- depth ---------------------------------------------------------------------------------------


def nested(depth: int, opening: str, closing: str) -> str:
    return f"x = {opening * depth}1{closing * depth}\n"


def deepest(opening: str, closing: str) -> int:
    """How deep tomllib reads here, on top of what pytest has on the stack."""
    good, bad = 1, 100_000
    while bad - good > 1:
        depth = (good + bad) // 2
        try:
            tomllib.loads(nested(depth, opening, closing))
        except (RecursionError, tomllib.TOMLDecodeError):
            bad = depth
        else:
            good = depth
    return good


@pytest.mark.parametrize(("opening", "closing", "step"), [("[", "]", 0), ("{k=", "}", "k")])
def test_as_deep_as_tomllib(opening: str, closing: str, step: str | int) -> None:
    depth = deepest(opening, closing)
    assert depth >= 50
    text = nested(depth, opening, closing)
    entries = locate(text)
    assert len(entries) == depth + 1
    assert cut(text, entries["x", *[step] * depth].value) == "1"


@pytest.mark.parametrize(("opening", "closing", "step"), [("[", "]", 0), ("{k=", "}", "k")])
def test_deeper_than_the_stack(opening: str, closing: str, step: str | int) -> None:
    depth = 2_500
    text = nested(depth, opening, closing)
    assert cut(text, locate(text)["x", *[step] * depth].value) == "1"
