"""What registers hold, and what values are made of and tell of."""

from __future__ import annotations

from typing import Final, NamedTuple

SUBJECTS: Final = frozenset({"chain", "certificate", "session", "handler", "error"})
"""What decisions should be about."""


PRESENCE: Final = "presence"
"""What a test tells of that only asks whether something is there that the platform passes, or a part of it."""


class Val(NamedTuple):
    """What a register holds on one way."""

    origin: int
    """Offset of the instruction that made it; of a parameter, minus one minus its index."""
    number: int | None = None
    """Its value, if that is constant."""
    something: bool = False
    """Whether it is an object and not null, or a number above zero."""
    filled: bool = False
    """Whether it is as the platform passes it: a chain with certificates, a text that is not empty."""


UNSET: Final = Val(-1000)


class Given(NamedTuple):
    """What is known of an argument, beside what it tells of."""

    number: int | None = None
    something: bool = False
    filled: bool = False
    kind: str = ""
    """A class that it is surely of."""
    part: int | None = None
    """Of an object of a class that R8 merged from several: the number of the one it was."""
    held: tuple[tuple[str, int | None], ...] = ()
    """The classes, and parts of classes, of what was put into it, as far as they are known."""


class Lineage:
    """The values of one method, each by the origin that it has on every way."""

    __slots__ = (
        "cast",
        "classes",
        "held",
        "holds",
        "labels",
        "made_of",
        "met",
        "names",
        "objects",
        "parts",
        "tells",
    )

    def __init__(self, labels: tuple[str, ...]) -> None:
        self.labels = labels
        """What each parameter tells of, the receiver first."""
        self.made_of: dict[int, set[int]] = {}
        """Which values each value is made of."""
        self.holds: dict[int, set[int]] = {}
        """Which values were put into the fields of each object, and into each array."""
        self.met: dict[int, set[int]] = {}
        """Which values the methods of each object were passed, and may have put into it."""
        self.tells: dict[int, set[str]] = {}
        """What an instruction adds to what its operands tell of."""
        self.names: dict[int, str] = {}
        """The calls and fields that values come from."""
        self.classes: dict[int, str] = {}
        """Classes that objects are surely of."""
        self.objects: set[int] = set()
        """Values that are objects: a test of one is for null."""
        self.held: tuple[tuple[str, int | None], ...] = ()
        """What the receiver was given, as :attr:`Given.held`."""
        self.cast: dict[int, int] = {}
        """Of tests for a class, what they test."""
        self.parts: dict[int, int] = {}
        """Of objects of classes that R8 merged from several, which of these they are."""

    def given(self, value: Val) -> Given:
        """What a method is told of a value that it is passed."""
        kind, part = self.classes.get(value.origin, ""), self.parts.get(value.origin)
        inside = sorted(self.holds.get(value.origin, set()) | self.met.get(value.origin, set()))
        held = dict.fromkeys(
            (self.classes[one], self.parts.get(one)) for one in inside if one in self.classes
        )
        return Given(value.number, value.something, value.filled, kind, part, tuple(held))

    def presence_of(self, origin: int) -> frozenset[str]:
        """What it tells of that a value is there, or of a class: not of what its methods were passed."""
        return self.labels_of(self.cast.get(origin, origin), met=False)

    def labels_of(self, origin: int, *, met: bool = True) -> frozenset[str]:
        """What a value tells of, itself, what it is made of and holds, and what it has ``met``."""
        found: set[str] = set()
        waiting, seen = [origin], {origin}
        while waiting:
            one = waiting.pop()
            if UNSET.origin < one < 0:
                if -1 - one < len(self.labels):
                    found.update(self.labels[-1 - one].split())
                continue
            found |= self.tells.get(one, set())
            fresh = (self.made_of.get(one, set()) | self.holds.get(one, set())) - seen
            fresh |= self.met.get(one, set()) - seen if met else set()
            seen |= fresh
            waiting += fresh
        return frozenset(found)

    def name_of(self, origins: set[int]) -> str:
        """The nearest call or field that values come from."""
        waiting, seen = sorted(origins), set(origins)
        for one in waiting:
            if one in self.names:
                return self.names[one]
            fresh = sorted(self.made_of.get(one, set()) - seen)
            seen.update(fresh)
            waiting += fresh
        return ""
