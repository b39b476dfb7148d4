"""One thing that is wrong, with its place, and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.base.location import Location


class Level(StrEnum):
    """How much a finding matters; SARIF's own scale."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return ("error", "warning", "note").index(self.value)


class Confidence(StrEnum):
    """How sure an audit is of a finding."""

    CONFIRMED = "confirmed"
    """What was read leaves no other possibility."""
    LIKELY = "likely"
    """Some step could not be followed, and hardly anything else makes sense."""
    CANDIDATE = "candidate"
    """It looks like it; a person has to decide."""


class Use(StrEnum):
    """Whether code of an app ever runs, as far as calls can be followed."""

    REACHABLE = "reachable"
    """From a component that Android starts."""
    REFERENCED = "referenced"
    """Some code refers to it, and no way from a component was found."""
    PRESENT = "present"
    """Nothing refers to it."""
    NOT_CODE = ""
    """It is a file, and no code."""


class Change(StrEnum):
    """How a finding stands against an audit before."""

    NEW = "new"
    UNCHANGED = "unchanged"
    FIXED = "fixed"
    """It was found then, and is not found now."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a file, as it should be."""

    language: str
    """As Markdown names it: ``xml``, ``kotlin``, ``java``."""
    text: str
    """Lines, without a line end behind the last."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What to write at the place of a finding, where there is but one thing that can be meant."""

    text: str = ""
    """The string that stands there instead."""
    removes: bool = False
    """Instead: nothing stands there any more, neither the entry nor its comma."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding in a shipped app says beside its sentence."""

    owner: str = ""
    """``first-party``, or the name of the library or SDK whose code it is."""
    first_party: bool = True
    use: Use = Use.NOT_CODE
    confidence: Confidence = Confidence.CONFIRMED
    api: str = ""
    """The API levels concerned: ``24+``, ``1-23``; empty: all that the app supports."""
    mechanism: str = ""
    """What should enforce, by the names of the report: ``nsc``, ``okhttp``…"""
    chain: tuple[str, ...] = ()
    """Symbols from an entry point to the place, outermost first."""
    shown: tuple[str, ...] = ()
    """What was read there: decoded constants, instructions, lines of XML."""
    role: str = ""
    """What the place is, in words that no obfuscation changes: part of the fingerprint."""
    remedy: Snippet | None = None
    """What the app should have there, written for its own host and keys."""


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
    accepted: str = ""
    """Why the team lives with it; then it is a note."""
    evidence: Evidence | None = None
    """For what was found in a shipped app."""
    kind: str = ""
    """Findings of one rule, target, pin-set and kind say the same of several hosts: see fold()."""
    change: Change | None = None
    """None: it was compared with no audit before."""
    environments: tuple[str, ...] = ()
    """The environments of pins.toml it is about; empty: all that were checked."""
    correction: Correction | None = None
    """What `check --fix` may do at its place; None: a person has to decide."""


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
