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

INVOKES: Final = frozenset((*range(0x6E, 0x73), *range(0x74, 0x79)))
INVOKE_STATIC: Final = frozenset((0x71, 0x77))
CONST_STRING: Final = frozenset((0x1A, 0x1B))
CONST_CLASS: Final = frozenset((0x1C,))
NEW_INSTANCE: Final = frozenset((0x22,))
INSTANCE_GETS: Final = frozenset(range(0x52, 0x59))
INSTANCE_PUTS: Final = frozenset(range(0x59, 0x60))
STATIC_GETS: Final = frozenset(range(0x60, 0x67))
STATIC_PUTS: Final = frozenset(range(0x67, 0x6E))
MOVES: Final = frozenset(range(0x01, 0x0A))
MOVE_RESULTS: Final = frozenset((0x0A, 0x0B, 0x0C))
MOVE_EXCEPTION: Final = 0x0D
RETURN_VOID: Final = 0x0E
RETURNS: Final = frozenset((0x0F, 0x10, 0x11))
THROW: Final = 0x27
GOTOS: Final = frozenset((0x28, 0x29, 0x2A))
SWITCHES: Final = frozenset((0x2B, 0x2C))
FILL_ARRAY_DATA: Final = 0x26
ENDS: Final = frozenset((RETURN_VOID, *RETURNS, THROW, *GOTOS))
"""After these, control does not go on to the next instruction."""
NEVER_THROWS: Final = frozenset(
    (0x00, *range(0x01, 0x1A), *range(0x28, 0x3E), *range(0x7B, 0x93), *range(0xB0, 0xB3), *range(0xD8, 0xDB))
)
"""Moves, numbers, branches and plain arithmetic: no edge leads from them to an exception handler."""

PACKED_SWITCH: Final = 0x0100
SPARSE_SWITCH: Final = 0x0200
ARRAY_DATA: Final = 0x0300
"""The first code unit of each payload: data between instructions, behind a nop's opcode."""
