"""Instructions and encoded values, against "Dalvik executable instruction formats" and "DEX format" of AOSP."""

from __future__ import annotations

from typing import Final

import pytest

from pincompiler.android.dex import DexError
from pincompiler.android.dex.decoding import boundaries, decode_all
from pincompiler.android.dex.encoded import read_values
from pincompiler.android.dex.format import numbers
from pincompiler.base.bounds import STATIC_VALUES
from tests.bounding import bounded

NONE: Final = None
# By format: code units, registers, reference, literal, target.
FORMATS: Final = {
    "10x nop": ([0x0000], (), NONE, NONE, NONE),
    "12x move": ([0x2101], (1, 2), NONE, NONE, NONE),
    "11n const/4": ([0xE312], (3,), NONE, -2, NONE),
    "11n const/4 of 7": ([0x7012], (0,), NONE, 7, NONE),
    "11x return": ([0xAB0F], (0xAB,), NONE, NONE, NONE),
    "10t goto": ([0xFF28], (), NONE, NONE, -1),
    "20t goto/16": ([0x0029, 0x8000], (), NONE, NONE, -0x8000),
    "22x move/from16": ([0x1202, 0x3456], (0x12, 0x3456), NONE, NONE, NONE),
    "21t if-eqz": ([0x9538, 4], (0x95,), NONE, NONE, 4),
    "21s const/16": ([0x9513, 0xFFFD], (0x95,), NONE, -3, NONE),
    "21h const/high16": ([0x0515, 0x8000], (5,), NONE, -0x8000_0000, NONE),
    "21h const-wide/high16": ([0x0519, 0x4000], (5,), NONE, 0x4000 << 48, NONE),
    "21c const-string": ([0x951A, 0xFFFF], (0x95,), 0xFFFF, NONE, NONE),
    "23x add-int": ([0x0190, 0xF3F2], (1, 0xF2, 0xF3), NONE, NONE, NONE),
    "22b add-int/lit8": ([0x01D8, 0xFCF2], (1, 0xF2), NONE, -4, NONE),
    "22t if-eq": ([0x7432, 0xFFFD], (4, 7), NONE, NONE, -3),
    "22s add-int/lit16": ([0x74D0, 0xFFFD], (4, 7), NONE, -3, NONE),
    "22c iget": ([0x7452, 0x8009], (4, 7), 0x8009, NONE, NONE),
    "30t goto/32": ([0x002A, 2, 1], (), NONE, NONE, 0x1_0002),
    "31t fill-array-data": ([0x0326, 0xFFFE, 0xFFFF], (3,), NONE, NONE, -2),
    "31i const": ([0x0314, 1, 0x8000], (3,), NONE, -0x7FFF_FFFF, NONE),
    "31c const-string/jumbo": ([0x031B, 2, 0x8000], (3,), 0x8000_0002, NONE, NONE),
    "32x move/16": ([0x0003, 0x0100, 0x0200], (0x100, 0x200), NONE, NONE, NONE),
    "35c of none": ([0x0071, 9, 0x4321], (), 9, NONE, NONE),
    "35c of one": ([0x106E, 9, 0x4321], (1,), 9, NONE, NONE),
    "35c of five": ([0x556E, 9, 0x4321], (1, 2, 3, 4, 5), 9, NONE, NONE),
    "3rc of three": ([0x0374, 9, 0x100], (0x100, 0x101, 0x102), 9, NONE, NONE),
    "45cc": ([0x20FA, 9, 0x0021, 4], (1, 2), 9, NONE, NONE),
    "4rcc": ([0x02FB, 9, 5, 4], (5, 6), 9, NONE, NONE),
    "51l const-wide": ([0x0118, 1, 2, 3, 0x8000], (1,), NONE, 0x8000_0003_0002_0001 - (1 << 64), NONE),
}
LENGTHS: Final = (
    "1123123123111111"  # nop to return
    "1112322352232112"  # return-wide to check-cast
    "2122333112333222"  # instance-of to cmpg-float
    "2222222222222211"  # cmpg-double to if-lez
    "1111222222222222"  # aget to aput-char
    "2222222222222222"  # aput-short to iput-short
    "2222222222222233"  # sget to invoke-super
    "3331333331111111"  # invoke-direct to neg-long
    "1111111111111111"  # not-long to int-to-short
    "2222222222222222"  # add-int to ushr-long
    "2222222222222222"  # add-float to rem-double
    "1111111111111111"  # add-int/2addr to ushr-long/2addr
    "1111111111111111"  # add-float/2addr to rem-double/2addr
    "2222222222222222"  # add-int/lit16 to xor-int/lit8
    "2221111111111111"  # shl-int/lit8 to ushr-int/lit8
    "1111111111443322"  # invoke-polymorphic to const-method-type
)
"""In code units, opcode by opcode, as "Dalvik bytecode" lists them; what is unused is one unit long."""
PACKED: Final = [0x0100, 2, 0, 0, 1, 0, 2, 0]
SPARSE: Final = [0x0200, 1, 7, 0, 3, 0]
ARRAY: Final = [0x0300, 1, 3, 0, 0x2211, 0x0033]
RETURN: Final = 0x000E


def units(*some: int) -> memoryview:
    return numbers(b"".join(one.to_bytes(2, "little") for one in some), 0, len(some), "H")


@pytest.mark.parametrize("name", FORMATS)
def test_formats(name: str) -> None:
    code, registers, reference, literal, target = FORMATS[name]
    for before in (0, 3):
        *_, one, last = decode_all(units(*[0] * before, *code, RETURN))
        assert (one.offset, one.opcode, one.registers) == (before, code[0] & 255, registers)
        assert (one.reference, one.literal) == (reference, literal)
        assert one.target == (None if target is None else before + target)
        assert (last.offset, last.opcode) == (before + len(code), RETURN)


def test_the_length_of_every_opcode() -> None:
    for opcode in range(256):
        one, last = decode_all(units(opcode, *[0] * (int(LENGTHS[opcode]) - 1), 0xAB11))
        assert (one.opcode, last.opcode, last.registers) == (opcode, 0x11, (0xAB,))


@pytest.mark.parametrize("payload", [PACKED, SPARSE, ARRAY], ids=["packed", "sparse", "array"])
def test_tables_among_the_code_are_stepped_over(payload: list[int]) -> None:
    code = units(0x0000, 0x0000, *payload, 0x951A, 7, RETURN)
    end = 2 + len(payload)
    assert [one.offset for one in decode_all(code)] == [0, 1, end, end + 2]
    assert boundaries(code, [1, 3, end, end + 1, end + 2, 99]) == [1, end, end + 2]
    for size in range(3, end):
        with pytest.raises((DexError, IndexError)):  # the reader of a method makes one of the other
            decode_all(units(0x0000, 0x0000, *payload[: size - 2]))


def test_an_instruction_that_exceeds_its_method_is_refused() -> None:
    for code, *_ in FORMATS.values():
        for size in range(1, len(code)):
            with pytest.raises(DexError, match="exceeds its method"):
                decode_all(units(*code[:size]))


VALUES: Final = {
    "byte": (b"\x00\xfe", ("number", -2)),
    "short": (b"\x22\x00\x80", ("number", -0x8000)),
    "char": (b"\x23\xff\xff", ("number", 0xFFFF)),
    "int": (b"\x04\x80", ("number", -0x80)),
    "int of four bytes": (b"\x64\x78\x56\x34\x12", ("number", 0x12345678)),
    "long": (b"\xe6" + b"\xff" * 8, ("number", -1)),
    "float": (b"\x70\0\0\x80\x3f", ("other", 0)),
    "double": (b"\x31\xf0\x3f", ("other", 0)),
    "method type": (b"\x15\x05", ("other", 5)),
    "method handle": (b"\x16\x05", ("other", 5)),
    "string": (b"\x37\x02\x01", ("string", 0x102)),
    "type": (b"\x18\x09", ("type", 9)),
    "field": (b"\x19\x09", ("other", 9)),
    "method": (b"\x1a\x09", ("other", 9)),
    "enum": (b"\x1b\x09", ("other", 9)),
    "array": (b"\x1c\x02\x00\x05\x1c\x01\x1e", ("other", 0)),
    "annotation": (b"\x1d\x81\x01\x02\x03\x3f\x83\x01\x17\x05", ("other", 0)),
    "null": (b"\x1e", ("null", 0)),
    "false": (b"\x1f", ("number", 0)),
    "true": (b"\x3f", ("number", 1)),
}


@pytest.mark.parametrize("name", VALUES)
def test_encoded_values(name: str) -> None:
    """Each stands between two others, which are read from where it ends."""
    raw, value = VALUES[name]
    found = read_values(b"..\x03\x00\x07" + raw + b"\x17\x08", 2)
    assert found == (("number", 7), value, ("string", 8))
    for size in range(len(raw)):
        with pytest.raises((DexError, IndexError)):
            read_values(b"\x01" + raw[:size], 0)


@pytest.mark.parametrize("kind", [0x01, 0x05, 0x07, 0x0F, 0x12, 0x14])
def test_kinds_that_there_are_not(kind: int) -> None:
    with pytest.raises(DexError, match=f"kind {kind}"):
        read_values(bytes((1, kind, 0)), 0)


def test_arrays_in_arrays_end() -> None:
    assert read_values(b"\x01" + b"\x1c\x01" * 15 + b"\x1e", 0) == (("other", 0),)
    with pytest.raises(DexError, match="nested without end"):
        read_values(b"\x01" + b"\x1c\x01" * 17 + b"\x1e", 0)


def test_more_values_than_fields_are_refused() -> None:
    with pytest.raises(DexError, match="more values than it can have fields"):
        read_values(b"\x81\x80\x04" + b"\x1e" * 70_000, 0)
    assert len(read_values(b"\x80\x80\x04" + b"\x1e" * 65_536, 0)) == 65_536


def test_an_array_inside_an_array_is_read_whole_or_not_at_all() -> None:
    """What was left of a longer one was taken for the values behind it."""
    inner = b"\x1c\x03" + b"\x1e" * 3
    assert read_values(b"\x02" + inner + b"\x17\x08", 0) == (("other", 0), ("string", 8))
    with bounded(STATIC_VALUES, 2), pytest.raises(DexError, match="more values than are read"):
        read_values(b"\x02" + inner + b"\x17\x08", 0)
