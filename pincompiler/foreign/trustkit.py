"""The dictionary that Swift or Objective-C code starts TrustKit with, as far as it is literal.

``+[TrustKit initSharedInstanceWithConfiguration:]`` and ``TrustKit(configuration:)`` take what TSKConfiguration of an
Info.plist has, by the constants of TSKTrustKitConfig.h (``kTSKPinnedDomains`` is "TSKPinnedDomains").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pincompiler.foreign.conditions import conditional
from pincompiler.foreign.found import Foreign, OnPlatform
from pincompiler.foreign.literals import Literal
from pincompiler.foreign.tokens import NAME, STRING
from pincompiler.platforms.trustkit import DOMAINS, SECTION, read_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.foreign.literals import SourceText

_DOMAINS = DOMAINS[-1]
_HASHES = "TSKPublicKeyHashes"
_SWIZZLE = "TSKSwizzleNetworkDelegates"
_ASKING = (
    "TrustKit is asked for those connections only whose code asks it, and nobody knows which these are",
    "TrustKit is asked for every NSURLSession with a delegate: to keep that, write swizzle = true in [target.trustkit]",
)


def read(source: SourceText) -> Foreign | None:
    """What TrustKit is started with in a source file; None if it has no such dictionary."""
    found: list[OnPlatform] = []
    doubts: dict[str, None] = {}
    swizzles = False
    for number in _mentions(source):
        token = source.tokens[number]
        at, end = token.at, token.end
        literal, reason = _dictionary(source, number)
        if literal is None or reason:
            doubts.setdefault(source.said(at, end, reason or "is used, and not as a key of a literal"))
            continue
        doubts |= dict.fromkeys(_computed(source, literal))
        values = _plain(literal)
        swizzles = swizzles or bool(values.get(_SWIZZLE))
        kit = read_values({SECTION[0]: values})
        for name in (one.name for one in kit.domains if one.name != one.name.lower()):
            doubts.setdefault(
                source.said(at, end, f"has {name!r}, which no connection has: names are compared as they are")
            )
        doubts |= dict.fromkeys(
            f"{source.said(at, end, 'is refused by TrustKit')}: {why}" for _, why in kit.problems
        )
        found.append(OnPlatform("TrustKit", kit))
    if not (found or doubts):
        return None
    return Foreign(tuple(found), tuple(doubts), (_ASKING[swizzles],) if found else ())


def _key(text: str) -> str:
    """The key that a constant of TrustKit is."""
    return text[1:] if text.startswith("kTSK") else text


def _mentions(source: SourceText) -> Iterator[int]:
    for number, token in enumerate(source.tokens):
        if token.kind in (NAME, STRING) and _key(token.text) == _DOMAINS:
            yield number


def _dictionary(source: SourceText, number: int) -> tuple[Literal | None, str]:
    """The dictionary in which a key stands, and why it may not count."""
    if (
        source.is_sign(number - 1, "[")
        and source.is_sign(number + 1, "]")
        and source.is_sign(number + 2, "=")
    ):
        set_to, _ = source.value(number + 3)  # configuration[kTSKPinnedDomains] = […]
        whole = Literal({_DOMAINS: set_to}, source.tokens[number].at, set_to.end)
        return (whole if set_to.entries else None), conditional(source, number)
    if not source.is_sign(number + 1, ":"):
        return None, ""
    opening = source.around(number)
    if opening < 0:
        return None, ""
    begins = opening - 1 if source.is_sign(opening - 1, "@") else opening
    literal, _ = source.value(begins)
    return (literal if literal.entries else None), conditional(source, begins)


def _computed(source: SourceText, literal: Literal) -> Iterator[str]:
    for one in literal.within():
        if not one.known:
            yield source.said(one.at, one.end, "is computed")


def _is_unread(domain: Literal) -> bool:
    """Whether it is a domain none of whose pins is known: without them it would be one that accepts no chain."""
    pins = [one for name, one in domain.entries.items() if _key(name) == _HASHES]
    return any(not one.known or (one.items and not any(item.known for item in one.items)) for one in pins)


def _plain(literal: Literal) -> Any:
    """The values of a literal without their places, as a property list has them; what is computed is left out."""
    if literal.entries:
        read = {name: one for name, one in literal.entries.items() if one.known and not _is_unread(one)}
        return {_key(name): _plain(one) for name, one in read.items()}
    if isinstance(literal.value, tuple):
        return [_plain(one) for one in literal.items if one.known]
    if isinstance(literal.value, dict):
        return {}
    return literal.value
