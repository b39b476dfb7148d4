"""What the readers of code share: the table of opcodes, where parameters arrive, what a call passes."""

from __future__ import annotations

import re
from typing import Final

import pytest
from androguard.core.dex import DALVIK_OPCODES_FORMAT

from pincompiler.android.constants.program import Program
from pincompiler.android.dex import Dex, opcodes
from pincompiler.android.dex.calls import arguments_of, calls_in, passed_kinds
from tests.dex import writer as w

FAMILIES: Final = {
    "NOP": "nop",
    "MOVES": r"move(-wide|-object)?(/from16|/16)?",
    "MOVE_RESULTS": r"move-result(-wide|-object)?",
    "MOVE_EXCEPTION": "move-exception",
    "RETURN_VOID": "return-void",
    "RETURNS": "return(-wide|-object)?",
    "CONSTS": r"const(-wide)?(/4|/16|/32|/high16)?",
    "CONST_HIGH16": "const/high16",
    "CONST_STRING": "const-string(/jumbo)?",
    "CONST_STRING_JUMBO": "const-string/jumbo",
    "CONST_CLASS": "const-class",
    "MONITORS": "monitor-(enter|exit)",
    "CHECK_CAST": "check-cast",
    "INSTANCE_OF": "instance-of",
    "ARRAY_LENGTH": "array-length",
    "NEW_INSTANCE": "new-instance",
    "NEW_ARRAY": "new-array",
    "FILLED_NEW_ARRAYS": "filled-new-array(/range)?",
    "FILL_ARRAY_DATA": "fill-array-data",
    "THROW": "throw",
    "GOTOS": "goto(/16|/32)?",
    "SWITCHES": "(packed|sparse)-switch",
    "COMPARISONS": "cmp(l|g)?-(float|double|long)",
    "IF_TESTS": "if-(eq|ne|lt|ge|gt|le)",
    "IF_ZERO_TESTS": "if-(eq|ne|lt|ge|gt|le)z",
    "IF_EQZ": "if-eqz",
    "IF_NEZ": "if-nez",
    "ARRAY_GETS": "aget(-.*)?",
    "ARRAY_GET_OBJECT": "aget-object",
    "ARRAY_PUTS": "aput(-.*)?",
    "ARRAY_PUT_OBJECT": "aput-object",
    "INSTANCE_GETS": "iget(-.*)?",
    "INSTANCE_PUTS": "iput(-.*)?",
    "INSTANCE_PUT_NUMBER": "iput",
    "STATIC_GETS": "sget(-.*)?",
    "STATIC_PUTS": "sput(-.*)?",
    "INVOKE_VIRTUAL": "invoke-virtual",
    "INVOKE_VIRTUAL_RANGE": "invoke-virtual/range",
    "INVOKES": "invoke-(virtual|super|direct|static|interface)(/range)?",
    "INVOKE_STATIC": "invoke-static(/range)?",
    "INVOKE_FIXED": "invoke-(super|direct|static)(/range)?",
    "UNARY": "(neg|not)-(int|long|float|double)|(int|long|float|double)-to-.*",
    "INT_TO_BYTE": "int-to-byte",
    "INT_TO_CHAR": "int-to-char",
    "INT_TO_SHORT": "int-to-short",
    "ADD_INT": "add-int",
    "ADD_INT_2ADDR": "add-int/2addr",
    "ADD_INT_LIT16": "add-int/lit16",
    "ADD_INT_LIT8": "add-int/lit8",
    "BINARY": "(add|sub|mul|div|rem|and|or|xor|u?sh[lr])-(int|long|float|double)(/2addr)?",
    "BINARY_LITERAL": "(r?sub|add|mul|div|rem|and|or|xor|u?sh[lr])-int/lit.*|rsub-int",
    "BINARY_2ADDR": ".*/2addr",
    "ANDS": "and-int(/.*)?",
    "ORS": "or-int(/.*)?",
    "XORS": "xor-int(/.*)?",
}
MIXED: Final = {"FORMATS", "LENGTHS", "ENDS", "NEVER_THROWS", "PACKED_SWITCH", "SPARSE_SWITCH", "ARRAY_DATA"}
NAMES: Final = {code: entry[1][0] for code, entry in DALVIK_OPCODES_FORMAT.items() if code < 0x100}


@pytest.mark.parametrize("family", sorted(name for name in vars(opcodes) if name[0].isupper()))
def test_families_have_the_instructions_that_androguard_calls_so(family: str) -> None:
    if family in MIXED or family == "Final":
        assert family not in FAMILIES
        return
    value = getattr(opcodes, family)
    own = {value} if isinstance(value, int) else set(value)
    assert own == {code for code, name in NAMES.items() if re.fullmatch(FAMILIES[family], name)}


@pytest.mark.parametrize(
    ("access", "places"),
    [
        (w.STATIC, [(0, 9, "I"), (1, 10, "J"), (2, 12, w.STRING), (3, 13, "D"), (4, 15, "[[D")]),
        (
            w.PUBLIC,
            [(0, 8, "LA;"), (1, 9, "I"), (2, 10, "J"), (3, 12, w.STRING), (4, 13, "D"), (5, 15, "[[D")],
        ),
    ],
)
def test_parameters_arrive_in_the_last_registers(access: int, places: list[tuple[int, int, str]]) -> None:
    taker = w.Method("take", f"(IJ{w.STRING}D[[D)V", [w.RETURN], access)
    cls = Dex(w.dex([w.Class("LA;", [taker])]), "classes.dex").class_def("LA;")
    found = cls and cls.method("take")
    assert found
    assert found.body
    assert [tuple(place) for place in found.body.parameters_at()] == places


@pytest.mark.parametrize(
    ("kind", "registers", "expected"),
    [("static", (5, 1, 2, 3), [("I", 50), ("J", 10), ("I", 30)]),
     ("virtual", (7, 5, 1, 2, 3), [("LB;", 70), ("I", 50), ("J", 10), ("I", 30)]),
     ("static", (5,), [("I", 50), ("J", 90), ("I", 90)])],
)  # fmt: skip
def test_a_long_argument_takes_two_registers(
    kind: str, registers: tuple[int, ...], expected: list[tuple[str, int]]
) -> None:
    caller = w.Method("go", "()V", [w.call(kind, "LB;", "take", "(IJI)V", *registers), w.RETURN])
    cls = Dex(w.dex([w.Class("LA;", [caller])]), "classes.dex").class_def("LA;")
    found = cls and cls.method("go")
    assert found
    assert found.body
    ((ref, opcode),) = calls_in(found.body)
    kinds = passed_kinds(opcode, ref)
    passed = arguments_of(found.body.instructions[0], kinds, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    assert list(zip(kinds, passed, strict=True)) == expected


def test_subclasses_come_in_the_order_of_the_file() -> None:
    """Where there are too many, the first ones are looked at: the same on every run."""
    bases = [f"Lb/B{number:02};" for number in range(20)]
    names = [f"La/A{number:02};" for number in range(20)]
    classes = [w.Class(name, interfaces=(base,)) for name, base in zip(names, bases, strict=True)]
    below = [w.Class(f"Lc/{name[3:]}", super_class=name) for name in names]
    program = Program([Dex(w.dex([*classes, *below]), "classes.dex")])
    found = [cls.name for cls in program.subclasses(*bases)]
    assert found == [*names, *(cls.name for cls in below)]
