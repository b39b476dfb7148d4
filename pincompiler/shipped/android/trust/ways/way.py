"""What a method comes to: the ways through it that differ in what matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from pincompiler.shipped.android.trust.vocabulary import About, EventKind
    from pincompiler.shipped.android.trust.ways.lineage import Inside, Origin


class Event(NamedTuple):
    """Something that happened on a way."""

    kind: EventKind
    what: str
    offset: int
    """Of the instruction, in the method that was asked about."""


class Condition(NamedTuple):
    """A condition in a method."""

    number: int
    """The offset of its test."""
    inner: bool = False
    """Whether it is one inside a helper; these are counted from 0."""


class Side(NamedTuple):
    """Which way a condition was left."""

    jumps: bool
    """Whether it is known by where it leads to."""
    number: int
    """That offset; else 1 if what was tested is set (true, not zero, not null), 0 if not."""


NOT_SET: Final = Side(jumps=False, number=0)
SET: Final = Side(jumps=False, number=1)


class Test(NamedTuple):
    """A condition that a way went through."""

    about: About
    taken: Side | None
    """None if both ways come to the same, as far as is known."""
    what: str = ""
    """The decisive call or field."""
    where: Condition | None = None
    """What parts it from others that are about the same, if conditions are kept apart by where they lead to."""


class Way(NamedTuple):
    """Ways through a method that differ in nothing that matters."""

    thrown: str | None
    """Class of the exception it ends by; none if it returns."""
    number: int | None
    """What it returns, if that is constant."""
    returned: About
    """What the returned value is about."""
    tests: frozenset[Test]
    events: frozenset[Event]
    argument: Origin | None = None
    """Which of its arguments it returns, or what of one; none if it is another value."""
    inside: Inside = None
    """What is in the object that it returns, if that is constant and rests on what it was passed."""


@dataclass(frozen=True, slots=True)
class Ways:
    """All of them."""

    ways: tuple[Way, ...]
    complete: bool = True
    left: frozenset[str] = frozenset()
    """Methods of the app that are given what is to be checked, and that are too much to be followed."""
    cut: frozenset[str] = frozenset()
    """Bounds beyond which lies a constant that some condition, or what is returned, rests on."""

    @property
    def returning(self) -> tuple[Way, ...]:
        """Those that return."""
        return tuple(way for way in self.ways if way.thrown is None)
