"""Anchors and the hosts for which pin-sets trust them; what two rules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pincompiler.policy.trust import Anchor
    from pincompiler.rules.rule import Examined


def ends_of(examined: Examined) -> Iterator[tuple[Anchor, date, tuple[str, ...]]]:
    """Each anchor that is trusted, the last day of its certificate in UTC, and the hosts."""
    hosts: dict[Anchor, list[str]] = {}
    for pin_set in examined.pin_sets:
        for anchor in pin_set.trust.anchors:
            hosts.setdefault(anchor, []).extend(pin_set.hosts)
    for anchor, names in hosts.items():
        if anchor.certificate:
            yield anchor, anchor.certificate.not_after.date(), tuple(names)
