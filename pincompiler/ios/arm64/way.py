"""One way through the code: registers, memory, flags, and what was taken to hold on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from pincompiler.ios.arm64.arithmetic import holds, subtract
from pincompiler.ios.arm64.instructions import LINK, MASK_32, STACK, ZERO
from pincompiler.ios.arm64.values import FIELD, UNKNOWN, Token, field, may_be_zero, roots

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.ios.arm64.values import Value

EXIT: Final = 0x7FFFFFFFFFF0
"""The address that the first function returns to."""
_TOP: Final = 0x7FF000000000
"""Where its stack begins."""
_KEPT: Final = frozenset((*range(18, 30), STACK, ZERO))
"""Registers that a call leaves as they are (Procedure Call Standard for the Arm 64-bit Architecture, 6.1)."""
_WIDEST: Final = 16

Cell: TypeAlias = "tuple[int | Token, int]"
"""An object and a distance from its beginning; of the stack and of constants, 0 and an address."""
Compared: TypeAlias = "int | tuple[Value, Value, bool]"
"""The flags as a number, or what was subtracted from what, and whether all 64 bits count."""


class CodeWay:
    """A state of the machine, and how it came to be."""

    __slots__ = (
        "asked",
        "cells",
        "conditions",
        "entered",
        "events",
        "facts",
        "flags",
        "pc",
        "registers",
        "vectors",
    )

    def __init__(self, start: int) -> None:
        self.pc = start
        self.registers: list[Value] = [Token(UNKNOWN, "register", number) for number in range(33)]
        self.registers[STACK], self.registers[ZERO], self.registers[LINK] = _TOP, 0, EXIT
        self.vectors: dict[int, tuple[Value, Value]] = {}
        self.cells: dict[Cell, tuple[int, Value]] = {}
        self.flags: Compared = (Token(UNKNOWN, "flags"), 0, True)
        self.facts: dict[object, bool] = {}
        """What was taken to hold, by question; of a thing: whether it is not zero."""
        self.conditions: tuple[tuple[object, bool], ...] = ()
        """The same in the order in which it was asked."""
        self.events: tuple[tuple[str, int, str], ...] = ()
        """What a model noted: what happened, at which address, and more of it."""
        self.entered: dict[int, int] = {}
        """How often each function was called."""
        self.asked: dict[int, int] = {}
        """How often each instruction asked for something unknown."""

    def twin(self) -> CodeWay:
        """Another way that goes on from here."""
        other = object.__new__(CodeWay)
        other.pc, other.flags = self.pc, self.flags
        other.registers = self.registers.copy()
        other.vectors, other.cells, other.facts = self.vectors.copy(), self.cells.copy(), self.facts.copy()
        other.conditions, other.events = self.conditions, self.events
        other.entered, other.asked = self.entered.copy(), self.asked.copy()
        return other

    def state(self) -> object:
        """All that what follows depends on: two ways that are alike here stay so."""
        return (
            self.pc,
            tuple(self.registers),
            frozenset(self.cells.items()),
            self.flags,
            frozenset(self.facts.items()),
            frozenset(self.events),
        )

    def note(self, what: str, more: str = "") -> None:
        """Keep an event of the instruction that runs now."""
        self.events = (*self.events, (what, self.pc, more))

    # -- registers ---------------------------------------------------------------------------------

    def set(self, register: int, value: Value) -> None:
        """Write a register; nothing stays of what is written to the one of zeros."""
        if register != ZERO:
            self.registers[register] = value

    def unknown(self, register: int, *of: Value) -> None:
        """Make a register something unknown that this instruction made."""
        if register == STACK:
            of = ()
        self.set(register, self.made(register, *of))

    def made(self, number: int, *of: Value) -> Token:
        """Something unknown that this instruction makes; what was taken to hold for its last time holds no more."""
        thing = Token(UNKNOWN, f"register {number}", self.pc, 0, roots(*of))
        self.facts.pop(thing, None)
        return thing

    def forget_call(self, result: Value) -> None:
        """What a call of something unknown leaves: its result, and registers that are the caller's."""
        for number in range(33):
            if number not in _KEPT:
                self.registers[number] = Token(UNKNOWN, f"after {number}", self.pc)
        self.registers[0] = result
        self.vectors.clear()
        self.flags = (Token(UNKNOWN, "flags", self.pc), 0, True)

    # -- memory ------------------------------------------------------------------------------------

    def store(self, place: Value, size: int, value: Value) -> None:
        """Write a cell; others that overlap with it are unknown then."""
        base, at = cell(place)
        for near in range(at - _WIDEST, at + size):
            held = self.cells.get((base, near))
            if held is not None and near + held[0] > at:
                del self.cells[base, near]
        if size < 8 and isinstance(value, int):
            value &= (1 << 8 * size) - 1
        self.cells[base, at] = size, value

    def load(self, place: Value, size: int, constant: Callable[[int, int], Value | None]) -> Value:
        """Read a cell; ``constant`` reads those that the image has."""
        key = cell(place)
        held = self.cells.get(key)
        if held is not None and held[0] >= size:
            value = held[1]
            return value & (1 << 8 * size) - 1 if isinstance(value, int) else value
        if isinstance(place, int):
            found = constant(place, size)
            return Token(FIELD, "memory", place) if found is None else found
        if place.kind == "symbol" and not place.at:
            return Token("variable", place.name)
        return field(place, self.pc)

    # -- what holds --------------------------------------------------------------------------------

    def is_zero(self, value: Value, *, wide: bool = True) -> bool | None:
        """Whether a value is zero; None if that is not known."""
        if isinstance(value, int):
            return not (value if wide else value & MASK_32)
        if not may_be_zero(value) or value.at:
            return False
        fact = self.facts.get(value)
        return None if fact is None else not fact

    def condition(self, code: int) -> bool | None:
        """Whether a condition of four bits holds; None if that is not known."""
        if isinstance(self.flags, int):
            return holds(code, self.flags)
        one, other, wide = self.flags
        if one == other:
            return holds(code, subtract(0, 0, wide=wide)[1])
        if other == 0 and code >> 1 in (0, 1, 4):
            zero = self.is_zero(one, wide=wide)
            return None if zero is None else holds(code, subtract(int(not zero), 0, wide=wide)[1])
        fact = self.facts.get((self.flags, code >> 1))
        return None if fact is None else fact != bool(code & 1)

    def question(self, code: int) -> tuple[object, bool]:
        """What is to be taken to hold for an unknown condition, and whether the condition means its contrary."""
        one, other, _ = self.flags if isinstance(self.flags, tuple) else (0, 0, True)
        if other == 0 and code >> 1 == 0:
            return one, not code & 1
        return (self.flags, code >> 1), bool(code & 1)


def cell(place: Value) -> Cell:
    """The cell at a place."""
    return (0, place) if isinstance(place, int) else (place.whole, place.at)
