"""A plan for programs: JSON whose shape is version 1 and stays.

All days are included, and null is a day that is not known.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pincompiler.base import json_tables
from pincompiler.base.json_kinds import (
    COUNT,
    DAY,
    DAY_OR_NULL,
    PIN,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    TRUTH,
    Choice,
    Many,
    Maybe,
)
from pincompiler.base.json_tables import JsonTable, field, result
from pincompiler.base.records import dataclass
from pincompiler.planning.lifetimes import LIMITS
from pincompiler.planning.schedule import ENDLESS, Safety
from pincompiler.reports.json_parts import API_LEVELS, PIN_OR_NULL, on_android
from pincompiler.reports.plan import words
from pincompiler.verdicts.chain_verdicts import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pincompiler.planning.plan import Plan
    from pincompiler.planning.schedule import KeyNeed, Refusal, RotationVerdict


@dataclass(frozen=True, slots=True)
class _Rotation:
    verdict: RotationVerdict
    plan: Plan


@dataclass(frozen=True, slots=True)
class _Refusal:
    refusal: Refusal
    verdict: RotationVerdict


@dataclass(frozen=True, slots=True)
class _Need:
    need: KeyNeed
    today: date


def _known(name: str) -> Callable[[Any], date | None]:
    """A day, or None if there is none that is known."""
    get = attrgetter(name)

    def known(record: Any) -> date | None:
        day: date | None = get(record)
        return None if day == ENDLESS else day

    return known


def _titles(name: str) -> Callable[[Any], list[str]]:
    get = attrgetter(name)
    return lambda record: [key.title for key in get(record)]


# -- releases and rotations ----------------------------------------------------------------------

_RELEASE = JsonTable(
    "release",
    "A release of pins.toml that is supported.",
    (
        field("release", TEXT, "Its name.", "name"),
        field("date", DAY, "Its day.", "first"),
        field("support-until", DAY_OR_NULL, "The last day of its support.", _known("last")),
        field("file", TEXT_OR_NULL, "Where it is read from.", "entry.file"),
        field("policy", TEXT_OR_NULL, "The digest that stands for it.", "entry.policy"),
        field("error", TEXT_OR_NULL, "Why it could not be read.", "release.error"),
    ),
)
_REFUSAL = JsonTable(
    "refusal",
    "Days on which a supported client refuses what is to be served, or may.",
    (
        field("release", TEXT, "The release of the client.", "refusal.release"),
        field("mechanism", TEXT_OR_NULL, "What refuses; null: that is not known.", "refusal.mechanism"),
        field(
            "android",
            Maybe(API_LEVELS),
            "On which Android versions; null: on all, or on no Android.",
            lambda one: on_android(one.refusal.api),
        ),
        field(
            "served",
            TEXT,
            "Which keys it refuses: `from` or `to`.",
            lambda one: "from" if one.refusal.served == one.verdict.rotation.before else "to",
        ),
        field("from", DAY, "The first day of it.", "refusal.first"),
        field("to", DAY_OR_NULL, "The last day of it.", _known("refusal.last")),
        field("outcome", Choice(Outcome), "`blocked` or `unknown`.", "refusal.outcome"),
        field("why", TEXT, "A sentence without its full stop.", "refusal.why"),
    ),
)
_ROTATION = JsonTable(
    "rotation",
    "A change of keys, and whether it is safe.",
    (
        field("host", TEXT, "The host.", "verdict.rotation.host"),
        field("from", TEXTS, "The keys that are served before it.", _titles("verdict.rotation.before")),
        field("to", TEXTS, "The keys that are served from it on.", _titles("verdict.rotation.after")),
        field("date", DAY, "The day that is planned.", "verdict.rotation.day"),
        field("past", TRUTH, "Whether that day was before today.", "verdict.past"),
        field("verdict", Choice(Safety), "What it is for supported clients.", "verdict.safety"),
        field(
            "first-safe-date",
            DAY_OR_NULL,
            "If it is not safe, the first day on which it would be.",
            _known("verdict.first_safe"),
        ),
        field(
            "accepted-from",
            TEXT_OR_NULL,
            "The release from which on all accept the new keys.",
            "verdict.accepted_from",
        ),
        field(
            "refusals",
            Many(_REFUSAL),
            "Who refuses what, and when; none if it is safe.",
            lambda one: [_Refusal(refusal, one.verdict) for refusal in one.verdict.refusals],
        ),
        field(
            "next",
            TEXT_OR_NULL,
            "What to do.",
            lambda one: words.next_step(one.verdict, one.plan),
        ),
    ),
)


# -- keys ----------------------------------------------------------------------------------------

_NEED = JsonTable(
    "key",
    "How long a key is served, and some release cannot do without it.",
    (
        field("key", TEXT, "Its name.", "need.key.title"),
        field("spki-sha256", Maybe(PIN, ""), PIN_OR_NULL, "need.key.pin"),
        field(
            "served",
            TRUTH,
            "Whether it is served today or later.",
            lambda one: one.need.served_until is not None,
        ),
        field("served-until", DAY_OR_NULL, "The last day.", _known("need.served_until")),
        field(
            "needed",
            TRUTH,
            "Whether it is a supported release's only way, today or later.",
            lambda one: one.need.needed_until is not None,
        ),
        field("needed-until", DAY_OR_NULL, "The last day.", _known("need.needed_until")),
        field("needed-by", TEXTS, "The releases that need it on that day.", "need.needed_by"),
        field(
            "also-pinned-for", TEXTS, "Hosts for which no rotation says what they serve.", "need.elsewhere"
        ),
        field(
            "retire-from",
            DAY_OR_NULL,
            "The first day on which it can be retired.",
            lambda one: one.need.retirable(one.today),
        ),
    ),
)
_EXPIRY = JsonTable(
    "expiry",
    "Pins of the newest release that end before the next one is out.",
    (
        field("release", TEXT, "The newest release."),
        field("hosts", TEXTS, "The hosts whose pins end."),
        field("mechanisms", TEXTS, "What enforces them."),
        field("expires", DAY, "The first day without them."),
        field("next-release", TEXT_OR_NULL, "The next release.", "following"),
        field(
            "before",
            DAY_OR_NULL,
            "Its day; without a next release the last day on which this one is supported.",
            _known("until"),
        ),
    ),
)
_MOVE = JsonTable(
    "root-move",
    "A rotation to a public root that devices of some releases lack.",
    (
        field("host", TEXT, "The host.", "rotation.host"),
        field("date", DAY, "The day of the rotation.", "rotation.day"),
        field("root", TEXT, "The root.", "root.name"),
        field("spki-sha256", PIN, "Its pin, in base64.", "root.pin"),
        field(
            "lacking",
            TEXT,
            "The versions that lack it, of iOS those that were shipped without it, as their maker calls them.",
            "lacking.versions",
        ),
        field("releases", TEXTS, "The releases that run on them."),
        field(
            "signed-by",
            TEXTS,
            "Older roots that have signed it and that these versions have, as far as it is known.",
            lambda one: [root.name for root in one.by],
        ),
    ),
)


# -- lifetimes of certificates -------------------------------------------------------------------

_LIMIT = JsonTable(
    "limit",
    "How long public certificates may live (CA/Browser Forum, ballot SC-081v3).",
    (
        field("since", DAY, "The first day of the limit.", lambda pair: pair[0]),
        field("days", COUNT, "The longest life of a certificate of that day on.", lambda pair: pair[1]),
    ),
)
_WINDOW = JsonTable(
    "window",
    "How often a public certificate is renewed while a release is supported.",
    (
        field("release", TEXT, "The release."),
        field("from", DAY, "Its day.", "first"),
        field("to", DAY_OR_NULL, "The last day of its support.", _known("last")),
        field(
            "renewals",
            Maybe(COUNT),
            "How often at least; null: that is not known.",
            lambda one: one.renewals if one.last else None,
        ),
    ),
)
_PIN_SET = JsonTable(
    "pin-set",
    "A pin-set that has nothing but servers' keys.",
    (
        field("hosts", TEXTS, "Its hosts."),
        field("backup-keys", COUNT, "Its keys but for one.", lambda one: one.keys - 1),
    ),
)
_LIFETIMES = JsonTable(
    "lifetimes",
    "What shorter lives of certificates mean for pinned servers' keys.",
    (
        field("limits", Many(_LIMIT), "How long public certificates may live.", lambda _: LIMITS),
        field("releases", Many(_WINDOW), "The releases that are supported today or later.", "windows"),
        field("pin-sets", Many(_PIN_SET), "The pin-sets that each new key needs a pin in.", "leaf_pins"),
    ),
)
PLAN = result(
    "plan",
    "Whether changes of keys are safe for supported releases, and when.",
    field("source", TEXT, "The pins.toml, as it was named."),
    field("policy", TEXT, "The digest of the policy: `sha256/…`.", lambda plan: plan.policy.digest()),
    field("today", DAY, "The first day that is looked at."),
    field("releases", Many(_RELEASE), "The releases that are supported today or later.", "fleet"),
    field(
        "rotations",
        Many(_ROTATION),
        "The changes of keys, host by host, each by day.",
        lambda plan: [_Rotation(one, plan) for one in plan.verdicts],
    ),
    field(
        "keys",
        Many(_NEED),
        "The keys that rotations name.",
        lambda plan: [_Need(one, plan.today) for one in plan.needs],
    ),
    field(
        "backups", TEXTS, "Keys that no rotation names.", lambda plan: [k.title for k in words.backups(plan)]
    ),
    field(
        "root-moves",
        Many(_MOVE),
        "Rotations to public roots that devices of supported releases lack.",
        "moves",
    ),
    field("expiring", Many(_EXPIRY), "Pins that end before the next release.", "expiries"),
    field("lifetimes", _LIFETIMES, "What shorter lives of certificates mean.", lambda plan: plan),
)


def render(plan: Plan) -> str:
    """``{"version": 1, "command": "plan", …}``."""
    return json_tables.render(PLAN, plan)
