"""Pins of keys and servers for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base import json_tables
from pincompiler.base.json_kinds import COUNT, DAY_OR_NULL, MOMENT, PIN, TEXT, Choice, Many, Maybe
from pincompiler.base.json_tables import JsonTable, field, result
from pincompiler.policy.enforcement import Role
from pincompiler.reports.json_parts import CERTIFICATE, LEVEL
from pincompiler.reports.pin.text import fragment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pincompiler.workflows.pin import Row
    from pincompiler.workflows.pin_server import ServedPins

_KEY = JsonTable(
    "key",
    "A public key of a file.",
    (
        # Of a row: the file, the key's index in it, and the key.
        field("file", TEXT, "The file, as it was named.", lambda row: row[0]),
        field("index", COUNT, "The number of the key in the file, from 0.", lambda row: row[1]),
        field("kind", TEXT, "`certificate`, `request` or `public key`.", lambda row: row[2].kind),
        field(
            "subject", TEXT, "The subject, as RFC 4514 writes it; may be empty.", lambda row: row[2].subject
        ),
        field(
            "role",
            Maybe(Choice(Role)),
            "By basicConstraints; null where the file does not say.",
            lambda row: row[2].role,
        ),
        field(
            "algorithm", TEXT, "The kind of key, such as `P-256` or `RSA-2048`.", lambda row: row[2].algorithm
        ),
        field(
            "not-after",
            Maybe(MOMENT),
            "The last second of the certificate, in UTC; null for what is none.",
            lambda row: row[2].certificate.not_after if row[2].certificate else None,
        ),
        field("spki-sha256", PIN, "The pin, in base64.", lambda row: row[2].pin),
    ),
)
KEYS = result(
    "pin",
    "The pins of certificates, requests and public keys in files.",
    field("keys", Many(_KEY), "The keys of all files, in the order in which the files were named.", list),
)
_REMARK = JsonTable(
    "remark",
    "Something to know about a server.",
    (
        field("level", LEVEL, "How much it matters."),
        field("code", TEXT, "What an alert may filter by."),
        field("message", TEXT, "A sentence to follow the name of the host, without its full stop."),
        field("next", TEXT, "What to do.", "fix"),
    ),
)
_BACKUP = JsonTable(
    "backup",
    "A public root CA that fits as a backup.",
    (
        field("name", TEXT, "What it is called."),
        field("spki-sha256", PIN, "Its pin, in base64.", "pin"),
        field(
            "planned-end",
            DAY_OR_NULL,
            "The day on which Mozilla and Chrome plan to have it no more.",
            "planned_end",
        ),
    ),
)
SERVER = result(
    "pin",
    "The pins of the chains that a server shows.",
    field("host", TEXT, "The host that was asked."),
    field("port", COUNT, "The port."),
    field(
        "chains",
        Many(Many(CERTIFICATE)),
        "The validated chains, the server's certificate first; none if somebody intercepts.",
        lambda found: map(enumerate, found.chains),
    ),
    field(
        "backups",
        Many(_BACKUP),
        "Other roots of the public CAs of the chains, which stay longer; the one that most devices have first.",
    ),
    field("remarks", Many(_REMARK), "What there is to know about the server."),
    field(
        "fragment",
        TEXT,
        "A piece of pins.toml to paste; empty if there is no chain to pin.",
        lambda found: fragment(found) if found.chains else "",
    ),
)


def render(rows: Sequence[Row]) -> str:
    """``{"version": 1, "command": "pin", "keys": […]}``."""
    return json_tables.render(KEYS, rows)


def render_served(found: ServedPins) -> str:
    """``{"version": 1, "command": "pin", "chains": […]}``, with the piece of pins.toml to paste."""
    return json_tables.render(SERVER, found)
