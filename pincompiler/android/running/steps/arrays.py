"""Arrays: how they are made, their lengths and their elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.running.steps.place import NO_OBJECT
from pincompiler.android.running.values import NULL, JavaArray, NotKnown, StoppedError, Value
from pincompiler.base.bounds import ARRAY_ELEMENTS

if TYPE_CHECKING:
    from pincompiler.android.running.frame import Frame, Step
    from pincompiler.android.running.steps.place import CodePlace, Maker

_OUTSIDE: Final = "Ljava/lang/ArrayIndexOutOfBoundsException;"


def _array_length(place: CodePlace) -> Step:
    (to, one), following = place.of.registers, place.next

    def step(frame: Frame) -> int:
        array = frame.regs[one]
        if isinstance(array, JavaArray):
            frame.regs[to] = len(array.items)
        elif isinstance(array, NotKnown):
            frame.regs[to] = frame.machine.part(array, "length", "I", array.why)
        else:
            frame.machine.throw(NO_OBJECT)
        return following

    return step


def _new_array(place: CodePlace) -> Step:
    (to, one), name, following = place.of.registers, place.type_name, place.next

    def step(frame: Frame) -> int:
        size = frame.regs[one]
        if isinstance(size, NotKnown):
            frame.regs[to] = NotKnown(name, size.why)
        elif not isinstance(size, int) or size > ARRAY_ELEMENTS.limit:
            raise StoppedError("an array of too many elements")
        elif size < 0:
            frame.machine.throw("Ljava/lang/NegativeArraySizeException;", str(size))
        else:
            frame.machine.charge(size)
            frame.regs[to] = JavaArray(name, [NULL] * size)
        return following

    return step


def _filled_array(place: CodePlace) -> Step:
    registers, name, following = place.of.registers, place.type_name, place.next

    def step(frame: Frame) -> int:
        frame.machine.charge(len(registers))
        frame.result = JavaArray(name, [frame.regs[one] for one in registers])
        return following

    return step


def _fill(place: CodePlace) -> Step:
    (one,), following = place.of.registers, place.next
    data = place.code.body.array_data(place.of)

    def step(frame: Frame) -> int:
        array = frame.regs[one]
        if isinstance(array, JavaArray):
            if len(data) > len(array.items):
                frame.machine.throw(_OUTSIDE)
            some = [number & 0xFFFF for number in data] if array.cls == "[C" else data
            array.items[: len(data)] = some
        elif not isinstance(array, NotKnown):
            frame.machine.throw(NO_OBJECT)
        return following

    return step


def _array_get(place: CodePlace) -> Step:
    (to, one, index), following = place.of.registers, place.next

    def step(frame: Frame) -> int:
        array, at = frame.regs[one], frame.regs[index]
        if isinstance(array, JavaArray) and type(at) is int:
            if not 0 <= at < len(array.items):
                frame.machine.throw(_OUTSIDE, f"length={len(array.items)}; index={at}")
            frame.regs[to] = array.items[at]
        else:
            frame.regs[to] = _any_element(frame, array, at)
        return following

    return step


def _any_element(frame: Frame, array: Value, at: Value) -> Value:
    if isinstance(array, NotKnown) and array.cls.startswith("["):
        return frame.machine.part(array, ("element", at), array.cls[1:], array.why)
    if isinstance(array, NotKnown):
        return NotKnown("", array.why)
    if isinstance(array, JavaArray) and isinstance(at, NotKnown):
        return NotKnown(array.cls[1:], at.why)
    return frame.machine.throw(NO_OBJECT)


def _array_put(place: CodePlace) -> Step:
    (given, one, index), following = place.of.registers, place.next

    def step(frame: Frame) -> int:
        array, at = frame.regs[one], frame.regs[index]
        if isinstance(array, JavaArray):
            if isinstance(at, NotKnown):
                array.items[:] = [NotKnown(array.cls[1:], at.why)] * len(array.items)
            elif not isinstance(at, int) or not 0 <= at < len(array.items):
                frame.machine.throw(_OUTSIDE, f"length={len(array.items)}; index={at}")
            else:
                array.items[at] = frame.regs[given]
        elif not isinstance(array, NotKnown):
            frame.machine.throw(NO_OBJECT)
        return following

    return step


MAKERS: Final[dict[int, Maker]] = {
    opcodes.ARRAY_LENGTH: _array_length,
    opcodes.NEW_ARRAY: _new_array,
    **dict.fromkeys(opcodes.FILLED_NEW_ARRAYS, _filled_array),
    opcodes.FILL_ARRAY_DATA: _fill,
    **dict.fromkeys(opcodes.ARRAY_GETS, _array_get),
    **dict.fromkeys(opcodes.ARRAY_PUTS, _array_put),
}
