"""What becomes of a new certificate, for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base import json_tables
from pincompiler.base.json_kinds import DAY, DAY_OR_NULL, PIN, TEXT, TEXT_OR_NULL, Choice, Many, Maybe
from pincompiler.base.json_tables import JsonTable, field, result
from pincompiler.base.records import dataclass
from pincompiler.reports.json_parts import API_LEVELS, CERTIFICATE, IOS_VERSIONS, on_android, on_ios
from pincompiler.verdicts.chain_verdicts import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from pincompiler.verdicts.candidate import Candidate
    from pincompiler.verdicts.outlook import Fate, Release


@dataclass(frozen=True, slots=True)
class _Report:
    releases: Sequence[tuple[Release, tuple[Fate, ...]]]
    chains: Iterable[Candidate]
    today: date
    until: date


_CHAIN = JsonTable(
    "chain",
    "The new chain for a host.",
    (
        field("host", TEXT, "The host."),
        field("problem", TEXT_OR_NULL, "Why no client should accept it; null: there is no reason."),
        field("first-day", DAY_OR_NULL, "The first day on which all of it but the anchor is valid.", "first"),
        field("last-day", DAY_OR_NULL, "The last day on which all of it but the anchor is valid.", "last"),
        field(
            "certificates",
            Many(CERTIFICATE),
            "The validated path, the server's certificate first; none if there is none.",
            lambda one: enumerate(one.path),
        ),
    ),
)
_PERIOD = JsonTable(
    "period",
    "Days on which the same becomes of connections, both included.",
    (
        field("from", DAY, "The first day.", "first"),
        field("to", DAY, "The last day.", "last"),
        field("outcome", Choice(Outcome), "What becomes of connections.", "verdict.outcome"),
        field("why", TEXT, "A sentence without its full stop.", "verdict.why"),
        field("keys", Many(PIN), "The pins of the keys that decide, in base64.", "verdict.keys"),
    ),
)
_MECHANISM = JsonTable(
    "mechanism",
    "One configuration of a release, on one range of Android versions.",
    (
        field(
            "mechanism",
            TEXT_OR_NULL,
            "`nsc`, `okhttp`, `trustkit`, `ats`, …; null: what is there is unknown.",
        ),
        field("title", TEXT, "How sentences call it."),
        field(
            "android",
            Maybe(API_LEVELS),
            "Where it counts; null: it is not for Android, or that was not said.",
            lambda row: on_android(row.api),
        ),
        field(
            "ios",
            Maybe(IOS_VERSIONS),
            "Where it counts; null: it is not for iOS, or that was not said.",
            lambda row: on_ios(row.api),
        ),
        field("days", Many(_PERIOD), "What becomes of connections, in order.", "spans"),
    ),
)
_HOST = JsonTable(
    "host",
    "What becomes of the chain for one host on a release.",
    (
        field("host", TEXT, "The host."),
        field(
            "days",
            Many(_PERIOD),
            "All mechanisms together, of which the worst counts.",
            lambda fate: fate.spans(),
        ),
        field("mechanisms", Many(_MECHANISM), "The mechanisms, each by itself.", "rows"),
    ),
)
_RELEASE = JsonTable(
    "release",
    "A release that is out there.",
    (
        field("release", TEXT, "The release, as it was named.", lambda pair: pair[0].title),
        field("error", TEXT_OR_NULL, "Why it could not be read.", lambda pair: pair[0].error),
        field("hosts", Many(_HOST), "The hosts of the chain.", lambda pair: pair[1]),
    ),
)
IMPACT = result(
    "impact",
    "What becomes of a new certificate on releases that are out there.",
    field("today", DAY, "The first day that is looked at."),
    field("until", DAY, "The last day that is looked at."),
    field("chains", Many(_CHAIN), "The new chain, for each of its hosts."),
    field("releases", Many(_RELEASE), "Those of pins.toml, then those that were named."),
)


def render(
    found: Sequence[tuple[Release, tuple[Fate, ...]]],
    candidates: Iterable[Candidate],
    first: date,
    last: date,
) -> str:
    """``{"version": 1, "command": "impact", "chains": […], "releases": […]}``; both days are included."""
    return json_tables.render(IMPACT, _Report(found, candidates, first, last))
