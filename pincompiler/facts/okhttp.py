"""OkHttp: its version, its pinners, and the clients that have them or not."""

from __future__ import annotations

from dataclasses import dataclass

from pincompiler.facts.common import Area


@dataclass(frozen=True, slots=True)
class OkHttpFacts(Area):
    """All of it."""
