"""What registers hold, and what values are made of and tell of."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.shipped.android.trust.vocabulary import NOTHING, About, together

if TYPE_CHECKING:
    from collections.abc import Iterable


class Maker(IntEnum):
    """Who makes a value."""

    NOBODY = 0
    CALLER = 1
    INSTRUCTION = 2


class Origin(NamedTuple):
    """Where a value of a method comes from, on every way the same."""

    maker: Maker
    number: int = 0
    """Of an instruction, its offset; of a caller, which argument it is, the receiver being the first."""

    @property
    def is_passed(self) -> bool:
        """Whether it is an argument."""
        return self.maker is Maker.CALLER


def made_at(offset: int) -> Origin:
    """The origin of what the instruction at an offset makes."""
    return Origin(Maker.INSTRUCTION, offset)


def argument(number: int) -> Origin:
    """The origin of an argument, the receiver being the first."""
    return Origin(Maker.CALLER, number)


THIS: Final = argument(0)
"""Of an instance method, the receiver."""


class Val(NamedTuple):
    """What a register holds on one way."""

    origin: Origin
    number: int | None = None
    """Its value, if that is constant."""
    something: bool = False
    """Whether it is an object and not null, or a number above zero."""
    filled: bool = False
    """Whether it is as the platform passes it: a chain with certificates, a text that is not empty."""


UNSET: Final = Val(Origin(Maker.NOBODY))


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
        "made_of",
        "met",
        "names",
        "new",
        "objects",
        "parts",
        "passed",
        "tells",
    )

    def __init__(self, passed: tuple[About, ...]) -> None:
        self.passed = passed
        """What each argument tells of, the receiver first."""
        self.made_of: dict[Origin, set[Origin]] = {}
        """Which values each value is made of."""
        self.holds: dict[Origin, set[Origin]] = {}
        """Which values were put into the fields of each object, and into each array."""
        self.met: dict[Origin, set[Origin]] = {}
        """Which values the methods of each object were passed, and may have put into it."""
        self.tells: dict[Origin, About] = {}
        """What an instruction adds to what its operands tell of."""
        self.names: dict[Origin, str] = {}
        """The calls and fields that values come from."""
        self.classes: dict[Origin, str] = {}
        """Classes that objects are surely of."""
        self.objects: set[Origin] = set()
        """Values that are objects: a test of one is for null."""
        self.new: set[Origin] = set()
        """Objects that the method makes itself."""
        self.held: tuple[tuple[str, int | None], ...] = ()
        """What the receiver was given, as :attr:`Given.held`."""
        self.cast: dict[Origin, Origin] = {}
        """Of tests for a class, what they test."""
        self.parts: dict[Origin, int] = {}
        """Of objects of classes that R8 merged from several, which of these they are."""

    def tell(self, origin: Origin, about: About) -> None:
        """Add to what a value tells of by itself."""
        if about is not NOTHING:
            known = self.tells.get(origin, about)
            self.tells[origin] = about if known is about else known | about

    def make(self, origin: Origin, sources: Iterable[Origin]) -> None:
        """Add to what a value is made of."""
        self.made_of.setdefault(origin, set()).update(sources)

    def given(self, value: Val) -> Given:
        """What a method is told of a value that it is passed."""
        kind, part = self.classes.get(value.origin, ""), self.parts.get(value.origin)
        inside = sorted(self.holds.get(value.origin, set()) | self.met.get(value.origin, set()))
        held = dict.fromkeys(
            (self.classes[one], self.parts.get(one)) for one in inside if one in self.classes
        )
        return Given(value.number, value.something, value.filled, kind, part, tuple(held))

    def presence_of(self, origin: Origin) -> About:
        """What it tells of that a value is there, or of a class: not of what its methods were passed."""
        return self.about(self.cast.get(origin, origin), met=False)

    def about(self, origin: Origin, *, met: bool = True) -> About:
        """What a value tells of, itself, what it is made of and holds, and what it has ``met``."""
        waiting, seen = [origin], {origin}
        for one in waiting:
            if one.is_passed:
                continue
            for inside in (self.made_of, self.holds, self.met) if met else (self.made_of, self.holds):
                if one in inside:
                    fresh = inside[one] - seen
                    seen |= fresh
                    waiting += fresh
        return together(map(self._itself, waiting))

    def _itself(self, origin: Origin) -> About:
        """What a value tells of by itself."""
        if not origin.is_passed:
            return self.tells.get(origin, NOTHING)
        return self.passed[origin.number] if origin.number < len(self.passed) else NOTHING

    def name_of(self, origins: set[Origin]) -> str:
        """The nearest call or field that values come from."""
        waiting, seen = sorted(origins), set(origins)
        for one in waiting:
            if one in self.names:
                return self.names[one]
            fresh = sorted(self.made_of.get(one, set()) - seen)
            seen.update(fresh)
            waiting += fresh
        return ""
