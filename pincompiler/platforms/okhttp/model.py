"""What an OkHttp ``CertificatePinner`` is given, and what it does with it.

Facts are from ``okhttp3.CertificatePinner``, its documentation, and runs of 3.14.9, 4.2.2, 4.12.0
and 5.x: several patterns that match a host are a union; there is no expiry and no report-only.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.policy.differences import unused_labels
from pincompiler.policy.enforcement import Demand, Enforcement, EntryId, Key, PinSet, Reach, any_of
from pincompiler.policy.hosts import at_and_above, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pincompiler.base.location import Location
    from pincompiler.policy.project import Version

_DEEP_SINCE = (4, 3)
_LAST_WITH_DOTS = (5, 5, 1)
"""The newest there is: its successor is to take the dot off (issue 9724 of OkHttp, and the change that mends it)."""
_REACHES = {"": Reach.NONE, "*.": Reach.ONE_LABEL, "**.": Reach.ALL}

_PATTERN = lazy_regex(r"(\*\*?\.)?([^*]+)")


@dataclass(frozen=True, slots=True)
class OkHttpEntry:
    """One ``add(pattern, pins…)``."""

    pattern: str
    """``host``, ``*.host`` for one label below it, ``**.host`` for it and any depth below it."""
    keys: tuple[Key, ...]
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class OkHttp(Enforcement):
    """A certificate pinner, in an OkHttp of some version."""

    entries: tuple[OkHttpEntry, ...]
    deep: bool = True
    """Whether this OkHttp understands ``**.``; an older one takes it and matches nothing."""
    policy_digest: str = field(default="", compare=False)
    """Of the policy it was compiled from; known where it was read from a file."""
    undotted: bool = field(default=False, compare=False)
    """Whether it takes one trailing dot off a URL's host before it looks for patterns."""
    _exact: Mapping[str, tuple[OkHttpEntry, ...]] = field(init=False, compare=False, repr=False)
    _below: Mapping[str, tuple[OkHttpEntry, ...]] = field(init=False, compare=False, repr=False)
    _within: Mapping[str, tuple[OkHttpEntry, ...]] = field(init=False, compare=False, repr=False)
    _demands: dict[tuple[int, ...], Demand] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        tables: dict[str, dict[str, tuple[OkHttpEntry, ...]]] = {"": {}, "*.": {}, "**.": {}}
        for entry in self.entries:
            wildcard, name = split_pattern(entry.pattern)
            table = tables[wildcard]
            table[name] = (*table.get(name, ()), entry)
        object.__setattr__(self, "_exact", tables[""])
        object.__setattr__(self, "_below", tables["*."])
        object.__setattr__(self, "_within", tables["**."] if self.deep else {})
        object.__setattr__(self, "_demands", {})

    def names(self) -> Iterable[str]:
        """Every host of a pattern."""
        return {split_pattern(entry.pattern)[1] for entry in self.entries}

    def demand(self, host: str) -> Demand:
        """CertificatePinner.findMatchingPins: the pins of all patterns that match, any one suffices.

        Up to 5.5.1 the URL's host is taken as it is: one with a trailing dot matches no ordinary pattern.
        """
        found = tuple(self._matching(host))
        if not found:
            return ()
        ids = tuple(map(id, found))
        demand = self._demands.get(ids)
        if demand is None:
            demand = any_of(key for entry in found for key in entry.keys)
            self._demands[ids] = demand
        return demand

    def _matching(self, host: str) -> Iterator[OkHttpEntry]:
        host = host.lower().removesuffix("." if self.undotted else "")
        yield from self._exact.get(host, ())
        _, dot, above = host.partition(".")
        # Before 4.3 there need be nothing where the star stands, which only a single label can show:
        # `*.test` matches `test`.
        yield from self._below.get(above if dot or self.deep else host, ())
        if self._within:
            name = host
            while name:
                yield from self._within.get(name, ())
                name = name.partition(".")[2]

    def deciding(self, host: str) -> tuple[str, ...]:
        """Every pattern that matches."""
        return tuple(f'add("{entry.pattern}", …)' for entry in self._matching(host))

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """Every pattern that matches, the longest host first, once however often it was added."""
        found = dict.fromkeys(split_pattern(entry.pattern) for entry in self._matching(host))
        ordered = sorted(found, key=lambda one: (-len(one[1]), len(one[0])))
        return tuple((name, _REACHES[wildcard]) for wildcard, name in ordered)

    def differs_from(self, whole: OkHttp, name: str, labels: tuple[str, str]) -> bool:
        """Whether it pins a name, or names below with some labels, and to other keys than the whole that it is part of."""
        below, deeper = labels
        hosts = (name, f"{below}.{name}", f"{deeper}.{below}.{name}")
        return any(own != whole.demand(host) for host in hosts if (own := self.demand(host)))

    def pin_sets(self) -> tuple[PinSet, ...]:
        """One for each pattern, as near as pin-sets come to it."""
        added: dict[tuple[str, str], list[OkHttpEntry]] = {}
        for entry in self.entries:
            added.setdefault(split_pattern(entry.pattern), []).append(entry)
        return tuple(
            PinSet(
                (name,),
                _REACHES[wildcard],
                tuple(dict.fromkeys(key for entry in some for key in entry.keys)),
                where=some[0].where,
            )
            for (wildcard, name), some in added.items()
        )


def together(pinners: Iterable[OkHttp]) -> OkHttp:
    """Several pinners of one app as if all clients had all of them."""
    some = tuple(pinners)
    entries = tuple(dict.fromkeys(entry for one in some for entry in one.entries))
    digest = next((one.policy_digest for one in some), "")
    deep, undotted = all(one.deep for one in some), all(one.undotted for one in some)
    return OkHttp(entries, deep, digest, undotted)


def less_or_more(pinners: Sequence[OkHttp]) -> Iterator[bool]:
    """Of each pinner of an app, whether for some host that it pins it takes other keys than all of them together."""
    whole = together(pinners)
    names = {plain(name): name for name in whole.names()}
    labels = unused_labels(names)
    below: dict[str, list[str]] = {}
    for name in names.values():
        for above in at_and_above(name):
            if above in names:
                below.setdefault(above, []).append(name)
    for own in pinners:
        hosts = {name for one in own.names() for name in below[plain(one)]}
        yield any(own.differs_from(whole, name, labels) for name in hosts)


@dataclass(frozen=True, slots=True)
class Among(Enforcement):
    """One pinner of several as the app has it: for hosts that it does not pin, something else counts."""

    own: OkHttp
    rest: Enforcement
    """What counts for hosts that it does not pin."""

    def names(self) -> Iterable[str]:
        """Every host of a pattern of its own, and what else counts."""
        return {*self.own.names(), *self.rest.names()}

    def demand(self, host: str) -> Demand:
        """What its own client demands, else what the rest does."""
        return self._of(host).demand(host)

    def deciding(self, host: str) -> tuple[str, ...]:
        """The patterns that match, likewise."""
        return self._of(host).deciding(host)

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The same, by name and reach."""
        return self._of(host).entries_for(host)

    def pin_sets(self) -> tuple[PinSet, ...]:
        """Those of the pinner itself."""
        return self.own.pin_sets()

    def _of(self, host: str) -> Enforcement:
        return self.own if self.own.demand(host) else self.rest


def understands_deep(version: Version | None) -> bool:
    """Whether an OkHttp matches anything with ``**.``, as from 4.3 on; one of unknown version does."""
    return version is None or version >= _DEEP_SINCE


def takes_dots_off(version: Version | None) -> bool:
    """Whether an OkHttp takes ``example.com.`` for ``example.com``; one of unknown version does not."""
    return version is not None and version > _LAST_WITH_DOTS


def split_pattern(pattern: str) -> tuple[str, str]:
    """The wildcard of a pattern, if any, and its host as OkHttp keeps it: in lower case, and in A-labels.

    ``toCanonicalHost``, which asks ``java.net.IDN``, for IDNA 2003; what that refuses stays as it is.
    """
    found = _PATTERN.fullmatch(pattern)
    return ((found[1] or ""), _canonical(found[2].lower())) if found else ("", pattern)


def _canonical(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
