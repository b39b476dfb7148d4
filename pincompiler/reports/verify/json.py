"""Verdicts on servers for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base import json_tables
from pincompiler.base.json_kinds import (
    COUNT,
    DAY,
    DAY_OR_NULL,
    PIN,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    Choice,
    Many,
    Maybe,
)
from pincompiler.base.json_tables import JsonTable, field, result
from pincompiler.base.records import dataclass
from pincompiler.policy.enforcement import Role
from pincompiler.reports.json_parts import CERTIFICATE, DAYS_LEFT, LEVEL, PIN_OR_NULL
from pincompiler.verdicts.chain_verdicts import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pincompiler.verdicts.served import Requirements, ServerVerdict, ShownChain


class Said(StrEnum):
    """What becomes of connections, in the words of reports on servers."""

    ACCEPTS = "accepts"
    BLOCKS = "blocks"
    NOT_PINNED = "not pinned"
    UNKNOWN = "unknown"


SAID = {
    Outcome.WORKS: Said.ACCEPTS,
    Outcome.BLOCKED: Said.BLOCKS,
    Outcome.UNPINNED: Said.NOT_PINNED,
    Outcome.UNKNOWN: Said.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class _Chain:
    """A chain, and what it was held to."""

    chain: ShownChain
    asked: Requirements

    @property
    def ca_days_left(self) -> int | None:
        ends = self.chain.ca_ends
        return (ends - self.asked.now).days if ends else None


@dataclass(frozen=True, slots=True)
class _Host:
    """A host, and what it was held to."""

    verdict: ServerVerdict
    asked: Requirements

    @property
    def pins_end(self) -> date | None:
        return self.verdict.pin_set.expires if self.verdict.pin_set else None

    @property
    def pins_days_left(self) -> int | None:
        return (self.pins_end - self.asked.today).days if self.pins_end else None


@dataclass(frozen=True, slots=True)
class _Report:
    verdicts: tuple[ServerVerdict, ...]
    asked: Requirements


_SHOWN = JsonTable(
    "shown",
    "Where a chain was shown.",
    (
        field(
            "address", TEXT_OR_NULL, "The IP address; null: the chain is from a file.", lambda pair: pair[0]
        ),
        field(
            "protocol",
            TEXT_OR_NULL,
            "The version of TLS; null: the chain is from a file.",
            lambda pair: pair[1],
        ),
    ),
)
_MATCH = JsonTable(
    "match",
    "A pinned key that the server shows.",
    (
        field("key", TEXT, "Its name in pins.toml.", "key.name"),
        field("spki-sha256", Maybe(PIN, ""), PIN_OR_NULL, "key.pin"),
        field("role", Choice(Role), "Where it stands in the chain."),
    ),
)
_BACKUP = JsonTable(
    "backup",
    "A pinned key that the server does not show.",
    (
        field("key", TEXT, "Its name in pins.toml.", "name"),
        field("spki-sha256", Maybe(PIN, ""), PIN_OR_NULL, "pin"),
        field("role", Maybe(Choice(Role)), "Its role in pins.toml; null: that is not said."),
    ),
)
_DAY = JsonTable(
    "day",
    "What becomes of connections on a day.",
    (
        field("day", DAY, "The day.", lambda pair: pair[0]),
        field("outcome", Choice(Said), "What becomes of them.", lambda pair: SAID[pair[1].outcome]),
    ),
)
_OUTLOOK = JsonTable(
    "outlook",
    "What pins.toml, or a target, makes of a chain.",
    (
        field("who", TEXT, "`pins.toml`, or the target and its file."),
        field(
            "days",
            Many(_DAY),
            "Today, the last day of the pin-set, and the first day after it.",
            "verdicts",
        ),
    ),
)
_CHAIN = JsonTable(
    "chain",
    "A validated chain.",
    (
        field("shown", Many(_SHOWN), "Where it was shown.", "chain.shown"),
        field(
            "certificates",
            Many(CERTIFICATE),
            "Its certificates, the server's own first.",
            lambda one: enumerate(one.chain.chain),
        ),
        field(
            "certificate-days-left",
            DAYS_LEFT,
            "Whole days until the server's certificate ends.",
            lambda one: (one.chain.leaf_ends - one.asked.now).days,
        ),
        field(
            "ca-days-left",
            Maybe(DAYS_LEFT),
            "Whole days until the first of its CAs ends; null: no CA is in the chain.",
        ),
        field("matches", Many(_MATCH), "The pinned keys in it.", "chain.matches"),
        field("outlook", Many(_OUTLOOK), "What comes of it, today and later.", "chain.outlooks"),
    ),
)
_REMARK = JsonTable(
    "remark",
    "Something to know about a server.",
    (
        field("level", LEVEL, "How much it matters."),
        field("code", TEXT, "What an alert may filter by."),
        field("message", TEXT, "A sentence to follow the name of the host, without its full stop."),
        field("next", TEXT, "What to do.", "fix"),
        field(
            "unknown",
            TRUTH,
            "Whether it is a failure to look, or what is not known of devices, and says nothing wrong of the server.",
        ),
    ),
)
_HOST = JsonTable(
    "host",
    "The verdict on one host.",
    (
        field("host", TEXT, "The host.", "verdict.host"),
        field("port", COUNT, "The port.", "verdict.port"),
        field(
            "pinned",
            TRUTH,
            "Whether pins.toml pins it.",
            lambda one: one.verdict.pin_set is not None and bool(one.verdict.pin_set.keys),
        ),
        field("reached", TRUTH, "Whether the server was met at all.", "verdict.reached"),
        field("complete", TRUTH, "Whether every address answered.", "verdict.complete"),
        field("pins-end", DAY_OR_NULL, "The first day without pins; null: they do not end."),
        field("pins-days-left", Maybe(DAYS_LEFT), "Days until then."),
        field(
            "chains",
            Many(_CHAIN),
            "The chains that were shown, and validated.",
            lambda one: [_Chain(chain, one.asked) for chain in one.verdict.chains],
        ),
        field("backups", Many(_BACKUP), "The pinned keys that no chain has.", "verdict.backups"),
        field("remarks", Many(_REMARK), "What there is to know, the gravest first.", "verdict.remarks"),
    ),
)
VERIFY = result(
    "verify",
    "Whether servers show what apps accept.",
    field("policy", TEXT, "The digest of the policy: `sha256/…`.", lambda one: one.asked.policy.digest()),
    field("today", DAY, "The day on which expiries were checked.", "asked.today"),
    field(
        "hosts",
        Many(_HOST),
        "The hosts, in the order in which they were asked.",
        lambda one: [_Host(verdict, one.asked) for verdict in one.verdicts],
    ),
)


def render(verdicts: Iterable[ServerVerdict], asked: Requirements) -> str:
    """``{"version": 1, "command": "verify", "hosts": […]}``; days are whole days that are left."""
    return json_tables.render(VERIFY, _Report(tuple(verdicts), asked))
