"""Code that decides on trust by itself: trust managers, hostname verifiers, WebView clients, sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts.trust import TrustFacts

if TYPE_CHECKING:
    from pincompiler.shipped.source import Source, Want

WANTED: tuple[Want, ...] = ()


def collect(source: Source) -> TrustFacts:
    """The facts."""
    del source  # to come
    return TrustFacts()
