"""Instructions: what capstone says of them, what the manual says they calculate, and the stubs that they make up."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincompiler.base.bounds import MACHO_STUBS
from pincompiler.ios.arm64 import arithmetic
from pincompiler.ios.arm64.instructions import bit_mask, decode, signed
from pincompiler.ios.arm64.steps import step
from pincompiler.ios.arm64.stubs import Stubs
from pincompiler.ios.arm64.values import Token
from pincompiler.ios.arm64.way import CodeWay
from pincompiler.ios.macho import ImagePart, read_macho
from tests import builds as golden
from tests.bounding import bounded
from tests.ios import programs
from tests.ios.capstone_oracle import compare, difference, words
from tests.ios.handlers import HANDLERS, source
from tests.ios.test_macho import FORMS, SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.ios.arm64.values import Value


@pytest.mark.usefixtures("builds")
def test_the_code_of_programs_is_decoded_as_capstone_does() -> None:
    for form, given_ in FORMS.items():
        if form != "x86_64":
            count, found = compare(words(golden.program(SOURCE, **given_)))
            assert not found
            assert count > 50


def test_words_at_random_are_decoded_as_capstone_does() -> None:
    chance = random.Random(7)  # noqa: S311 - for a test
    wrong = []
    for top in range(256):  # all kinds, each with forty members
        for _ in range(40):
            word = top << 24 | chance.getrandbits(24)
            if text := difference(word, 0x1_0000_4000):
                wrong.append(f"{word:#010x} {text}")
    assert not wrong


def test_a_difference_from_capstone_would_be_seen() -> None:
    assert not difference(0x14000002, 0x1000)  # b 0x1008
    count, found = compare([(0x1000, 0x14000002), (0x1000, 0x14000002)])
    assert (count, found) == (2, {})


# -- what they calculate -----------------------------------------------------------------------------

CASES: Final[dict[str, tuple[int, dict[int, int], int, int]]] = {
    # Assembly: the word, registers before, which register after, its value.
    "movz x0, #0x1234, lsl #16": (0xD2A24680, {}, 0, 0x12340000),
    "movn w0, #0": (0x12800000, {}, 0, 0xFFFFFFFF),
    "movk x0, #0xffff": (0xF29FFFE0, {0: 0x11112222}, 0, 0x1111FFFF),
    "add x0, x1, #0x10": (0x91004020, {1: 5}, 0, 21),
    "sub w0, w1, #1": (0x51000420, {1: 0}, 0, 0xFFFFFFFF),
    "add x0, x1, x2, lsl #3": (0x8B020C20, {1: 1, 2: 2}, 0, 17),
    "and w0, w1, #0xff": (0x12001C20, {1: 0x1234}, 0, 0x34),
    "orr x0, xzr, #0x8000000000000000": (0xB24103E0, {}, 0, 1 << 63),
    "eor w0, w1, #1": (0x52000020, {1: 1}, 0, 0),
    "mov x0, x1": (0xAA0103E0, {1: 77}, 0, 77),
    "bic w0, w1, w2": (0x0A220020, {1: 7, 2: 2}, 0, 5),
    "ubfx w0, w1, #4, #4": (0x53041C20, {1: 0xAB}, 0, 0xA),
    "lsl x0, x1, #8": (0xD378DC20, {1: 0xFF}, 0, 0xFF00),
    "sxtb w0, w1": (0x13001C20, {1: 0x80}, 0, 0xFFFFFF80),
    "asr x0, x1, #4": (0x9344FC20, {1: 1 << 63}, 0, 0xF8 << 56),
    "bfi w0, w1, #8, #8": (0x33181C20, {0: 0x11223344, 1: 0xAA}, 0, 0x1122AA44),
    "madd x0, x1, x2, x3": (0x9B020C20, {1: 3, 2: 4, 3: 5}, 0, 17),
    "msub w0, w1, w2, w3": (0x1B028C20, {1: 3, 2: 4, 3: 5}, 0, 0xFFFFFFF9),
    "lsr w0, w1, w2": (0x1AC22420, {1: 0x32, 2: 4}, 0, 3),
}


def after(word: int, before: Mapping[int, Value]) -> CodeWay:
    way = CodeWay(0x1000)
    for register, value in before.items():
        way.registers[register] = value
    step(way, decode(word), lambda _place, _size: None)
    return way


@pytest.mark.parametrize("text", CASES)
def test_numbers_are_calculated(text: str) -> None:
    word, before, register, value = CASES[text]
    assert after(word, before).registers[register] == value


@pytest.mark.parametrize("text", CASES)
def test_a_number_made_of_something_unknown_is_unknown(text: str) -> None:
    word, before, register, _ = CASES[text]
    if before and not text.startswith("mov x"):
        unknown = {name: Token("unknown", "x") for name in before}
        assert isinstance(after(word, unknown).registers[register], Token)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.sampled_from((32, 64)))
def test_comparisons_are_those_of_numbers(one: int, other: int, bits: int) -> None:
    wide = bits == 64
    one, other = one % (1 << bits), other % (1 << bits)
    flags = arithmetic.subtract(one, other, wide=wide)[1]
    low, high = signed(one, bits), signed(other, bits)
    expected = {
        0: one == other,
        1: one != other,
        2: one >= other,
        3: one < other,
        8: one > other,
        9: one <= other,
    }
    expected |= {10: low >= high, 11: low < high, 12: low > high, 13: low <= high, 14: True}
    assert {code: arithmetic.holds(code, flags) for code in expected} == expected


@given(st.integers(0, 2**32 - 1))
def test_every_word_is_an_instruction(word: int) -> None:
    """Whatever the words of a program are: they are decoded, and what is not branching can be done."""
    way = after(word, dict.fromkeys(range(31), 0x123456789ABCDEF0))
    assert way.pc == 0x1000


def test_masks_are_those_of_the_manual() -> None:
    """Every mask of 64 bits is a run of ones, turned, and repeated; there are 5,334 (DDI 0487, C6.2.13)."""
    found = {
        mask
        for n in (0, 1)
        for turn in range(64)
        for ones in range(64)
        if (mask := bit_mask(n, turn, ones, wide=True)) is not None
    }
    assert len(found) == 5334
    assert {0x5555555555555555, 0x00FF00FF00FF00FF, 0x8000000000000001} <= found
    assert not {0, (1 << 64) - 1} & found


def test_memory_holds_what_was_stored() -> None:
    way = CodeWay(0)
    way.store(0x1000, 8, 0x1122334455667788)
    nothing = lambda _place, _size: None  # noqa: E731
    assert way.load(0x1000, 4, nothing) == 0x55667788
    assert isinstance(way.load(0x1004, 4, nothing), Token)
    way.store(0x1004, 1, 0)
    assert isinstance(way.load(0x1000, 8, nothing), Token)  # a part was overwritten
    thing = Token("object", "A")
    way.store(thing._replace(at=16), 8, 5)
    assert way.load(thing._replace(at=16), 8, nothing) == 5
    assert way.load(thing._replace(at=24), 8, nothing) == way.load(thing._replace(at=24), 8, nothing)


# -- stubs -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("builds")
@pytest.mark.parametrize("form", [form for form in FORMS if form != "x86_64"])
def test_stubs_go_where_the_table_of_indirect_symbols_says(form: str) -> None:
    data = golden.program(SOURCE, **FORMS[form])
    (image,) = read_macho(data).images
    (section,) = [one for one in image.commands.sections if one.name == "__stubs"]
    offset, _ = image.commands.indirect
    count = section.size // section.stub_size
    table = struct.unpack_from(f"<{count}I", data, offset + 4 * section.first_symbol)
    expected = {
        section.address + number * section.stub_size: image.symbols.name(index)
        for number, index in enumerate(table)
    }
    assert Stubs(image).functions == expected
    (bare,) = read_macho(programs.stripped(data)).images
    assert Stubs(bare).functions == expected


MESSAGES: Final = """
id send(id receiver, void *selector, SecTrustRef trust) __asm("_objc_msgSend$credentialForTrust:");
id other(id receiver, void *selector) __asm("_objc_msgSend$host");
int main(void) { return send([NSURLCredential class], 0, 0) == other(nil, 0); }
"""


@pytest.mark.usefixtures("builds")
@pytest.mark.parametrize("size", ["fast", "small"])
def test_selector_stubs_name_their_selectors(size: str) -> None:
    (image,) = read_macho(golden.program(MESSAGES, link=(f"-objc_stubs_{size}",))).images
    assert sorted(Stubs(image).messages.values()) == ["credentialForTrust:", "host"]


@pytest.mark.usefixtures("builds")
def test_stubs_beyond_the_bound_are_a_doubt() -> None:
    (image,) = read_macho(golden.program(SOURCE)).images
    with bounded(MACHO_STUBS, 2):
        assert len(Stubs(image).functions) == 2
    assert [one.part for one in image.doubts] == [ImagePart.CODE]


@pytest.mark.real
def test_more_code_is_decoded_as_capstone_does() -> None:
    for optimize in ("-O0", "-O2"):
        for name in HANDLERS:
            assert not compare(words(programs.compiled(programs.Compiled(source(name), optimize=optimize))))[
                1
            ]
