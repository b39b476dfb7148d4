"""Calls of methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.refs import WIDE, parameters
from pincompiler.android.running.frame import CallKind
from pincompiler.android.running.values import STRING, StoppedError

if TYPE_CHECKING:
    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.running.frame import Frame, Step
    from pincompiler.android.running.steps.place import CodePlace, Maker


def _invoke(place: CodePlace) -> Step:
    opcode, given = place.of.opcode, place.of.registers
    ranged = opcode >= opcodes.INVOKE_VIRTUAL_RANGE
    kind = CallKind(opcode - (opcodes.INVOKE_VIRTUAL_RANGE if ranged else opcodes.INVOKE_VIRTUAL))
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


MAKERS: Final[dict[int, Maker]] = {
    **dict.fromkeys(opcodes.INVOKES, _invoke),
}
