"""Arithmetic of ARM64 on known numbers; what is not known stays so.

Source: Arm Architecture Reference Manual for A-profile (DDI 0487), C6 and the shared pseudocode ``AddWithCarry`` and
``ConditionHolds``.
"""

from __future__ import annotations

from typing import Final

from pincompiler.ios.arm64.instructions import MASK_32, MASK_64, signed

CARRY: Final = 2
"""The flags as one number: negative 8, zero 4, carry 2, overflow 1."""


def add(one: int, other: int, carry: int, *, wide: bool) -> tuple[int, int]:
    """Sum and flags."""
    bits, mask = (64, MASK_64) if wide else (32, MASK_32)
    one, other = one & mask, other & mask
    total = one + other + carry
    result = total & mask
    exact = signed(one, bits) + signed(other, bits) + carry
    flags = (
        result >> bits - 1 << 3 | (not result) << 2 | (total > mask) << 1 | (signed(result, bits) != exact)
    )
    return result, flags


def subtract(one: int, other: int, *, wide: bool) -> tuple[int, int]:
    """Difference and flags."""
    return add(one, ~other, 1, wide=wide)


def logical(op: str, one: int, other: int, *, wide: bool) -> tuple[int, int]:
    """The result of AND, ORR, EOR or their kin, and the flags."""
    mask = MASK_64 if wide else MASK_32
    if op in ("bic", "orn", "eon", "bics"):
        other = ~other
    if op in ("and", "ands", "bic", "bics"):
        result = one & other
    elif op in ("orr", "orn"):
        result = one | other
    else:
        result = one ^ other
    result &= mask
    return result, result >> (63 if wide else 31) << 3 | (not result) << 2


def shifted(value: int, shift: int, *, wide: bool) -> int:
    """A second register: the kind of shift in the upper bits of a number, how far in the lower six."""
    bits, mask = (64, MASK_64) if wide else (32, MASK_32)
    kind, amount = shift >> 6, shift & bits - 1
    value &= mask
    if kind == 0:
        return value << amount & mask
    if kind == 1:
        return value >> amount
    if kind == 2:
        return signed(value, bits) >> amount & mask
    return (value >> amount | value << bits - amount) & mask


def bitfield(op: str, into: int, value: int, turn: int, last: int, *, wide: bool) -> int:
    """UBFM, SBFM and BFM: shifts, extensions, and moves of a few bits."""
    bits, mask = (64, MASK_64) if wide else (32, MASK_32)
    value &= mask
    width = last + 1 - turn if last >= turn else last + 1
    to = 0 if last >= turn else bits - turn
    field = (value >> turn if last >= turn else value) & (1 << width) - 1
    if op == "ubfm":
        return field << to & mask
    if op == "sbfm":
        return signed(field, width) << to & mask
    hole = (1 << width) - 1 << to
    return into & mask & ~hole | field << to & mask


def holds(condition: int, flags: int) -> bool:
    """Whether a condition of four bits holds."""
    negative, zero, carry, overflow = flags >> 3 & 1, flags >> 2 & 1, flags >> 1 & 1, flags & 1
    plain = (
        zero,
        carry,
        negative,
        overflow,
        carry and not zero,
        negative == overflow,
        negative == overflow and not zero,
        True,
    )[condition >> 1]
    return bool(plain) != bool(condition & 1 and condition != 15)
