"""Dalvik's arithmetic on 32-bit integers, as far as code uses it to hide constants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
"""The operations in the order in which all three groups of opcodes have them."""

BINARY: Final[dict[int, Callable[[int, int], int]]] = {
    base + number: operation
    for base in (0x90, 0xB0)
    for number, operation in enumerate(_PLAIN)
    if operation is not None
}
"""``add-int`` and its kind, of three registers and of two."""

LITERAL: Final[dict[int, Callable[[int, int], int]]] = {
    **{
        base + number: operation
        for base in (0xD0, 0xD8)
        for number, operation in enumerate(_PLAIN[:8])
        if operation is not None and number != 1
    },
    # Reverse subtraction stands where subtraction would.
    **dict.fromkeys((0xD1, 0xD9), lambda a, b: _wrap(b - a)),
    **{0xE0 + number: operation for number, operation in enumerate(_PLAIN[8:]) if operation is not None},
}
"""``add-int/lit8`` and its kind."""

CONVERSIONS: Final[dict[int, Callable[[int, int], int]]] = {
    0x8D: lambda a, _: _signed(a, 8),
    0x8E: lambda a, _: a & 0xFFFF,
    0x8F: lambda a, _: _signed(a, 16),
}
"""``int-to-byte``, ``-char`` and ``-short``."""
