"""Property lists of Apple's platforms, with what pins in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts.common import Area

if TYPE_CHECKING:
    from pincompiler.base.location import Location
    from pincompiler.platforms.plist_faults import Fault


@dataclass(frozen=True, slots=True)
class PlacedFault:
    """Something in a property list that its platform makes other than its author meant, and where it stands."""

    fault: Fault
    where: Location


@dataclass(frozen=True, slots=True)
class PlistFacts(Area):
    """All of them."""

    faults: tuple[PlacedFault, ...] = ()
