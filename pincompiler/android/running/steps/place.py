"""An instruction in its method, from which a step is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.values import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.dex.refs import FieldRef
    from pincompiler.android.running.frame import ReadyCode, Step
    from pincompiler.android.running.image import Image

    Maker = Callable[["CodePlace"], Step]

NO_OBJECT: Final = "Ljava/lang/NullPointerException;"


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
    def field(self) -> FieldRef:
        """The field that it names."""
        return self.image.field(self.code.dex, self.of.reference or 0)

    @property
    def type_name(self) -> str:
        """The type that it names."""
        return self.code.dex.type_name(self.of.reference or 0)
