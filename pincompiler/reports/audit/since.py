"""What the page and the Markdown say of a build before: which one it was, and what has changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.reports.findings.text import visible
from pincompiler.reports.names import mechanism_name
from pincompiler.verdicts.changes import changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.facts import System
    from pincompiler.verdicts.changes import Changes
    from pincompiler.verdicts.subject import Build, InventoryPin, Subject

_MOST = 20
"""Findings of a kind that the overview names; the list of findings has all."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A finding in the overview."""

    level: str
    message: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A pin that was there before, and where."""

    where: str
    pin: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The answer to "what is different?", for the top of a report."""

    build: str
    """``com.example.shop 4.1 (shop-4.1.apk, sha256 3db18d39…)``; empty: the audit before has none."""
    said: str
    """In a sentence."""
    brief: str
    """In a table."""
    new: tuple[ChangeLine, ...]
    fixed: tuple[ChangeLine, ...]
    more: str
    """How many of either are left out, or nothing."""
    gone: tuple[Gone, ...]
    """Pins that were there before."""
    doubt: str
    """Why what is called new or fixed may not be."""


def overview(subject: Subject) -> Overview | None:
    """The overview of an app; None if it was compared with none."""
    if subject.baseline is None:
        return None
    found = changes([subject])
    left = max(len(found.new) - _MOST, 0) + max(len(found.fixed) - _MOST, 0)
    return Overview(
        ", ".join(map(name, subject.baseline)),
        _sentence(found, known=bool(subject.baseline)),
        f"{len(found.new):,} new, {len(found.fixed):,} fixed",
        tuple(ChangeLine(one.level.value, visible(one.message)) for one in found.new[:_MOST]),
        tuple(ChangeLine(one.level.value, visible(one.message)) for one in found.fixed[:_MOST]),
        f"{left:,} more in the list of findings" if left else "",
        tuple(_pin(one, subject.system) for one in found.gone_pins),
        " ".join(_doubts(subject, found)),
    )


def name(build: Build) -> str:
    """What distinguishes a build, in a few words."""
    title = f"{visible(build.package or build.path)} {visible(build.version_name)}".rstrip()
    code = f"code {build.version_code}" if build.version_code else ""
    digest = f"sha256 {visible(build.sha256[:8])}…" if build.sha256 else ""
    path = visible(build.path) if build.package else ""
    return f"{title} ({', '.join(part for part in (code, path, digest) if part)})"


def _sentence(found: Changes, *, known: bool) -> str:
    if not known:
        return "The audit before does not have this app, so everything in it is new."
    return (
        f"{len(found.new):,} new, {len(found.fixed):,} fixed and {len(found.unchanged):,} unchanged findings; "
        f"{len(found.new_pins):,} new, {len(found.gone_pins):,} gone and {len(found.kept_pins):,} unchanged pins."
    )


def _doubts(subject: Subject, found: Changes) -> Iterator[str]:
    if not subject.complete and (found.fixed or found.gone_pins):
        yield "Not everything was seen in this build, so what is fixed or gone may only not have been seen."
    now = subject.build.policy
    others = {one.policy for one in subject.baseline or ()} - {now}
    if now is not None and others and None not in others and (found.new or found.fixed):
        which = (
            "another pins.toml" if now and all(others) else "a pins.toml" if all(others) else "no pins.toml"
        )
        yield f"The audit before was held to {which}, so what is new or fixed may be so by that alone."


def _pin(found: InventoryPin, system: System) -> Gone:
    pin = found.pin
    where = f"{visible(pin.host) or 'host not known'} ({mechanism_name(pin.mechanism.value, system)})"
    return Gone(where, visible(pin.pin))
