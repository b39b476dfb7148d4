"""Libraries that pin: TrustKit-Android, Cronet, Conscrypt and their like."""

from __future__ import annotations

from dataclasses import dataclass

from pincompiler.facts.common import Area


@dataclass(frozen=True, slots=True)
class KitFacts(Area):
    """All of it."""
