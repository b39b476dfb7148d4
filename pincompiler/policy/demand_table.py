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
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Store, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pincompiler.policy.enforcement import EntryId, PinSet
    from pincompiler.policy.trust import Source

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


# -- as JSON values ------------------------------------------------------------------------------


def to_plain(enforcement: Enforcement) -> dict[str, Any]:
    """Lists, texts and nothing else; rows that are alike are written once."""
    decisions: dict[Decision, int] = {}
    known = enforcement if isinstance(enforcement, Tabulated) else tabulated(enforcement)
    rows = {
        name: [decisions.setdefault(one, len(decisions)) for one in row]
        for name, row in known.decisions.rows.items()
    }
    other = decisions.setdefault(known.decisions.other, len(decisions))
    kinds = sorted(known.kinds) if known.kinds is not None else None
    return {
        "decisions": [_decision_to_plain(one) for one in decisions],
        "rows": rows,
        "other": other,
        "hashable": kinds,
    }


def from_plain(values: Any) -> Tabulated:
    """The table again.  KeyError, IndexError, TypeError or ValueError if the values are none."""
    decisions = [_decision(one) for one in values["decisions"]]
    rows = {}
    for name, (own, below, deeper) in values["rows"].items():
        rows[str(name)] = (decisions[own], decisions[below], decisions[deeper])
    kinds = frozenset(map(str, values["hashable"])) if values["hashable"] is not None else None
    return Tabulated(HostTable(rows, decisions[values["other"]]), kinds)


def _decision_to_plain(decision: Decision) -> list[Any]:
    clauses = [
        [
            [*map(_texts, (clause.leaf, clause.ca, clause.leaf_certificates, clause.ca_certificates))],
            clause.until.isoformat() if clause.until else "",
        ]
        for clause in decision.demand
    ]
    return [clauses, list(decision.deciding), _trust_to_plain(decision.trust)]


def _trust_to_plain(trust: Trust) -> list[Any]:
    def plain(source: Source) -> list[Any]:
        if isinstance(source, Store):
            return [source.value, source in trust.overriding]
        facts = [_text(source.identity), _text(source.spki_sha256), source.name, source.is_ca, source.unread]
        return [facts, source in trust.overriding]

    return [
        *map(plain, sorted(one for one in trust.sources if isinstance(one, Store))),
        *map(plain, trust.anchors),
    ]


def _decision(values: Any) -> Decision:
    clauses, deciding, trust = values
    demand = tuple(
        Clause(
            _pins(leaf), _pins(ca), date.fromisoformat(until) if until else None, _pins(whole), _pins(above)
        )
        for (leaf, ca, whole, above), until in clauses
    )
    return Decision(demand, tuple(map(str, deciding)), _trust(trust))


def _trust(values: Any) -> Trust:
    sources = [(_source(one), bool(overriding)) for one, overriding in values]
    trust = Trust(frozenset(s for s, _ in sources), frozenset(s for s, overriding in sources if overriding))
    return SYSTEM_ALONE if trust == SYSTEM_ALONE else trust


def _source(values: Any) -> Source:
    if isinstance(values, str):
        return Store(values)
    identity, spki, name, is_ca, unread = values
    return Anchor(_bytes(identity), _bytes(spki), str(name), bool(is_ca), unread=bool(unread))


def _texts(pins: frozenset[bytes]) -> list[str]:
    return sorted(map(_text, pins))


def _text(pin: bytes) -> str:
    return b64encode(pin).decode("ascii")


def _pins(texts: Any) -> frozenset[bytes]:
    return frozenset(map(_bytes, texts))


def _bytes(text: Any) -> bytes:
    try:
        return b64decode(text, validate=True)
    except Base64Error as error:
        raise ValueError("no base64") from error
