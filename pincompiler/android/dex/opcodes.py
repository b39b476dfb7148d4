"""Dalvik's instructions: their formats, and the few families that an audit asks about.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode and instruction-formats.
The first digit of a format is its length in 16-bit code units.
"""

from __future__ import annotations

from typing import Final

_OPCODES: Final = {
    "12x": (0x01, 0x04, 0x07, 0x21, *range(0x7B, 0x90), *range(0xB0, 0xD0)),
    "22x": (0x02, 0x05, 0x08),
    "32x": (0x03, 0x06, 0x09),
    "11x": (0x0A, 0x0B, 0x0C, 0x0D, 0x0F, 0x10, 0x11, 0x1D, 0x1E, 0x27),
    "11n": (0x12,),
    "21s": (0x13, 0x16),
    "31i": (0x14, 0x17),
    "21h": (0x15, 0x19),
    "51l": (0x18,),
    "21c": (0x1A, 0x1C, 0x1F, 0x22, *range(0x60, 0x6E), 0xFE, 0xFF),
    "31c": (0x1B,),
    "22c": (0x20, 0x23, *range(0x52, 0x60)),
    "35c": (0x24, *range(0x6E, 0x73), 0xFC),
    "3rc": (0x25, *range(0x74, 0x79), 0xFD),
    "45cc": (0xFA,),
    "4rcc": (0xFB,),
    "31t": (0x26, 0x2B, 0x2C),
    "10t": (0x28,),
    "20t": (0x29,),
    "30t": (0x2A,),
    "23x": (*range(0x2D, 0x32), *range(0x44, 0x52), *range(0x90, 0xB0)),
    "22t": tuple(range(0x32, 0x38)),
    "21t": tuple(range(0x38, 0x3E)),
    "22s": tuple(range(0xD0, 0xD8)),
    "22b": tuple(range(0xD8, 0xE3)),
}
_BY_OPCODE: Final = {opcode: name for name, opcodes in _OPCODES.items() for opcode in opcodes}

FORMATS: Final = tuple(_BY_OPCODE.get(opcode, "10x") for opcode in range(256))
"""The format of each opcode; the unused ones are one unit long, as ART's own disassembler has them."""
LENGTHS: Final = tuple(int(name[0]) for name in FORMATS)
"""The length of each opcode in code units, payloads apart."""

NOP: Final = 0x00
MOVES: Final = frozenset(range(0x01, 0x0A))
MOVE_RESULTS: Final = frozenset((0x0A, 0x0B, 0x0C))
MOVE_EXCEPTION: Final = 0x0D
RETURN_VOID: Final = 0x0E
RETURNS: Final = frozenset((0x0F, 0x10, 0x11))
CONSTS: Final = frozenset(range(0x12, 0x1A))
"""Of numbers."""
CONST_HIGH16: Final = 0x15
CONST_STRING_JUMBO: Final = 0x1B
CONST_STRING: Final = frozenset((0x1A, CONST_STRING_JUMBO))
CONST_CLASS: Final = frozenset((0x1C,))
MONITORS: Final = frozenset((0x1D, 0x1E))
CHECK_CAST: Final = 0x1F
INSTANCE_OF: Final = 0x20
ARRAY_LENGTH: Final = 0x21
NEW_INSTANCE: Final = frozenset((0x22,))
NEW_ARRAY: Final = 0x23
FILLED_NEW_ARRAYS: Final = frozenset((0x24, 0x25))
"""Of as many elements as they name registers; the array is the result, as that of a call is."""
FILL_ARRAY_DATA: Final = 0x26
THROW: Final = 0x27
GOTOS: Final = frozenset((0x28, 0x29, 0x2A))
SWITCHES: Final = frozenset((0x2B, 0x2C))
COMPARISONS: Final = range(0x2D, 0x32)
IF_TESTS: Final = range(0x32, 0x38)
"""Two registers compared: equal, not equal, less, at least, greater, at most."""
IF_ZERO_TESTS: Final = range(0x38, 0x3E)
"""The same, in the same order, of one register with zero or null."""
IF_EQZ: Final = 0x38
IF_NEZ: Final = 0x39
ARRAY_GETS: Final = frozenset(range(0x44, 0x4B))
ARRAY_GET_OBJECT: Final = 0x46
ARRAY_PUTS: Final = frozenset(range(0x4B, 0x52))
ARRAY_PUT_OBJECT: Final = 0x4D
INSTANCE_GETS: Final = frozenset(range(0x52, 0x59))
INSTANCE_PUTS: Final = frozenset(range(0x59, 0x60))
INSTANCE_PUT_NUMBER: Final = 0x59
"""``iput``: of an ``int`` or a ``float``."""
STATIC_GETS: Final = frozenset(range(0x60, 0x67))
STATIC_PUTS: Final = frozenset(range(0x67, 0x6E))
INVOKE_VIRTUAL: Final = 0x6E
INVOKE_VIRTUAL_RANGE: Final = 0x74
INVOKES: Final = frozenset((*range(0x6E, 0x73), *range(0x74, 0x79)))
INVOKE_STATIC: Final = frozenset((0x71, 0x77))
INVOKE_FIXED: Final = frozenset((0x6F, 0x70, 0x75, 0x76, *INVOKE_STATIC))
"""``invoke-super``, ``-direct`` and ``-static``: they run the method of the class that they name, or of a
superclass; no subclass has a say."""
UNARY: Final = range(0x7B, 0x90)
INT_TO_BYTE: Final = 0x8D
INT_TO_CHAR: Final = 0x8E
INT_TO_SHORT: Final = 0x8F
ADD_INT: Final = 0x90
ADD_INT_2ADDR: Final = 0xB0
ADD_INT_LIT16: Final = 0xD0
ADD_INT_LIT8: Final = 0xD8
"""The first of each group of arithmetic on integers: add, subtract, multiply, divide, remainder, and, or, xor,
shift left, shift right with sign, and without.  With a literal of 16 bits there are no shifts; with any literal,
subtraction is reversed."""
BINARY: Final = range(0x90, 0xD0)
BINARY_LITERAL: Final = range(0xD0, 0xE3)
BINARY_2ADDR: Final = frozenset(range(0xB0, 0xD0))
"""Arithmetic on the first register, of any type of number."""
ANDS: Final = frozenset((0x95, 0xB5, 0xD5, 0xDD))
ORS: Final = frozenset((0x96, 0xB6, 0xD6, 0xDE))
XORS: Final = frozenset((0x97, 0xB7, 0xD7, 0xDF))
"""Of integers, and so of booleans."""

ENDS: Final = frozenset((RETURN_VOID, *RETURNS, THROW, *GOTOS))
"""After these, control does not go on to the next instruction."""
NEVER_THROWS: Final = frozenset(
    (
        *(NOP, *MOVES, *MOVE_RESULTS, MOVE_EXCEPTION, RETURN_VOID, *RETURNS, *CONSTS),
        *(*GOTOS, *SWITCHES, *COMPARISONS, *IF_TESTS, *IF_ZERO_TESTS),
        *(*range(0x7B, 0x93), *range(0xB0, 0xB3), *range(0xD8, 0xDB)),
    )
)
"""Moves, numbers, comparisons, branches and plain arithmetic: no edge leads from them to an exception handler."""

PACKED_SWITCH: Final = 0x0100
SPARSE_SWITCH: Final = 0x0200
ARRAY_DATA: Final = 0x0300
"""The first code unit of each payload: data between instructions, behind a nop's opcode."""
