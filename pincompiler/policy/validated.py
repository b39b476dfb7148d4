"""Pins that are looked at where another enforcement has decided in whom chains may end.

OkHttp, Cronet and TrustKit-Android are given chains that Android has validated, by an app's network security
configuration (NetworkSecurityTrustManager, AndroidCertificateChainCleaner of OkHttp).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.policy.enforcement import Enforcement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.policy.enforcement import Demand, EntryId, PinSet
    from pincompiler.policy.trust import Trust


@dataclass(frozen=True, slots=True)
class Validated(Enforcement):
    """The pins of one enforcement, and the trust of another."""

    pins: Enforcement
    validator: Enforcement

    def names(self) -> Iterable[str]:
        """Those of both."""
        return dict.fromkeys((*self.pins.names(), *self.validator.names()))

    def demand(self, host: str) -> Demand:
        """That of the pins."""
        return self.pins.demand(host)

    def own_trust(self) -> bool:
        """As the validator says."""
        return self.validator.own_trust()

    def trust(self, host: str) -> Trust:
        """As the validator has it."""
        return self.validator.trust(host)

    def deciding(self, host: str) -> tuple[str, ...]:
        """The entries of the pins."""
        return self.pins.deciding(host)

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The entries of the pins."""
        return self.pins.entries_for(host)

    def alike(self, host: str, other: str) -> bool:
        """Whether both see no difference."""
        return self.pins.alike(host, other) and self.validator.alike(host, other)

    def pin_sets(self) -> tuple[PinSet, ...]:
        """Those of the pins."""
        return self.pins.pin_sets()

    def besides(self, host: str) -> str:
        """As the pins have it: what is the validator's is compared with the validator."""
        return self.pins.besides(host)

    def hashable(self) -> frozenset[str] | None:
        """As the pins have it."""
        return self.pins.hashable()
