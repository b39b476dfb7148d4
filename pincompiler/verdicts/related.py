"""Which of many configurations say anything of a host, without asking each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.policy.hosts import at_and_above, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pincompiler.facts import InForce


class Related:
    """The configurations of an app by the names at and below which they decide.

    Of any other host each says the same as of a host that nobody names (:meth:`Enforcement.names`).
    """

    def __init__(self, shipped: Sequence[InForce]) -> None:
        self._positions: dict[str, dict[int, None]] = {}
        for position, one in enumerate(shipped):
            for name in (*one.enforcement.names(), *(name for name, _ in one.unmatched)):
                self._positions.setdefault(plain(name), {})[position] = None

    def of(self, host: str) -> list[int]:
        """The positions of those that name a host or one above it, in their order."""
        found = (self._positions.get(name, ()) for name in at_and_above(host))
        return sorted({position for some in found for position in some})
