"""Pin-sets that cover hosts of other pin-sets; what two rules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.policy import Reach
from pincompiler.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.policy import PinSet


@dataclass(frozen=True, slots=True)
class Overlap:
    """A host of one set that another set would cover, were it not named."""

    host: str
    inner: PinSet
    above_host: str
    above: PinSet

    @property
    def same(self) -> bool:
        """Whether dropping the inner entry would change nothing."""
        inner, above = self.inner, self.above
        return (
            set(inner.keys) == set(above.keys)
            and (inner.enforce, inner.expires) == (above.enforce, above.expires)
            # An entry that reaches nothing below leaves what is below it to the set above.
            and (inner.reach is Reach.NONE or above.reach is Reach.ALL)
        )


def overlaps(pin_sets: Iterable[PinSet]) -> Iterator[Overlap]:
    """For each host the nearest other name whose reach includes it."""
    owners = {host: pin_set for pin_set in pin_sets for host in pin_set.hosts}
    for host, inner in owners.items():
        above, depth = host, 0
        while above := above.partition(".")[2]:
            depth += 1
            owner = owners.get(above)
            if owner and (owner.reach is Reach.ALL or (owner.reach is Reach.ONE_LABEL and depth == 1)):
                yield Overlap(host, inner, above, owner)
                break
