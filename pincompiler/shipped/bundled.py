"""Files in the app: certificates, key stores, and strings that look like pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts.bundled import BundledFacts

if TYPE_CHECKING:
    from pincompiler.shipped.source import Source, Want

WANTED: tuple[Want, ...] = ()


def collect(source: Source) -> BundledFacts:
    """The facts."""
    del source  # to come
    return BundledFacts()
