"""``ssl_config.json`` of react-native-ssl-manager, and what its `initializeSslPinning` is given in a script.

Read at its commit of 2026-07-21, README and android/src/main/java/com/usesslpinning/PinningClientConfigurator.kt:
`sha256Keys` has the pins of each host, `domains` its options: `enforcePinning` and `includeSubdomains` (both true where
they are not said), `expirationDate`; `reportUris` are for all.  Both platforms are given the same.  Before that, `domains`
had the names of environments, and Android pinned a host alone while iOS included what is below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.foreign.found import Foreign, OnPlatform, Taking
from pincompiler.policy.enforcement import PinSet, Reach
from pincompiler.policy.policy import Policy

if TYPE_CHECKING:
    from pincompiler.foreign.literals import Literal, SourceText

_INCLUDES = "includeSubdomains"
_OLDER = (
    "react-native-ssl-manager before 2026-07 pins on Android a host alone, and none below it: which one reads "
    "{file} is not known, for no `includeSubdomains` is in it"
)


def read(source: SourceText, top: Literal) -> Foreign | None:
    """What it demands; None if the file is another's."""
    pins = top.entries.get("sha256Keys")
    if pins is None:
        return None
    taking, options = Taking(source), top.entries.get("domains")
    chosen = options.entries if options else {}
    listed = top.entries.get("reportUris")
    uris = tuple(one.text for one in listed.items if one.text) if listed else ()
    sets = [
        PinSet(
            (host.lower(),),
            Reach.ALL if taking.flag(chosen.get(host), _INCLUDES, unsaid=True) else Reach.NONE,
            taking.keys(one, prefixed=True),
            taking.day(chosen.get(host), "expirationDate"),
            taking.flag(chosen.get(host), "enforcePinning", unsaid=True),
            uris,
        )
        for host, one in taking.unwrapped(pins).items()
    ]
    said = all(_INCLUDES in chosen[host].entries for host in pins.entries if host in chosen)
    known = said and pins.entries.keys() <= chosen.keys()
    aside = () if known else (_OLDER.format(file=source.file),)
    return Foreign(
        (OnPlatform("react-native-ssl-manager", Policy(tuple(one for one in sets if one.keys))),),
        taking.doubts,
        aside,
    )
