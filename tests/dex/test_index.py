"""Names, members, code and debug information are read as they were written."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.android.dex import Dex, DexError, containing, exactly, opcodes
from pincompiler.android.dex.format import as_uleb128, sleb128, uleb128
from pincompiler.android.dex.scan import Wanted
from pincompiler.android.dex.strings import decode, encode
from tests.builds import assemble
from tests.dex.smali import class_file, method

PIN: Final = "sha256/" + "A" * 43 + "="
BARE: Final = "B" * 43 + "="
MANY: Final = 100
"""Classes beside the one of interest: enough for the search that small files do without."""

MAIN: Final = class_file(
    "LMain;",
    ".implements Ljava/lang/Runnable;\n"
    '.field public static final HOST:Ljava/lang/String; = "example.com"\n'
    ".field private count:I\n"
    + method(
        "public run()V",
        '.line 10\n:from\nconst-string v0, "one"\n.line 12\ninvoke-static {v0}, LOther0;->use(Ljava/lang/String;)V\n'
        ":to\n.catch Ljava/io/IOException; {:from .. :to} :caught\n.catchall {:from .. :to} :all\n"
        ".line 20\nreturn-void\n:caught\nmove-exception v1\n:all\nnop\nreturn-void",
    )
    + method(
        "public static number()I",
        "const-class v1, LOther7;\nsget-object v1, LMain;->HOST:Ljava/lang/String;\n"
        "new-instance v1, LOther9;\nconst/4 v0, 0x7\nreturn v0",
    )
    + ".method public abstract nothing()V\n.end method\n",
    access="public abstract",
)


def other(number: int) -> str:
    body = f'const-string v0, "text {number}"\ninvoke-static {{v0}}, LOther0;->use(Ljava/lang/String;)V\nreturn-void'
    return class_file(
        f"LOther{number};",
        method("public static go()V", body) + method("public static use(Ljava/lang/String;)V", "return-void"),
        extends="LMain;" if number % 2 else "Ljava/lang/Object;",
    )


@pytest.fixture(scope="module")
def dex(builds: str) -> Dex:  # noqa: ARG001
    strings = f'const-string v0, "{PIN}"\nconst-string v0, "{BARE}"\nconst-string v0, "x,{BARE}"\nreturn-void'
    sources = {f"Other{number}": other(number) for number in range(MANY)}
    sources |= {"Main": MAIN, "Strings": class_file("LStrings;", method("public static all()V", strings))}
    return Dex(memoryview(assemble(sources)), "classes.dex")


def test_strings_are_found_by_pattern(dex: Dex) -> None:
    bare = dex.string_ids(exactly(44, rb"[A-Za-z0-9+/]{43}="))
    assert [dex.string(index) for index in bare] == [BARE]
    found = dex.string_ids(exactly(44, rb"[A-Za-z0-9+/]{43}="), containing(rb"sha(?:256|1)/"))
    assert {dex.string(index) for index in found} == {BARE, PIN}
    assert {site.method.name for site in dex.uses(Wanted(opcodes.CONST_STRING, frozenset(found)))} == {"all"}


@pytest.mark.parametrize(
    ("body", "start"),
    [
        (rb"sha256/[A-Z]+", b"sha256/"),
        (rb"abc", b"abc"),
        (rb"abc+d", b"ab"),
        (rb"abc?d", b"ab"),
        (rb"abc*d", b"ab"),
        (rb"abc{2}", b"ab"),
        (rb"a|b", b""),
        (rb"[ab]", b""),
    ],
)
def test_a_pattern_begins_with_what_every_match_begins_with(body: bytes, start: bytes) -> None:
    """Not with a letter that may be missing or repeated: what is searched for is found, and nothing else."""
    assert containing(body).start == start
    assert exactly(7, body).start == b"\7" + start


def test_what_may_be_missing_is_found_without_it(dex: Dex) -> None:
    for body in (rb"onex?", rb"onex*", rb"onx{0,1}e", rb"on(?:e|x)", rb"zero|one"):
        assert [dex.string(index) for index in dex.string_ids(containing(body))] == ["one"], body
    assert [dex.string(index) for index in dex.string_ids(exactly(3, rb"one"))] == ["one"]
    assert dex.string_ids(exactly(4, rb"one")) == ()


def test_strings_are_found_by_value(dex: Dex) -> None:
    for index in range(len(dex.strings)):
        assert dex.strings.find(dex.string(index)) == index
    assert dex.strings.find("absent") is None


def test_calls_are_found_in_all_classes(dex: Dex) -> None:
    sites = dex.call_sites(dex.method_refs("LOther0;", "use"))
    assert {site.method.class_name for site in sites} == {"LMain;", *(f"LOther{n};" for n in range(MANY))}
    assert dex.call_sites(dex.method_refs("LOther0;", "absent")) == ()
    assert dex.call_sites(dex.method_refs("LAbsent;", None)) == ()
    assert len(dex.method_refs(None, "use")) == MANY


def test_other_uses(dex: Dex) -> None:
    for family, ids in (
        (opcodes.STATIC_GETS, dex.field_refs("LMain;", "HOST")),
        (opcodes.NEW_INSTANCE, [dex.type_id("LOther9;")]),
        (opcodes.CONST_CLASS, [dex.type_id("LOther7;")]),
    ):
        sites = dex.uses(Wanted(family, frozenset(number for number in ids if number is not None)))
        assert [site.method.name for site in sites] == ["number"]
    assert dex.field_writes(dex.field_refs(None, "count")) == ()


def test_classes(dex: Dex) -> None:
    found = dex.subclasses(["LMain;", "Ljava/lang/Runnable;", "LAbsent;"])
    assert len(found["LMain;"]) == MANY // 2
    assert [cls.name for cls in found["Ljava/lang/Runnable;"]] == ["LMain;"]
    main = dex.class_def("LMain;")
    assert main is not None
    assert (main.superclass, main.interfaces) == ("Ljava/lang/Object;", ("Ljava/lang/Runnable;",))
    assert {field.ref.name: field.is_static for field in main.fields} == {"HOST": True, "count": False}
    assert [value.kind for value in main.static_values] == ["string"]
    nothing = main.method("nothing", "()V")
    assert nothing is not None
    assert nothing.body is None


def test_code(dex: Dex) -> None:
    main = dex.class_def("LMain;")
    run = main and main.method("run")
    assert run
    assert run.body
    body = run.body
    assert [(one.offset, one.opcode) for one in body.instructions] == [
        (0, 0x1A), (2, 0x71), (5, 0x0E), (6, 0x0D), (7, 0x00), (8, 0x0E),
    ]  # fmt: skip
    assert [(one.start, one.end, one.exception, one.target) for one in body.handlers] == [
        (0, 5, "Ljava/io/IOException;", 6),
        (0, 5, None, 7),
    ]
    assert [body.line_of(offset) for offset in (0, 2, 5)] == [10, 12, 20]
    assert body.source_file == "Source.java"


def test_what_was_left_out_of_the_file_is_an_error(dex: Dex) -> None:
    for ask in (dex.string, dex.type_name, dex.method_ref, dex.field_ref, dex.proto):
        with pytest.raises(DexError):
            ask(1 << 20)


@given(st.text(st.characters(codec="utf-16")))
def test_modified_utf8(text: str) -> None:
    raw = encode(text)
    assert b"\0" not in raw
    assert decode(raw) == text


@given(st.binary())
def test_any_bytes_decode(raw: bytes) -> None:
    assert isinstance(decode(raw), str)


@given(st.integers(0, 0xFFFFFFFF))
def test_uleb128(value: int) -> None:
    raw = as_uleb128(value)
    assert uleb128(raw, 0) == (value, len(raw))


@pytest.mark.parametrize(("raw", "value"), [(b"\0", 0), (b"\1", 1), (b"\x7f", -1), (b"\x80\x7f", -128)])
def test_sleb128(raw: bytes, value: int) -> None:
    assert sleb128(raw, 0) == (value, len(raw))
