"""What has changed since an audit that was saved: findings and pins that are new, gone, or as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.records import dataclass
from pincompiler.reports.fingerprints import fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.finding import Finding
    from pincompiler.subject import Subject

PinId = tuple[str, str, str, str, str]
"""Package, mechanism, host, algorithm and pin: what makes a pin the same one in the next build."""


@dataclass(frozen=True, slots=True)
class Changes:
    """From one audit to the next."""

    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    unchanged: tuple[Finding, ...]
    """As they are now."""
    new_pins: tuple[PinId, ...]
    gone_pins: tuple[PinId, ...]
    kept_pins: tuple[PinId, ...]

    @property
    def any(self) -> bool:
        """Whether there is a change at all."""
        return bool(self.new or self.fixed or self.new_pins or self.gone_pins)


def changes(before: Iterable[Subject], after: Iterable[Subject]) -> Changes:
    """Compare two audits by fingerprint, which holds the package and outlives another obfuscation."""
    before, after = tuple(before), tuple(after)
    old, now = _findings(before), _findings(after)
    old_pins, pins = _pins(before), _pins(after)
    return Changes(
        tuple(finding for mark, finding in now.items() if mark not in old),
        tuple(finding for mark, finding in old.items() if mark not in now),
        tuple(finding for mark, finding in now.items() if mark in old),
        tuple(pin for pin in pins if pin not in old_pins),
        tuple(pin for pin in old_pins if pin not in pins),
        tuple(pin for pin in pins if pin in old_pins),
    )


def as_text(found: Changes) -> str:
    """A line for what is new or gone, then the counts."""
    lines = [f"new: {one.level.value}: {one.message} [{one.rule}]" for one in found.new]
    lines += [f"fixed: {one.level.value}: {one.message} [{one.rule}]" for one in found.fixed]
    lines += [f"new pin: {' '.join(part for part in pin if part)}" for pin in found.new_pins]
    lines += [f"pin gone: {' '.join(part for part in pin if part)}" for pin in found.gone_pins]
    lines.append(
        f"findings: {len(found.new):,} new, {len(found.fixed):,} fixed, {len(found.unchanged):,} unchanged; "
        f"pins: {len(found.new_pins):,} new, {len(found.gone_pins):,} gone, {len(found.kept_pins):,} unchanged"
    )
    return "\n".join(lines)


def _findings(subjects: Iterable[Subject]) -> dict[str, Finding]:
    return {
        mark: finding
        for subject in subjects
        for mark, finding in zip(
            fingerprints(subject.package, subject.findings), subject.findings, strict=True
        )
    }


def _pins(subjects: Iterable[Subject]) -> dict[PinId, None]:
    pairs = ((subject.package, found.pin) for subject in subjects for found in subject.pins)
    return {(name, pin.mechanism.value, pin.host, pin.algorithm.value, pin.pin): None for name, pin in pairs}
