"""The maker of each instruction: a step is made once for each place in the code, and run often.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.steps import arrays, branches, calculations, calls, moves, objects
from pincompiler.android.running.steps.place import CodePlace
from pincompiler.android.running.values import StoppedError

if TYPE_CHECKING:
    from pincompiler.android.running.frame import ReadyCode, Step
    from pincompiler.android.running.image import Image
    from pincompiler.android.running.steps.place import Maker


def made(image: Image, code: ReadyCode, index: int) -> Step:
    """One instruction, ready to run.  StoppedError if it is none that is run."""
    if not 0 <= index < len(code.ops):
        raise StoppedError("code that leads out of its method")
    opcode = code.ops[index].opcode
    maker = _MAKERS.get(opcode)
    if maker is None:
        raise StoppedError(f"the instruction {opcode:#04x}")
    return maker(CodePlace(image, code, index))


_MAKERS: Final[dict[int, Maker]] = {
    opcode: maker
    for one in (moves, branches, calculations, objects, arrays, calls)
    for opcode, maker in one.MAKERS.items()
}
