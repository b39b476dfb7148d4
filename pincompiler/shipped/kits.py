"""Libraries that pin: TrustKit-Android, Cronet, Conscrypt and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts.kits import KitFacts

if TYPE_CHECKING:
    from pincompiler.shipped.source import Source, Want

WANTED: tuple[Want, ...] = ()


def collect(source: Source) -> KitFacts:
    """The facts."""
    del source  # to come
    return KitFacts()
