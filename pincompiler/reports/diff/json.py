"""How two configurations or builds differ, for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date
from typing import TYPE_CHECKING, Any

from pincompiler.policy.differences import STRANGER

if TYPE_CHECKING:
    from pincompiler.base.finding import Finding
    from pincompiler.verdicts.changes import Changes
    from pincompiler.verdicts.subject import InventoryPin
    from pincompiler.workflows.diff import Comparison, Disagreement


def render(found: Comparison) -> str:
    """``{"version": 1, "command": "diff", …}``; pins are base64, a key that nobody pinned is null."""
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
