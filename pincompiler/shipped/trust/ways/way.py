"""What a method comes to: the ways through it that differ in what matters."""

from __future__ import annotations

from typing import NamedTuple

from pincompiler.records import dataclass


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
    """Of a test of a flag or of a kind of class which way was taken; 1 for a flag that is set, 0 if not.
    Of a test of the chain for null, or of its length: 0 if no chain that has a certificate goes that way."""
    what: str = ""
    """The decisive call or field."""


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


@dataclass(frozen=True, slots=True)
class Ways:
    """All of them."""

    ways: tuple[Way, ...]
    complete: bool = True

    @property
    def returning(self) -> tuple[Way, ...]:
        """Those that return."""
        return tuple(way for way in self.ways if way.thrown is None)
