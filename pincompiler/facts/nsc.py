"""The network security configuration, and what the manifest says of traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pincompiler.facts.common import Area

if TYPE_CHECKING:
    from pincompiler.platforms.nsc.model import Nsc


@dataclass(frozen=True, slots=True)
class NscFile:
    """The network security configuration on some devices."""

    qualifier: str
    """Which devices: ``v28``, ``land``; empty for all that no other variant is for."""
    member: str
    nsc: Nsc
    is_debug_twin: bool = False


@dataclass(frozen=True, slots=True)
class NscFacts(Area):
    """All of it."""

    files: tuple[NscFile, ...] = ()
