"""Code that decides on trust by itself: trust managers, hostname verifiers, WebView clients, sockets."""

from __future__ import annotations

from dataclasses import dataclass

from pincompiler.facts.common import Area


@dataclass(frozen=True, slots=True)
class TrustFacts(Area):
    """All of it."""
