"""Arithmetic and comparisons of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.running.numbers import BINARY, COMPARISONS, UNARY, reversed_subtraction
from pincompiler.android.running.values import NotKnown, StoppedError, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.android.running.frame import Frame, Step
    from pincompiler.android.running.steps.place import CodePlace, Maker

_ZERO_DIVISION: Final = "Ljava/lang/ArithmeticException;"


def _unary(place: CodePlace) -> Step:
    (to, given), following = place.of.registers, place.next
    operation = UNARY[place.of.opcode - opcodes.UNARY.start]

    def step(frame: Frame) -> int:
        value = frame.regs[given]
        known = type(value) is int
        frame.regs[to] = operation(value) if known else _computed(frame, (value,), "J")  # type: ignore[arg-type]
        return following

    return step


def _computed(frame: Frame, given: Iterable[Value], kind: str) -> Value:
    """What arithmetic gives where some operand is unknown."""
    whole = next((one for one in given if isinstance(one, NotKnown)), None)
    if whole is None:
        raise StoppedError("arithmetic on objects")
    return frame.machine.part(whole, object(), kind, whole.why)


def _binary(place: CodePlace) -> Step:
    opcode, registers = place.of.opcode, place.of.registers
    two = opcode in opcodes.BINARY_2ADDR
    number = opcode - (opcodes.ADD_INT_2ADDR if two else opcodes.ADD_INT)
    to = registers[0]
    one, other = registers if two else registers[1:]
    operation, kind, following = BINARY[number], _kind_of(number), place.next

    def step(frame: Frame) -> int:
        left, right = frame.regs[one], frame.regs[other]
        if type(left) is int and type(right) is int:
            try:
                frame.regs[to] = operation(left, right)
            except ZeroDivisionError:
                frame.machine.throw(_ZERO_DIVISION, "divide by zero")
        else:
            frame.regs[to] = _computed(frame, (left, right), kind)
        return following

    return step


def _kind_of(number: int) -> str:
    return "I" if number < 11 else "J" if number < 22 else "F" if number < 27 else "D"


def _literal(place: CodePlace) -> Step:
    opcode, (to, one), following = place.of.opcode, place.of.registers, place.next
    literal = place.of.literal or 0
    number = opcode - (opcodes.ADD_INT_LIT8 if opcode >= opcodes.ADD_INT_LIT8 else opcodes.ADD_INT_LIT16)
    operation = reversed_subtraction if number == 1 else BINARY[number]

    def step(frame: Frame) -> int:
        value = frame.regs[one]
        if type(value) is int:
            try:
                frame.regs[to] = operation(value, literal)
            except ZeroDivisionError:
                frame.machine.throw(_ZERO_DIVISION, "divide by zero")
        else:
            frame.regs[to] = _computed(frame, (value,), "I")
        return following

    return step


def _compare(place: CodePlace) -> Step:
    (to, one, other), following = place.of.registers, place.next
    operation = COMPARISONS[place.of.opcode - opcodes.COMPARISONS.start]

    def step(frame: Frame) -> int:
        left, right = frame.regs[one], frame.regs[other]
        known = type(left) is int and type(right) is int
        frame.regs[to] = operation(left, right) if known else _computed(frame, (left, right), "I")  # type: ignore[arg-type]
        return following

    return step


MAKERS: Final[dict[int, Maker]] = {
    **dict.fromkeys(opcodes.COMPARISONS, _compare),
    **dict.fromkeys(opcodes.UNARY, _unary),
    **dict.fromkeys(opcodes.BINARY, _binary),
    **dict.fromkeys(opcodes.BINARY_LITERAL, _literal),
}
