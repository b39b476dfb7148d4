"""Resource tables in each of their layouts, references, and names."""

from __future__ import annotations

import struct

import pytest

from pincompiler.android.apk.arsc import BinaryTable, TableError
from pincompiler.android.apk.configuration import Configuration, binary_configuration
from pincompiler.android.apk.resources import ResourceName, ResourceReference, Resources, Value
from pincompiler.archives.oddities import Oddities
from tests.apk.forge import BOOLEAN, DECIMAL, REFERENCE, Res, TableForm, arsc, config
from tests.patience import no_hang

DE, LAND, V28 = config(language=b"de"), config(orientation=2), config(sdk=28)


def reference(identifier: int) -> tuple[int, int]:
    return REFERENCE, identifier


TABLE = {
    "string": {
        "one": [Res("eins", DE), Res("one")],
        "gap": [Res("only land", LAND)],
        "alias": [Res(reference(0x7F010000))],
        "circle": [Res(reference(0x7F010004))],
        "back": [Res(reference(0x7F010003)), Res("end", V28)],
        "lost": [Res(reference(0x7F0900FF))],
        "framework": [Res(reference(0x01040000))],
        "null": [Res(reference(0))],
    },
    "xml": {
        "n": [Res("res/n.xml"), Res("res/l.xml", LAND)],
        "n_debug": [Res("res/d.xml")],
        "a": [Res(reference(0x7F020000), V28)],
    },
    "array": {"pins": [Res(("p1", reference(0x7F010000), "p2")), Res(("p3",), DE)]},
    "other": {"yes": [Res((BOOLEAN, 1))], "five": [Res((DECIMAL, 5))], "minus": [Res((DECIMAL, 0xFFFFFFFF))]},
}
FORMS = [
    TableForm(),
    TableForm(utf8=False),
    TableForm(sparse=True),
    TableForm(short=True),
    TableForm(compact=True),
    TableForm(sparse=True, compact=True, utf8=False),
]


def table(data: bytes) -> BinaryTable:
    return BinaryTable(data, Oddities())


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_layout_gives_the_same(form: TableForm) -> None:
    found = table(arsc(TABLE, form))
    resources = Resources((found,))
    assert set(resources.values(0x7F010000)) == {Value("de", "eins"), Value("", "one")}
    assert resources.values(0x7F010001) == (Value("land", "only land"),)
    assert resources.strings(0x7F010002) == ("eins", "one")
    assert resources.values(0x7F020002) == (Value("v28", "res/n.xml"), Value("v28-land", "res/l.xml"))
    assert resources.strings(0x7F030000) == ("p1", "eins", "one", "p2", "p3")
    assert [resources.values(0x7F040000 + n)[0].content for n in range(3)] == [True, 5, -1]
    assert resources.name(0x7F020001) == ResourceName("a.b", "xml", "n_debug")
    assert str(resources.name(0x7F020001)) == "a.b:xml/n_debug"
    assert not found.oddities.all()
    for kind, entries in enumerate(TABLE.values(), 1):
        for entry in range(len(entries)):
            name = resources.name(0x7F000000 | kind << 16 | entry)
            assert name is not None
            assert resources.identify(name) == 0x7F000000 | kind << 16 | entry


def test_references_that_lead_nowhere() -> None:
    resources = Resources((table(arsc(TABLE)),))
    assert resources.values(0x7F010005) == (Value("", ResourceReference(0x7F0900FF)),)
    assert resources.values(0x7F010006) == (Value("", ResourceReference(0x01040000)),)
    assert resources.values(0x7F010007) == (Value("", None),)
    assert Value("v28", "end") in resources.values(0x7F010003)
    assert resources.strings(0x7F010003) == ("end",)
    assert str(ResourceReference(0x7F0900FF)) == "@7f0900ff"


def test_what_is_not_there() -> None:
    resources = Resources((table(arsc(TABLE)),))
    for identifier in (0, 0x7F01FFFF, 0x7FFF0000, 0x01010000, 0xFFFFFFFF):
        assert resources.values(identifier) == ()
        assert resources.name(identifier) is None
    for name in (("a.b", "xml", "m"), ("a.b", "text", "n"), ("a", "xml", "n")):
        assert resources.identify(ResourceName(*name)) is None
    assert Resources().values(0x7F010000) == ()


def test_a_split_adds_to_its_base() -> None:
    base = BinaryTable(arsc({"string": {"one": [Res("one")]}}), Oddities(), part="base.apk")
    split = BinaryTable(arsc({"string": {"one": [Res("eins", DE)]}}), Oddities(), part="de.apk")
    both = Resources((base, split))
    assert both.values(0x7F010000) == (Value("", "one", "base.apk"), Value("de", "eins", "de.apk"))


@pytest.mark.slow
def test_references_that_fork_without_end() -> None:
    forks = [Res(reference(0x7F010000 + n), config(sdk=n + 1)) for n in range(20)]
    resources = Resources((table(arsc({"s": {f"e{n}": forks for n in range(20)}})),))
    with no_hang():
        resources.values(0x7F010000)
        resources.strings(0x7F010000)


def test_a_table_that_breaks_off() -> None:
    whole = arsc(TABLE)
    cut = table(whole[: len(whole) - 8])
    assert cut.broken == "is cut off"
    assert "breaks off" in table(struct.pack("<HHI", 2, 12, len(whole) - 8) + whole[8:-8]).broken
    assert table(whole[:11]).broken
    assert table(whole[:40]).broken
    for data in (b"", b"\1" + whole[1:]):
        with pytest.raises(TableError):
            table(data)
    entries = bytearray(whole)
    entries[-4:] = struct.pack("<I", 0xFFFF)
    assert Resources((table(bytes(entries)),)).values(0x7F010000)


def qualifier(at: int, raw: bytes) -> str:
    data = bytearray(64)
    data[at : at + len(raw)] = raw
    return binary_configuration(bytes(data)).qualifier()


@pytest.mark.parametrize(
    ("at", "raw", "expected"),
    [
        (4, b"\x36\1\4\0", "mcc310-mnc04"),
        (4, b"\x36\1\xff\xff", "mcc310-mnc00"),
        (8, b"de\0\0", "de"),
        (8, b"deAT", "de-rAT"),
        (8, b"\xad\x05", "fil"),
        (12, b"\1", "port"),
        (12, b"\2", "land"),
        (12, b"\x09", "x9"),
        (13, b"\3", "finger"),
        (14, b"\xf0\0", "hdpi"),
        (14, b"\xa4\1", "420dpi"),
        (16, b"\2", "qwerty"),
        (18, b"\x05", "keysexposed-navexposed"),
        (20, b"\0\5\x20\3", "1280x800"),
        (24, b"\x1c\0", "v28"),
        (28, b"\x42", "ldltr-normal"),
        (28, b"\x20", "long"),
        (28, b"\x10", "notlong"),
        (29, b"\x23", "car-night"),
        (30, b"\x58\2", "sw600dp"),
        (32, b"\x58\2\x90\1", "w600dp-h400dp"),
        (48, b"\2", "round"),
        (49, b"\x0a", "widecg-highdr"),
    ],
)
def test_qualifiers(at: int, raw: bytes, expected: str) -> None:
    assert qualifier(at, raw) == expected


def test_qualifiers_of_locales() -> None:
    assert Configuration(locale=("sr", "Latn")).qualifier() == "b+sr+Latn"
    assert Configuration(locale=("es", "419")).qualifier() == "es-r419"
    assert binary_configuration(b"").qualifier() == ""
    assert qualifier(8, b"sr\0\0" + bytes(24) + b"Latn") == "b+sr+Latn"
    assert qualifier(8, b"\xff\xff\x1b[").isprintable()
