"""Two configurations side by side: who would accept what."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date
from typing import TYPE_CHECKING, Any

from pincompiler.configurations import Configuration, doubts_of, read_configurations
from pincompiler.fidelity import STRANGER, Difference, describe, differences
from pincompiler.records import dataclass
from pincompiler.reports.text import visible

if TYPE_CHECKING:
    from pathlib import Path

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


def compare(left: Path, right: Path, today: date) -> Comparison:
    """Every disagreement of what two files describe; what holds two configurations counts twice.

    Raises InputError when one of them cannot be read.
    """
    here, there = read_configurations(left, today), read_configurations(right, today)
    # What was not seen whole is neither the same nor different: it is unknown.
    known = ((a, b) for a in here for b in there if not (a.doubts or b.doubts))
    found = tuple(one for a, b in known for one in _compare(a, b))
    return Comparison(found, doubts_of((*here, *there)))


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
    return "".join(f"{visible(item.sentence)}\n" for item in found.disagreements)


def as_json(found: Comparison) -> str:
    """The same for programs; pins are base64, a key that nobody pinned is null."""
    shown = [_shown(item) for item in found.disagreements]
    report = {"version": 1, "command": "diff", "differences": shown, "unknown": list(found.doubts)}
    return json.dumps(report, indent=2) + "\n"


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
