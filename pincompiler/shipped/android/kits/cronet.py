"""Cronet, Chromium's network stack, bundled or as Android's ``HttpEngine``: pins given to its builder.

From CronetEngineBuilderImpl: each call replaces what was there for its host; pins of another length
than 32 bytes and hosts that are no names raise; CAs installed on the device bypass all pins unless
``enablePublicKeyPinningBypassForLocalTrustAnchors(false)`` is called.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from pincompiler.android.constants.byte_models import bytes_of
from pincompiler.android.constants.program import arguments
from pincompiler.android.constants.values import Created, Items, Number, Returned, Value, possible
from pincompiler.android.dex import DexError
from pincompiler.base.bounds import BUILDER_LINKS
from pincompiler.base.finding import Confidence
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Algorithm, InForce, Mechanism, Pin
from pincompiler.facts.kits import CronetEntry, CronetPins
from pincompiler.shipped.android.kits.moments import day_after
from pincompiler.shipped.android.source import CallsOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex import Site
    from pincompiler.shipped.android.source import Source, Want

_BUILDERS = (
    "Lorg/chromium/net/CronetEngine$Builder;",
    "Lorg/chromium/net/ExperimentalCronetEngine$Builder;",
    "Landroid/net/http/HttpEngine$Builder;",
)
_LIBRARY = ("Lorg/chromium/", "Landroid/net/http/", "Landroidx/net/http/")
_ADD = tuple(CallsOf(builder, "addPublicKeyPins") for builder in _BUILDERS)
_BYPASS = tuple(
    CallsOf(builder, name)
    for builder in _BUILDERS
    for name in (
        "enablePublicKeyPinningBypassForLocalTrustAnchors",
        "setEnablePublicKeyPinningBypassForLocalTrustAnchors",
    )
)

WANTED: tuple[Want, ...] = (*_ADD, *_BYPASS)


@dataclass(frozen=True, slots=True)
class FoundCronet:
    """What there is of Cronet."""

    entries: tuple[CronetEntry, ...] = ()
    pins: tuple[Pin, ...] = ()
    shipped: tuple[InForce, ...] = ()


def collect(source: Source) -> FoundCronet:
    """The facts; what an app computes at run time is doubted."""
    adds = _outside(source.sites(*_ADD))
    if not adds:
        return FoundCronet()
    doubts: list[str] = []
    bypasses = [_said(source, site, doubts) for site in _outside(source.sites(*_BYPASS))]
    some = [entry for site in adds for entry in _entries(source, site, bypasses, doubts)]
    entries = tuple(entry for entry in some if entry.host and entry.pins)
    return FoundCronet(entries, tuple(_pins(some)), tuple(_shipped(some, tuple(doubts))))


def _outside(sites: Iterable[Site]) -> list[Site]:
    return [site for site in sites if not site.method.class_name.startswith(_LIBRARY)]


def _entries(source: Source, site: Site, bypasses: list[_Bypass], doubts: list[str]) -> Iterator[CronetEntry]:
    """What one call adds: an entry for each host that it may be for."""
    code = source.code(site.method, site.offset)
    place = f"{site.method.class_name}->{site.method.name}"
    try:
        builder, host, pins, subdomains, until = arguments(source.program, site)[:5]
        hosts, keys = source.texts(host), _keys(pins)
        expires = day_after(source.program, until)
        bypass = _bypassed(_root(source.program, builder), bypasses)
    except (DexError, ValueError) as error:
        doubts.append(f"{place} cannot be followed: {error}")
        source.doubt(place, f"cannot be followed: {error}", Mechanism.CRONET, pins=True)
        return
    wide = subdomains.value if isinstance(subdomains, Number) else None
    for what, known in (("host", hosts), ("pins", keys), ("reach", wide)):
        if known is None:
            why = f"adds Cronet pins whose {what} {'are' if what == 'pins' else 'is'} computed at run time"
            doubts.append(f"{place} {why}")
            source.doubt(place, why, Mechanism.CRONET, pins=hosts is None and keys is None)
    if expires is None:
        why = "adds Cronet pins that end on a day computed at run time"
        doubts.append(f"{place} {why}")
        source.doubt(place, why, Mechanism.CRONET)
    ref = site.method.dex.method_ref(site.ref).class_name
    title = "HttpEngine.Builder" if ref.startswith("Landroid/") else "CronetEngine.Builder"
    # Of what is not known in full, what is known: that there are pins, or that a host has some.
    for name in hosts or ("",):
        yield CronetEntry(name, keys or (), bool(wide), expires, code, title, bypass)


def _keys(value: Value) -> tuple[bytes, ...] | None:
    """The pins of a set of byte arrays; None if not all of them are constant.

    Nobody pins to nothing on purpose: a set that seems empty was filled where that was not followed.
    """
    if not isinstance(value, Items) or not value.exact or not value.items:
        return None
    found = [bytes_of(item) for item in value.items]
    pins = tuple(pin for pin in found if pin is not None)
    return pins if len(pins) == len(found) else None


# -- bypassing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Bypass:
    """One call that says whether installed CAs bypass the pins, or whose argument is not known."""

    allowed: bool
    builder: Value


def _said(source: Source, site: Site, doubts: list[str]) -> _Bypass:
    place = f"{site.method.class_name}->{site.method.name}"
    try:
        builder, allowed = arguments(source.program, site)[:2]
        root = _root(source.program, builder)
    except (DexError, ValueError) as error:
        why = f"says whether installed CAs bypass pins, and cannot be followed: {error}"
        doubts.append(f"{place} {why}")
        source.doubt(place, why, Mechanism.CRONET)
        return _Bypass(False, Number(0))
    answers = {bool(one.value) if isinstance(one, Number) else None for one in possible(allowed)}
    if answers not in ({True}, {False}):
        why = "says whether installed CAs bypass pins, and what it says is computed at run time"
        doubts.append(f"{place} {why}")
        source.doubt(place, why, Mechanism.CRONET)
    return _Bypass(answers == {True}, root)


def _root(program: Program, builder: Value) -> Value:
    """The builder that a chain of calls began with: each of its methods returns itself.

    Raises DexError for a chain that is too long, or begins where it ends.
    """
    for _ in range(BUILDER_LINKS.limit):
        if not isinstance(builder, Returned) or builder.ref.class_name not in _BUILDERS:
            return builder
        passed = program.flow(builder.method).calls.get(builder.offset)
        if not passed:
            return builder
        builder = passed[0]
    raise DexError(f"a chain of more than {BUILDER_LINKS}")


def _bypassed(builder: Value, bypasses: list[_Bypass]) -> Confidence | None:
    """Certain where nobody forbids it to any builder; likely where it is forbidden to another builder made here."""
    forbidden = [bypass.builder for bypass in bypasses if not bypass.allowed]
    if not forbidden:
        return Confidence.CONFIRMED
    known = isinstance(builder, Created) and all(isinstance(one, Created) for one in forbidden)
    return Confidence.LIKELY if known and builder not in forbidden else None


# -- what it amounts to --------------------------------------------------------------------------


def _pins(entries: Iterable[CronetEntry]) -> Iterator[Pin]:
    for entry in entries:
        for key in entry.keys:
            yield Pin(
                Mechanism.CRONET,
                entry.host,
                entry.reach if entry.host else None,
                Algorithm.SPKI_SHA256,
                key.pin,
                entry.code.location,
                entry.code.owner,
                entry.expires,
            )


def _shipped(entries: Iterable[CronetEntry], doubts: tuple[str, ...]) -> Iterator[InForce]:
    """One configuration for each owner: engines stand side by side, and calls for one host are of one."""
    by_owner = sorted(entries, key=lambda entry: entry.code.owner.name)
    for owner, some in groupby(by_owner, key=lambda entry: entry.code.owner):
        found = tuple(some)
        where = found[0].code.location
        pins = CronetPins(tuple(entry for entry in found if entry.host and entry.pins))
        otherwise = dict.fromkeys(one.host.lower() for one in found if one.host and not one.pins)
        shipped = InForce(Mechanism.CRONET, "Cronet", pins, where, owner, doubts=doubts)
        yield replace(shipped, pinned_otherwise=tuple(otherwise))
