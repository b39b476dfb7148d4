"""Pins of keys and servers for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pincompiler.reports.pin.text import fragment
from pincompiler.reports.verify.json import certificate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pincompiler.workflows.pin import Row
    from pincompiler.workflows.pin_server import ServedPins


def render(rows: Sequence[Row]) -> str:
    """``{"version": 1, "command": "pin", "keys": […]}``."""
    keys = [
        {
            "file": file,
            "index": index,
            "kind": key.kind,
            "subject": key.subject,
            "role": key.role.value if key.role else None,
            "algorithm": key.algorithm,
            "not-after": key.certificate.not_after.isoformat() if key.certificate else None,
            "spki-sha256": key.pin,
        }
        for file, index, key in rows
    ]
    return json.dumps({"version": 1, "command": "pin", "keys": keys}, indent=2) + "\n"


def render_served(found: ServedPins) -> str:
    """``{"version": 1, "command": "pin", "chains": […]}``, with the piece of pins.toml to paste."""
    shown = {
        "version": 1,
        "command": "pin",
        "host": found.host,
        "port": found.port,
        "chains": [[certificate(key, number) for number, key in enumerate(chain)] for chain in found.chains],
        "remarks": [
            {"level": one.level.value, "code": one.code, "message": one.message, "next": one.fix}
            for one in found.remarks
        ],
        "fragment": fragment(found) if found.chains else "",
    }
    return json.dumps(shown, indent=2) + "\n"
