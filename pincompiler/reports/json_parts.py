"""Objects of JSON that the results of several commands have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.finding import Level
from pincompiler.base.json_kinds import COUNT, MOMENT, MOST, PIN, TEXT, Choice, Maybe, NumberKind
from pincompiler.base.json_tables import JsonTable, field
from pincompiler.facts import AppleMechanism, Mechanism, System
from pincompiler.policy.enforcement import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.base.location import Location
    from pincompiler.facts import VersionRange


def of_span(name: str) -> Callable[[Location], int | None]:
    """How a field finds an attribute of a place's span, ``line``, ``column``, ``end_line`` or ``end_column``."""
    return lambda where: getattr(where.span, name) if where.span else None


PIN_OR_NULL: Final = "Its pin, in base64; null: only the hash of a certificate is known."
CERTIFICATE = JsonTable(
    "certificate",
    "A certificate of a chain that OpenSSL validated.",
    (
        # Of a pair: its place in the chain, and the key with its certificate.
        field(
            "role",
            Choice(Role),
            "`leaf` for the server's own certificate, `ca` for those above it.",
            lambda pair: Role.CA if pair[0] else Role.LEAF,
        ),
        field("subject", TEXT, "The subject, as RFC 4514 writes it.", lambda pair: pair[1].subject),
        field(
            "algorithm",
            TEXT,
            "The kind of key, such as `P-256` or `RSA-2048`.",
            lambda pair: pair[1].algorithm,
        ),
        field(
            "not-after",
            Maybe(MOMENT),
            "The last second of the certificate, in UTC.",
            lambda pair: pair[1].certificate.not_after if pair[1].certificate else None,
        ),
        field("spki-sha256", PIN, "The pin of the key, in base64.", lambda pair: pair[1].pin),
    ),
)
API_LEVELS = JsonTable(
    "api-levels",
    "A range of Android API levels, both ends included.",
    (
        field("first", COUNT, "The first API level."),
        field("last", Maybe(COUNT), "The last API level; null: all that come after."),
    ),
)


IOS_VERSIONS = JsonTable(
    "ios-versions",
    "A range of major versions of iOS, both ends included.",
    (
        field("first", COUNT, "The first version."),
        field("last", Maybe(COUNT), "The last version; null: all that come after."),
    ),
)


def on_ios(api: VersionRange | None) -> VersionRange | None:
    """A range of iOS's versions; None of another system's."""
    return api if api and api.system is System.IOS else None


def on_android(api: VersionRange | None) -> VersionRange | None:
    """A range of Android's versions; None of another system's."""
    return api if api and api.system is System.ANDROID else None


LEVEL = Choice(Level)
MECHANISM = Choice(Mechanism, (AppleMechanism,))
"""Of Android, or of Apple's systems."""
DAYS_LEFT = NumberKind(-MOST, MOST)
"""Whole days until an end; below zero, it is past."""
