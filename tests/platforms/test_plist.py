"""Property lists: read whole, edited in place, and whatever is not ours is kept to the byte.

What an editor may assume is Apple's PropertyList-1.0.dtd; what an edit means is told by plistlib.
"""

from __future__ import annotations

import plistlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincompiler.base.errors import InputError, MalformedError
from pincompiler.platforms.plist import edit, entry, load
from pincompiler.platforms.plist_scan import MalformedPlistError
from tests.platforms.models import calm

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
"""
SECTION = ("NSAppTransportSecurity", "NSPinnedDomains")
RECORD = ("Pincompiler", "ats")
EDITS: Mapping[tuple[str, ...], object] = {SECTION: {"x.test": {"NSIncludesSubdomains": True}}, RECORD: "d"}


def document(body: str) -> bytes:
    return f'{HEAD}<plist version="1.0">\n{body}\n</plist>\n'.encode()


def changed(values: dict[str, Any], changes: Mapping[tuple[str, ...], object]) -> dict[str, Any]:
    """The values with the changes made, by the meaning of a dictionary."""
    for path, value in changes.items():
        at = values
        for name in path[:-1]:
            if not isinstance(at.get(name), dict):
                at[name] = {}
            at = at[name]
        at[path[-1]] = value
    return values


def assert_means(data: bytes, changes: Mapping[tuple[str, ...], object]) -> bytes:
    """The edited bytes, which plistlib reads as the old values with the changes made."""
    edited = edit(data, changes, "Info.plist")
    wanted = changed(plistlib.loads(data), changes)
    assert plistlib.loads(edited) == wanted
    assert list(plistlib.loads(edited)) == list(wanted), "the order of the keys"
    return edited


# -- nothing else is touched ---------------------------------------------------------------------

WHOLE = document("""\
<!-- A team's own words, with <dict> and </dict> in them -->
<dict>
    <key>CFBundleName</key>   <string>Shop &amp; Söhne</string> <!-- kept -->
    <key>UIDeviceFamily</key>
    <array>
        <integer>1</integer>
        <dict><key>NSPinnedDomains</key><string>not this one</string></dict>
    </array>
    <key>NSAppTransportSecurity</key>
    <dict>
        <key>NSAllowsArbitraryLoads</key>
        <false/>
        <key>NSPinnedDomains</key>
        <dict>
            <key>old.test</key>
            <dict><key>NSPinnedDomains</key><dict></dict></dict>
        </dict>
        <!-- kept, too -->
    </dict>
    <key>Pincompiler</key>
    <dict>
        <key>ats</key>
        <string>old</string>
    </dict>
    <key>Data</key><data>
    AAEC
    </data>
    <key>Last</key><date>2026-01-01T00:00:00Z</date>
</dict>
<!-- the end -->""")


def test_only_the_values_are_replaced() -> None:
    edited = assert_means(WHOLE, EDITS)
    start = WHOLE.index(b"<dict>\n            <key>old.test")
    end = WHOLE.index(b"\n        <!-- kept, too -->")
    record = WHOLE.index(b"<string>old<")
    replaced = b"""<dict>
            <key>x.test</key>
            <dict>
                <key>NSIncludesSubdomains</key>
                <true/>
            </dict>
        </dict>"""
    assert edited == (
        WHOLE[:start]
        + replaced
        + WHOLE[end:record]
        + b"<string>d</string>"
        + WHOLE[record + len(b"<string>old</string>") :]
    )
    assert edit(edited, EDITS, "Info.plist") == edited


def test_new_entries_stand_at_the_end_in_the_files_own_indentation() -> None:
    body = "<dict>\n  <key>A</key>\n  <string>b</string>\n  <!-- last -->\n</dict>"
    edited = assert_means(document(body), {("B", "C"): [True, 1], ("D",): "e"})
    added = """\
  <key>B</key>
  <dict>
    <key>C</key>
    <array>
      <true/>
      <integer>1</integer>
    </array>
  </dict>
  <key>D</key>
  <string>e</string>
"""
    assert edited == document(body.replace("</dict>", f"{added}</dict>"))


def test_a_missing_section_is_made_where_it_belongs() -> None:
    body = "<dict>\n\t<key>NSAppTransportSecurity</key>\n\t<dict>\n\t\t<key>A</key>\n\t\t<true/>\n\t</dict>\n</dict>"
    edited = assert_means(document(body), {SECTION: "x"})
    assert edited == document(
        body.replace("<true/>\n", "<true/>\n\t\t<key>NSPinnedDomains</key>\n\t\t<string>x</string>\n")
    )


@pytest.mark.parametrize(
    "body",
    [
        "<dict>\n</dict>",
        "<dict></dict>",
        "<dict> </dict>",
        "<dict><key>A</key><true/></dict>",
        "<dict><key>A</key><true/>\n</dict>",
        "<dict>\n    <key>A</key><true/></dict>",
        "<dict>\n<key>A</key>\n<true/>\n</dict>",
        "\t<dict>\n\t\t<key>A</key>\n\t\t<true/>\n\t</dict>",
        "<dict><key>NSAppTransportSecurity</key><dict></dict></dict>",
        "<dict><key>NSAppTransportSecurity</key><string>no dictionary</string></dict>",
        "<dict><key>NSAppTransportSecurity</key><array><true/></array><key>Pincompiler</key><dict></dict></dict>",
        "<dict><key>NSAppTransportSecurity</key><dict><key>NSPinnedDomains</key><dict></dict></dict></dict>",
        "<dict><key>NSAppTransport<!-- c -->Security</key><dict><key>A</key><true/></dict></dict>",
        "<dict><key>NSAppTransportS&#101;curity</key><dict><key>A</key><true/></dict></dict>",
        "<dict><key><![CDATA[Pincompiler]]></key><dict><key>ats</key><string><![CDATA[</string>]]></string></dict></dict>",
        "<dict><key >Pincompiler</key ><dict ><key>ats</key><string\n>x</string\n></dict ></dict >",
        "<dict><?pi </dict> ?><key>Pincompiler</key><!-- </dict> --><dict><key>ats</key><string>/></string></dict></dict>",
        "<dict><key>Pincompiler</key><string>&lt;dict/&gt;</string></dict>",
        "<dict/>",
        "<dict/><!-- c -->",
        "<dict />",
        "<dict><key>NSAppTransportSecurity</key><dict/><key>A</key><true/></dict>",
        "<dict><key>NSAppTransportSecurity</key><array/></dict>",
        "<dict><key>Pincompiler</key><dict><key>ats</key><string/></dict></dict>",
        "<dict><key>Pincompiler</key><dict><key>ats</key><dict/></dict></dict>",
        "<dict><key>Pincompiler</key><dict><key>ats</key><true/><key>B</key><true/></dict></dict>",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_whatever_the_layout(body: str, end: str) -> None:
    data = document(body).replace(b"\n", end.encode())
    edited = assert_means(data, EDITS)
    assert edit(edited, EDITS, "Info.plist") == edited
    # What was before the root's first entry and after its last is still there.
    assert edited.startswith(data[: data.index(b"<dict")])
    assert edited.endswith(data[data.rindex(b"</plist>") :])


@pytest.mark.parametrize("name", [*plistlib.loads(WHOLE), "absent"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_one_entry_is_what_it_is_in_the_whole(name: str, end: bytes) -> None:
    data = WHOLE.replace(b"\n", end)
    assert entry(data, name, "Info.plist") == plistlib.loads(data).get(name)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", "\n"])
def test_utf_16_is_not_edited(encoding: str, before: str) -> None:
    """expat reads it without a mark or a declaration, too, and byte offsets of one letter would be two."""
    data = f"{before}<plist><dict><key>A</key><true/></dict></plist>".encode(encoding)
    with pytest.raises(InputError, match="its encoding is UTF-16; save it as UTF-8"):
        edit(data, EDITS, "P")
    with pytest.raises(InputError, match="its encoding is UTF-16; save it as UTF-8"):
        entry(data, "A", "P")


def test_an_empty_file_becomes_a_new_one() -> None:
    edited = edit(b"", {("A",): "b"}, "Info.plist")
    assert (
        edited
        == f'{HEAD}<plist version="1.0">\n<dict>\n\t<key>A</key>\n\t<string>b</string>\n</dict>\n</plist>\n'.encode()
    )


def test_sections_deep_down_are_made_together() -> None:
    changes = {("A", "B", "C"): "d", ("A", "B", "E", "F"): True, ("A", "G"): 1}
    for data in (b"", document("<dict><key>A</key><string>no dictionary</string></dict>")):
        edited = edit(data, changes, "Info.plist")
        assert plistlib.loads(edited) == {"A": {"B": {"C": "d", "E": {"F": True}}, "G": 1}}
        assert edit(edited, changes, "Info.plist") == edited


def test_text_is_escaped() -> None:
    edited = edit(b"", {("A & <B>",): {"</dict>": "&amp; é ]]>"}}, "Info.plist")
    assert plistlib.loads(edited) == {"A & <B>": {"</dict>": "&amp; é ]]>"}}


def test_an_empty_section_is_written_twice_alike() -> None:
    once = edit(b"", {SECTION: {}, RECORD: "d"}, "Info.plist")
    assert edit(once, {SECTION: {}, RECORD: "d"}, "Info.plist") == once


# -- any property list ---------------------------------------------------------------------------

_texts = st.text("ab <>&é'\"\t", max_size=4)
_names = st.sampled_from((*SECTION, *RECORD, "A", "<key>", "a & b"))
_scalars = _texts | st.integers(0, 9) | st.binary(max_size=3)
_full = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=6,
)
plists = st.dictionaries(_names, _full, max_size=5)
changes = st.dictionaries(
    st.sampled_from((SECTION, RECORD, ("Pincompiler", "Notice"), ("A",))), _full, min_size=1, max_size=4
)
layouts = st.sampled_from(
    (
        lambda data: data,
        lambda data: data.replace(b"\t", b"    "),
        lambda data: data.replace(b"\t", b""),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: re.sub(rb">\s+<", b"><", data),
    )
)


@pytest.mark.slow
@settings(calm, max_examples=200)
@given(plists, changes, layouts)
def test_plistlib_agrees(values: dict[str, Any], changes: dict[tuple[str, ...], Any], layout: Any) -> None:
    data = layout(plistlib.dumps(values, sort_keys=False))
    edited = edit(data, changes, "Info.plist")
    assert plistlib.loads(edited) == changed(plistlib.loads(data), changes)
    assert load(edited, "Info.plist") == plistlib.loads(edited)


@pytest.mark.slow
@settings(calm, max_examples=100)
@given(plists, layouts)
def test_every_byte_outside_the_section_is_kept(values: dict[str, Any], layout: Any) -> None:
    mark = "8d1f"  # stands nowhere else
    values = {key: value for key, value in values.items() if key != "Pincompiler"}
    data = layout(plistlib.dumps({**values, "Pincompiler": {"ats": mark}, "Z": [values]}, sort_keys=False))
    edited = edit(data, {RECORD: "new"}, "Info.plist")
    assert edited == data.replace(mark.encode(), b"new")


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"bplist00", "is a binary property list; run plutil -convert xml1 on it first"),
        (WHOLE.decode().encode("utf-16"), "encoding"),
        (
            WHOLE.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
            "its encoding is ISO-8859-1; save it as UTF-8",
        ),
        (WHOLE.decode().encode("latin-1"), "not XML: not well-formed"),
        (b"\x00\x01\x02", "not XML"),
        (b"{ A = b; }", "1:1: not XML"),
        (b"<html/>", "its root is <html>"),
        (b"<plist/>", "not a property list with a dictionary at its root"),
        (document("<array/>"), "not a property list with a dictionary at its root"),
        (document("<dict><key>A</key></dict>"), "the key A has no value"),
        (document("<dict><key>A</key><key>B</key><true/></dict>"), "the key A has no value"),
        (document("<dict><true/></dict>"), "<true> in a dictionary without a <key> before it"),
        (
            document("<dict><key>A</key><true/><false/></dict>"),
            "<false> in a dictionary without a <key> before it",
        ),
        (
            document("<dict><key>A</key><true/><key>A</key><true/></dict>"),
            "the key A stands twice in one dictionary",
        ),
        (document("<dict><key>A</key>" + "<array>" * 300), "nested too deeply"),
        (document("<dict>"), "not XML: mismatched tag"),
        (b"<!DOCTYPE plist [<!ENTITY a 'b'>]><plist><dict/></plist>", "declares the entity a"),
        (
            b"<!DOCTYPE plist [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><plist><dict/></plist>",
            "declares the entity a",
        ),
        (b"<!DOCTYPE plist [<!ENTITY % a 'b'>]><plist><dict/></plist>", "declares the entity a"),
        # Apple's DOCTYPE has a DTD elsewhere, so expat takes it for declared there.
        (document("<dict><key>&x;</key><true/></dict>"), "refers to the entity x"),
    ],
)
def test_what_cannot_be_read_safely(data: bytes, told: str) -> None:
    for refused in (load, lambda data, what: edit(data, {("A", "B"): 1, ("B", "C"): 1}, what)):
        # Nothing at all is a new file to be, but none to be read; a binary one is read, but not edited.
        if data and not (refused is load and data.startswith(b"bplist")):
            with pytest.raises(InputError, match=re.escape(told)) as raised:
                refused(data, "Info.plist")
            assert str(raised.value).startswith("Info.plist:")


def test_a_key_that_stands_twice_where_it_matters() -> None:
    """plistlib and plutil take the last one without a word."""
    pinned = "<key>NSPinnedDomains</key><dict><key>a</key><dict></dict></dict>"
    body = f"<dict><key>NSAppTransportSecurity</key><dict>{pinned * 2}</dict></dict>"
    assert plistlib.loads(document(body))
    for refused in (lambda: edit(document(body), EDITS, "P"), lambda: load(document(body), "P")):
        with pytest.raises(
            InputError, match=r"P:4:\d+: the key NSPinnedDomains stands twice in one dictionary"
        ):
            refused()


def test_a_key_that_stands_twice_elsewhere_is_none_of_our_business_when_editing() -> None:
    body = "<dict><key>B</key><dict><key>A</key><true/><key>A</key><true/></dict></dict>"
    assert plistlib.loads(edit(document(body), {("C",): 1}, "P")) == {"B": {"A": True}, "C": 1}
    with pytest.raises(InputError, match="the key A stands twice"):
        load(document(body), "P")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("<integer>x</integer>", "the text of <integer> is no integer"),
        ("<date>yesterday</date>", "the text of <date> is no date"),
        ("<array>\n<real>1</real><real>x</real></array>", "the text of <real> is no real"),
        ("<wrong/>", "<wrong> is no element of a property list"),
        (f"<integer>{'9' * 5000}</integer>", "the text of <integer> is no integer"),
    ],
)
def test_values_that_are_none(value: str, told: str) -> None:
    """CFPropertyList.c refuses them, too.  Of UTF-16 the place is not known."""
    data = document(f"<dict><key>A</key>{value}</dict>")
    before = data[: data.index(b"<real>x" if b"<real>x" in data else b"</key>") + 6].splitlines()
    place = (len(before), len(before[-1]) - 5 if b"<real>x" in data else len(before[-1]) + 1)
    with pytest.raises(InputError, match=re.escape(f"P:{place[0]}:{place[1]}: {told}")):
        load(data, "P")
    with pytest.raises(InputError, match=r"P:.* no"):
        load(data.decode().replace('encoding="UTF-8"', "").encode("utf-16"), "P")


def test_every_fault_is_kept() -> None:
    body = (
        "<dict>\n<key>A</key><true/>\n<key>A</key><true/>\n<false/>\n<key>B</key>\n<key>C</key></dict>\n&x;"
    )
    data = document(body)
    first = data[: data.index(b"<dict>")].count(b"\n") + 1
    with pytest.raises(MalformedPlistError) as raised:
        load(data, "P")
    assert [
        (where.span.line - first if where.span else None, told) for where, told in raised.value.faults
    ] == [
        (2, "the key A stands twice in one dictionary"),
        (3, "<false> in a dictionary without a <key> before it"),
        (5, "the key B has no value"),
        (5, "the key C has no value"),
        (6, "refers to the entity x, which is declared nowhere"),
    ]


@pytest.mark.parametrize("data", [b"<dict/>", document("<dict/>").replace(b"UTF-8", b"latin-1")])
def test_what_apple_reads_is_not_called_malformed(data: bytes) -> None:
    with pytest.raises(InputError) as raised:
        load(data, "P")
    assert not isinstance(raised.value, MalformedError)


@pytest.mark.parametrize("data", [b"bplist", b"bplist00" + b"\xff" * 40, b"bplist00\x08" + bytes(32)])
def test_a_broken_binary_property_list(data: bytes) -> None:
    with pytest.raises(InputError, match="P: not a property list"):
        load(data, "P")


def test_nothing_is_no_property_list() -> None:
    with pytest.raises(InputError, match="P:1:1: not XML"):
        load(b"", "P")


@pytest.mark.parametrize(
    "marker", [b"\x46", b"\x00", b"\x10", b"\x09"], ids=["data", "null", "number", "true"]
)
def test_a_key_that_is_no_string(marker: bytes) -> None:
    """plistlib takes any key that it can hash; the byte before the text says what follows (CFBinaryPList.c)."""
    sound = plistlib.dumps({"CFBundleIcons": [{"a": [{"KEYKEY": 1}]}]}, fmt=plistlib.FMT_BINARY)
    damaged = sound.replace(b"\x56KEYKEY", marker + b"KEYKEY")
    assert damaged != sound
    with pytest.raises(MalformedPlistError, match=r"^Info.plist: a key of a dictionary in it is no string$"):
        load(damaged, "Info.plist")


def test_a_binary_property_list_is_read() -> None:
    assert load(plistlib.dumps({"A": 1}, fmt=plistlib.FMT_BINARY), "P") == {"A": 1}
    with pytest.raises(InputError, match="P: its root is no dictionary"):
        load(plistlib.dumps([1], fmt=plistlib.FMT_BINARY), "P")


@settings(calm, max_examples=200)
@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda tail: WHOLE[: len(tail) * 40] + tail))
def test_garbage_is_read_or_refused(data: bytes) -> None:
    """Never a traceback, and never an edit that plistlib cannot read."""
    try:
        edited = edit(data, {("A",): "b"}, "P")
    except InputError:
        return
    assert plistlib.loads(edited)["A"] == "b"


@pytest.mark.parametrize(
    "value", ["<integer>0x</integer>", "<date>2026-13-01T00:00:00Z</date>", "<data>a</data>"]
)
def test_a_value_that_plistlib_refuses(value: str) -> None:
    """Where one entry alone is asked for, its text was not looked at before."""
    data = f'<?xml version="1.0"?><plist version="1.0"><dict><key>a</key>{value}</dict></plist>'
    with pytest.raises(InputError, match=r"^I\.plist: not a property list: "):
        entry(data.encode(), "a", "I.plist")
