"""Two configurations, or two builds of an app, side by side: who would accept what, and what changed."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date
from typing import TYPE_CHECKING, Any

from pincompiler.changes import Changes, changes
from pincompiler.changes import as_text as changes_as_text
from pincompiler.configurations import Configuration, doubts_of, is_app, read_configurations, shipped
from pincompiler.errors import InputError
from pincompiler.fidelity import STRANGER, Difference, describe, differences
from pincompiler.records import dataclass
from pincompiler.reports.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pincompiler.changes import PinId
    from pincompiler.finding import Finding
    from pincompiler.policy import Enforcement


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A difference between two named configurations."""

    left: str
    right: str
    difference: Difference
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two files compare."""

    disagreements: tuple[Disagreement, ...]
    doubts: tuple[str, ...]
    """What of either could not be told, so that there may be more."""
    changes: Changes | None = None
    """Between two apps."""

    @property
    def differ(self) -> bool:
        """Whether anything is not the same."""
        return bool(self.disagreements or (self.changes and self.changes.any))


def compare(left: Path, right: Path, today: date) -> Comparison:
    """Every disagreement of what two files describe; what holds two configurations counts twice.

    Of two apps, taken for an older and a newer build, also what audits find in them.  Raises InputError when
    one of them cannot be read.
    """
    if is_app(left) and is_app(right):
        return _compare_apps(left, right, today)
    here, there = read_configurations(left, today), read_configurations(right, today)
    return Comparison(_disagreements(here, there), doubts_of((*here, *there)))


def _compare_apps(left: Path, right: Path, today: date) -> Comparison:
    from pincompiler.audit import audit, question

    asked = question(today, None, ())
    subjects = tuple(audit(path, asked) for path in (left, right))
    for subject in subjects:
        if subject.error:
            raise InputError(f"{subject.path}: {subject.error}")
    doubts = tuple(
        f"{one.path}: {unseen.what} {unseen.why}"
        for one in subjects
        for unseen in one.unseen
        if unseen.mechanisms
    )
    found = changes(subjects[:1], subjects[1:])
    return Comparison(_disagreements(shipped(left), shipped(right)), doubts, found)


def _disagreements(here: Iterable[Configuration], there: Iterable[Configuration]) -> tuple[Disagreement, ...]:
    there = tuple(there)
    # One app's NSC is not held to another's code; and what was not seen whole is unknown, not different.
    pairs = ((a, b) for a in here for b in there if not a.part or not b.part or a.part == b.part)
    return tuple(one for a, b in pairs if not (a.doubts or b.doubts) for one in _compare(a, b))


def _compare(left: Configuration, right: Configuration) -> list[Disagreement]:
    names = _names(left.enforcement, right.enforcement)
    return [
        Disagreement(
            left.title, right.title, found, describe(found, left.title, right.title, names.__getitem__)
        )
        for found in differences(left.enforcement, right.enforcement)
    ]


def _names(*enforcements: Enforcement) -> dict[bytes, str]:
    """The name of each key where one side has one."""
    names: dict[bytes, str] = {}
    for enforcement in enforcements:
        for pin_set in enforcement.pin_sets():
            for key in pin_set.keys:
                if key.name or key.spki_sha256 not in names:
                    names[key.spki_sha256] = key.title
    return names


def as_text(found: Comparison) -> str:
    """A sentence a line."""
    lines = [item.sentence for item in found.disagreements]
    lines += changes_as_text(found.changes).split("\n") if found.changes else ()
    return "".join(f"{visible(line)}\n" for line in lines)


def as_json(found: Comparison) -> str:
    """The same for programs; pins are base64, a key that nobody pinned is null."""
    shown = [_shown(item) for item in found.disagreements]
    report = {"version": 1, "command": "diff", "differences": shown, "unknown": list(found.doubts)}
    if found.changes:
        report |= _changes(found.changes)
    return json.dumps(report, indent=2) + "\n"


def _changes(found: Changes) -> dict[str, Any]:
    of_findings = {"new": found.new, "fixed": found.fixed, "unchanged": found.unchanged}
    of_pins = {"new": found.new_pins, "gone": found.gone_pins, "unchanged": found.kept_pins}
    return {
        "findings": {name: [_finding(one) for one in some] for name, some in of_findings.items()},
        "pins": {name: [_pin_id(one) for one in some] for name, some in of_pins.items()},
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {"rule": one.rule, "level": one.level.value, "message": one.message, "hosts": list(one.hosts)}


def _pin_id(pin: PinId) -> dict[str, str]:
    return dict(zip(("package", "mechanism", "host", "algorithm", "pin"), pin, strict=True))


def _shown(item: Disagreement) -> dict[str, Any]:
    difference = item.difference
    return {
        "host": difference.host,
        "from": None if difference.day == date.min else difference.day.isoformat(),
        "chain": {"leaf": _pin(difference.chain.leaf), "cas": [_pin(pin) for pin in difference.chain.cas]},
        "accepted-by": item.left if difference.wanted else item.right,
        "refused-by": item.right if difference.wanted else item.left,
        "message": item.sentence,
    }


def _pin(pin: bytes) -> str | None:
    return None if pin == STRANGER else b64encode(pin).decode("ascii")
