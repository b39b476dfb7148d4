"""Anchors, where they are trusted, and for which hosts; what the rules on them look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.platforms.nsc.model import Nsc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from pincompiler.base.location import Location
    from pincompiler.policy.trust import Anchor
    from pincompiler.rules.rule import Examined


@dataclass(frozen=True, slots=True)
class TrustedAnchors:
    """The anchors that one place in a file names."""

    anchors: tuple[Anchor, ...]
    where: Location | None
    """``file`` of ``[anchors.NAME]``, or a ``<certificates>``."""
    hosts: tuple[str, ...] = ()
    """None: every host that nothing else is said of."""
    related: tuple[tuple[str, Location], ...] = ()
    """The file of the anchor, where that is another."""


@dataclass(frozen=True, slots=True)
class EndingAnchors:
    """Those of one place whose certificates end on some days."""

    first: Anchor
    """The one that ends first."""
    day: date
    """Its last day, in UTC."""
    more: int
    """How many others there are."""
    named: TrustedAnchors

    @property
    def others(self) -> str:
        """These, to follow the sentence about the first."""
        return f", and {self.more:,} more beside it" if self.more else ""


def in_configuration(examined: Examined) -> Iterator[TrustedAnchors]:
    """The anchors of each ``<certificates>`` that is in force, where a network security configuration is examined."""
    if not isinstance(examined.enforcement, Nsc):
        return
    nsc = examined.enforcement
    debugging = {(one.where, one.source) for one in nsc.overrides or ()}
    # By the source as well: a whole file may stand in one line.
    hosts: dict[tuple[Location | None, str], list[str]] = {}
    found: dict[tuple[Location | None, str], tuple[Anchor, ...]] = {}
    for config in nsc.configs:
        for one in config.settings.anchors or () if config.matched else ():
            hosts.setdefault((one.where, one.source), []).extend(domain.name for domain in config.matched)
            found[one.where, one.source] = one.anchors or ()
    for one in nsc.base.anchors or ():
        hosts[one.where, one.source], found[one.where, one.source] = [], one.anchors or ()
    for (where, source), anchors in found.items():
        files = dict.fromkeys(one.where for one in anchors if one.where)
        related = tuple(("the anchor's file", file) for file in files)
        if anchors and (where, source) not in debugging:
            yield TrustedAnchors(anchors, where, tuple(hosts[where, source]), related)


def ending(examined: Examined, when: Callable[[date], bool]) -> Iterator[EndingAnchors]:
    """The CAs of pins.toml, or of a configuration, whose certificates end on such days."""
    for named in (*_in_pins_toml(examined), *in_configuration(examined)):
        days = [
            (one.certificate.not_after.date(), number)
            for number, one in enumerate(named.anchors)
            if one.certificate and one.is_ca and when(one.certificate.not_after.date())
        ]
        if days:
            day, number = min(days)
            yield EndingAnchors(named.anchors[number], day, len(days) - 1, named)


def _in_pins_toml(examined: Examined) -> Iterator[TrustedAnchors]:
    hosts: dict[Anchor, list[str]] = {}
    for pin_set in examined.pin_sets:
        for anchor in pin_set.trust.anchors:
            hosts.setdefault(anchor, []).extend(pin_set.hosts)
    for anchor, names in hosts.items():
        where = anchor.where.at("file") if anchor.where else None
        yield TrustedAnchors((anchor,), where, tuple(names))
