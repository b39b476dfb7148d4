"""Binary XML: what Android sees in it, line by line, and that nothing makes the reader fall."""

from __future__ import annotations

import struct

import pytest
from lxml import etree

from pincompiler.android.apk.axml import read_axml
from pincompiler.android.apk.markup import Attribute, EndTag, Markup, MarkupError, StartTag, TextPiece, tree
from pincompiler.android.apk.oddities import Oddities
from pincompiler.android.apk.pool import PoolError, StringPool
from tests.apk.forge import ANDROID, Attr, AxmlWriter, Node, axml, pool


def read(data: bytes) -> tuple[Markup, str]:
    oddities = Oddities()
    markup = read_axml(data, "m.xml", oddities)
    return markup, "\n".join(one.what for one in oddities.all())


DOCUMENT = Node(
    "a",
    [
        Attr("true", True),
        Attr("false", False),
        Attr("number", -5),
        Attr("reference", 0x7F0100AB, kind=1),
        Attr("null", 0, kind=1),
        Attr("hex", 0x1F, kind=0x11),
        Attr("colour", 0xFF00FF00, kind=0x1C),
        Attr("float", 0x3FC00000, kind=4),
        Attr("theme", 0x7F020001, kind=2),
        Attr("raw", 7, raw="07"),
        Attr("yes", True, raw="TRUE"),
        Attr("text", "grüße 💚"),
        Attr("name", "n", ANDROID, 0x01010003),
        Attr("policy", "abc", "urn:pincompiler"),
    ],
    ["text", Node("b", line=7), "tail"],
    line=3,
    namespace="urn:own",
)


@pytest.mark.parametrize("utf8", [True, False])
def test_a_document(utf8: bool) -> None:  # noqa: FBT001
    markup, odd = read(axml(DOCUMENT, utf8=utf8))
    assert not markup.broken
    assert not odd
    root = tree(markup)
    assert dict(root.attrib) == {
        "true": "true",
        "false": "false",
        "number": "-5",
        "reference": "@7f0100ab",
        "null": "@null",
        "hex": "0x1f",
        "colour": "#ff00ff00",
        "float": "1.5",
        "theme": "?7f020001",
        "raw": "07",
        "yes": "true",
        "text": "grüße 💚",
        f"{{{ANDROID}}}name": "n",
        "{urn:pincompiler}policy": "abc",
    }
    assert root.tag == "{urn:own}a"
    assert (root.text, root[0].tag, root[0].tail) == ("text", "b", "tail")
    assert (root.sourceline, root[0].sourceline) == (3, 7)
    assert tree(markup, lambda identifier: f"@x/{identifier}").get("reference") == f"@x/{0x7F0100AB}"


def test_typed_values() -> None:
    start = read(axml(DOCUMENT))[0].events[0]
    assert isinstance(start, StartTag)
    by_name = {one.name: one for one in start.attributes}
    assert by_name["name"].id == 0x01010003
    assert by_name["reference"].reference == 0x7F0100AB
    assert by_name["text"].reference is None
    truths = {name: one.truth for name, one in by_name.items()}
    assert {name for name, truth in truths.items() if truth} == {
        "true",
        "number",
        "hex",
        "colour",
        "raw",
        "yes",
    }
    assert {name for name, truth in truths.items() if truth is False} == {"false"}


def test_two_texts_stay_two() -> None:
    root = tree(read(axml(Node("a", [], ["one", "two", Node("b"), "three", "four"])))[0])
    assert etree.tostring(root) == b"<a>one<!---->two<b/>three<!---->four</a>"


def test_the_first_of_two_attributes_counts() -> None:
    root = tree(read(axml(Node("a", [Attr("x", "1"), Attr("x", "2")])))[0])
    assert root.get("x") == "1"


def test_names_and_texts_that_xml_does_not_know() -> None:
    odd = Node(
        "a b", [Attr("", "x"), Attr("{}", "\0\x1b"), Attr("p:q", "r", "not a } uri")], ["\ud800\ufffe"]
    )
    root = tree(read(axml(Node("root", [], [odd, Node("b", namespace="\0")]), utf8=False))[0])
    assert etree.fromstring(etree.tostring(root)) is not None
    assert root[0].text == "\ufffd\ufffd"
    assert "\ufffd\ufffd" in root[0].attrib.values()


def test_lines_past_what_libxml_keeps() -> None:
    root = tree(read(axml(Node("a", line=70_000, children=[Node("b", line=0)])))[0])
    assert (root.sourceline, root[0].sourceline) == (65_534, 1)


def test_what_android_does_not_look_at() -> None:
    plain = read(axml(DOCUMENT))[0].events
    unknown = struct.pack("<HHI", 0x0999, 8, 12) + b"junk"
    for data, oddity in (
        (AxmlWriter().document(DOCUMENT, kind=0), "of kind 0x0000"),
        (AxmlWriter(stride=24).document(DOCUMENT), "unusual size"),
        (AxmlWriter().document(DOCUMENT, extra=unknown), "unknown kind 0x0999"),
        (AxmlWriter().document(DOCUMENT, extra=pool(["x"])), "second string pool"),
        (axml(DOCUMENT) + b"more", "another size"),
        (AxmlWriter().document(DOCUMENT, after=b"\xff" * 40), ""),
    ):
        markup, odd = read(data)
        assert markup.events == plain
        assert not markup.broken
        assert oddity in odd


def test_a_document_that_breaks_off_keeps_its_beginning() -> None:
    whole = axml(DOCUMENT)
    markup, _ = read(whole[:-30])
    assert markup.broken
    assert markup.events == read(whole)[0].events[:-2]
    assert tree(markup).get("text") == "grüße 💚"
    for data in (b"", b"\3\0\x08\0", axml(DOCUMENT)[:60], b"\3\0\x08\0\x08\0\0\0"):
        markup, _ = read(data)
        assert markup.broken
        with pytest.raises(MarkupError):
            tree(markup)


def test_depth_and_repetition_have_an_end() -> None:
    deep = Node("a")
    for _ in range(205):
        deep = Node("a", [], [deep])
    assert "nested" in read(axml(deep))[0].broken
    many = Node("a", [], [Node("b", [Attr("v", "x" * 16_000)]) for _ in range(2_000)])
    assert "repeated" in read(axml(many, utf8=False))[0].broken


@pytest.mark.slow
def test_overlapping_strings_are_a_bomb() -> None:
    data = bytearray(pool(["x" * 30_000] * 2_000, utf8=False))
    strings = StringPool(bytes(data), 0)
    assert strings[1_999] == "x" * 30_000
    start = 28 + 4 * 2_000
    for number in range(2_000):
        struct.pack_into("<I", data, 28 + 4 * number, 2 * number)
    struct.pack_into("<I", data, 4, start + 70_000)
    data[start : start + 70_000] = b"\xff\x7f" * 35_000
    bomb = StringPool(bytes(data[: start + 70_000]), 0)
    with pytest.raises(PoolError, match="without end"):
        sum(len(bomb[number]) for number in range(2_000))


def test_strings_that_are_not_there() -> None:
    strings = StringPool(pool(["a", "é" * 200, "b"]), 0)
    assert [strings[number] for number in (-1, 0, 1, 2, 3)] == ["", "a", "é" * 200, "b", ""]
    assert len(strings) == 3
    joined = StringPool(pool(["\ud83d\udc9a"]), 0)
    assert joined[0] == "💚"
    with pytest.raises(PoolError):
        StringPool(b"\1\0\x1c\0", 0)


def test_events_outside_of_any_element_do_not_count() -> None:
    events = (
        TextPiece(1, "x"),
        EndTag(),
        StartTag(1, "", "a", (Attribute("", "b", 0, 3, 0, "c"),)),
        EndTag(),
        TextPiece(1, "y"),
    )
    assert etree.tostring(tree(Markup(events))) == b'<a b="c"/>'
