"""Libraries that pin by their own means: TrustKit-Android, Cronet, and those that fetch their pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts.kits import KitFacts
from pincompiler.shipped.android.kits import cordova, cronet, run_time, trustkit

if TYPE_CHECKING:
    from pincompiler.facts import Code
    from pincompiler.shipped.android.source import Source, Want

WANTED: tuple[Want, ...] = (*trustkit.WANTED, *cronet.WANTED, *run_time.WANTED)


def collect(source: Source) -> KitFacts:
    """The facts."""
    kit = trustkit.collect(source)
    entries = cronet.collect(source)
    others = run_time.collect(source)
    hybrid = cordova.collect(source)
    codes: tuple[Code, ...] = (
        *(entry.code for entry in entries.entries),
        *(one.code for one in others.kits),
        *((*kit.trustkit.started, *kit.trustkit.used) if kit.trustkit else ()),
    )
    return KitFacts(
        (*kit.pins, *entries.pins, *others.pins),
        (*kit.shipped, *entries.shipped),
        tuple(dict.fromkeys(codes)),
        kit.trustkit,
        entries.entries,
        others.kits,
        hybrid,
    )
