"""An enforcement as a table of what it demands: the same verdicts, free of the app it was read from.

What :mod:`pincompiler.policy.differences` says of the enforcements it compares holds here too: a demand depends on
which configured names a host equals, is one label below, or is further below.  So three hosts stand for all
that a name decides on, and the nearest name above a host decides on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from pincompiler.base.records import dataclass
from pincompiler.policy.differences import unused_labels
from pincompiler.policy.enforcement import Demand, Enforcement
from pincompiler.policy.hosts import is_ip_address
from pincompiler.policy.trust import SYSTEM_ALONE, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pincompiler.policy.enforcement import EntryId, PinSet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HostTable(Generic[T]):
    """Something that is known of every host, by the names on which it depends."""

    rows: Mapping[str, tuple[T, T, T]]
    """By name: of the name itself, one label below it, and further below."""
    other: T
    """Of every host that is neither a name nor below one."""

    def of(self, host: str) -> T:
        """What is known of a canonical host."""
        name, depth = host, 0
        while name:
            if row := self.rows.get(name):
                return row[min(depth, 2)]
            name, depth = name.partition(".")[2], depth + 1
        return self.other


def table(names: Iterable[str], of: Callable[[str], T], other: T) -> HostTable[T]:
    """Ask for the three hosts of each name; an address has none below it."""
    known = sorted(names)
    below, deeper = unused_labels(known)
    rows = {}
    for name in known:
        own = of(name)
        wide = not is_ip_address(name)
        rows[name] = (
            own,
            of(f"{below}.{name}") if wide else other,
            of(f"{deeper}.{below}.{name}") if wide else other,
        )
    return HostTable(rows, other)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an enforcement does for a host."""

    demand: Demand = ()
    deciding: tuple[str, ...] = ()
    trust: Trust = SYSTEM_ALONE


@dataclass(frozen=True, slots=True)
class Tabulated(Enforcement):
    """An enforcement that has been asked everything already."""

    decisions: HostTable[Decision]
    kinds: frozenset[str] | None = None
    """See :meth:`hashable`."""

    def names(self) -> Iterable[str]:
        """Every name of the table."""
        return self.decisions.rows.keys()

    def demand(self, host: str) -> Demand:
        """As the enforcement demanded it; case and one trailing dot of the host do not count."""
        return self.decisions.of(host.lower().removesuffix(".")).demand

    def own_trust(self) -> bool:
        """Whether any decision does."""
        rows = (one for row in self.decisions.rows.values() for one in row)
        return any(one.trust is not SYSTEM_ALONE for one in (*rows, self.decisions.other))

    def trust(self, host: str) -> Trust:
        """As the enforcement trusted."""
        return self.decisions.of(host.lower().removesuffix(".")).trust

    def deciding(self, host: str) -> tuple[str, ...]:
        """As the enforcement named it."""
        return self.decisions.of(host.lower().removesuffix(".")).deciding

    def hashable(self) -> frozenset[str] | None:
        """As the enforcement said."""
        return self.kinds

    def entries_for(self, _host: str) -> tuple[EntryId, ...]:
        """None, as there are no pin-sets."""
        return ()

    def pin_sets(self) -> tuple[PinSet, ...]:
        """None: how it was configured is not kept."""
        return ()


def tabulated(enforcement: Enforcement) -> Tabulated:
    """The table of an enforcement."""

    def decision(host: str) -> Decision:
        return Decision(enforcement.demand(host), enforcement.deciding(host), enforcement.trust(host))

    # A label that no name ends in stands for all hosts that nothing is said of.
    return Tabulated(table(enforcement.names(), decision, decision("")), enforcement.hashable())
