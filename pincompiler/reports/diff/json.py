"""How two configurations or builds differ, for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pincompiler.base import json_tables
from pincompiler.base.json_kinds import BASE64, DAY, TEXT, TEXTS, Choice, Many, Maybe
from pincompiler.base.json_tables import JsonTable, field, result
from pincompiler.facts import Algorithm
from pincompiler.policy.trust import Store
from pincompiler.policy.worlds import STRANGER
from pincompiler.reports.json_parts import LEVEL, MECHANISM

if TYPE_CHECKING:
    from pincompiler.workflows.diff import Comparison, Disagreement

_KEY = Maybe(BASE64, STRANGER)
"""A pin; null for a key that nobody pinned."""


def _accepting(one: Disagreement) -> str:
    return one.left if one.difference.wanted else one.right


def _refusing(one: Disagreement) -> str:
    return one.right if one.difference.wanted else one.left


def _anchor(one: Disagreement) -> str:
    anchor = one.difference.world.anchor
    return anchor.name if anchor else ""


_CHAIN = JsonTable(
    "chain",
    "The pins of a chain; null stands for a key that neither side pins.",
    (
        field("leaf", _KEY, "The pin of the server's own key, in base64."),
        field("cas", Many(_KEY), "The pins of the CAs above it."),
        field(
            "leaf-certificate",
            _KEY,
            "The SHA-256 of the server's certificate; null for one that neither side pins.",
            "leaf_certificate",
        ),
    ),
)
_DIFFERENCE = JsonTable(
    "difference",
    "A host, a chain and a day on which one side accepts what the other refuses.",
    (
        field("host", TEXT, "The host.", "difference.host"),
        field(
            "from",
            Maybe(DAY, date.min),
            "The first day of it; null: it is so from the beginning.",
            "difference.day",
        ),
        field("chain", _CHAIN, "The smallest chain that shows it.", "difference.chain"),
        field("anchor", TEXT, "The CA in which it ends; empty: one that neither side names.", _anchor),
        field(
            "store",
            Maybe(Choice(Store), None),
            "The store of the device that has that CA; null: it is in none.",
            "difference.world.store",
        ),
        field("accepted-by", TEXT, "The side that accepts the chain.", _accepting),
        field("refused-by", TEXT, "The side that refuses it.", _refusing),
        field("message", TEXT, "The same as a sentence.", "sentence"),
    ),
)
_FINDING = JsonTable(
    "finding",
    "A finding on an app.",
    (
        field("rule", TEXT, "The id of the rule."),
        field("level", LEVEL, "How much it matters."),
        field("message", TEXT, "A sentence without its full stop."),
        field("hosts", TEXTS, "The hosts it is about."),
    ),
)
_PIN = JsonTable(
    "pin",
    "A pin in an app.",
    (
        field("mechanism", MECHANISM, "What should enforce it.", "pin.mechanism"),
        field("host", TEXT, "The host as the app spells it; empty: it is not known.", "pin.host"),
        field("algorithm", Choice(Algorithm), "What it is the hash of, and which hash.", "pin.algorithm"),
        field("pin", TEXT, "The hash in base64, or as it is written in the app.", "pin.pin"),
    ),
)
_FINDINGS = JsonTable(
    "changed-findings",
    "The findings on both apps.",
    (
        field("new", Many(_FINDING), "Those on the second app alone."),
        field("fixed", Many(_FINDING), "Those on the first app alone."),
        field("unchanged", Many(_FINDING), "Those on both."),
    ),
)
_PINS = JsonTable(
    "changed-pins",
    "The pins of both apps.",
    (
        field("new", Many(_PIN), "Those of the second app alone.", "new_pins"),
        field("gone", Many(_PIN), "Those of the first app alone.", "gone_pins"),
        field("unchanged", Many(_PIN), "Those of both.", "kept_pins"),
    ),
)
DIFF = result(
    "diff",
    "How two configurations, or two builds of an app, differ.",
    field("differences", Many(_DIFFERENCE), "What one side accepts and the other refuses.", "disagreements"),
    field(
        "unknown", TEXTS, "What remains unknown of either, so that there may be more differences.", "doubts"
    ),
    field("findings", _FINDINGS, "Of two apps: how their findings differ.", "changes", optional=True),
    field("pins", _PINS, "Of two apps: how their pins differ.", "changes", optional=True),
)


def render(found: Comparison) -> str:
    """``{"version": 1, "command": "diff", …}``; pins are base64, a key that nobody pinned is null."""
    return json_tables.render(DIFF, found)
