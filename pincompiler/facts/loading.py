"""Code that an audit cannot see: packed, encrypted, loaded at run time, or native."""

from __future__ import annotations

from dataclasses import dataclass

from pincompiler.facts.common import Area


@dataclass(frozen=True, slots=True)
class LoadingFacts(Area):
    """All of it."""
