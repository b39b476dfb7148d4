"""Binary XML: what Android sees in it, line by line, and that nothing makes the reader fall."""

from __future__ import annotations

import struct

import pytest
from lxml import etree

from pincompiler.android.apk.axml import read_axml
from pincompiler.android.apk.markup import Attribute, EndTag, Markup, MarkupError, StartTag, TextPiece, tree
from pincompiler.android.apk.pool import PoolError, StringPool
from pincompiler.archives.oddities import Oddities
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
        (AxmlWriter().document(DOCUMENT, extra=unknown), "kind 0x0999 where"),
        (axml(DOCUMENT) + b"more", "another size"),
        (AxmlWriter().document(DOCUMENT, after=b"\xff" * 40), ""),
    ):
        markup, odd = read(data)
        assert markup.events == plain
        assert not markup.broken
        assert oddity in odd


def test_of_two_pools_the_last_counts_and_none_inside_the_document() -> None:
    """ResXMLTree::setTo, up to the first node."""
    first = read(AxmlWriter().document(DOCUMENT, extra=pool(["x"])))
    assert "second string pool" in first[1]
    assert not first[0].broken
    assert {one.name for one in first[0].events if isinstance(one, StartTag)} == {""}
    whole = axml(Node("a", [Attr("b", "c")]))
    at = whole.index(struct.pack("<HH", 0x103, 16))
    late = whole[:at] + pool(["x", "y", "z"]) + whole[at:]
    late = late[:4] + struct.pack("<I", len(late)) + late[8:]
    markup, odd = read(late)
    assert markup.events == read(whole)[0].events
    assert not markup.broken
    assert "kind 0x0001 where" in odd


ONE = axml(Node("a", [Attr("b", "c")], ["d"]))
START = ONE.index(struct.pack("<HH", 0x102, 16))
TEXT = ONE.index(struct.pack("<HH", 0x104, 16))


def changed(at: int, layout: str, value: int, data: bytes = ONE) -> bytes:
    return data[:at] + struct.pack(layout, value) + data[at + struct.calcsize(layout) :]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (changed(4, "<I", len(ONE) + 4), "its size is impossible"),
        (changed(2, "<H", 0xFFF0), "its size is impossible"),
        (changed(START + 2, "<H", 18), "not in units of four bytes"),
        (changed(TEXT + 2, "<H", 12), "impossible size"),
        (changed(TEXT + 2, "<H", 20), "impossible size"),
        (changed(START + 28, "<H", 2), "attributes of the element"),
        (changed(10, "<H", 24), "the string pool has an impossible size"),
        (changed(10, "<H", 30), "not in units of four bytes"),
        (changed(16, "<I", 1000), "more strings than room"),
        (changed(28, "<I", 5000), "no room for strings"),
        (changed(START - 9, "<B", 1), "the last string has no end"),
        (changed(20, "<I", 1), "no room for strings"),
        (ONE[:4] + struct.pack("<I", len(ONE) - START + 8) + ONE[START:], "it has no string pool"),
    ],
)
def test_what_android_refuses(data: bytes, why: str) -> None:
    """``validate_chunk``, ``ResXMLTree`` and ``ResStringPool::setTo``; test_aapt2 asks the real ones."""
    assert why in read(data)[0].broken


def test_styles_end_as_android_wants_it() -> None:
    plain = pool(["abc"])
    styled = changed(12, "<I", 1, changed(24, "<I", 40, changed(4, "<I", 52, plain))) + b"\xff" * 12
    assert StringPool(styled, 0).fault == ""
    assert StringPool(styled, 0)[0] == "abc"
    assert "the last style" in StringPool(styled[:-1] + b"\0", 0).fault
    alone = changed(12, "<I", 1, changed(24, "<I", 28, changed(4, "<I", 40, pool([])))) + b"\xff" * 12
    assert StringPool(alone, 0).fault == ""
    assert "the styles" in StringPool(changed(24, "<I", 40, alone), 0).fault


@pytest.mark.parametrize("utf8", [True, False])
def test_a_string_that_android_does_not_see(utf8: bool) -> None:  # noqa: FBT001
    """Without a zero at its end, or in UTF-8 with another length in UTF-16 than it says, it is empty."""
    whole = pool(["abc", "def", "grün"], utf8=utf8)
    assert [StringPool(whole, 0)[n] for n in range(3)] == ["abc", "def", "grün"]
    end = whole.index(b"abc\0" if utf8 else "abc\0".encode("utf-16-le")) + (3 if utf8 else 6)
    open_end = whole[:end] + b"x" + whole[end + 1 :]
    assert StringPool(open_end, 0)[0] == ""
    assert StringPool(open_end, 0)[1] == "def"
    if utf8:
        lying = whole.replace(b"\x03\x03def", b"\x02\x03def")
        assert StringPool(lying, 0)[1] == ""


def test_a_document_may_end_before_its_root_does() -> None:
    """XmlUtils.nextElementWithin takes the end of the document for that of the element."""
    at = ONE.index(struct.pack("<HH", 0x103, 16))
    markup, odd = read(ONE[:4] + struct.pack("<I", at) + ONE[8:at])
    assert not markup.broken
    assert markup.events == read(ONE)[0].events[:-1]
    assert "before its root element" in odd


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
    # Each unit is the length of a string, and all of them end at the same zero.
    data[start : start + 65_536] = struct.pack("<32768H", *range(32_766, -1, -1), 0)
    struct.pack_into("<I", data, 4, start + 65_536)
    bomb = StringPool(bytes(data[: start + 65_536]), 0)
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
