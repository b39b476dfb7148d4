"""Moves, constants and returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.running.frame import END
from pincompiler.android.running.texts import units
from pincompiler.android.running.values import NULL, Value

if TYPE_CHECKING:
    from pincompiler.android.running.frame import Frame, Step
    from pincompiler.android.running.steps.place import CodePlace, Maker


def _nop(place: CodePlace) -> Step:
    following = place.next
    return lambda _frame: following


def _move(place: CodePlace) -> Step:
    (to, given), following = place.of.registers, place.next

    def step(frame: Frame) -> int:
        frame.regs[to] = frame.regs[given]
        return following

    return step


def _move_result(place: CodePlace) -> Step:
    (to,), following = place.of.registers, place.next

    def step(frame: Frame) -> int:
        frame.regs[to] = frame.result
        return following

    return step


def _return(place: CodePlace) -> Step:
    (given,) = place.of.registers

    def step(frame: Frame) -> int:
        frame.result = frame.regs[given]
        return END

    return step


def _return_void(_place: CodePlace) -> Step:
    def step(frame: Frame) -> int:
        frame.result = NULL
        return END

    return step


def _constant(to: int, value: Value, following: int) -> Step:
    def step(frame: Frame) -> int:
        frame.regs[to] = value
        return following

    return step


def _const(place: CodePlace) -> Step:
    return _constant(place.of.registers[0], place.of.literal or 0, place.next)


def _const_string(place: CodePlace) -> Step:
    text = units(place.code.dex.string(place.of.reference or 0))
    return _constant(place.of.registers[0], text, place.next)


def _const_class(place: CodePlace) -> Step:
    (to,), name, following = place.of.registers, place.type_name, place.next

    def step(frame: Frame) -> int:
        frame.regs[to] = frame.machine.class_object(name)
        return following

    return step


MAKERS: Final[dict[int, Maker]] = {
    opcodes.NOP: _nop,
    **dict.fromkeys(opcodes.MOVES, _move),
    **dict.fromkeys((*opcodes.MOVE_RESULTS, opcodes.MOVE_EXCEPTION), _move_result),
    opcodes.RETURN_VOID: _return_void,
    **dict.fromkeys(opcodes.RETURNS, _return),
    **dict.fromkeys(opcodes.CONSTS, _const),
    **dict.fromkeys(opcodes.CONST_STRING, _const_string),
    **dict.fromkeys(opcodes.CONST_CLASS, _const_class),
    **dict.fromkeys(opcodes.MONITORS, _nop),
}
