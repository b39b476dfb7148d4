"""Bounds made lower for a test, wherever they are used: an app need not be large to reach them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pincompiler.base.bounds import TABLE, Bound

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def consulted() -> Iterator[set[str]]:
    """The names of the bounds whose limits are looked at within: no other one can make a difference there."""
    slot = vars(Bound)["limit"]
    names = {id(bound): name for name, bound in TABLE.items()}
    found: set[str] = set()

    def limit(self: Bound) -> object:
        found.add(names.get(id(self), ""))
        return slot.__get__(self)

    setattr(Bound, "limit", property(limit, slot.__set__))  # noqa: B010 - a record is frozen, and its class typed
    try:
        yield found
    finally:
        setattr(Bound, "limit", slot)  # noqa: B010


@contextmanager
def bounded(bound: Bound, limit: float) -> Iterator[None]:
    """Within, a bound of ``pincompiler.base.bounds`` has another limit."""
    before = bound.limit
    object.__setattr__(bound, "limit", limit)
    try:
        yield
    finally:
        object.__setattr__(bound, "limit", before)
