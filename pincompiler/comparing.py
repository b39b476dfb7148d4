"""Two configurations, or two builds of an app, side by side: who would accept what, and what changed."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date
from typing import TYPE_CHECKING, Any

from pincompiler.changes import Changes, changes, since
from pincompiler.configurations import Configuration, doubts_of, is_app, read_configurations
from pincompiler.fidelity import STRANGER, Difference, describe, differences
from pincompiler.records import dataclass
from pincompiler.reports import changes_text
from pincompiler.reports.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pincompiler.finding import Finding
    from pincompiler.policy import Enforcement
    from pincompiler.subject import InventoryPin


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
    """Every disagreement of what two files describe.

    Like is compared with like; a kind of configuration that only one of them has, with all of the other.  Of
    two apps, taken for an older and a newer build, also what audits find in them.  Raises InputError when one of
    them cannot be read.
    """
    if is_app(left) and is_app(right):
        return _compare_apps(left, right, today)
    here, there = read_configurations(left, today), read_configurations(right, today)
    # What was not seen whole is neither the same nor different: it is unknown.
    known = ((a, b) for a, b in _pairs(here, there) if not (a.doubts or b.doubts))
    found = tuple(one for a, b in known for one in _compare(a, b))
    return Comparison(found, doubts_of((*here, *there)))


def _pairs(
    here: tuple[Configuration, ...], there: tuple[Configuration, ...]
) -> Iterator[tuple[Configuration, Configuration]]:
    """Of two Info.plists, both with ATS and TrustKit, each with its own kind: what both allow is no difference."""
    common = {type(one.enforcement) for one in here} & {type(one.enforcement) for one in there}
    for a in here:
        for b in there:
            kinds = {type(a.enforcement), type(b.enforcement)}
            if len(kinds) == 1 or not kinds <= common:
                yield a, b


def _compare_apps(left: Path, right: Path, today: date) -> Comparison:
    """Mechanism by mechanism; what an app has none of is told by its pins and findings."""
    from pincompiler.audit import comparable, judge_app, question
    from pincompiler.facts import Mechanism
    from pincompiler.shipped import read_app

    old, new = read_app(left), read_app(right)
    found = tuple(
        one
        for mechanism in Mechanism
        for a in comparable(old, mechanism)
        for b in comparable(new, mechanism)
        for one in _compare(
            Configuration(f"{left}!{a.title}", a.enforcement),
            Configuration(f"{right}!{b.title}", b.enforcement),
        )
    )
    doubts = tuple(
        f"{app.path}: {unseen.what} {unseen.why}"
        for app in (old, new)
        for unseen in app.unseen
        if unseen.mechanisms
    )
    asked = question(today, None, ())
    # Who names two builds has said that they are of one app, whatever their packages.
    return Comparison(found, doubts, changes([since([judge_app(old, asked)], judge_app(new, asked))]))


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
    lines += changes_text.render(found.changes).split("\n") if found.changes else ()
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


def _pin_id(found: InventoryPin) -> dict[str, str]:
    pin = found.pin
    return {
        "mechanism": pin.mechanism.value,
        "host": pin.host,
        "algorithm": pin.algorithm.value,
        "pin": pin.pin,
    }


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
