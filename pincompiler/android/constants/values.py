"""What a register may hold, as far as it is known without running the program.

Either what the value *is* (text, number, class, items, resource) or, for objects, where it *comes
from* (made here, returned there, read from a field, passed in): an origin, which
:meth:`~pincompiler.android.constants.program.Program.origins` can follow on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pincompiler.base.bounds import VALUE_DEPTH, VALUE_LEVELS, VALUE_PARTS, VALUES
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldRef, MethodRef


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """An integer, a boolean or a character; 0 is also ``null``."""

    value: int


@dataclass(frozen=True, slots=True)
class ClassLiteral:
    """``Some.class``."""

    descriptor: str


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """A string resource, an array of strings, or any item of such an array: all its configurations."""

    resource: int
    kind: Literal["string", "array", "item"]


@dataclass(frozen=True, slots=True)
class Items:
    """An array, a collection, a map (whose items are pairs), or a pair."""

    kind: Literal["array", "list", "set", "map", "pair", "iterator"]
    items: tuple[Value, ...]
    exact: bool = True
    """False if number and order are unknown: then ``items`` are all that may be in it."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A string put together from parts of which some are no constants."""

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Created:
    """An object made by ``new`` at ``offset`` of ``method``."""

    descriptor: str
    method: MethodBody
    offset: int


@dataclass(frozen=True, slots=True)
class Returned:
    """What the call at ``offset`` of ``method`` returns."""

    ref: MethodRef
    method: MethodBody
    offset: int


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What a field holds."""

    ref: FieldRef


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is passed to ``method``; the receiver of an instance method is its parameter 0."""

    method: MethodBody
    index: int
    descriptor: str


@dataclass(frozen=True, slots=True)
class ItemOf:
    """An item of an array of which only the origin is known."""

    array: Created | Returned | FieldValue | Parameter | ItemOf


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything; ``why`` nothing more is known."""

    why: str
    bounded: bool = False
    """Whether that is because of a bound: it may be constant all the same."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several values, depending on the path taken."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A mutable object of the method under analysis; never part of a result."""

    allocation: int


Value: TypeAlias = (
    Text
    | Number
    | ClassLiteral
    | ResourceRef
    | Items
    | Joined
    | Created
    | Returned
    | FieldValue
    | Parameter
    | ItemOf
    | Unknown
    | OneOf
    | Cell
)

_HOLDERS: Final = frozenset((Items, Joined, OneOf, ItemOf))
"""What is made of other values."""
NULL: Final = Number(0)
_TOO_MANY: Final = Unknown("it may have too many values", bounded=True)
CHANGES: Final = Unknown("it changes in a loop", bounded=True)
LONG: Final = Unknown("a text is very long", bounded=True)
NESTED: Final = Unknown("a value is nested more deeply than is looked at", bounded=True)
TOO_MUCH: Final = Unknown("it is a value of too many parts", bounded=True)
_DEEP: Final = Unknown("an item of an array that is not constant")


def possible(value: Value) -> tuple[Value, ...]:
    """The values that ``value`` may be."""
    return value.values if isinstance(value, OneOf) else (value,)


def bound_of(value: Value) -> Unknown | None:
    """The bound by which a value is not known, if that is why."""
    reasons = (one for one in possible(value) if isinstance(one, Unknown))
    return next((one for one in reasons if one.bounded), None)


def union(values: Iterable[Value]) -> Value:
    """Join possible values; the first reason for not knowing stands for all."""
    seen: dict[Value, None] = {}
    unknown: Value | None = None
    for value in values:
        for one in possible(value):
            if isinstance(one, Unknown):
                unknown = unknown or one
            else:
                seen[one] = None
    if len(seen) > VALUES.limit:
        return _TOO_MANY
    found = (*seen, unknown) if unknown else tuple(seen)
    if not found:
        return Unknown("nothing reaches it")
    return found[0] if len(found) == 1 else OneOf(found)


def parts_of(value: Value) -> tuple[Value, ...]:
    """What a value is made of."""
    if isinstance(value, Items):
        return value.items
    if isinstance(value, OneOf):
        return value.values
    if isinstance(value, Joined):
        return value.parts
    return (value.array,) if isinstance(value, ItemOf) else ()


def kept(value: Value) -> Value:
    """A value, or that it is too much to follow: to hash, compare or walk it would take too long."""
    return value if weight((value,)) <= VALUE_PARTS.limit else TOO_MUCH


def weight(values: Iterable[Value]) -> int:
    """Count the parts of some values, as often as they are held; beyond :data:`~pincompiler.base.bounds.VALUE_PARTS` it is no more than that."""
    level = tuple(values)
    nodes = depth = 0
    while level and nodes <= VALUE_PARTS.limit and depth <= VALUE_DEPTH.limit:
        nodes += len(level)
        depth += 1
        following: list[Value] = []
        for one in level:
            if type(one) in _HOLDERS:
                following += parts_of(one)
                if len(following) > VALUE_PARTS.limit:
                    return VALUE_PARTS.limit + 1
        level = tuple(following)
    return VALUE_PARTS.limit + 1 if level else nodes


def join(old: Value, new: Value) -> Value:
    """Add the possible values of ``new``; gives ``old`` itself if that adds none."""
    if old is new or old == new:
        return old
    known = possible(old)
    lacks = not any(isinstance(one, Unknown) for one in known)
    if all(one in known or (isinstance(one, Unknown) and not lacks) for one in possible(new)):
        return old
    if old is _TOO_MANY:
        return old
    return union((old, new))


def widen(old: Value, new: Value) -> Value:
    """Add, instead of the values of ``new`` that ``old`` lacks, that there may be others."""
    if old is new or any(isinstance(one, Unknown) for one in possible(old)):
        return old
    joined = join(old, new)
    return old if joined is old else join(old, CHANGES)


def item_of(array: Value) -> Value:
    """What stands for the items of an array whose content is not known."""
    return union(_item_of(one) for one in possible(array))


def _item_of(array: Value) -> Value:
    if isinstance(array, ResourceRef):
        return ResourceRef(array.resource, "item")
    if isinstance(array, Created | Returned | FieldValue | Parameter | ItemOf):
        return ItemOf(array) if weight((array,)) < VALUE_DEPTH.limit else _DEEP
    return _DEEP


def leaves(value: Value, depth: int = 0) -> Iterator[Value]:
    """Walk over all that a value may be or may contain."""
    if isinstance(value, ItemOf):
        yield from leaves(value.array, depth)
    elif isinstance(value, OneOf | Items | Joined):
        if depth >= VALUE_LEVELS.limit:
            yield NESTED
            return
        inner = (
            value.values
            if isinstance(value, OneOf)
            else value.items
            if isinstance(value, Items)
            else value.parts
        )
        for one in inner:
            yield from leaves(one, depth + 1)
    else:
        yield value


def texts(value: Value) -> tuple[str, ...]:
    """All strings that a value may be, or that its items may be."""
    return tuple(dict.fromkeys(leaf.value for leaf in leaves(value) if isinstance(leaf, Text)))


def is_constant(value: Value) -> bool:
    """Whether something is known of what the value is, and none of it is an origin."""
    parts = tuple(leaves(value))
    origins = any(isinstance(part, Created | Returned | FieldValue | Parameter | Cell) for part in parts)
    known = not parts or any(not isinstance(part, Unknown) for part in parts)
    return known and not origins


def is_collection(value: Value) -> bool:
    """Whether it is a known collection of objects that are made for it."""
    return isinstance(value, Items) and all(
        isinstance(leaf, Text | Number | ResourceRef | Created | FieldValue) for leaf in leaves(value)
    )
