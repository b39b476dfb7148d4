"""The exception handlers of a method, from the tries behind its instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pincompiler.android.dex.format import numbers, sleb128, uleb128

if TYPE_CHECKING:
    from collections.abc import Callable


class Handler(NamedTuple):
    """What happens when an instruction from ``start`` up to ``end`` throws."""

    start: int
    end: int
    exception: str | None
    """Descriptor of the type caught; none catches everything."""
    target: int


def read_handlers(
    data: bytes, table: int, tries: int, *, charge: Callable[[int], None], type_name: Callable[[int], str]
) -> tuple[Handler, ...]:
    """Read some try items from the offset of the first; the handlers of each stand innermost first.

    ``charge`` gets how much there is to read, before it is read; ``type_name`` is asked for the types caught.
    """
    if not tries:
        return ()
    entries = numbers(data, table, 4 * tries, "H")
    lists = table + 8 * tries
    handlers: list[Handler] = []
    for start, high, count, offset in zip(
        entries[0::4], entries[1::4], entries[2::4], entries[3::4], strict=True
    ):
        first = start | high << 16
        charge(1)
        for kind, target in _catches(data, lists + offset, charge):
            exception = None if kind is None else type_name(kind)
            handlers.append(Handler(first, first + count, exception, target))
    return tuple(handlers)


def _catches(data: bytes, at: int, charge: Callable[[int], None]) -> list[tuple[int | None, int]]:
    """The ids of the types that are caught, and the offset of the code for each; none catches everything."""
    size, at = sleb128(data, at)
    catches: list[tuple[int | None, int]] = []
    charge(abs(size))
    for _ in range(abs(size)):
        kind, at = uleb128(data, at)
        target, at = uleb128(data, at)
        catches.append((kind, target))
    if size <= 0:
        target, at = uleb128(data, at)
        catches.append((None, target))
    return catches
