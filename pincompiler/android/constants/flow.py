"""What the analysis of one method finds, what it asks of the rest, and what a value in it is made of."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from pincompiler.android.constants.values import TOO_MUCH, FieldValue, Returned, Value, leaves, weight
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.android.constants.budget import Budget
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldRef, MethodRef

PARTS_AT_ONCE = 4
"""A power of two: how many parts of a value one step of the budget is for."""


class Asks(Protocol):
    """What the analysis of one method asks about the rest of the program."""

    budget: Budget

    def call(self, ref: MethodRef, arguments: tuple[Value, ...]) -> Value | None:
        """What a call returns, if that is constant or one of its arguments."""

    def read_field(self, ref: FieldRef) -> Value:
        """What a field holds if that is constant, else that it comes from the field."""

    def read_field_of(self, value: Value, ref: FieldRef) -> Value | None:
        """What a field of one object holds, if it is constant and only the object's constructor writes it."""


@dataclass(slots=True)
class MethodFlow:
    """What one method does with constants."""

    calls: dict[int, tuple[Value, ...]] = field(default_factory=dict)
    """Arguments of each call, by its offset; the receiver of an instance method is the first."""
    returned: Value | None = None
    writes: dict[FieldRef, Value] = field(default_factory=dict)
    """What it writes to fields, of any object."""
    puts: dict[int, tuple[Value, Value]] = field(default_factory=dict)
    """Of each write to an object's field, by its offset: the object and the value."""
    owners: dict[FieldRef, dict[Value, None]] = field(default_factory=dict)
    """Of which objects it reads a field."""
    choices: dict[int, int] = field(default_factory=dict)
    """Where it takes any item of an array or a collection, by offset: how many there are."""
    named: dict[tuple[str, str], list[FieldRef]] = field(default_factory=dict)
    """The fields that it writes, by name and type."""
    why: str = "the call is never reached"
    """Why a call may be missing."""


def needed(
    flow: MethodFlow,
    body: MethodBody,
    values: Iterable[Value],
    budget: Budget,
    known: frozenset[FieldRef | int] = frozenset(),
) -> frozenset[FieldRef | int]:
    """The fields and calls, by offset, of which some values of a method are made.

    Of what is ``known``, what that needs in turn is left out.  Raises TooMuchError if it takes more than the
    ``budget``, which also notes values of too many parts.
    """
    found: set[FieldRef | int] = set()
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        budget.follow(1 + (weight((value,)) >> PARTS_AT_ONCE))
        for leaf in leaves(value):
            if leaf is TOO_MUCH:
                budget.give_up(body, TOO_MUCH.why)
            part, more = _needs(flow, body, leaf)
            if part is not None and part not in found:
                found.add(part)
                waiting += more if part not in known else ()
    return frozenset(found)


def _needs(flow: MethodFlow, body: MethodBody, leaf: Value) -> tuple[FieldRef | int | None, Iterable[Value]]:
    """The field or call that a value comes from, and what that is made of in turn."""
    if isinstance(leaf, FieldValue):
        return leaf.ref, flow.owners.get(leaf.ref, ())
    if isinstance(leaf, Returned) and leaf.method == body:
        return leaf.offset, flow.calls.get(leaf.offset, ())
    return None, ()
