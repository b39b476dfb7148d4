"""The network security configuration, and what the manifest says of traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts.nsc import NscFacts, NscFile

if TYPE_CHECKING:
    from pincompiler.shipped.source import Source, Want

WANTED: tuple[Want, ...] = ()


def collect(source: Source) -> NscFacts:
    """The facts."""
    variants = source.package.nsc_variants()
    return NscFacts(files=tuple(NscFile(v.qualifier, v.member, v.nsc, v.is_debug_twin) for v in variants))
