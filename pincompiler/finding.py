"""One thing that is wrong, with its place, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.location import Location


class Level(StrEnum):
    """How much a finding matters; SARIF's own scale."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return ("error", "warning", "note").index(self.value)


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence on one wrong thing."""

    rule: str
    level: Level
    message: str
    """A sentence without its full stop, which names the host or the key."""
    location: Location | None = None
    fix: str = ""
    """What to do, short enough to stand behind a caret."""
    hosts: tuple[str, ...] = ()
    """The configured names it is about; what ``[[accept]]`` is matched with."""
    target: str = ""
    """The compile target it is about, or nothing."""
    related: tuple[tuple[str, Location], ...] = ()
    """Other places that matter, each with what it has to do with this: "first named here"."""
    kind: str = ""
    """Findings of one rule, target, pin-set and kind say the same of several hosts: see fold()."""


def fold(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Join findings that say the same of several hosts of one pin-set into the first of them."""
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        place = finding.location.path[:2] if finding.location else ()
        key = (finding.rule, finding.level, finding.target, finding.kind, place)
        groups.setdefault(key if finding.kind else number, []).append(finding)
    return tuple(_folded(group) for group in groups.values())


def _folded(group: list[Finding]) -> Finding:
    first, more = group[0], len(group) - 1
    if not more:
        return first
    hosts = tuple(dict.fromkeys(host for finding in group for host in finding.hosts))
    likewise = f"{first.message} (and {more:,} more {'host' if more == 1 else 'hosts'} likewise)"
    return replace(first, message=likewise, hosts=hosts)
