"""Branches, switches and exceptions: where a method goes on."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.running.steps.place import NO_OBJECT
from pincompiler.android.running.values import NULL, Instance, NotKnown, Thing, ThrownError

if TYPE_CHECKING:
    from pincompiler.android.running.frame import Frame, Step
    from pincompiler.android.running.steps.place import CodePlace, Maker

_TESTS: Final = (operator.eq, operator.ne, operator.lt, operator.ge, operator.gt, operator.le)


def _goto(place: CodePlace) -> Step:
    target = place.target
    return lambda _frame: target


def _if(place: CodePlace) -> Step:
    one, other = place.of.registers
    number = place.of.opcode - opcodes.IF_TESTS.start
    test, target, following = _TESTS[number], place.target, place.next

    def step(frame: Frame) -> int:
        left, right = frame.regs[one], frame.regs[other]
        if type(left) is int and type(right) is int:
            return target if test(left, right) else following
        return target if frame.machine.truth(number, left, right) else following

    return step


def _if_zero(place: CodePlace) -> Step:
    (one,) = place.of.registers
    number = place.of.opcode - opcodes.IF_ZERO_TESTS.start
    test, target, following = _TESTS[number], place.target, place.next

    def step(frame: Frame) -> int:
        left = frame.regs[one]
        if type(left) is int:
            return target if test(left, 0) else following
        return target if frame.machine.truth(number, left, NULL) else following

    return step


def _switch(place: CodePlace) -> Step:
    (one,), switch, body, following = place.of.registers, place.of, place.code.body, place.next
    targets = tuple(dict.fromkeys(body.switch_targets(switch)))

    def step(frame: Frame) -> int:
        value = frame.regs[one]
        if type(value) is int:
            found = body.switch_target(switch, value)
            return following if found is None else place.at(found)
        chosen = frame.machine.decide(len(targets) + 1, 0, getattr(value, "why", ""))
        return place.at(targets[chosen - 1]) if chosen else following

    return step


def _throw(place: CodePlace) -> Step:
    (one,) = place.of.registers

    def step(frame: Frame) -> int:
        value = frame.regs[one]
        if isinstance(value, NotKnown):
            value = Instance("Ljava/lang/Throwable;", is_open=True)
        if not isinstance(value, Thing):
            frame.machine.throw(NO_OBJECT)
        raise ThrownError(value)

    return step


MAKERS: Final[dict[int, Maker]] = {
    opcodes.THROW: _throw,
    **dict.fromkeys(opcodes.GOTOS, _goto),
    **dict.fromkeys(opcodes.SWITCHES, _switch),
    **dict.fromkeys(opcodes.IF_TESTS, _if),
    **dict.fromkeys(opcodes.IF_ZERO_TESTS, _if_zero),
}
