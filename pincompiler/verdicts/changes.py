"""What has changed since an audit before: findings and pins that are new, gone, or as they were.

Two builds are of one app if they have one package, or if the package of one is that of the other with a
suffix, as a build for debugging has it.  Of two builds of one app the findings are then compared without the
package, by what their fingerprints hold besides: rule, hosts, owner, role and place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.base.finding import Change
from pincompiler.base.records import dataclass
from pincompiler.verdicts.fingerprints import fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pincompiler.base.finding import Finding
    from pincompiler.verdicts.subject import InventoryPin, Subject


@dataclass(frozen=True, slots=True)
class Changes:
    """How many there are of each kind, or which ones, over all apps that were compared."""

    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    unchanged: tuple[Finding, ...]
    """As they are now."""
    new_pins: tuple[InventoryPin, ...]
    gone_pins: tuple[InventoryPin, ...]
    kept_pins: tuple[InventoryPin, ...]

    @property
    def any(self) -> bool:
        """Whether there is a change at all."""
        return bool(self.new or self.fixed or self.new_pins or self.gone_pins)


def changes(subjects: Iterable[Subject]) -> Changes:
    """What :func:`compared` has found, of all apps together."""
    subjects = tuple(subject for subject in subjects if subject.baseline is not None)
    findings = [finding for subject in subjects for finding in subject.findings]
    pins = [pin for subject in subjects for pin in subject.pins]
    return Changes(
        tuple(finding for finding in findings if finding.change is Change.NEW),
        tuple(finding for subject in subjects for finding in subject.fixed),
        tuple(finding for finding in findings if finding.change is Change.UNCHANGED),
        tuple(pin for pin in pins if pin.change is Change.NEW),
        tuple(pin for subject in subjects for pin in subject.gone),
        tuple(pin for pin in pins if pin.change is Change.UNCHANGED),
    )


def compared(before: Iterable[Subject], after: Iterable[Subject]) -> tuple[Subject, ...]:
    """The apps of an audit, with what has changed in each since another audit.

    An app that the other audit does not have is new with everything in it; one that could not be read now is
    compared with nothing, since nothing is known of it.
    """
    old = tuple(subject for subject in before if not subject.error)
    now = tuple(after)
    return tuple(
        subject if subject.error else since(_counterparts(subject, old, now), subject) for subject in now
    )


def missing(before: Iterable[Subject], after: Iterable[Subject]) -> tuple[Subject, ...]:
    """The apps that an audit before has and this one has no build of."""
    old, now = tuple(subject for subject in before if not subject.error), tuple(after)
    met = {one for subject in now for one in _counterparts(subject, old, now)}
    return tuple(subject for subject in old if subject not in met)


def since(before: Sequence[Subject], subject: Subject) -> Subject:
    """An app with what has changed since other builds of it."""
    old = {mark: finding for one in before for mark, finding in _marks(one)}
    old_pins = {_pin_id(pin): pin for one in before for pin in one.pins}
    now = dict(_marks(subject))
    pins = {_pin_id(pin) for pin in subject.pins}
    return replace(
        subject,
        findings=tuple(replace(found, change=_change(mark in old)) for mark, found in now.items()),
        pins=tuple(replace(pin, change=_change(_pin_id(pin) in old_pins)) for pin in subject.pins),
        baseline=tuple(one.build for one in before),
        fixed=tuple(replace(found, change=Change.FIXED) for mark, found in old.items() if mark not in now),
        gone=tuple(replace(pin, change=None) for key, pin in old_pins.items() if key not in pins),
    )


def _change(known: bool) -> Change:  # noqa: FBT001 - the one thing it asks
    return Change.UNCHANGED if known else Change.NEW


def _marks(subject: Subject) -> Iterable[tuple[str, Finding]]:
    return zip(fingerprints("", subject.findings), subject.findings, strict=True)


def _pin_id(found: InventoryPin) -> tuple[str, str, str, str]:
    """What makes a pin the same one in the next build."""
    pin = found.pin
    return pin.mechanism.value, pin.host, pin.algorithm.value, pin.pin


def _counterparts(subject: Subject, old: Sequence[Subject], now: Sequence[Subject]) -> tuple[Subject, ...]:
    """The builds of the same app: of one package, and of one file where there are several of it."""
    same = tuple(one for one in old if one.package == subject.package)
    if same:
        return tuple(one for one in same if one.path == subject.path) or same
    # Only where one app is left on either side: com.app.debug is com.app, and com.app.wear beside it is not.
    left = {one.package for one in old} - {one.package for one in now}
    here = {one.package for one in now} - {one.package for one in old}
    if len(left) == len(here) == 1:
        return tuple(one for one in old if one.package in left and _suffixed(one.package, subject.package))
    return ()


def _suffixed(one: str, other: str) -> bool:
    """Whether one application id is the other with a suffix, as Gradle's applicationIdSuffix makes it."""
    short, long = sorted((one, other), key=len)
    return bool(short) and long.startswith(f"{short}.")
