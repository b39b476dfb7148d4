"""Pinners as far as they are known while an app is followed, and doubts about them."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple

from pincompiler.base.records import dataclass
from pincompiler.facts import Mechanism, Unseen

if TYPE_CHECKING:
    from pincompiler.android.constants.values import Value
    from pincompiler.facts import Code
    from pincompiler.facts.okhttp import Added
    from pincompiler.shipped.android.okhttp.uses import Taken
    from pincompiler.shipped.android.source import Source


class Unsure(NamedTuple):
    """What a call adds, as far as constants could be followed: joined where ways meet, or given up."""

    add: Taken
    added: tuple[Added, ...]
    doubts: tuple[str, ...]


@dataclass(slots=True)
class Draft:
    """A pinner as far as it is known."""

    made: Taken
    values: frozenset[Value]
    """What it is, as a value."""
    added: list[Added] = field(default_factory=list)
    unsure: list[Unsure] = field(default_factory=list)
    """What was followed and may be otherwise."""
    doubts: list[str] = field(default_factory=list)
    partial: list[Added] = field(default_factory=list)
    takers: list[Taken] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether it certainly pins nothing."""
        return not self.added and not self.unsure and not self.doubts


def place(code: Code) -> str:
    """How sentences call a place in code: class, method, line."""
    symbol, _, _ = code.location.symbol.partition("(")
    return f"{symbol}{f' (line {code.location.span.line})' if code.location.span else ''}"


def doubted(source: Source, code: Code, why: str, *, pins: bool = False) -> str:
    """Remember what is not known of pins, and whether that is all of them; as a sentence.

    A library's own pins leave nothing of the app unknown.
    """
    what = place(code)
    if code.owner.first_party:
        source.doubt(what, why, Mechanism.OKHTTP, pins=pins)
    else:
        source.unseen[Unseen(what, f"{why}, by {code.owner.name}", frozenset())] = None
    return f"{what} {why}"
