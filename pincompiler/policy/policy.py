"""What pins.toml means: the :class:`Policy` that everything else is compared with."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import field, replace
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.policy.enforcement import Enforcement, Key, Reach, Role, any_of
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Store, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pincompiler.policy.enforcement import Demand, EntryId, PinSet
    from pincompiler.policy.trust import Source


@dataclass(frozen=True, slots=True)
class Policy(Enforcement):
    """What pins.toml means: the most specific name decides, and any one of its keys suffices."""

    sets: tuple[PinSet, ...]
    assessors: frozenset[Source] = frozenset()
    """In an assessment build, those whose chains are accepted for every host, whatever it demands."""
    base: Enforcement | None = field(default=None, compare=False)
    """What says whom hosts trust of which pins.toml does not say it: a hand-written file; None: the system's CAs."""
    _index: Mapping[str, tuple[PinSet, Demand]] = field(init=False, compare=False, repr=False)
    _trusting: bool = field(init=False, compare=False, repr=False)
    """Whether any set trusts others than the system's CAs."""
    _digest: str = field(init=False, compare=False, repr=False)
    """Empty until it was asked for."""

    def __post_init__(self) -> None:
        index: dict[str, tuple[PinSet, Demand]] = {}
        for pin_set in self.sets:
            index.update(dict.fromkeys(pin_set.hosts, (pin_set, _demand(pin_set))))
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_trusting", any(one.trust is not SYSTEM_ALONE for one in self.sets))
        object.__setattr__(self, "_digest", "")

    def names(self) -> Iterable[str]:
        """Every host of every set."""
        return self._index.keys()

    def pin_sets(self) -> tuple[PinSet, ...]:
        """The sets as they stand in the file."""
        return self.sets

    def demand(self, host: str) -> Demand:
        """The demand of the set that covers the host."""
        found = self._find(host)
        return found[1] if found else ()

    def own_trust(self) -> bool:
        """Whether any set says so, or the base, or this is for an assessment build."""
        return self._trusting or bool(self.assessors) or (self.base is not None and self.base.own_trust())

    def trust(self, host: str) -> Trust:
        """The trust of the set that covers the host, if it says it; else that of the base."""
        found = self._find(host) if self._trusting or self.base else None
        own = found[0].trust if found else SYSTEM_ALONE
        if self.base is not None and not (found and found[0].states_trust):
            own = self.base.trust(host)
        if not self.assessors:
            return own
        return Trust(own.sources | self.assessors, own.overriding | self.assessors)

    def as_pins(self) -> Policy:
        """The same where the device alone decides whom it trusts: the keys of assessors are among the pins.

        What is left out: a chain with such a key that ends in a CA which is trusted anyway is accepted as well.
        """
        added = self.assessor_keys
        if not added:
            return self
        sets = (
            replace(one, keys=tuple(dict.fromkeys((*one.keys, *added)))) if one.in_force else one
            for one in self.sets
        )
        return Policy(tuple(sets))

    @property
    def assessor_keys(self) -> tuple[Key, ...]:
        """Those of CAs that are named; whom users install has keys that nobody knows."""
        named = (one for one in sorted(self.assessors, key=_trusted) if isinstance(one, Anchor))
        return tuple(Key(one.spki_sha256, Role.CA, one.name, certificate=one.certificate) for one in named)

    def deciding(self, host: str) -> tuple[str, ...]:
        """The pin-set, by the name that matched."""
        found = self.entries_for(host)
        return tuple(f'[[pin-set]] {name}, subdomains = "{reach.value}"' for name, reach in found)

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The set that covers the host, by the name that matched."""
        found = self.covering(host)
        name = host.lower().removesuffix(".")
        while found and self._index.get(name, (None,))[0] is not found:
            name = name.partition(".")[2]
        return ((name, found.reach),) if found else ()

    def alike(self, host: str, other: str) -> bool:
        """Whether chains for both may end in the same CAs, and failures are reported to the same places."""
        some = (self.covering(host), self.covering(other))
        here, there = (set(one.report_uris) if one else set() for one in some)
        return here == there and self.trust(host) == self.trust(other)

    def covering(self, host: str) -> PinSet | None:
        """The set that decides on a host: its own, else that of the nearest name that reaches it."""
        found = self._find(host)
        return found[0] if found else None

    def says(self, host: str) -> bool:
        """Whether a set enforces something for a host: pins, or trust in others than the system's CAs."""
        return (found := self.covering(host)) is not None and found.decides

    def above(self, host: str) -> Iterator[PinSet]:
        """The sets of the names above a host, whether they reach it or not, nearest first."""
        while host := host.partition(".")[2]:
            if found := self._index.get(host):
                yield found[0]

    def _find(self, host: str) -> tuple[PinSet, Demand] | None:
        name = host.lower().removesuffix(".")
        if found := self._index.get(name):
            return found
        enough: tuple[Reach, ...] = (Reach.ONE_LABEL, Reach.ALL)
        while name := name.partition(".")[2]:
            found = self._index.get(name)
            if found and found[0].reach in enough:
                return found
            enough = (Reach.ALL,)
        return None

    def digest(self) -> str:
        """``sha256/`` and base64 of the policy's meaning.

        Names of keys, comments and the order of anything do not count; hosts, reach, keys and
        their roles, expiry, enforcement, report URIs and trust do.  What is not the default is there alone: a
        file that says nothing new keeps its digest, which releases name.
        """
        if not self._digest:
            meaning = sorted(line for pin_set in self.sets for line in _meaning(pin_set))
            if self.assessors:
                meaning.append(["assessment", sorted(map(_trusted, self.assessors))])
            text = json.dumps(meaning, ensure_ascii=True, separators=(",", ":"))
            digest = b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
            object.__setattr__(self, "_digest", f"sha256/{digest}")
        return self._digest


def _demand(pin_set: PinSet) -> Demand:
    """Nothing of a set without keys, of which whom it trusts decides alone."""
    if not pin_set.enforce or not (pin_set.keys or pin_set.trust == SYSTEM_ALONE):
        return ()
    return any_of(pin_set.keys, pin_set.expires)


def _meaning(pin_set: PinSet) -> Iterable[list[object]]:
    keys = {(_pinned(key), key.role or "") for key in pin_set.keys}
    rest: list[object] = [
        pin_set.reach.value,
        sorted(keys),
        pin_set.expires.isoformat() if pin_set.expires else "",
        pin_set.enforce,
        sorted(set(pin_set.report_uris)),
    ]
    if pin_set.trust != SYSTEM_ALONE:
        rest.append(sorted(map(_trusted, pin_set.trust.sources)))
    return ([host, *rest] for host in pin_set.hosts)


def _pinned(key: Key) -> str:
    return f"certificate/{key.whole.hex()}" if key.whole else key.pin


def _trusted(source: Source) -> str:
    return source.value if isinstance(source, Store) else f"anchor/{source.identity.hex()}"
