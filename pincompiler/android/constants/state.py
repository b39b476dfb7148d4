"""Registers and mutable objects at one point of a method, and how two paths' states join."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from pincompiler.android.constants.values import (
    LONG,
    NULL,
    Cell,
    Items,
    Joined,
    Number,
    OneOf,
    Text,
    Unknown,
    Value,
    join,
    kept,
    possible,
    union,
    widen,
)
from pincompiler.base.bounds import ITEMS, OBJECT_DEPTH, TEXT_LETTERS, VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pincompiler.android.constants.budget import Budget

_UNSET: Final = Unknown("it is not set on this path")
_SETTLED: Final = (Text, Number, Unknown, Items, Joined)
_COPIED_AT_ONCE, _COMPARED_AT_ONCE, _PARTS_AT_ONCE = 8, 5, 4
"""Powers of two: how much one step of the budget copies, compares, and looks into."""


Kind: TypeAlias = Literal["array", "list", "set", "map", "pair", "text"]


class Box(NamedTuple):
    """The content of a mutable object."""

    kind: Kind
    items: tuple[Value, ...]
    """Elements; of a text, its parts."""
    exact: bool = True
    """Whether number and order of the items are known."""

    def loosened(self, *more: Value) -> Box:
        """The same with ``more`` items, at places unknown."""
        items = union((*self.items, *more)) if self.items or more else None
        return Box(self.kind, () if items is None else possible(items), exact=False)


class FlowState:
    """What is known at one point."""

    __slots__ = ("budget", "heap", "registers", "result")

    def __init__(self, registers: list[Value], heap: dict[int, Box], budget: Budget) -> None:
        self.registers = registers
        self.heap = heap
        self.budget = budget
        """Whatever is copied or compared is taken from it."""
        self.result: Value = _UNSET
        """What the last call returned."""

    def copy(self) -> FlowState:
        """A state that changes independently."""
        self.budget.follow((len(self.registers) + len(self.heap)) >> _COPIED_AT_ONCE)
        return FlowState(self.registers.copy(), self.heap.copy(), self.budget)

    def absorb(self, other: FlowState, *, widening: bool) -> bool:
        """Join another path's state to this one; whether that changed it."""
        merge: Callable[[Value, Value], Value] = widen if widening else join
        changed = False
        registers = self.registers
        self.budget.follow(1 + ((len(registers) + len(other.heap)) >> _COMPARED_AT_ONCE))
        for number, new in enumerate(other.registers):
            old = registers[number]
            if old is not new:
                joined = registers[number] = merge(old, new)
                changed |= joined is not old
        for allocation, box in other.heap.items():
            known = self.heap.get(allocation)
            if known is not box:
                self.budget.follow(len(box.items) >> _PARTS_AT_ONCE)
                merged = box if known is None else _join_boxes(known, box, merge)
                changed |= merged != known
                self.heap[allocation] = merged
        return changed

    # Mutable objects.

    def box(self, value: Value) -> Box | None:
        """The content of an array, collection or text, mutable or not."""
        if isinstance(value, Cell):
            return self.heap.get(value.allocation)
        if isinstance(value, Items) and value.kind != "iterator":
            return Box(value.kind, value.items, value.exact)
        # null has no content, and whoever asks for it fails.
        some = [one for one in possible(value) if one != NULL] if isinstance(value, OneOf) else []
        known = [box for box in map(self.box, some) if box is not None]
        if not known or len(known) < len(some):
            return None
        if len(known) == 1:
            return known[0]
        return known[0].loosened(*(item for box in known for item in box.items))

    def allocate(self, offset: int, box: Box) -> Cell:
        """Make a mutable object; a loop makes the next one in the place of the last."""
        self.heap[offset] = box
        return Cell(offset)

    def change(self, value: Value, change: Callable[[Box], Box]) -> None:
        """Change a mutable object; if it may be one of several, each of them may be changed."""
        cells = [one for one in possible(value) if isinstance(one, Cell)]
        for cell in cells:
            box = self.heap.get(cell.allocation)
            if box is not None:
                self.budget.follow(len(box.items) >> _COPIED_AT_ONCE)
                after = change(box)
                if len(cells) > 1 and box.kind != "text":
                    after = box.loosened(*after.items)
                self.heap[cell.allocation] = after

    def publish(self, value: Value) -> Value:
        """A value without references to mutable objects: what they hold now."""
        return value if isinstance(value, _SETTLED) else self._published(value, 0, {})

    def _published(self, value: Value, depth: int, known: dict[tuple[int, int], Value]) -> Value:
        """The same, with what is ``known`` of objects at some depths: many may hold one."""
        if isinstance(value, Cell):
            key = value.allocation, depth
            if key not in known:
                known[key] = self._content(value, depth, known)
            return known[key]
        options = possible(value)
        if len(options) > 1 and any(isinstance(one, Cell) for one in options):
            return union(self._published(one, depth, known) for one in options)
        return value

    def _content(self, cell: Cell, depth: int, known: dict[tuple[int, int], Value]) -> Value:
        box = self.heap.get(cell.allocation)
        if box is None or depth > OBJECT_DEPTH.limit:
            return Unknown("an object that contains itself")
        self.budget.follow(len(box.items) >> _PARTS_AT_ONCE)
        parts = tuple(self._published(item, depth + 1, known) for item in box.items)
        return concatenated(parts) if box.kind == "text" else kept(Items(box.kind, parts, box.exact))


def _join_boxes(old: Box, new: Box, merge: Callable[[Value, Value], Value]) -> Box:
    if old == new:
        return old
    if old.kind == "text":
        text = merge(concatenated(old.items), concatenated(new.items))
        return old if old.items == (text,) else Box("text", (text,))
    if old.exact and new.exact and len(old.items) == len(new.items):
        return Box(old.kind, tuple(merge(*pair) for pair in zip(old.items, new.items, strict=True)))
    loose = old.loosened(*new.items)
    known = old.loosened()
    return known if not old.exact and set(loose.items) <= set(known.items) else loose


def concatenated(parts: Sequence[Value]) -> Value:
    """The string that the parts make: each combination of few constants, or the parts themselves."""
    options = [possible(part) for part in parts]
    combinations = 1
    for option in options:
        combinations *= len(option)
    if combinations > VALUES.limit or len(parts) > ITEMS.limit:
        return Unknown("a text is put together from too many parts", bounded=True)
    if all(isinstance(one, Text) for option in options for one in option):
        made = ["".join(one.value for one in some if isinstance(one, Text)) for some in product(*options)]
        if max(map(len, made), default=0) > TEXT_LETTERS.limit:
            return LONG
        return union(map(Text, made))
    if len(parts) == 1:
        return parts[0]
    return _joined(parts)


def _joined(parts: Sequence[Value]) -> Value:
    """Join neighbouring constants; nested joins become one."""
    flat: list[Value] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Joined) else (part,):
            last = flat[-1] if flat else None
            if isinstance(piece, Text) and isinstance(last, Text):
                flat[-1] = Text(last.value + piece.value)
            else:
                flat.append(piece)
    if len(flat) > VALUES.limit:
        return Unknown("a text is put together from too many parts", bounded=True)
    if any(isinstance(one, Text) and len(one.value) > TEXT_LETTERS.limit for one in flat):
        return LONG
    return Joined(tuple(flat))


def as_text(value: Value, descriptor: str) -> Value:
    """What ``String.valueOf`` makes of a value that is declared as ``descriptor``."""
    return union(_as_text(one, descriptor) for one in possible(value))


def _as_text(value: Value, descriptor: str) -> Value:
    if not isinstance(value, Number):
        return value
    if descriptor == "C":
        return Text(chr(value.value & 0xFFFF))
    if descriptor == "Z":
        return Text("true" if value.value else "false")
    if descriptor in {"I", "J", "S", "B"}:
        return Text(str(value.value))
    # A boxed number; null is 0 as well, and does not occur in texts on purpose.
    return Text(str(value.value)) if value.value else Unknown("null or zero in a text")
