"""Arithmetic of Dalvik on bits: what each instruction makes of them.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode; JLS 4.2, 5.1.3 and 15.17 for overflow, narrowing
and division.  Division of integers by zero raises ZeroDivisionError.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    Binary = Callable[[int, int], int]
    Unary = Callable[[int], int]


def int32(value: int) -> int:
    """The low 32 bits, signed."""
    return ((value + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def int64(value: int) -> int:
    """The low 64 bits, signed."""
    return ((value + (1 << 63)) & 0xFFFFFFFFFFFFFFFF) - (1 << 63)


def as_float(bits: int) -> float:
    """The ``float`` of 32 bits."""
    found: float = struct.unpack("<f", struct.pack("<I", bits & 0xFFFFFFFF))[0]
    return found


def as_double(bits: int) -> float:
    """The ``double`` of 64 bits."""
    found: float = struct.unpack("<d", struct.pack("<Q", bits & 0xFFFFFFFFFFFFFFFF))[0]
    return found


def float_bits(value: float) -> int:
    """The bits of the nearest ``float``."""
    try:
        packed = struct.pack("<f", value)
    except OverflowError:
        packed = struct.pack("<f", math.copysign(math.inf, value))
    found: int = struct.unpack("<i", packed)[0]
    return found


def double_bits(value: float) -> int:
    """The bits of a ``double``."""
    found: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return found


def _quotient(one: int, other: int) -> int:
    found = abs(one) // abs(other)
    return found if (one < 0) == (other < 0) else -found


def _remainder(one: int, other: int) -> int:
    return one - other * _quotient(one, other)


def _integers(narrow: Unary, bits: int) -> tuple[Binary, ...]:
    """Add, subtract, multiply, divide, remainder, and, or, xor, shift left, right with sign, and without."""
    mask, shift = (1 << bits) - 1, bits - 1
    return (
        lambda a, b: narrow(a + b),
        lambda a, b: narrow(a - b),
        lambda a, b: narrow(a * b),
        lambda a, b: narrow(_quotient(a, b)),
        _remainder,
        lambda a, b: a & b,
        lambda a, b: a | b,
        lambda a, b: a ^ b,
        lambda a, b: narrow(a << (b & shift)),
        lambda a, b: a >> (b & shift),
        lambda a, b: narrow((a & mask) >> (b & shift)),
    )


def _divided(one: float, other: float) -> float:
    if other:
        return one / other
    if not one or math.isnan(one) or math.isnan(other):
        return math.nan
    return math.copysign(math.inf, math.copysign(1, one) * math.copysign(1, other))


def _modulo(one: float, other: float) -> float:
    try:
        return math.fmod(one, other)
    except ValueError:
        return math.nan


def _product(one: float, other: float) -> float:
    return one * other


_REAL: Final = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    _product,
    _divided,
    _modulo,
)


def _reals(read: Callable[[int], float], write: Callable[[float], int]) -> tuple[Binary, ...]:
    def on_bits(operation: Callable[[float, float], float]) -> Binary:
        return lambda a, b: write(operation(read(a), read(b)))

    return tuple(map(on_bits, _REAL))


BINARY: Final[tuple[Binary, ...]] = (
    *_integers(int32, 32),
    *_integers(int64, 64),
    *_reals(as_float, float_bits),
    *_reals(as_double, double_bits),
)
"""The instructions from ``add-int`` to ``rem-double``, in their order."""


def reversed_subtraction(one: int, other: int) -> int:
    """What ``rsub-int`` gives: the second less the first."""
    return int32(other - one)


def compared(one: float, other: float, unordered: int) -> int:
    """-1, 0 or 1; ``unordered`` if one of them is no number."""
    if math.isnan(one) or math.isnan(other):
        return unordered
    return (one > other) - (one < other)


COMPARISONS: Final[tuple[Binary, ...]] = (
    lambda a, b: compared(as_float(a), as_float(b), -1),
    lambda a, b: compared(as_float(a), as_float(b), 1),
    lambda a, b: compared(as_double(a), as_double(b), -1),
    lambda a, b: compared(as_double(a), as_double(b), 1),
    lambda a, b: (a > b) - (a < b),
)
"""``cmpl-float``, ``cmpg-float``, ``cmpl-double``, ``cmpg-double``, ``cmp-long``."""


def _truncated(value: float, bits: int) -> int:
    if math.isnan(value):
        return 0
    most = 1 << (bits - 1)
    if math.isinf(value):
        return most - 1 if value > 0 else -most
    return max(-most, min(most - 1, int(value)))


def nearest_float(value: int) -> int:
    """The bits of the ``float`` next to an integer, rounded once: by way of a ``double`` that is rounded to odd."""
    wide = float(value)
    exact = int(wide)
    if exact != value and not double_bits(wide) & 1:
        wide = math.nextafter(wide, math.inf if exact < value else -math.inf)
    return float_bits(wide)


def to_byte(value: int) -> int:
    """The low 8 bits, signed."""
    return ((value + 0x80) & 0xFF) - 0x80


UNARY: Final[tuple[Unary, ...]] = (
    lambda a: int32(-a),
    lambda a: ~a,
    lambda a: int64(-a),
    lambda a: ~a,
    lambda a: int32(a ^ 0x80000000),
    lambda a: int64(a ^ (1 << 63)),
    lambda a: a,
    nearest_float,
    lambda a: double_bits(float(a)),
    int32,
    nearest_float,
    lambda a: double_bits(float(a)),
    lambda a: _truncated(as_float(a), 32),
    lambda a: _truncated(as_float(a), 64),
    lambda a: double_bits(as_float(a)),
    lambda a: _truncated(as_double(a), 32),
    lambda a: _truncated(as_double(a), 64),
    lambda a: float_bits(as_double(a)),
    to_byte,
    lambda a: a & 0xFFFF,
    lambda a: ((a + 0x8000) & 0xFFFF) - 0x8000,
)
"""The instructions from ``neg-int`` to ``int-to-short``, in their order."""
