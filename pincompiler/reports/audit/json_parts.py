"""Places, findings and pins in the JSON of audits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.base.finding import Change, Confidence, Evidence, Finding, Snippet, Use
from pincompiler.base.json_kinds import (
    COUNT,
    DAY_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    TRUTH,
    Choice,
    Many,
    Maybe,
)
from pincompiler.base.json_tables import JsonTable, field
from pincompiler.base.location import Location, Span
from pincompiler.base.records import dataclass
from pincompiler.facts import Algorithm, Owner, Pin
from pincompiler.policy.enforcement import Reach
from pincompiler.reports.json_parts import LEVEL, MECHANISM, of_span
from pincompiler.rules.registry import references
from pincompiler.verdicts.subject import InventoryPin

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

CHANGE = field(
    "change",
    Maybe(Choice(Change)),
    "How it stands against the audit it was compared with; null without `--baseline`.",
    before=None,
)
_NO_EVIDENCE = Evidence()


# -- places --------------------------------------------------------------------------------------


def _location(
    line: int | None, column: int | None, end_line: int | None, end_column: int | None, **more: Any
) -> Location:
    span = None
    if line is not None:
        column = 1 if column is None else column
        end_line, end_column = (
            line if end_line is None else end_line,
            column if end_column is None else end_column,
        )
        span = Span(line, column, end_line, end_column)
    return Location(span=span, **more)


LOCATION = JsonTable(
    "location",
    "A place in an app, or in a pins.toml.",
    (
        field("file", TEXT, "The file, as it was named."),
        field("member", TEXT_OR_NULL, "The member of the archive; null: the file itself."),
        field("line", Maybe(COUNT), "The first line, from 1; null: it is not known.", of_span("line")),
        field("column", Maybe(COUNT), "The first column, from 1, in code points.", of_span("column")),
        field("end-line", Maybe(COUNT), "The last line.", of_span("end_line")),
        field("end-column", Maybe(COUNT), "The column behind the last character.", of_span("end_column")),
        field("symbol", TEXT_OR_NULL, "The class or method, as DEX files spell it: `La/B;->c()V`."),
        field(
            "offset",
            Maybe(COUNT),
            "The place in the bytecode of the method, in units of 16 bits; null: the method as a whole.",
        ),
    ),
    _location,
)


# -- findings ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MarkedFinding:
    """A finding, and what makes it the same finding in the next build."""

    finding: Finding
    fingerprint: str


def _of_evidence(name: str) -> Callable[[MarkedFinding], Any]:
    return lambda one: getattr(one.finding.evidence or _NO_EVIDENCE, name)


def _first_party(one: MarkedFinding) -> bool | None:
    return one.finding.evidence.first_party if one.finding.evidence else None


def _host(one: MarkedFinding) -> str | None:
    return one.finding.hosts[0] if one.finding.hosts else None


def _finding(  # of all that is read; what belongs to evidence is named here
    *,
    owner: str,
    first_party: bool | None,
    use: Use,
    confidence: Confidence,
    api: str,
    mechanism: str,
    chain: tuple[str, ...],
    evidence: tuple[str, ...],
    role: str,
    remedy: Snippet | None,
    **more: Any,
) -> Finding:
    found = Evidence(
        owner, first_party is True, use, confidence, api, mechanism, chain, evidence, role, remedy
    )
    return Finding(evidence=None if first_party is None else found, **more)


def _related(message: str, location: Location) -> tuple[str, Location]:
    return message, location


_REMEDY = JsonTable(
    "remedy",
    "What the app should have there.",
    (
        field("language", TEXT, "The language, as Markdown names it."),
        field("text", TEXT, "The lines, without a line end behind the last."),
    ),
    Snippet,
)
_RELATED = JsonTable(
    "related",
    "Another place that matters.",
    (
        field("message", TEXT, "What the place has to do with the finding.", lambda pair: pair[0]),
        field("location", LOCATION, "The place.", lambda pair: pair[1]),
    ),
    _related,
)
FINDING = JsonTable(
    "finding",
    "One wrong thing.",
    (
        field("rule", TEXT, "The id of the rule; `pincompiler explain RULE` has its page.", "finding.rule"),
        field("level", LEVEL, "How much it matters.", "finding.level"),
        field("confidence", Choice(Confidence), "How sure the audit is of it.", _of_evidence("confidence")),
        field("message", TEXT, "A sentence without its full stop.", "finding.message"),
        field("fix", TEXT, "What to do; may be empty.", "finding.fix"),
        field("host", Maybe(TEXT), "The first of the hosts; null: there is none.", _host, follows=True),
        field("hosts", TEXTS, "The hosts it is about.", "finding.hosts"),
        field(
            "mechanism",
            TEXT_OR_NULL,
            "What should enforce; null: it is about no single one.",
            _of_evidence("mechanism"),
        ),
        field(
            "api",
            TEXT_OR_NULL,
            "The Android API levels concerned, as `24+` or `21-23`, or versions of another system, as `iOS 14+`; null: all that the app supports.",
            _of_evidence("api"),
        ),
        field(
            "owner",
            TEXT_OR_NULL,
            "Whose code it is: `first-party`, `unidentified`, or the name of a library.",
            _of_evidence("owner"),
        ),
        field(
            "first-party",
            Maybe(TRUTH),
            "Whether that code counts as the app's own; null for what is not about an app's code or files.",
            _first_party,
            before=True,
        ),
        field(
            "use",
            Maybe(Choice(Use), Use.NOT_CODE),
            "Whether the code ever runs, as far as calls can be followed; null for a file.",
            _of_evidence("use"),
        ),
        field(
            "chain",
            TEXTS,
            "Symbols from an entry point to the place, outermost first.",
            _of_evidence("chain"),
        ),
        field("evidence", TEXTS, "What was read there.", _of_evidence("shown")),
        field(
            "role",
            TEXT_OR_NULL,
            "What the place is, in words that no obfuscation changes.",
            _of_evidence("role"),
            before="",
        ),
        field(
            "remedy",
            Maybe(_REMEDY),
            "What pins.toml compiles to there.",
            _of_evidence("remedy"),
            before=None,
        ),
        field(
            "target",
            TEXT_OR_NULL,
            "The target of `[target.*]` it is about.",
            "finding.target",
            before="",
        ),
        field(
            "kind",
            TEXT_OR_NULL,
            "What findings of one rule have in common that say the same of several hosts.",
            "finding.kind",
            before="",
        ),
        field("accepted", TEXT_OR_NULL, "Why the team lives with it.", "finding.accepted"),
        field("location", Maybe(LOCATION), "Where it is; null: in the app as a whole.", "finding.location"),
        field("related", Many(_RELATED), "Other places that matter.", "finding.related"),
        field(
            "references",
            TEXTS,
            "The ids of CWE, MASVS, MASTG and MASWE, and documents.",
            lambda one: references(one.finding.rule),
            follows=True,
        ),
        field(
            "fingerprint",
            TEXT,
            "What makes it the same finding in the next build: 32 hexadecimal digits.",
            follows=True,
        ),
        field(CHANGE.name, CHANGE.kind, CHANGE.doc, "finding.change", before=None),
    ),
    _finding,
)


# -- pins ----------------------------------------------------------------------------------------


def _pin(
    *,
    enforced: bool | None,
    change: Change | None,
    owner: str,
    first_party: bool,
    location: Location,
    subdomains: Reach | None,
    expires: date | None,
    **more: Any,
) -> InventoryPin:
    whose = Owner(owner, first_party)
    pin = Pin(where=location, owner=whose, reach=subdomains, expires=expires, **more)
    return InventoryPin(pin, enforced, change)


PIN = JsonTable(
    "pin",
    "A pin that is in the app, whatever it is worth.",
    (
        field("mechanism", MECHANISM, "What should enforce it.", "pin.mechanism"),
        field("host", TEXT_OR_NULL, "The host as the app spells it; null: it is not known.", "pin.host"),
        field(
            "subdomains",
            Maybe(Choice(Reach)),
            "How far below the host it applies; null: that is not known.",
            "pin.reach",
        ),
        field("algorithm", Choice(Algorithm), "What it is the hash of, and which hash.", "pin.algorithm"),
        field("pin", TEXT, "The hash in base64, or as it is written in the app.", "pin.pin"),
        field("expires", DAY_OR_NULL, "The first day without it; null: it does not end.", "pin.expires"),
        field(
            "enforced",
            Maybe(TRUTH),
            "Whether it does anything; null: for which hosts it counts is not known.",
        ),
        field("confidence", Choice(Confidence), "How sure the audit is of it.", "pin.confidence"),
        field("owner", TEXT, "Whose it is: `first-party`, or the name of a library.", "pin.owner.name"),
        field("first-party", TRUTH, "Whether that counts as the app's own.", "pin.owner.first_party"),
        field(
            "what",
            TEXT,
            "More about it: the public root CA that it is of, the subject and the end of a certificate.",
            "pin.what",
        ),
        CHANGE,
        field("location", LOCATION, "Where it is.", "pin.where"),
    ),
    _pin,
)
