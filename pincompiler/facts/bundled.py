"""Files in the app: certificates, key stores, and strings that look like pins."""

from __future__ import annotations

from dataclasses import dataclass

from pincompiler.facts.common import Area


@dataclass(frozen=True, slots=True)
class BundledFacts(Area):
    """All of it."""
