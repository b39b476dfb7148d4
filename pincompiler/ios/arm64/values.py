"""What a register or a cell of memory holds while code is run: a number, or something of which only some is known."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from pincompiler.base.bounds import ARM64_LEVELS, ARM64_ROOTS
from pincompiler.ios.arm64.instructions import MASK_64


class Token(NamedTuple):
    """A value that is no known number: an object, an imported symbol, what an unknown call gave."""

    kind: str
    """``symbol``, ``variable``, ``class``, ``object``, ``selector``, ``unknown``, ``field``, or a role of a model's."""
    name: str = ""
    origin: int = 0
    """The address of the instruction that made it: the same instruction makes the same."""
    at: int = 0
    """The distance from its beginning, in bytes, of a pointer into it."""
    of: frozenset[str] = frozenset()
    """The names and roles of all that it was made of, for those that want to know where an answer comes from."""

    @property
    def whole(self) -> Token:
        """The beginning of what a pointer leads into."""
        return self._replace(at=0) if self.at else self

    @property
    def roots(self) -> frozenset[str]:
        """What it was made of, and itself: its role, or its name."""
        own = self.name if self.kind in _NAMED else "" if self.kind in _MAYBE else self.kind
        return self.of | {own} if own else self.of


Value: TypeAlias = "int | Token"

UNKNOWN: Final = "unknown"
"""The kind of a value that may be anything, zero too; those of all other kinds are something."""
DIFFERENCE: Final = "difference"
"""The name of something unknown that is zero if what it was made of is equal: exclusive or, and joins of such."""
FIELD: Final = "field"
"""Of what memory holds that nobody has written; it may be zero."""
_MAYBE: Final = frozenset((UNKNOWN, FIELD))
_NAMED: Final = frozenset(("symbol", "variable", "class", "object", "selector"))


def may_be_zero(value: Token) -> bool:
    """Whether nil is among what this may be."""
    return value.kind in _MAYBE


def moved(value: Value, distance: int) -> Value:
    """A pointer moved by some bytes."""
    if isinstance(value, int):
        return value + distance & MASK_64
    return value._replace(at=value.at + distance)


def roots(*values: Value) -> frozenset[str]:
    """All that some values were made of; of very many, some."""
    found = frozenset().union(*(one.roots for one in values if isinstance(one, Token)))
    return found if len(found) <= ARM64_ROOTS.limit else frozenset(sorted(found)[: ARM64_ROOTS.limit])


def field(place: Token, instruction: int) -> Token:
    """What memory holds at a place of an object, of which nothing is known; the same place holds the same."""
    path = (
        f"{place.name or place.kind}@{place.origin:x}+{place.at}"
        if place.origin
        else f"{place.name or place.kind}+{place.at}"
    )
    if path.count("+") > ARM64_LEVELS.limit:
        path = f"far {instruction:x}"
    return Token(FIELD, path, 0, 0, roots(place))
