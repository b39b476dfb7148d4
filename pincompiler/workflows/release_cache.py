"""What an app has in force, kept between runs as JSON: written and read by tables, as results are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pincompiler.base.json_kinds import (
    BASE64,
    COUNT,
    DAY_OR_NULL,
    TEXT,
    TEXTS,
    TRUTH,
    Choice,
    Many,
    Maybe,
    Named,
    WrongError,
)
from pincompiler.base.json_tables import JsonTable, field
from pincompiler.base.records import dataclass
from pincompiler.facts import AppleMechanism, FileMechanism, InForce, Mechanism, State, System, VersionRange
from pincompiler.policy.demand_table import Decision, HostTable, Tabulated, tabulated
from pincompiler.policy.enforcement import Clause, Enforcement
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Source, Store, Trust

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")
_PINS = Many(BASE64, frozenset)


def _row(values: Sequence[T]) -> tuple[T, T, T]:
    """What is known of a name, one label below it, and further below."""
    if len(values) != 3:
        raise WrongError("is no row of three")
    own, below, deeper = values
    return own, below, deeper


def _in_force(mechanism: str, api: VersionRange, **more: Any) -> InForce:
    """Whether TrustKit is that of Android is known by where it counts."""
    of_system = Mechanism if api.system is System.ANDROID else AppleMechanism
    known = (kind(mechanism) for kind in (of_system, FileMechanism) if mechanism in set(kind))
    found = next(known, None)
    if found is None:
        raise WrongError("is no mechanism", "mechanism")
    return InForce(found, api=api, **more)


# -- what is demanded ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Indexed:
    """An enforcement whose decisions stand once, and are referred to by their number."""

    decisions: tuple[Decision, ...]
    rows: Mapping[str, tuple[int, ...]]
    other: int
    hashable: frozenset[str] | None


def indexed(enforcement: Enforcement) -> _Indexed:
    """What :data:`ENFORCEMENT` writes of an enforcement."""
    known = enforcement if isinstance(enforcement, Tabulated) else tabulated(enforcement)
    decisions: dict[Decision, int] = {}
    rows = {
        name: tuple(decisions.setdefault(one, len(decisions)) for one in row)
        for name, row in known.decisions.rows.items()
    }
    other = decisions.setdefault(known.decisions.other, len(decisions))
    return _Indexed(tuple(decisions), rows, other, known.kinds)


def _tabulated(
    decisions: tuple[Decision, ...],
    rows: dict[str, tuple[int, ...]],
    other: int,
    hashable: frozenset[str] | None,
) -> Tabulated:
    if any(number >= len(decisions) for row in (*rows.values(), (other,)) for number in row):
        raise WrongError("is no index into decisions", "rows")
    known = {name: _row([decisions[number] for number in row]) for name, row in rows.items()}
    return Tabulated(HostTable(known, decisions[other]), hashable)


def _trust(
    stores: frozenset[Store],
    overriding_stores: frozenset[Store],
    anchors: tuple[Anchor, ...],
    overriding_anchors: tuple[Anchor, ...],
) -> Trust:
    found = Trust(frozenset((*stores, *anchors)), frozenset((*overriding_stores, *overriding_anchors)))
    # What most platforms do is recognised by its identity.
    return SYSTEM_ALONE if found == SYSTEM_ALONE else found


def _stores(sources: frozenset[Source]) -> frozenset[Store]:
    return frozenset(one for one in sources if isinstance(one, Store))


_ANCHOR = JsonTable(
    "anchor",
    "A CA that the app names.",
    (
        field("identity", BASE64, "Its name and key, hashed."),
        field("spki-sha256", BASE64, "Its pin."),
        field("name", TEXT, "What sentences call it."),
        field("is-ca", TRUTH, "Whether its certificate says so."),
        field("unread", TRUTH, "Whether it stands for a file that was not read."),
        field("der", BASE64, "Its certificate."),
    ),
    Anchor,
)
_TRUST = JsonTable(
    "trust",
    "Whom chains may end in.",
    (
        field(
            "stores",
            Many(Choice(Store), frozenset),
            "Those of the device.",
            lambda one: _stores(one.sources),
        ),
        field(
            "overriding-stores",
            Many(Choice(Store), frozenset),
            "Those of them whose chains are held to no pin.",
            lambda one: _stores(one.overriding),
        ),
        field("anchors", Many(_ANCHOR), "Those that the app names."),
        field(
            "overriding-anchors",
            Many(_ANCHOR),
            "Those of them whose chains are held to no pin.",
            lambda one: [anchor for anchor in one.anchors if anchor in one.overriding],
        ),
    ),
    _trust,
)
_CLAUSE = JsonTable(
    "clause",
    "A demand on a chain.",
    (
        field("leaf", _PINS, "The keys that count as the server's own."),
        field("ca", _PINS, "The keys that count above it."),
        field("until", DAY_OR_NULL, "The first day without it."),
        field("leaf-certificates", _PINS, "The certificates that count as the server's own."),
        field("ca-certificates", _PINS, "The certificates that count above it."),
        field("since", DAY_OR_NULL, "The first day with it; null: always."),
    ),
    Clause,
)
_DECISION = JsonTable(
    "decision",
    "What is done for a host.",
    (
        field("demand", Many(_CLAUSE), "All that has to be met."),
        field("deciding", TEXTS, "The entries that count."),
        field("trust", _TRUST, "Whom chains may end in."),
    ),
    Decision,
)
ENFORCEMENT = JsonTable(
    "enforcement",
    "What is done for every host.",
    (
        field("decisions", Many(_DECISION), "Each once."),
        field("rows", Named(Many(COUNT)), "By name, the numbers of the decisions of a row."),
        field("other", COUNT, "The number of the decision on all other hosts."),
        field("hashable", Maybe(Many(TEXT, frozenset)), "The kinds of keys that it can hash; null: all."),
    ),
    _tabulated,
)


# -- all of it -----------------------------------------------------------------------------------

_API = JsonTable(
    "api-levels",
    "Versions of a system.",
    (
        field("first", COUNT, "The first."),
        field("last", Maybe(COUNT), "The last; null: none is."),
        field("system", Choice(System), "Whose they are."),
    ),
    VersionRange,
)
_IN_FORCE = JsonTable(
    "in-force",
    "One configuration that devices have; where it was found and whose it is, no verdict on a chain asks.",
    (
        field("mechanism", TEXT, "What enforces.", "mechanism.value"),
        field("title", TEXT, "How sentences call it."),
        field("enforcement", ENFORCEMENT, "What it demands.", lambda one: indexed(one.enforcement)),
        field("api", _API, "Where it counts."),
        field("state", Choice(State), "Whether it is in force."),
        field("why", TEXT, "Why not, or not all of it."),
        field(
            "unenforced",
            Maybe(ENFORCEMENT),
            "The part that is not put to use.",
            lambda one: indexed(one.unenforced) if one.unenforced else None,
        ),
        field("doubts", TEXTS, "What of it is not known."),
    ),
    _in_force,
)
RELEASE = Many(_IN_FORCE)
"""All that devices have with an app."""
