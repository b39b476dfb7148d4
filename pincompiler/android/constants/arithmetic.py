"""Dalvik's arithmetic on 32-bit integers, as far as code uses it to hide constants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes

if TYPE_CHECKING:
    from collections.abc import Callable


def _wrap(value: int) -> int:
    """Cut to 32 bits with sign."""
    return (value + 0x80000000 & 0xFFFFFFFF) - 0x80000000


def _signed(value: int, bits: int) -> int:
    half = 1 << (bits - 1)
    return (value + half & (1 << bits) - 1) - half


_PLAIN: Final[tuple[Callable[[int, int], int] | None, ...]] = (
    lambda a, b: _wrap(a + b),
    lambda a, b: _wrap(a - b),
    lambda a, b: _wrap(a * b),
    None,  # division
    None,  # remainder
    lambda a, b: a & b,
    lambda a, b: a | b,
    lambda a, b: a ^ b,
    lambda a, b: _wrap(a << (b & 31)),
    lambda a, b: a >> (b & 31),
    lambda a, b: _wrap((a & 0xFFFFFFFF) >> (b & 31)),
)
"""The operations in the order in which all groups of opcodes have them."""
_SUBTRACT: Final = 1
_SHIFTS: Final = 8
"""Where they begin among them."""

BINARY: Final[dict[int, Callable[[int, int], int]]] = {
    base + number: operation
    for base in (opcodes.ADD_INT, opcodes.ADD_INT_2ADDR)
    for number, operation in enumerate(_PLAIN)
    if operation is not None
}
"""``add-int`` and its kind, of three registers and of two."""

LITERAL: Final[dict[int, Callable[[int, int], int]]] = {
    **{
        base + number: operation
        for base in (opcodes.ADD_INT_LIT16, opcodes.ADD_INT_LIT8)
        for number, operation in enumerate(_PLAIN[:_SHIFTS])
        if operation is not None and number != _SUBTRACT
    },
    # Reverse subtraction stands where subtraction would.
    **dict.fromkeys(
        (opcodes.ADD_INT_LIT16 + _SUBTRACT, opcodes.ADD_INT_LIT8 + _SUBTRACT), lambda a, b: _wrap(b - a)
    ),
    **{
        opcodes.ADD_INT_LIT8 + number: operation
        for number, operation in enumerate(_PLAIN)
        if operation is not None and number >= _SHIFTS
    },
}
"""``add-int/lit8`` and its kind."""

CONVERSIONS: Final[dict[int, Callable[[int, int], int]]] = {
    opcodes.INT_TO_BYTE: lambda a, _: _signed(a, 8),
    opcodes.INT_TO_CHAR: lambda a, _: a & 0xFFFF,
    opcodes.INT_TO_SHORT: lambda a, _: _signed(a, 16),
}
"""``int-to-byte``, ``-char`` and ``-short``."""
