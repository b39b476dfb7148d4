"""Two configurations side by side: who would accept what."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pincompiler.configurations import Configuration, read_configurations
from pincompiler.fidelity import STRANGER, Difference, describe, differences
from pincompiler.reports.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pincompiler.policy import Enforcement


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A difference between two named configurations."""

    left: str
    right: str
    difference: Difference
    sentence: str


def compare(left: Path, right: Path, today: date) -> tuple[Disagreement, ...]:
    """Every disagreement of what two files describe; an Info.plist with two sections counts twice.

    Raises InputError when one of them cannot be read.
    """
    pairs = [(a, b) for a in read_configurations(left, today) for b in read_configurations(right, today)]
    return tuple(found for a, b in pairs for found in _compare(a, b))


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


def as_text(found: Sequence[Disagreement]) -> str:
    """A sentence a line."""
    return "".join(f"{visible(item.sentence)}\n" for item in found)


def as_json(found: Sequence[Disagreement]) -> str:
    """The same for programs; pins are base64, a key that nobody pinned is null."""
    shown = [_shown(item) for item in found]
    return json.dumps({"version": 1, "command": "diff", "differences": shown}, indent=2) + "\n"


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
