"""How far a shipped app has drifted from pins.toml.

:func:`pincompiler.policy.differences.differences` says whether there is any drift, completely; what it finds is
then put into the words of a release: a host is missing, a key is missing or unknown, a name reaches
too far.  What differs and has no such words is reported by its counter-example.
"""

from __future__ import annotations

from base64 import b64encode
from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.policy.differences import describe, differences, unused_labels
from pincompiler.policy.hosts import is_ip_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from pincompiler.facts import InForce
    from pincompiler.facts.common import AnyMechanism
    from pincompiler.policy.differences import Difference
    from pincompiler.policy.enforcement import Demand, Enforcement, Key
    from pincompiler.policy.policy import Policy


class DriftKind(StrEnum):
    """What has drifted."""

    HOST_MISSING = "host-missing"
    HOST_UNKNOWN = "host-unknown"
    KEY_MISSING = "key-missing"
    KEY_UNKNOWN = "key-unknown"
    NARROWER = "narrower"
    WIDER = "wider"
    EXPIRY = "expiry"
    TRUST = "trust"


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that differs."""

    kind: DriftKind
    mechanism: AnyMechanism
    host: str
    """As pins.toml spells it; of an unknown host, as the app does."""
    shipped: InForce
    said: str
    """What differs, as the end of a sentence."""
    key: Key | None = None
    pin: bytes = b""
    """The SPKI pin that is missing or too many."""


def drift(expected: Enforcement, shipped: InForce, policy: Policy, keys: Iterable[Key]) -> tuple[Drift, ...]:
    """Everything in which what an app ships differs from what pins.toml wants of it; nothing if they mean the same."""
    return tuple(_Comparison(expected, shipped, policy, {key.spki_sha256: key for key in keys}).all())


@dataclass(frozen=True, slots=True)
class _Comparison:
    expected: Enforcement
    shipped: InForce
    policy: Policy
    keys: dict[bytes, Key]

    def all(self) -> Iterator[Drift]:
        """What differs, host by host in the order of pins.toml, and then what only the app names."""
        found: dict[str, list[Difference]] = {}
        trusting: dict[str, Drift] = {}
        for difference in differences(self.expected, self.shipped.enforcement):
            if not difference.of_trust:
                found.setdefault(difference.name, []).append(difference)
            elif self.policy.says(difference.host) and not self.expected.trust(difference.host).unread:
                trusting.setdefault(difference.name, self._other(difference, DriftKind.TRUST))
        ordered = dict.fromkeys(name for name in self.policy.names() if name in found) | dict.fromkeys(found)
        labels = unused_labels([*self.expected.names(), *self.shipped.enforcement.names()])
        for name in ordered:
            named = tuple(self._named(name, labels))
            yield from named or (self._other(found[name][0], DriftKind.KEY_UNKNOWN),)
        yield from trusting.values()

    def _named(self, name: str, labels: tuple[str, str]) -> Iterator[Drift]:
        wanted, actual = self.expected.demand(name), self.shipped.enforcement.demand(name)
        if wanted and not actual:
            yield self._one(DriftKind.HOST_MISSING, name, f"{name} is not pinned")
            return
        if name not in set(self.policy.names()) and not wanted:
            yield self._one(DriftKind.HOST_UNKNOWN, name, f"{name} is pinned, and pins.toml does not know it")
            return
        named = tuple(self._keys(name, name, wanted, actual)) if wanted and actual else ()
        yield from named
        yield from self._below(name, labels, {drifted.pin for drifted in named})

    def _below(self, name: str, labels: tuple[str, str], named: set[bytes]) -> Iterator[Drift]:
        """What differs for the names below a configured one, and not for itself."""
        if is_ip_address(name):
            return
        for host in (f"{labels[0]}.{name}", f"{labels[1]}.{labels[0]}.{name}"):
            wanted, actual = self.expected.demand(host), self.shipped.enforcement.demand(host)
            if wanted and not actual:
                yield self._one(DriftKind.NARROWER, name, f"not all names below {name} are pinned")
                return
            if actual and not wanted:
                said = f"names below {name} are pinned that pins.toml leaves alone"
                yield self._one(DriftKind.WIDER, name, said)
                return
            found = tuple(self._keys(name, f"names below {name}", wanted, actual))
            yield from (one for one in found if one.pin not in named and (one.pin or not named))
            named |= {one.pin for one in found}

    def _keys(self, name: str, who: str, wanted: Demand, actual: Demand) -> Iterator[Drift]:
        here, there = _pins(wanted), _pins(actual)
        for pin in sorted(here - there, key=self._title):
            said = f"`{self._title(pin)}` is missing for {who}"
            yield self._one(DriftKind.KEY_MISSING, name, said, self.keys.get(pin), pin)
        for pin in sorted(there - here, key=self._title):
            key = self.keys.get(pin)
            known = f"`{key.title}`" if key else f"a key that pins.toml does not know, {_shown(pin)},"
            yield self._one(DriftKind.KEY_UNKNOWN, name, f"{known} is pinned for {who}", key, pin)
        ends, shipped_ends = _ends(wanted), _ends(actual)
        if ends != shipped_ends:
            said = f"the pins of {who} end {_day(shipped_ends)}, and pins.toml says {_day(ends)}"
            yield self._one(DriftKind.EXPIRY, name, said)

    def _other(self, difference: Difference, kind: DriftKind) -> Drift:
        """What has no simpler words: a chain that one side accepts and the other does not."""
        said = describe(difference, "pins.toml", self.shipped.title, self._title)
        return self._one(kind, difference.name, said)

    def _one(self, kind: DriftKind, host: str, said: str, key: Key | None = None, pin: bytes = b"") -> Drift:
        return Drift(kind, self.shipped.mechanism, host, self.shipped, said, key, pin)

    def _title(self, pin: bytes) -> str:
        return self.keys[pin].title if pin in self.keys else _shown(pin)


def _shown(pin: bytes) -> str:
    return b64encode(pin).decode("ascii")


def _pins(demand: Demand) -> frozenset[bytes]:
    return frozenset(pin for clause in demand for pin in clause.pins)


def _ends(demand: Demand) -> date | None:
    """The day from which nothing is demanded any more."""
    days = [clause.until for clause in demand]
    return max((day for day in days if day), default=None) if all(days) else None


def _day(day: date | None) -> str:
    return f"on {day.isoformat()}" if day else "never"
