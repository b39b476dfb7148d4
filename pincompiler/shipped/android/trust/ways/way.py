"""What a method comes to: the ways through it that differ in what matters."""

from __future__ import annotations

from typing import NamedTuple

from pincompiler.base.records import dataclass


class Event(NamedTuple):
    """Something that happened on a way."""

    kind: str
    what: str
    offset: int
    """Of the instruction, in the method that was asked about."""


class Test(NamedTuple):
    """A condition that a way went through."""

    labels: frozenset[str]
    """What the tested value tells of."""
    taken: int | None
    """Of a test of a flag or of a kind of class which way was taken; 1 for a flag that is set, 0 if not."""
    what: str = ""
    """The decisive call or field."""
    where: int = 0
    """What tells it from others that are about the same, if conditions are told apart by where they lead to."""


class Way(NamedTuple):
    """Ways through a method that differ in nothing that matters."""

    thrown: str | None
    """Class of the exception it ends by; none if it returns."""
    number: int | None
    """What it returns, if that is constant."""
    returned: frozenset[str]
    """What the returned value tells of."""
    tests: frozenset[Test]
    events: frozenset[Event]
    argument: int | None = None
    """Which of its arguments it returns, the receiver being the first; none if it is another value."""


@dataclass(frozen=True, slots=True)
class Ways:
    """All of them."""

    ways: tuple[Way, ...]
    complete: bool = True

    @property
    def returning(self) -> tuple[Way, ...]:
        """Those that return."""
        return tuple(way for way in self.ways if way.thrown is None)
