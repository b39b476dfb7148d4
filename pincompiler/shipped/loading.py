"""Code that an audit cannot see: packed, encrypted, loaded at run time, or native."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts.loading import LoadingFacts

if TYPE_CHECKING:
    from pincompiler.shipped.source import Source, Want

WANTED: tuple[Want, ...] = ()


def collect(source: Source) -> LoadingFacts:
    """The facts."""
    del source  # to come
    return LoadingFacts()
