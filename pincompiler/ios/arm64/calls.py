"""What calls give: the side of what an image does not define."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from pincompiler.ios.arm64.values import Value
    from pincompiler.ios.arm64.way import CodeWay

ARGUMENTS: Final = 8
SELF: Final = 20
"""Swift's register for what a method is called of, or for what a closure has captured."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A call goes on in the image; with several addresses, in any of them."""

    addresses: tuple[int, ...]


class Ended:
    """The type of :data:`END`."""


END: Final = Ended()
"""A call never comes back."""
Answer: TypeAlias = "Value | Jump | Ended | None"
"""What a call gives; None if the model does not know it."""


class Model(Protocol):
    """What the image does not define; arguments are in the registers of the way."""

    def call(self, way: CodeWay, name: str) -> Answer:
        """Call an imported function."""

    def send(self, way: CodeWay, selector: str) -> Answer:
        """Send a message to what register 0 holds."""

    def invoke(self, way: CodeWay, function: Value) -> Answer:
        """Call the function that a value is."""

    def same(self, way: CodeWay, one: Value, other: Value) -> bool | None:
        """Whether two values are the same number; None if the model does not know."""

    def enters(self, way: CodeWay, size: int) -> bool:
        """Whether a function of the image, of some bytes, is run: what it gives is unknown else."""


def arguments(way: CodeWay, name: str) -> list[Value]:
    """What a function gets: of a message as many as it has, Swift's in one register more."""
    if ":" in name or (name and name[0] != "_" and " " not in name):
        return way.registers[: 2 + name.count(":")]
    if name.startswith("_") and not name.startswith("_$s"):
        return way.registers[:ARGUMENTS]
    return [*way.registers[:ARGUMENTS], way.registers[SELF]]
