"""``pinset.json`` of react-native-cert-pinner, Approov's, from which its `pinset gen` wrote code and an Info.plist.

Read in version 0.4.1, cli/cmds/gen.js: `{"domains": {HOST: {"pins": [PIN, …]}}}`.  On Android each host is a pattern of
an OkHttp ``CertificatePinner`` as it stands; on iOS `*.host` becomes a domain of TrustKit that includes subdomains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.foreign.found import Foreign, OnPlatform, Taking
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.platforms.trustkit import TrustKit, TrustKitDomain

if TYPE_CHECKING:
    from pincompiler.foreign.literals import Literal, SourceText

_WILD = "*."


def read(source: SourceText, top: Literal) -> Foreign | None:
    """What both platforms are given; None if the file is another's."""
    domains = top.entries.get("domains")
    if domains is None or not any("pins" in one.entries for one in domains.entries.values()):
        return None
    taking = Taking(source)
    android: list[OkHttpEntry] = []
    apple: dict[str, TrustKitDomain] = {}
    for host, one in taking.unwrapped(domains, wild=True).items():
        keys = taking.keys(one.entries.get("pins", one), prefixed=True)
        if not keys:
            continue
        name = host.removeprefix(_WILD)
        android.append(OkHttpEntry(host, keys))
        apple[name] = TrustKitDomain(name, host.startswith(_WILD), keys)
    found = (
        OnPlatform("Android", OkHttp(tuple(android))),
        OnPlatform("iOS", TrustKit(tuple(apple.values()), swizzle=True)),
    )
    return Foreign(found, taking.doubts, by_platform=True)
