"""What a call passes: its arguments by declared type, and the registers that they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pincompiler.android.dex.opcodes import INVOKE_STATIC, INVOKES
from pincompiler.android.dex.refs import WIDE, parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import MethodRef

T = TypeVar("T")


def passed_kinds(opcode: int, ref: MethodRef) -> tuple[str, ...]:
    """The declared types of what a call passes; the receiver of an instance method is the first."""
    kinds = parameters(ref.descriptor)
    return kinds if opcode in INVOKE_STATIC else (ref.class_name, *kinds)


def arguments_of(call: Instruction, kinds: Iterable[str], registers: Sequence[T]) -> list[T]:
    """What a call passes out of some ``registers``; of malformed code that names too few, the last one instead."""
    numbers = iter(call.registers)
    passed = []
    for kind in kinds:
        passed.append(registers[next(numbers, -1)])
        if kind in WIDE:
            next(numbers, None)
    return passed


def calls_in(body: MethodBody) -> Iterator[tuple[MethodRef, int]]:
    """The methods that some code calls, each with the opcode of the call, in the order of the code."""
    for one in body.instructions:
        if one.opcode in INVOKES:
            yield body.dex.method_ref(one.reference or 0), one.opcode
