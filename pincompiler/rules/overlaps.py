"""Names with entries of their own below other entries that reach them; what two rules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.policy.hosts import is_ip_address, public_suffix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.location import Location
    from pincompiler.policy.enforcement import Demand, PinSet
    from pincompiler.rules.examined import Examined


@dataclass(frozen=True, slots=True)
class Overlap:
    """A name with an entry of its own, below another whose pins would reach it if it were not named."""

    host: str
    where: Location | None
    above_host: str
    above: PinSet
    adds_up: bool
    """Whether the pins of the entry above count for it all the same."""
    same: bool
    """Whether dropping the entry would change nothing."""


def overlaps(examined: Examined) -> Iterator[Overlap]:
    """The names that repeat, change or add to what an entry above says.

    What would be demanded of a name without an entry is demanded of another below the same parent.
    """
    entries = {host: one for one in reversed(examined.pin_sets) for host in one.hosts}
    beside: dict[str, tuple[Demand, ...]] = {}
    for name in examined.names:
        parent = name.partition(".")[2]
        if not parent or name not in entries or is_ip_address(name):
            continue
        sibling = f"{examined.labels[0]}.{parent}"
        if parent not in beside:
            beside[parent] = tuple(map(examined.enforcement.demand, examined.below(sibling)))
        # To TrustKit a public suffix is an island below the names around it, and no such sibling of others.
        if any(beside[parent]) and public_suffix(name) != name:
            yield from _overlap(examined, name, sibling, entries[name])


def _overlap(examined: Examined, name: str, sibling: str, inner: PinSet) -> Iterator[Overlap]:
    """The first depth at which there is an entry above and this one says something else; none, if it repeats it."""
    demand = examined.enforcement.demand
    pairs = tuple(zip(examined.below(name), examined.below(sibling), strict=True))
    other = next(
        ((own, beside) for own, beside in pairs if demand(beside) and demand(own) != demand(beside)), None
    )
    same = all(demand(own) == demand(beside) for own, beside in pairs)
    if other is None and not (same and examined.enforcement.alike(name, sibling)):
        return  # it reaches further down, or is there for other settings than pins
    own, beside = other or next(pair for pair in pairs if demand(pair[1]))
    above_host, above = examined.entries_for(beside)[0]
    adds_up = any(entry is above for _, entry in examined.entries_for(own))
    yield Overlap(name, inner.where_host(name), above_host, above, adds_up and inner is not above, same)
