"""What is no longer known of objects that other code had, or may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.android.running.values import (
    Collected,
    Instance,
    JavaArray,
    JavaList,
    JavaMap,
    JavaSet,
    NotKnown,
    TextBuffer,
    Thing,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def forget(values: Iterable[Value], *, fields: bool = True) -> None:
    """Take what some objects hold for unknown, and what the objects in them hold; fields, if whoever had them writes these."""
    waiting, seen = list(values), set[int]()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Thing) or id(one) in seen or (isinstance(one, Instance) and not fields):
            continue
        seen.add(id(one))
        if isinstance(one, Instance):
            waiting += one.fields.values()
            one.fields.clear()
            one.is_open = True
        else:
            waiting += _emptied(one)


def _emptied(thing: Thing) -> list[Value]:
    """Take what a modelled object holds for unknown; what it held."""
    held: list[Value] = []
    if isinstance(thing, JavaArray):
        held = thing.items[:]
        thing.items[:] = [NotKnown(thing.cls[1:], "an array that was passed to code that is not run")] * len(
            held
        )
    elif isinstance(thing, TextBuffer):
        thing.text = None
    elif isinstance(thing, Collected) and not thing.is_fixed:
        thing.is_open = True
    if isinstance(thing, JavaList):
        held = thing.items[:]
    elif isinstance(thing, JavaMap):
        held = [one for entry in thing.entries.values() for one in entry]
    elif isinstance(thing, JavaSet) and not thing.is_fixed:
        thing.map.is_open = True
    return held


def doubt_if_empty(value: Value) -> None:
    """Take an empty collection that outlives a call for one that other code fills."""
    if isinstance(value, Collected) and not value.is_fixed and not _content(value):
        value.is_open = True


def _content(of: Collected) -> object:
    if isinstance(of, JavaList):
        return of.items
    if isinstance(of, JavaSet):
        return of.map.entries
    return of.entries if isinstance(of, JavaMap) else None
