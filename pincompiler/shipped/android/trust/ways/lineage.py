"""What registers hold, and what values are made of and are about."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from pincompiler.shipped.android.trust.vocabulary import NOTHING, About, together

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.android.dex.refs import FieldRef


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
    field: str = ""
    """What of an argument it is, if it is not the whole of it."""

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
    inside: Inside = None
    """What an object has in it, as far as it is constant."""


class Words(NamedTuple):
    """A text, or what is made of one: a URI, a pattern."""

    begins: str
    whole: bool = True
    """Whether that is all of it."""
    dotted: bool = False
    """Whether there is a dot somewhere, as in the names of hosts."""


class Failure(NamedTuple):
    """What Kotlin's ``runCatching`` makes of an exception."""

    thrown: Val


class Contents(NamedTuple):
    """What is in an array, a list or a set."""

    items: tuple[Inside, ...]
    """None for one that is not known."""
    growing: bool = False
    """Whether other code may have added more."""


class Cut(NamedTuple):
    """What a bound leaves unknown that was constant: a decision that rests on it is not understood."""

    why: str
    """The bound, as a part of a sentence."""
    many: bool = False
    """Whether it is an array, a list or a set, of which an item may be asked for."""


class Matching(NamedTuple):
    """A matcher of a regular expression."""

    pattern: Inside
    text: Inside


class Made(NamedTuple):
    """An object of which some fields were set."""

    fields: tuple[tuple[str, Val, About], ...] = ()
    """Those that never change: the field, its value, and what that is about for another method."""
    changing: tuple[tuple[str, Val, About], ...] = ()
    """The same of those that others may set as well, once they get hold of the object."""

    def value(self, field: str) -> Val | None:
        """What is in a field; none if that is not known."""
        return next((value for name, value, _ in (*self.fields, *self.changing) if name == field), None)

    def with_field(self, field: str, value: Val, *, final: bool) -> Made:
        """The same with a field set."""
        old = self.fields if final else self.changing
        new = (*(one for one in old if one[0] != field), (field, value, NOTHING))
        return self._replace(fields=new) if final else self._replace(changing=new)


class Single(NamedTuple):
    """A constant of an enum, by its field: two of them are two objects."""

    field: FieldRef


class Thrown(NamedTuple):
    """An exception that was caught."""

    kind: str
    """A class that it is of, or one below."""


Inside: TypeAlias = "int | Words | Failure | Contents | Cut | Matching | Made | Single | Thrown | None"
"""What an object has in it, as far as it is constant; the number is that in a box."""
_PLAIN: Final = frozenset(
    f"Ljava/lang/{name};" for name in ("Boolean", "Byte", "Character", "Integer", "Long", "Short", "String")
)
"""Classes of what cannot be an exception in a box."""
UNSET: Final = Val(Origin(Maker.NOBODY))


def cut_among(values: Iterable[Val]) -> Cut | None:
    """The bound that alone keeps values unknown that are otherwise constant."""
    found: Cut | None = None
    for value in values:
        if value.number is not None:
            continue
        if value.inside is None:
            return None
        if isinstance(value.inside, Cut) and not value.inside.many:
            found = found or value.inside
    return found


class Given(NamedTuple):
    """What is known of an argument, beside what it is about."""

    number: int | None = None
    something: bool = False
    filled: bool = False
    kind: str = ""
    """A class that it is surely of."""
    part: int | None = None
    """Of an object of a class that R8 merged from several: the number of the one it was."""
    held: tuple[tuple[str, int | None], ...] = ()
    """The classes, and parts of classes, of what was put into it, as far as they are known."""
    inside: Inside = None
    is_bool: bool = False
    exact: bool = False
    """Whether it is of that class itself, and of none below."""


class Lineage:
    """The values of one method, each by the origin that it has on every way."""

    __slots__ = (
        "adds",
        "bools",
        "cast",
        "classes",
        "cut",
        "exact",
        "folded",
        "held",
        "holds",
        "made_of",
        "met",
        "names",
        "new",
        "objects",
        "parts",
        "passed",
    )

    def __init__(self, passed: tuple[About, ...]) -> None:
        self.passed = passed
        """What each argument is about, the receiver first."""
        self.made_of: dict[Origin, set[Origin]] = {}
        """Which values each value is made of."""
        self.holds: dict[Origin, set[Origin]] = {}
        """Which values were put into the fields of each object, and into each array."""
        self.met: dict[Origin, set[Origin]] = {}
        """Which values the methods of each object were passed, and may have put into it."""
        self.adds: dict[Origin, About] = {}
        """What an instruction adds to what its operands are about."""
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
        self.cut: set[str] = set()
        """Bounds that a condition rests on (:class:`Cut`)."""
        self.cast: dict[Origin, Origin] = {}
        """Of tests for a class, what they test."""
        self.parts: dict[Origin, int] = {}
        """Of objects of classes that R8 merged from several, which of these they are."""
        self.exact: set[Origin] = set()
        """Objects of which the class is known, and is no subclass of it: the only ones of their classes."""
        self.bools: set[Origin] = set()
        """Values that are true or false."""
        self.folded: dict[Origin, set[Origin]] = {}
        """Of numbers that were computed, those that they were computed of."""

    def is_bool(self, value: Val) -> bool:
        """Whether a value is true or false."""
        return value.origin in self.bools if value.number is None else value.number in {0, 1}

    def is_plain(self, value: Val) -> bool:
        """Whether a value is surely no failure of Kotlin's Result."""
        if value.number is not None or not (value.inside is None or isinstance(value.inside, Cut | Failure)):
            return True
        return value.origin in self.exact or self.classes.get(value.origin, "") in _PLAIN

    def folds(self, here: Origin, sources: Iterable[Val]) -> bool:
        """Whether a number may be computed here of constants; not of itself, since a loop would never end."""
        numbers = [source for source in sources if source.number is not None]
        if any(here in self.sources(number) for number in numbers):
            return False
        self.folded.setdefault(here, set()).update(number.origin for number in numbers)
        return True

    def sources(self, number: Val) -> list[Origin]:
        """All that a number was computed of, itself first."""
        found = [number.origin]
        for one in found:
            found += self.folded.get(one, set()) - set(found)
        return found

    def add(self, origin: Origin, about: About) -> None:
        """Add to what a value is about by itself."""
        if about is not NOTHING:
            known = self.adds.get(origin, about)
            self.adds[origin] = about if known is about else known | about

    def make(self, origin: Origin, sources: Iterable[Origin]) -> None:
        """Add to what a value is made of."""
        self.made_of.setdefault(origin, set()).update(sources)

    def given(self, value: Val) -> Given:
        """What a called method knows of a value that it is passed."""
        kind, part = self.classes.get(value.origin, ""), self.parts.get(value.origin)
        inside = sorted(self.holds.get(value.origin, set()) | self.met.get(value.origin, set()))
        held = dict.fromkeys(
            (self.classes[one], self.parts.get(one)) for one in inside if one in self.classes
        )
        return Given(
            *(value.number, value.something, value.filled, kind, part, tuple(held)),
            self._handed_on(value.inside),
            is_bool=value.origin in self.bools,
            exact=self.is_exact(value),
        )

    def _handed_on(self, inside: Inside) -> Inside:
        """What is in an object, as far as another method knows it."""
        if not isinstance(inside, Made):
            return inside
        fields = tuple(
            (field, Val(Origin(Maker.NOBODY), *value[1:4]), self.about(value.origin))
            for field, value, _ in inside.fields
        )
        return Made(fields) if fields else None

    def receive(self, number: int, given: Given) -> Val:
        """An argument as the method begins with it."""
        origin, inside = argument(number), given.inside
        if given.kind:
            self.classes[origin] = given.kind
        if given.part is not None:
            self.parts[origin] = given.part
        if given.is_bool:
            self.bools.add(origin)
        if given.exact:
            self.exact.add(origin)
        if isinstance(inside, Made):
            for field, _, about in inside.fields:
                self.adds[origin._replace(field=field)] = about
            inside = Made(
                tuple(
                    (field, value._replace(origin=origin._replace(field=field)), about)
                    for field, value, about in inside.fields
                )
            )
        return Val(origin, given.number, given.something, given.filled, inside)

    def is_exact(self, value: Val) -> bool:
        """Whether the class of an object is known, and is not one below."""
        return value.origin in self.exact or value.origin in self.new

    def presence_of(self, origin: Origin) -> About:
        """What a test for null or for a class is about: the value, not what its methods were passed."""
        return self.about(self.cast.get(origin, origin), met=False)

    def about(self, origin: Origin, *, met: bool = True) -> About:
        """What a value is about, by itself, by what it is made of and holds, and by what it has ``met``."""
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
        """What a value is about by itself."""
        if not origin.is_passed or origin.field:
            return self.adds.get(origin, NOTHING)
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
