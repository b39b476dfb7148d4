"""What each instruction of Dalvik does to a frame: made once for each place in the code, run often.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.refs import WIDE, parameters
from pincompiler.android.running.frame import END, CallKind
from pincompiler.android.running.numbers import BINARY, COMPARISONS, UNARY, reversed_subtraction
from pincompiler.android.running.texts import units
from pincompiler.android.running.values import (
    NULL,
    STRING,
    Instance,
    JavaArray,
    NotKnown,
    StoppedError,
    Thing,
    ThrownError,
    Value,
)
from pincompiler.base.bounds import ARRAY_ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.running.frame import Frame, ReadyCode, Step
    from pincompiler.android.running.image import Image

    Maker = Callable[["CodePlace"], Step]

_TESTS: Final = (operator.eq, operator.ne, operator.lt, operator.ge, operator.gt, operator.le)
_ZERO_DIVISION: Final = "Ljava/lang/ArithmeticException;"
_NO_OBJECT: Final = "Ljava/lang/NullPointerException;"
_OUTSIDE: Final = "Ljava/lang/ArrayIndexOutOfBoundsException;"
_BAD_CAST: Final = "Ljava/lang/ClassCastException;"


class CodePlace:
    """An instruction in its method."""

    __slots__ = ("code", "image", "next", "of")

    def __init__(self, image: Image, code: ReadyCode, index: int) -> None:
        self.image, self.code, self.of = image, code, code.ops[index]
        self.next = index + 1

    @property
    def target(self) -> int:
        """The index of the instruction that it leads to."""
        return self.at(self.of.target)

    def at(self, offset: int | None) -> int:
        """The index of the instruction at an offset.  StoppedError if none begins there."""
        found = None if offset is None else self.code.at.get(offset)
        if found is None:
            raise StoppedError("a branch into an instruction")
        return found

    @property
    def type_name(self) -> str:
        """The type that it names."""
        return self.code.dex.type_name(self.of.reference or 0)


def made(image: Image, code: ReadyCode, index: int) -> Step:
    """One instruction, ready to run.  StoppedError if it is none that is run."""
    if not 0 <= index < len(code.ops):
        raise StoppedError("code that leads out of its method")
    opcode = code.ops[index].opcode
    maker = _MAKERS.get(opcode)
    if maker is None:
        raise StoppedError(f"the instruction {opcode:#04x}")
    return maker(CodePlace(image, code, index))


# -- moves and constants ---------------------------------------------------------------------------


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


# -- branches ----------------------------------------------------------------------------------------


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
        chosen = frame.machine.decide(len(targets) + 1, 0)
        return place.at(targets[chosen - 1]) if chosen else following

    return step


def _throw(place: CodePlace) -> Step:
    (one,) = place.of.registers

    def step(frame: Frame) -> int:
        value = frame.regs[one]
        if isinstance(value, NotKnown):
            value = Instance("Ljava/lang/Throwable;", is_open=True)
        if not isinstance(value, Thing):
            frame.machine.throw(_NO_OBJECT)
        raise ThrownError(value)

    return step


# -- numbers -----------------------------------------------------------------------------------------


def _unary(place: CodePlace) -> Step:
    (to, given), following = place.of.registers, place.next
    operation = UNARY[place.of.opcode - 0x7B]

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
    operation = COMPARISONS[place.of.opcode - 0x2D]

    def step(frame: Frame) -> int:
        left, right = frame.regs[one], frame.regs[other]
        known = type(left) is int and type(right) is int
        frame.regs[to] = operation(left, right) if known else _computed(frame, (left, right), "I")  # type: ignore[arg-type]
        return following

    return step


# -- objects -----------------------------------------------------------------------------------------


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
        else:
            frame.regs[to] = int(not isinstance(value, int) and frame.machine.is_instance(value, name))
        return following

    return step


def _get(place: CodePlace) -> Step:
    (to, one), following = place.of.registers, place.next
    ref = place.image.field(place.code.dex, place.of.reference or 0)

    def step(frame: Frame) -> int:
        thing = frame.regs[one]
        if isinstance(thing, Instance):
            value = thing.fields.get(ref)
            if value is None:
                value = NULL
                if thing.is_open:
                    value = thing.fields[ref] = NotKnown(ref.descriptor, f"the field {ref.name}")
        elif isinstance(thing, NotKnown):
            value = frame.machine.part(thing, ref, ref.descriptor, thing.why)
        elif isinstance(thing, int):
            frame.machine.throw(_NO_OBJECT)
        else:
            raise StoppedError("a field of an object that is modelled")
        frame.regs[to] = value
        return following

    return step


def _put(place: CodePlace) -> Step:
    (given, one), following = place.of.registers, place.next
    ref = place.image.field(place.code.dex, place.of.reference or 0)

    def step(frame: Frame) -> int:
        thing = frame.regs[one]
        if isinstance(thing, int):
            frame.machine.throw(_NO_OBJECT)
        frame.offset = place.of.offset
        frame.machine.put(thing, ref, frame.regs[given])  # type: ignore[arg-type]
        return following

    return step


def _get_static(place: CodePlace) -> Step:
    (to,), following = place.of.registers, place.next
    ref = place.image.field(place.code.dex, place.of.reference or 0)

    def step(frame: Frame) -> int:
        frame.regs[to] = frame.machine.get_static(ref)
        return following

    return step


def _put_static(place: CodePlace) -> Step:
    (given,), following = place.of.registers, place.next
    ref = place.image.field(place.code.dex, place.of.reference or 0)

    def step(frame: Frame) -> int:
        frame.machine.put_static(ref, frame.regs[given])
        return following

    return step


# -- arrays ------------------------------------------------------------------------------------------


def _array_length(place: CodePlace) -> Step:
    (to, one), following = place.of.registers, place.next

    def step(frame: Frame) -> int:
        array = frame.regs[one]
        if isinstance(array, JavaArray):
            frame.regs[to] = len(array.items)
        elif isinstance(array, NotKnown):
            frame.regs[to] = frame.machine.part(array, "length", "I", array.why)
        else:
            frame.machine.throw(_NO_OBJECT)
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
            frame.machine.throw(_NO_OBJECT)
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
    return frame.machine.throw(_NO_OBJECT)


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
            frame.machine.throw(_NO_OBJECT)
        return following

    return step


# -- calls -------------------------------------------------------------------------------------------


def _invoke(place: CodePlace) -> Step:
    opcode, given = place.of.opcode, place.of.registers
    kind = CallKind(opcode - 0x6E if opcode < 0x74 else opcode - 0x74)
    ref = place.code.dex.method_ref(place.of.reference or 0)
    returned = ref.descriptor[ref.descriptor.rfind(")") + 1 :]
    passed = _places(place.of, () if kind is CallKind.STATIC else (ref.class_name,), ref.descriptor)
    offset, following = place.of.offset, place.next
    makes_text = kind is CallKind.DIRECT and ref.name == "<init>" and ref.class_name == STRING

    def step(frame: Frame) -> int:
        regs = frame.regs
        frame.offset = offset
        frame.result = frame.machine.invoke(kind, ref, [regs[one] for one in passed], returned)
        if makes_text:
            empty = regs[given[0]]  # a text cannot be filled in: it takes the place of what was made empty
            regs[:] = [frame.result if one is empty else one for one in regs]
        return following

    return step


def _places(call: Instruction, first: tuple[str, ...], descriptor: str) -> list[int]:
    """The registers of what is passed, of each ``long`` the first."""
    numbers = iter(call.registers)
    found = []
    for kind in (*first, *parameters(descriptor)):
        register = next(numbers, None)
        if register is None:
            raise StoppedError("a call that passes too little")
        found.append(register)
        if kind in WIDE:
            next(numbers, None)
    return found


_MAKERS: Final[dict[int, Maker]] = {
    opcodes.NOP: _nop,
    **dict.fromkeys(opcodes.MOVES, _move),
    **dict.fromkeys((*opcodes.MOVE_RESULTS, opcodes.MOVE_EXCEPTION), _move_result),
    opcodes.RETURN_VOID: _return_void,
    **dict.fromkeys(opcodes.RETURNS, _return),
    **dict.fromkeys(opcodes.CONSTS, _const),
    **dict.fromkeys(opcodes.CONST_STRING, _const_string),
    **dict.fromkeys(opcodes.CONST_CLASS, _const_class),
    **dict.fromkeys(opcodes.MONITORS, _nop),
    opcodes.CHECK_CAST: _check_cast,
    opcodes.INSTANCE_OF: _instance_of,
    opcodes.ARRAY_LENGTH: _array_length,
    **dict.fromkeys(opcodes.NEW_INSTANCE, _new_instance),
    opcodes.NEW_ARRAY: _new_array,
    **dict.fromkeys(opcodes.FILLED_NEW_ARRAYS, _filled_array),
    opcodes.FILL_ARRAY_DATA: _fill,
    opcodes.THROW: _throw,
    **dict.fromkeys(opcodes.GOTOS, _goto),
    **dict.fromkeys(opcodes.SWITCHES, _switch),
    **dict.fromkeys(range(0x2D, 0x32), _compare),
    **dict.fromkeys(opcodes.IF_TESTS, _if),
    **dict.fromkeys(opcodes.IF_ZERO_TESTS, _if_zero),
    **dict.fromkeys(opcodes.ARRAY_GETS, _array_get),
    **dict.fromkeys(opcodes.ARRAY_PUTS, _array_put),
    **dict.fromkeys(opcodes.INSTANCE_GETS, _get),
    **dict.fromkeys(opcodes.INSTANCE_PUTS, _put),
    **dict.fromkeys(opcodes.STATIC_GETS, _get_static),
    **dict.fromkeys(opcodes.STATIC_PUTS, _put_static),
    **dict.fromkeys(opcodes.INVOKES, _invoke),
    **dict.fromkeys(range(0x7B, 0x90), _unary),
    **dict.fromkeys(range(0x90, 0xD0), _binary),
    **dict.fromkeys(range(0xD0, 0xE3), _literal),
}
