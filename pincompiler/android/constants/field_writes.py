"""What a method writes to fields, and what becomes of the objects in them before the method ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.android.constants.state import Box
from pincompiler.android.constants.values import Cell, Items, Unknown, Value, possible, union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.constants.budget import Budget
    from pincompiler.android.constants.state import FlowState
    from pincompiler.android.dex.refs import FieldRef


class FieldWrites:
    """The writes to fields in the run of one method, each known by its offset."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._first: dict[tuple[FieldRef, int], Value] = {}
        """What was written."""
        self._kept: dict[FieldRef, dict[int, Value]] = {}
        """The same with the mutable objects in it, which may still change before the method ends."""
        self._settled: dict[tuple[FieldRef, int], dict[int, Value]] = {}
        """What became of them, by the offset of the return."""

    def put(self, ref: FieldRef, offset: int, kept: Value, state: FlowState) -> Value:
        """Take note of a write; the value as it is then."""
        value = state.publish(kept)
        self._first[ref, offset] = value
        self._kept.setdefault(ref, {})[offset] = kept
        return value

    def so_far(self, ref: FieldRef) -> Value | None:
        """What was written to a field until now."""
        written = self._kept.get(ref)
        self._budget.follow(len(written or ()))
        return union(written.values()) if written else None

    def settle(self, offset: int, state: FlowState) -> None:
        """Where the method ends, fields hold what their objects have become."""
        places = [(ref, at, kept) for ref, some in self._kept.items() for at, kept in some.items()]
        self._budget.follow(len(places))
        for ref, at, kept in places:
            if any(isinstance(one, Cell) and one.allocation in state.heap for one in possible(kept)):
                self._settled.setdefault((ref, at), {})[offset] = state.publish(kept)

    def in_the_end(self) -> Iterator[tuple[FieldRef, Value]]:
        """Each write, with what its field holds when the method has ended."""
        for (ref, offset), early in self._first.items():
            late = self._settled.get((ref, offset))
            yield ref, union(late.values()) if late else early


def box_of(value: Items) -> Box:
    """A collection out of a field; one that began empty is filled by some other method."""
    items = value.items or (Unknown("items that are added elsewhere"),)
    return Box("map" if value.kind == "map" else "list", items, value.exact and bool(value.items))
