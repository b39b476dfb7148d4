"""An enforcement as the rules on policies ask it: for each host, what is demanded of the host on a day.

Entries of a configuration mean nothing by themselves: OkHttp and NSPinnedDomains add up all that match a host, the
other platforms take the most specific.  So what is true of a host is asked of the enforcement, with the three hosts
that stand for all that a name decides on (:mod:`pincompiler.policy.differences`); its entries say where and of whom to speak.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.policy.differences import unused_labels
from pincompiler.policy.enforcement import title_of
from pincompiler.policy.hosts import is_ip_address, is_no_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from pincompiler.base.location import Location
    from pincompiler.policy.enforcement import Demand, Enforcement, EntryId, Key, PinSet
    from pincompiler.policy.project import App


@dataclass(frozen=True, slots=True)
class Asked:
    """What is demanded of some hosts."""

    demand: Demand
    """On whichever day; never empty."""
    now: Demand
    """The clauses in force on the day that is asked about."""
    hosts: list[str]
    """Configured names, and names below them that stand for others."""

    @property
    def ends(self) -> date | None:
        """The first day on which nothing is demanded any more; None if nothing is now, or no end is set."""
        day = _end(self.now)
        # Where an entry ends, those of a name above it may begin to count.
        while day and (then := tuple(clause for clause in self.demand if clause.in_force(day))):
            day = _end(then)
        return day

    def ended(self, today: date) -> date | None:
        """The day on which something ceased to be demanded, the last of several; None if nothing has."""
        days = (clause.until for clause in self.demand)
        return max((day for day in days if day and day <= today), default=None)


def _end(clauses: Demand) -> date | None:
    """The day on which the last of them ends; None if one has no end, or there is none."""
    days = [clause.until for clause in clauses]
    return max((day for day in days if day), default=None) if all(days) else None


@dataclass(frozen=True, slots=True)
class Held:
    """Hosts that the same entries hold to the same demand."""

    title: str
    """How messages name them: ``api.example.com (and 2 more)``, ``any name below example.com``."""
    hosts: tuple[str, ...]
    """The configured names that they are or are below."""
    asked: Asked
    entries: tuple[PinSet, ...]
    """Those that add up to the demand, the most specific first."""

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of all entries; one that several entries have is there once."""
        keys = {(key.pin, key.name): key for entry in self.entries for key in entry.keys}
        return tuple(keys.values())

    def where(self, *more: str) -> Location | None:
        """The place of the entry that decides first, or of a part of it."""
        where = self.entries[0].where
        return where.at(*more) if where and more else where

    @property
    def related(self) -> tuple[tuple[str, Location], ...]:
        """The places of the entries that count besides."""
        others = (entry.where for entry in self.entries[1:])
        return tuple(("the pins here count too", where) for where in others if where)


@dataclass(frozen=True, slots=True)
class Examined:
    """An enforcement as rules on policies examine it: pins.toml, or what was read from an NSC, a plist or an app."""

    enforcement: Enforcement
    pin_sets: tuple[PinSet, ...]
    """Its entries, with the names of their keys and with places."""
    keys: tuple[Key, ...]
    """Every key that is known, used or not."""
    today: date
    horizon: int = 30
    """Warn this many days before an expiry."""
    app: App | None = None
    """What is known of the app that has it."""
    labels: tuple[str, str] = field(init=False, compare=False)
    """Two labels that are in none of its names."""
    names: tuple[str, ...] = field(init=False, compare=False)
    """Those at which its verdict may change, as they are configured; none where it has no entries to speak of."""
    asked: tuple[Asked, ...] = field(init=False, compare=False)
    """Every demand that it makes of some host."""
    _by_id: dict[EntryId, PinSet] = field(init=False, compare=False, repr=False)
    _by_key: dict[Key, list[str]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        configured = dict.fromkeys(host for one in self.pin_sets for host in one.hosts)
        more = set(self.enforcement.names()) - configured.keys() if configured else ()
        names = (*configured, *sorted(more))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "labels", unused_labels(names))
        object.__setattr__(self, "asked", tuple(self._asked()))
        object.__setattr__(self, "_by_id", {})
        object.__setattr__(self, "_by_key", {})

    def _asked(self) -> Iterator[Asked]:
        """The demands by their identity: equal ones that an enforcement makes anew are no harm."""
        by_id: dict[int, tuple[Demand, list[str]]] = {}
        for name in self.names:
            for host in () if is_no_name(name) else self.below(name):
                demand = self.enforcement.demand(host)
                if demand:
                    known = by_id.get(id(demand))
                    if known is None:
                        # The demand is kept beside its hosts so that its id stays its own.
                        by_id[id(demand)] = (demand, [host])
                    else:
                        known[1].append(host)
        for demand, hosts in by_id.values():
            yield Asked(demand, tuple(c for c in demand if c.in_force(self.today)), hosts)

    def below(self, name: str) -> tuple[str, ...]:
        """The hosts that stand for all that a name decides on: itself, one label below, further below."""
        if is_ip_address(name):
            return (name,)
        one, two = self.labels
        return (name, f"{one}.{name}", f"{two}.{one}.{name}")

    def held(self, suspect: Callable[[Asked], bool]) -> Iterator[Held]:
        """The hosts whose demands are suspect, by the entries that make them."""
        groups: dict[tuple[int, ...], tuple[Asked, tuple[PinSet, ...], dict[str, set[int]]]] = {}
        for asked in self.asked:
            for host in asked.hosts if suspect(asked) else ():
                found = self.entries_for(host)
                entries = tuple(entry for _, entry in found)
                _, _, named = groups.setdefault(tuple(map(id, entries)), (asked, entries, {}))
                named.setdefault(found[0][0], set()).add(_depth(host, found[0][0]))
        for asked, entries, named in groups.values():
            yield Held(*_called(named), asked, entries)

    def ending(self) -> Iterator[Held]:
        """The hosts whose pins will end and have the keys of certificates among them."""
        certified = frozenset(key.spki_sha256 for key in self.keys if key.certificate)

        def suspect(asked: Asked) -> bool:
            return bool(asked.ends) and any(not certified.isdisjoint(c.leaf | c.ca) for c in asked.now)

        return self.held(suspect) if certified else iter(())

    def entries_for(self, host: str) -> tuple[tuple[str, PinSet], ...]:
        """The entries whose pins count for a host, the most specific first, each with the name that matched."""
        found = ((one[0], self._entries[one]) for one in self.enforcement.entries_for(host))
        return tuple((name, entry) for name, entry in found if entry.enforce)

    def hosts_of(self, key: Key) -> tuple[str, ...]:
        """The hosts of all entries with a key, in their order."""
        if not self._by_key:
            for one in self.pin_sets:
                for own in dict.fromkeys(one.keys):
                    self._by_key.setdefault(own, []).extend(one.hosts)
        return tuple(self._by_key.get(key, ()))

    @property
    def _entries(self) -> Mapping[EntryId, PinSet]:
        """The pin-sets by name and reach; not needed where nothing is suspect."""
        if not self._by_id:
            self._by_id.update(((host, one.reach), one) for one in self.pin_sets for host in one.hosts)
        return self._by_id


def _depth(host: str, name: str) -> int:
    """How many labels a host is below a name; a trailing dot is none."""
    return host.removesuffix(".").count(".") - name.removesuffix(".").count(".")


def _called(named: Mapping[str, set[int]]) -> tuple[str, tuple[str, ...]]:
    """What to call the hosts at some depths below names, and which of the names they are or are below."""
    if own := tuple(name for name, depths in named.items() if 0 in depths):
        return title_of(own), own
    depths = set().union(*named.values())
    below = "one label below" if depths == {1} else "below" if 1 in depths else "two or more labels below"
    return f"any name {below} {title_of(tuple(named))}", tuple(named)


def of_file(
    enforcement: Enforcement,
    known: Mapping[bytes, Key],
    where: Location | None,
    today: date,
    horizon: int,
    app: App | None = None,
) -> Examined:
    """An enforcement that was read from a file, which names no keys and may not say where its entries stand.

    ``known`` are the keys of pins.toml by their pins; ``where`` is the place of what has none of its own.
    """
    sets = tuple(_placed(one, known, where) for one in enforcement.pin_sets())
    keys = tuple(dict.fromkeys(key for one in sets for key in one.keys))
    return Examined(enforcement, sets, keys, today, horizon, app)


def _placed(pin_set: PinSet, known: Mapping[bytes, Key], where: Location | None) -> PinSet:
    place = pin_set.where or where
    keys = tuple(replace(known.get(key.spki_sha256, key), where=key.where or place) for key in pin_set.keys)
    return replace(pin_set, keys=keys, where=place)
