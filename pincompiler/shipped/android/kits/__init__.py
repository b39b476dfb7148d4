"""Libraries that pin by their own means: TrustKit-Android, Cronet, and those that fetch their pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts.kits import KitFacts
from pincompiler.shipped.android.kits import cronet, given_pins, mail, run_time, switches, trustkit
from pincompiler.shipped.android.kits.known_calls import libraries

if TYPE_CHECKING:
    from pincompiler.facts import Code
    from pincompiler.shipped.android.source import Source, Want

WANTED: tuple[Want, ...] = (
    *(*trustkit.WANTED, *cronet.WANTED, *run_time.WANTED, *mail.WANTED),
    *dict.fromkeys(use.want for library in libraries() for _, uses in library.uses for use in uses),
)


def collect(source: Source) -> KitFacts:
    """The facts."""
    kit = trustkit.collect(source)
    entries = cronet.collect(source)
    others = run_time.collect(source)
    given = given_pins.collect(source)
    loose = (*switches.collect(source), *mail.collect(source))
    codes: tuple[Code, ...] = (
        *(entry.code for entry in entries.entries),
        *(one.code for one in others.kits),
        *given.codes,
        *(one.code for one in loose),
        *((*kit.trustkit.started, *kit.trustkit.used) if kit.trustkit else ()),
    )
    return KitFacts(
        (*kit.pins, *entries.pins, *others.pins, *given.pins),
        (*kit.shipped, *entries.shipped, *given.shipped),
        tuple(dict.fromkeys(codes)),
        kit.trustkit,
        entries.entries,
        others.kits,
        loose,
    )
