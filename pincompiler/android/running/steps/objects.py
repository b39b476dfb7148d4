"""Objects: how they are made, their types and their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.running.steps.place import NO_OBJECT
from pincompiler.android.running.values import NULL, Instance, NotKnown, StoppedError

if TYPE_CHECKING:
    from pincompiler.android.running.frame import Frame, Step
    from pincompiler.android.running.steps.place import CodePlace, Maker

_BAD_CAST: Final = "Ljava/lang/ClassCastException;"


def _new_instance(place: CodePlace) -> Step:
    (to,), name, following = place.of.registers, place.type_name, place.next

    def step(frame: Frame) -> int:
        frame.regs[to] = frame.machine.new(name)
        return following

    return step


def _check_cast(place: CodePlace) -> Step:
    (one,), name, following = place.of.registers, place.type_name, place.next

    def step(frame: Frame) -> int:
        value = frame.regs[one]
        if isinstance(value, NotKnown):
            if value.cls in {"", "Ljava/lang/Object;"}:
                value.cls = name
        elif not isinstance(value, int) and not frame.machine.is_instance(value, name):
            if isinstance(value, Instance) and value.is_open and not frame.machine.is_defined(value.cls):
                return following  # of a class that is not run: what it extends is not known
            if not frame.machine.may_be(value, name):
                frame.machine.throw(_BAD_CAST)
        return following

    return step


def _instance_of(place: CodePlace) -> Step:
    (to, one), name, following = place.of.registers, place.type_name, place.next

    def step(frame: Frame) -> int:
        value = frame.regs[one]
        if isinstance(value, NotKnown):
            sure = value.cls == name
            frame.regs[to] = (
                frame.machine.part(value, ("instance of", name), "Z", value.why) if not sure else 1
            )
        elif isinstance(value, int) or frame.machine.is_instance(value, name):
            frame.regs[to] = int(not isinstance(value, int))
        else:
            why = "what a class of the platform extends"
            frame.regs[to] = NotKnown("Z", why) if frame.machine.may_be(value, name) else 0
        return following

    return step


def _get(place: CodePlace) -> Step:
    (to, one), following = place.of.registers, place.next
    ref = place.field

    def step(frame: Frame) -> int:
        thing = frame.machine.known(frame.regs[one])
        if isinstance(thing, Instance):
            value = thing.fields.get(ref)
            if value is None:
                value = NULL
                if thing.is_open:
                    value = thing.fields[ref] = NotKnown(ref.descriptor, f"the field {ref.name}")
        elif isinstance(thing, NotKnown):
            value = frame.machine.part(thing, ref, ref.descriptor, thing.why)
        elif isinstance(thing, int):
            frame.machine.throw(NO_OBJECT)
        else:
            raise StoppedError("a field of an object that is modelled")
        frame.regs[to] = value
        return following

    return step


def _put(place: CodePlace) -> Step:
    (given, one), following = place.of.registers, place.next
    ref = place.field

    def step(frame: Frame) -> int:
        thing = frame.regs[one]
        if isinstance(thing, int):
            frame.machine.throw(NO_OBJECT)
        frame.offset = place.of.offset
        frame.machine.put(thing, ref, frame.regs[given])  # type: ignore[arg-type]
        return following

    return step


def _get_static(place: CodePlace) -> Step:
    (to,), following = place.of.registers, place.next
    ref = place.field

    def step(frame: Frame) -> int:
        frame.regs[to] = frame.machine.get_static(ref)
        return following

    return step


def _put_static(place: CodePlace) -> Step:
    (given,), following = place.of.registers, place.next
    ref = place.field

    def step(frame: Frame) -> int:
        frame.machine.put_static(ref, frame.regs[given])
        return following

    return step


MAKERS: Final[dict[int, Maker]] = {
    opcodes.CHECK_CAST: _check_cast,
    opcodes.INSTANCE_OF: _instance_of,
    **dict.fromkeys(opcodes.NEW_INSTANCE, _new_instance),
    **dict.fromkeys(opcodes.INSTANCE_GETS, _get),
    **dict.fromkeys(opcodes.INSTANCE_PUTS, _put),
    **dict.fromkeys(opcodes.STATIC_GETS, _get_static),
    **dict.fromkeys(opcodes.STATIC_PUTS, _put_static),
}
