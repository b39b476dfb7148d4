"""An enforcement as a table of what it demands: the same verdicts, free of the app it was read from.

What :mod:`pincompiler.policy.differences` says of the enforcements it compares holds here too: a demand depends on
which configured names a host equals, is one label below, or is further below.  So three hosts stand for all
that a name decides on, and the nearest name above a host decides on it.  A table can be written down as JSON.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pincompiler.base.records import dataclass
from pincompiler.policy.differences import unused_labels
from pincompiler.policy.enforcement import Clause, Demand, Enforcement
from pincompiler.policy.hosts import is_ip_address

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
        return Decision(enforcement.demand(host), enforcement.deciding(host))

    return Tabulated(table(enforcement.names(), decision, Decision()), enforcement.hashable())


# -- as JSON values ------------------------------------------------------------------------------


def to_plain(enforcement: Enforcement) -> dict[str, Any]:
    """Lists, texts and nothing else; rows that are alike are written once."""
    decisions: dict[Decision, int] = {}
    known = enforcement if isinstance(enforcement, Tabulated) else tabulated(enforcement)
    rows = {
        name: [decisions.setdefault(one, len(decisions)) for one in row]
        for name, row in known.decisions.rows.items()
    }
    kinds = sorted(known.kinds) if known.kinds is not None else None
    return {"decisions": [_decision_to_plain(one) for one in decisions], "rows": rows, "hashable": kinds}


def from_plain(values: Any) -> Tabulated:
    """The table again.  KeyError, IndexError, TypeError or ValueError if the values are none."""
    decisions = [_decision(one) for one in values["decisions"]]
    rows = {}
    for name, (own, below, deeper) in values["rows"].items():
        rows[str(name)] = (decisions[own], decisions[below], decisions[deeper])
    kinds = values["hashable"]
    return Tabulated(HostTable(rows, Decision()), frozenset(map(str, kinds)) if kinds is not None else None)


def _decision_to_plain(decision: Decision) -> list[Any]:
    clauses = [
        [
            sorted(b64encode(pin).decode("ascii") for pin in clause.leaf),
            sorted(b64encode(pin).decode("ascii") for pin in clause.ca),
            clause.until.isoformat() if clause.until else "",
        ]
        for clause in decision.demand
    ]
    return [clauses, list(decision.deciding)]


def _decision(values: Any) -> Decision:
    clauses, deciding = values
    demand = tuple(
        Clause(_pins(leaf), _pins(ca), date.fromisoformat(until) if until else None)
        for leaf, ca, until in clauses
    )
    return Decision(demand, tuple(map(str, deciding)))


def _pins(texts: Any) -> frozenset[bytes]:
    try:
        return frozenset(b64decode(text, validate=True) for text in texts)
    except Base64Error as error:
        raise ValueError("no base64") from error
