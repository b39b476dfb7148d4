"""From code units to instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex.format import DexError
from pincompiler.android.dex.opcodes import (
    ARRAY_DATA,
    CONST_HIGH16,
    FORMATS,
    LENGTHS,
    PACKED_SWITCH,
    SPARSE_SWITCH,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pincompiler.android.dex.format import Numbers

Operands = tuple[tuple[int, ...], int | None, int | None, int | None]
"""Registers, reference, literal and branch target."""
_PAYLOADS: Final = frozenset((PACKED_SWITCH, SPARSE_SWITCH, ARRAY_DATA))


class Instruction(NamedTuple):
    """One instruction; what its format lacks is none."""

    offset: int
    """In code units from the method's first."""
    opcode: int
    registers: tuple[int, ...]
    """In the order of its text form: destination or first argument first."""
    reference: int | None
    """Id of the string, type, field, method or call site it names."""
    literal: int | None
    target: int | None
    """Offset that it branches to, or of its payload."""


def decode_all(units: Numbers) -> tuple[Instruction, ...]:
    """Decode all instructions of a method."""
    instructions = []
    at, end = 0, len(units)
    while at < end:
        unit = units[at]
        opcode = unit & 255
        size = _size(units, at)
        if at + size > end:
            raise DexError("malformed DEX file: an instruction exceeds its method")
        if unit not in _PAYLOADS:
            instructions.append(Instruction(at, opcode, *_DECODERS[opcode](units, at, unit >> 8)))
        at += size
    return tuple(instructions)


def boundaries(units: Numbers, wanted: Sequence[int]) -> list[int]:
    """Keep those of ``wanted`` (sorted) at which an instruction begins; decodes nothing."""
    lengths, kept = LENGTHS, []
    at, last, remaining = 0, min(wanted[-1], len(units) - 1), set(wanted)
    while at <= last:
        if at in remaining:
            kept.append(at)
        unit = units[at]
        at += _size(units, at) if unit in _PAYLOADS else lengths[unit & 255]
    return kept


def _size(units: Numbers, at: int) -> int:
    """Code units from ``at`` to the next instruction."""
    unit = units[at]
    if unit == PACKED_SWITCH:
        return 4 + 2 * units[at + 1]
    if unit == SPARSE_SWITCH:
        return 2 + 4 * units[at + 1]
    if unit == ARRAY_DATA:
        return 4 + ((units[at + 2] | units[at + 3] << 16) * units[at + 1] + 1) // 2
    return LENGTHS[unit & 255]


def _wide(units: Numbers, at: int) -> int:
    """Read 32 bits behind the first unit."""
    return units[at + 1] | units[at + 2] << 16


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def _five(units: Numbers, at: int, high: int) -> tuple[int, ...]:
    """Up to five registers of four bits."""
    rest = units[at + 2]
    return (rest & 15, rest >> 4 & 15, rest >> 8 & 15, rest >> 12, high & 15)[: high >> 4]


def _high(units: Numbers, at: int, high: int) -> Operands:
    """``const/high16`` and ``const-wide/high16``: the literal's upper 16 bits."""
    return (high,), None, _signed(units[at + 1], 16) << (16 if units[at] & 255 == CONST_HIGH16 else 48), None


def _long(units: Numbers, at: int, high: int) -> Operands:
    value = sum(units[at + 1 + n] << 16 * n for n in range(4))
    return (high,), None, _signed(value, 64), None


_BY_FORMAT: Final[dict[str, Callable[[Numbers, int, int], Operands]]] = {
    "10x": lambda _u, _p, _a: ((), None, None, None),
    "12x": lambda _u, _p, a: ((a & 15, a >> 4), None, None, None),
    "11n": lambda _u, _p, a: ((a & 15,), None, _signed(a >> 4, 4), None),
    "11x": lambda _u, _p, a: ((a,), None, None, None),
    "10t": lambda _u, p, a: ((), None, None, p + _signed(a, 8)),
    "20t": lambda u, p, _a: ((), None, None, p + _signed(u[p + 1], 16)),
    "22x": lambda u, p, a: ((a, u[p + 1]), None, None, None),
    "21t": lambda u, p, a: ((a,), None, None, p + _signed(u[p + 1], 16)),
    "21s": lambda u, p, a: ((a,), None, _signed(u[p + 1], 16), None),
    "21h": _high,
    "21c": lambda u, p, a: ((a,), u[p + 1], None, None),
    "23x": lambda u, p, a: ((a, u[p + 1] & 255, u[p + 1] >> 8), None, None, None),
    "22b": lambda u, p, a: ((a, u[p + 1] & 255), None, _signed(u[p + 1] >> 8, 8), None),
    "22t": lambda u, p, a: ((a & 15, a >> 4), None, None, p + _signed(u[p + 1], 16)),
    "22s": lambda u, p, a: ((a & 15, a >> 4), None, _signed(u[p + 1], 16), None),
    "22c": lambda u, p, a: ((a & 15, a >> 4), u[p + 1], None, None),
    "30t": lambda u, p, _a: ((), None, None, p + _signed(_wide(u, p), 32)),
    "31t": lambda u, p, a: ((a,), None, None, p + _signed(_wide(u, p), 32)),
    "31i": lambda u, p, a: ((a,), None, _signed(_wide(u, p), 32), None),
    "31c": lambda u, p, a: ((a,), _wide(u, p), None, None),
    "32x": lambda u, p, _a: ((u[p + 1], u[p + 2]), None, None, None),
    "35c": lambda u, p, a: (_five(u, p, a), u[p + 1], None, None),
    "3rc": lambda u, p, a: (tuple(range(u[p + 2], u[p + 2] + a)), u[p + 1], None, None),
    "45cc": lambda u, p, a: (_five(u, p, a), u[p + 1], None, None),
    "4rcc": lambda u, p, a: (tuple(range(u[p + 2], u[p + 2] + a)), u[p + 1], None, None),
    "51l": _long,
}
_DECODERS: Final = tuple(_BY_FORMAT[name] for name in FORMATS)
