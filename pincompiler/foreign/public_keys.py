"""``initializeSslPinning`` of react-native-ssl-public-key-pinning, as a script of React Native calls it.

Read in version 1.2.6, src/types.ts and both platforms' modules: `{HOST: {includeSubdomains, publicKeyHashes,
expirationDate}}` becomes patterns `HOST` or `**.HOST` of an OkHttp ``CertificatePinner``, without what has expired on the
day, and domains of a TrustKit.  Its pins have no `sha256/`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.foreign import ssl_config
from pincompiler.foreign.conditions import conditional
from pincompiler.foreign.found import Foreign, OnPlatform, Taking
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.platforms.trustkit import TrustKit, TrustKitDomain
from pincompiler.policy.enforcement import PinSet, Reach
from pincompiler.policy.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.foreign.literals import Literal, SourceText
    from pincompiler.policy.enforcement import Enforcement

_CALL = "initializeSslPinning"


def read(source: SourceText) -> Foreign | None:
    """What the library is given in a script; None if it is not called there."""
    found: list[OnPlatform] = []
    doubts: dict[str, None] = {}
    aside: tuple[str, ...] = ()
    for number in source.calls(_CALL):
        if source.name(number - 1) == "function":
            continue
        one = _of_call(source, _given(source, number + 1))
        if one is None:
            at, end = source.tokens[number].at, source.tokens[number + 1].end
            doubts.setdefault(source.said(at, end, "is given what is computed"))
            continue
        if why := conditional(source, number):
            doubts.setdefault(source.said(source.tokens[number].at, source.tokens[number].end, why))
        found += one.configurations
        doubts |= dict.fromkeys(one.doubts)
        aside += one.aside
    platforms = any(one.platform == "iOS" for one in found)
    return Foreign(tuple(found), tuple(doubts), aside, platforms) if found or doubts else None


def _given(source: SourceText, bracket: int) -> Literal:
    """What it is given; older libraries take the text of it."""
    text = source.name(bracket + 1) == "JSON" and source.name(bracket + 3) == "stringify"
    return source.value(bracket + 5 if text else bracket + 1)[0]


def _of_call(source: SourceText, given: Literal) -> Foreign | None:
    if not given.entries:
        return None
    taking = Taking(source)
    if managed := ssl_config.read(source, given):
        return managed
    sets = [
        PinSet(
            (host,),
            Reach.ALL if taking.flag(one, "includeSubdomains", unsaid=False) else Reach.NONE,
            taking.keys(one.entries.get("publicKeyHashes", one), prefixed=False),
            taking.day(one, "expirationDate"),
        )
        for host, one in taking.unwrapped(given).items()
    ]
    sets = [one for one in sets if one.keys]
    apple = TrustKit(
        tuple(
            TrustKitDomain(one.hosts[0], one.reach is Reach.ALL, one.keys, expires=one.expires)
            for one in sets
        ),
        swizzle=True,
    )
    found = (OnPlatform("Android", _android(sets)), OnPlatform("iOS", apple))
    return Foreign(found, taking.doubts, by_platform=True)


def _android(sets: Iterable[PinSet]) -> Enforcement:
    """The pinner; with days on which pins end, what is nearest to it."""
    some = tuple(sets)
    if any(one.expires for one in some):
        return Policy(tuple(replace(one, hosts=(one.hosts[0].lower(),)) for one in some))
    patterns = {Reach.ALL: "**.", Reach.NONE: ""}
    return OkHttp(tuple(OkHttpEntry(f"{patterns[one.reach]}{one.hosts[0]}", one.keys) for one in some))
