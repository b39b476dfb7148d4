"""The line table of a method: the state machine of a debug_info_item, run for its lines alone."""

from __future__ import annotations

from typing import Final

from pincompiler.android.dex.format import DexError, sleb128, uleb128
from pincompiler.base.bounds import LINE_STEPS

_END: Final = 0
_ADVANCE_PC: Final = 1
_ADVANCE_LINE: Final = 2
_OPERANDS: Final = {3: 3, 4: 4, 5: 1, 6: 1, 7: 0, 8: 0, 9: 1}
"""How many numbers follow the opcodes that concern local variables, prologues and files."""
_FIRST_SPECIAL: Final = 10


def read_lines(data: bytes, at: int) -> tuple[tuple[int, int], ...]:
    """The offsets, in code units, at which a source line begins, each with that line."""
    line, at = uleb128(data, at)
    parameters, at = uleb128(data, at)
    if parameters > 255:
        raise DexError("malformed DEX file: debug information names more parameters than a method can have")
    for _ in range(parameters):
        _, at = uleb128(data, at)
    address = 0
    lines: list[tuple[int, int]] = []
    for _ in range(LINE_STEPS.limit):
        opcode, at = data[at], at + 1
        if opcode == _END:
            return tuple(lines)
        if opcode == _ADVANCE_PC:
            step, at = uleb128(data, at)
            address += step
        elif opcode == _ADVANCE_LINE:
            step, at = sleb128(data, at)
            line += step
        elif opcode < _FIRST_SPECIAL:
            for _ in range(_OPERANDS[opcode]):
                _, at = uleb128(data, at)
        else:
            address += (opcode - _FIRST_SPECIAL) // 15
            line += (opcode - _FIRST_SPECIAL) % 15 - 4
            lines.append((address, line))
    raise DexError("malformed DEX file: debug information without an end")
