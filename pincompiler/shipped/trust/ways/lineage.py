"""What registers hold, and what values are made of and tell of."""

from __future__ import annotations

from typing import Final, NamedTuple

SUBJECTS: Final = frozenset({"chain", "certificate", "session", "handler", "error"})
"""What decisions should be about."""


class Val(NamedTuple):
    """What a register holds on one way."""

    origin: int
    """Offset of the instruction that made it; of a parameter, minus one minus its index."""
    number: int | None = None
    """Its value, if that is constant."""
    something: bool = False
    """Whether it is an object, and not null."""


UNSET: Final = Val(-1000)


class Lineage:
    """The values of one method, each by the origin that it has on every way."""

    __slots__ = ("labels", "made_of", "names", "tells", "thrown")

    def __init__(self, labels: tuple[str, ...]) -> None:
        self.labels = labels
        """What each parameter tells of, the receiver first."""
        self.made_of: dict[int, set[int]] = {}
        """Which values each value is made of."""
        self.tells: dict[int, set[str]] = {}
        """What an instruction adds to what its operands tell of."""
        self.names: dict[int, str] = {}
        """The calls and fields that values come from."""
        self.thrown: dict[int, str] = {}
        """The classes of objects, as far as they may be exceptions."""

    def is_chain(self, value: Val) -> bool:
        """Whether a value is the chain itself that is to be judged."""
        at = -1 - value.origin
        return 0 <= at < len(self.labels) and self.labels[at] == "chain"

    def labels_of(self, origin: int) -> frozenset[str]:
        """What a value tells of, itself and what it is made of."""
        found: set[str] = set()
        waiting, seen = [origin], {origin}
        while waiting:
            one = waiting.pop()
            if UNSET.origin < one < 0:
                if -1 - one < len(self.labels):
                    found.update(self.labels[-1 - one].split())
                continue
            found |= self.tells.get(one, set())
            fresh = self.made_of.get(one, set()) - seen
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
