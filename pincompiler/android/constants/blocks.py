"""Where paths through a method part and meet."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pincompiler.android.dex import opcodes
from pincompiler.base.bounds import VALUES

if TYPE_CHECKING:
    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.method import MethodBody


def targets(body: MethodBody, instruction: Instruction) -> tuple[int, ...]:
    """Where an instruction may lead beside the next."""
    if instruction.target is None or instruction.opcode == opcodes.FILL_ARRAY_DATA:
        return ()
    if instruction.opcode in opcodes.SWITCHES:
        return body.switch_targets(instruction)
    return (instruction.target,)


def leaders(body: MethodBody) -> Counter[int]:
    """The offsets at which paths may meet, with how many lead there."""
    known = body.dex.cache.leaders.get(body.code)
    if known is None:
        known = body.dex.cache.leaders[body.code] = Counter(
            {one.target: VALUES.limit for one in body.handlers}
        )
        known.update(target for one in body.instructions for target in targets(body, one))
    return known
