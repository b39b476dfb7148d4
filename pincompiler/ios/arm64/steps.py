"""What each instruction that does not branch does to a way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.ios.arm64 import arithmetic
from pincompiler.ios.arm64.instructions import AFTER, AT, MASK_32, MASK_64, ZERO, signed
from pincompiler.ios.arm64.values import DIFFERENCE, Token, moved
from pincompiler.ios.arm64.way import cell

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.ios.arm64.instructions import ArmInstruction
    from pincompiler.ios.arm64.values import Value
    from pincompiler.ios.arm64.way import CodeWay

    Constants = Callable[[int, int], Value | None]
    Step = Callable[[CodeWay, ArmInstruction, Constants], None]


def step(way: CodeWay, one: ArmInstruction, constants: Constants) -> None:
    """Do what an instruction does, but for where the next one is."""
    do = STEPS.get(one.op)
    if do is None:
        way.unknown(one.d)
    else:
        do(way, one, constants)


def _address(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    here = way.pc & ~0xFFF if one.op == "adrp" else way.pc
    way.set(one.d, here + one.value & MASK_64)


def _move(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    mask = MASK_64 if one.wide else MASK_32
    value = one.value << one.more
    if one.op == "movk":
        before = way.registers[one.d]
        if not isinstance(before, int):
            way.unknown(one.d)
            return
        value |= before & ~(0xFFFF << one.more)
    way.set(one.d, (~value if one.op == "movn" else value) & mask)


def _second(way: CodeWay, one: ArmInstruction) -> Value:
    """The second operand: an immediate number, or a register that may be shifted."""
    if one.m == ZERO:
        return one.value
    value = way.registers[one.m]
    if not one.more:
        return value
    return (
        arithmetic.shifted(value, one.more, wide=one.wide)
        if isinstance(value, int)
        else Token("unknown", "shifted", way.pc, 0, value.roots)
    )


def _sum(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    first, second = way.registers[one.n], _second(way, one)
    minus = one.op in ("sub", "subs")
    if isinstance(first, int) and isinstance(second, int):
        result, flags = (
            arithmetic.subtract(first, second, wide=one.wide)
            if minus
            else arithmetic.add(first, second, 0, wide=one.wide)
        )
        way.set(one.d, result)
        if one.op in ("adds", "subs"):
            way.flags = flags
        return
    if one.op == "subs":
        way.flags = (first, second, one.wide)
    elif one.op == "adds":
        way.flags = (way.made(33, first, second), 0, one.wide)
    if isinstance(second, int) and one.wide:
        way.set(one.d, moved(first, -second if minus else second))
    elif isinstance(first, int) and not minus and one.wide:
        way.set(one.d, moved(second, first))
    else:
        way.unknown(one.d, first, second)


def _logical(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    first, second = way.registers[one.n], _second(way, one)
    plain = {"orr": 0, "eor": 0}.get(one.op)
    if isinstance(first, int) and isinstance(second, int):
        result, flags = arithmetic.logical(one.op, first, second, wide=one.wide)
        way.set(one.d, result)
        if one.op in ("ands", "bics"):
            way.flags = flags
    elif plain in (first, second):  # MOV, and its like
        way.set(one.d, second if plain == first else first)
    elif one.op == "ands" and (
        first == second or 1 in (first, second)
    ):  # TST of a whole one, or of a Boolean
        tested = second if isinstance(first, int) else first
        way.flags = (tested, 0, one.wide)
        way.set(one.d, tested)
    elif one.op == "and" and (
        second in _KEEPING or first in _KEEPING
    ):  # a Boolean, or an object without its tags
        way.set(one.d, second if isinstance(first, int) else first)
    elif one.op in ("eor", "orr"):
        way.set(one.d, way.made(one.d, first, second)._replace(name=DIFFERENCE))
    else:
        way.unknown(one.d, first, second)
        if one.op in ("ands", "bics"):
            way.flags = (way.made(33, first, second), 0, one.wide)


_KEEPING: Final = (
    1,
    0xFF,
    MASK_32,
    0x0FFFFFFFFFFFFFFF,
    0x7FFFFFFFFFFFFFFF,
    0x0000000FFFFFFFF8,
    0x007FFFFFFFFFFFF8,
)
"""Masks that leave a Boolean, or the address of an object, what it was."""


def _bits(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    value, into = way.registers[one.n], way.registers[one.d]
    if isinstance(value, int) and (isinstance(into, int) or one.op != "bfm"):
        low = into if isinstance(into, int) else 0
        way.set(one.d, arithmetic.bitfield(one.op, low, value, one.value, one.more, wide=one.wide))
    elif not one.value and one.more in (0, 7, 15, 31) and one.op != "bfm":  # UXTB and its kin
        way.set(one.d, value)
    else:
        way.unknown(one.d, value, into)


def _product(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    first, second, third = way.registers[one.n], way.registers[one.m], way.registers[one.more]
    if isinstance(first, int) and isinstance(second, int) and isinstance(third, int):
        product = first * second
        result = third - product if one.op == "msub" else third + product
        way.set(one.d, result & (MASK_64 if one.wide else MASK_32))
    else:
        way.unknown(one.d, first, second, third)


def _shift(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    value, by = way.registers[one.n], way.registers[one.m]
    if isinstance(value, int) and isinstance(by, int):
        bits = 64 if one.wide else 32
        way.set(one.d, arithmetic.shifted(value, one.value << 6 | by % bits, wide=one.wide))
    else:
        way.unknown(one.d, value, by)


def choose(way: CodeWay, one: ArmInstruction, *, first: bool) -> None:
    """CSEL and its kin, once it is known which register is taken."""
    mask = MASK_64 if one.wide else MASK_32
    value = way.registers[one.n if first else one.m]
    if first or one.op == "csel":
        way.set(one.d, value)
    elif isinstance(value, int):
        changed = {"csinc": value + 1, "csinv": ~value, "csneg": -value}[one.op]
        way.set(one.d, changed & mask)
    else:
        way.unknown(one.d, value)


def compare_if(way: CodeWay, one: ArmInstruction, *, holds: bool) -> None:
    """CCMP and CCMN, once it is known whether they compare."""
    if not holds:
        way.flags = one.d
        return
    first, second = way.registers[one.n], _second(way, one._replace(more=0))
    if one.op == "ccmp" and not (isinstance(first, int) and isinstance(second, int)):
        way.flags = (first, second, one.wide)
    elif isinstance(first, int) and isinstance(second, int):
        made = arithmetic.subtract if one.op == "ccmp" else _added
        way.flags = made(first, second, wide=one.wide)[1]
    else:
        way.flags = (way.made(33, first, second), 0, one.wide)


def _added(one: int, other: int, *, wide: bool) -> tuple[int, int]:
    return arithmetic.add(one, other, 0, wide=wide)


# -- memory ------------------------------------------------------------------------------------------


def _place(way: CodeWay, one: ArmInstruction) -> Value:
    """The address of a load or store, whose base is moved as it says."""
    base, index = way.registers[one.n], one.more >> 8
    there = moved(base, one.value)
    if index != AT:
        way.set(one.n, there)
    return base if index == AFTER else there


def _load(way: CodeWay, one: ArmInstruction, constants: Constants) -> None:
    size = one.more & 0xFF
    value = way.load(_place(way, one), size, constants)
    if one.op == "ldrs" and isinstance(value, int):
        value = signed(value, 8 * size) & (MASK_64 if one.wide else MASK_32)
    way.set(one.d, value)


def _store(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    value = way.registers[one.d]
    way.store(_place(way, one), one.more & 0xFF, value)


def _load_pair(way: CodeWay, one: ArmInstruction, constants: Constants) -> None:
    size, place = one.more & 0xFF, _place(way, one)
    first = way.load(place, size, constants)
    way.set(one.m, way.load(moved(place, size), size, constants))
    way.set(one.d, first)


def _store_pair(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    size, values = one.more & 0xFF, (way.registers[one.d], way.registers[one.m])
    place = _place(way, one)
    for number, value in enumerate(values):
        way.store(moved(place, number * size), size, value)


def _literal(way: CodeWay, one: ArmInstruction, constants: Constants) -> None:
    way.set(one.d, way.load(way.pc + one.value, 8 if one.wide else 4, constants))


def _load_vectors(way: CodeWay, one: ArmInstruction, constants: Constants) -> None:
    size, place = one.more & 0xFF, _place(way, one)
    for number, vector in enumerate((one.d, one.m) if one.op == "ldp v" else (one.d,)):
        here = moved(place, number * size)
        low = way.load(here, min(size, 8), constants)
        way.vectors[vector] = low, way.load(moved(here, 8), 8, constants) if size > 8 else 0


def _store_vectors(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    size, place = one.more & 0xFF, _place(way, one)
    for number, vector in enumerate((one.d, one.m) if one.op == "stp v" else (one.d,)):
        here = moved(place, number * size)
        low, high = way.vectors.get(vector) or (way.made(34), way.made(35))
        way.store(here, min(size, 8), low)
        if size > 8:
            way.store(moved(here, 8), 8, high)


def _zero_vector(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    way.vectors[one.d] = 0, 0


def _forget_vector(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    if one.op == "unknown v":
        way.unknown(one.d)
        way.vectors.pop(one.n, None)
        return
    if one.d == ZERO:
        way.vectors.clear()
    way.vectors.pop(one.d, None)
    way.unknown(one.n)


def _forget(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    for register in (one.d, one.n, one.m):
        way.unknown(register)


def _flags(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    way.unknown(one.d)
    way.flags = (way.made(33), 0, True)


def _store_somewhere(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    """At a distance that is in a register: whatever lies from the base on may be another value then."""
    base, start = cell(way.registers[one.n])
    for key in [key for key in way.cells if key[0] == base and key[1] >= start]:
        del way.cells[key]


def _nothing(way: CodeWay, one: ArmInstruction, _: Constants) -> None:
    del way, one


STEPS: Final[dict[str, Step]] = {
    **dict.fromkeys(("adr", "adrp"), _address),
    **dict.fromkeys(("movz", "movn", "movk"), _move),
    **dict.fromkeys(("add", "adds", "sub", "subs"), _sum),
    **dict.fromkeys(("and", "orr", "eor", "ands", "bic", "orn", "eon", "bics"), _logical),
    **dict.fromkeys(("ubfm", "sbfm", "bfm"), _bits),
    **dict.fromkeys(("madd", "msub"), _product),
    "shift": _shift,
    **dict.fromkeys(("ldr", "ldrs"), _load),
    "str": _store,
    "ldp": _load_pair,
    "stp": _store_pair,
    "ldr literal": _literal,
    **dict.fromkeys(("ldr v", "ldp v"), _load_vectors),
    **dict.fromkeys(("str v", "stp v"), _store_vectors),
    "zero v": _zero_vector,
    **dict.fromkeys(("forget v", "unknown v"), _forget_vector),
    "forget": _forget,
    "flags": _flags,
    "store": _store_somewhere,
    "nop": _nothing,
}
"""The others write one register, of which nothing is known then."""
