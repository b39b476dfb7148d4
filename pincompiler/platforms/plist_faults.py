"""What Apple's platforms and TrustKit make of a property list, where that is hardly what its author meant.

Neither Xcode nor the device says a word of most of it: a key that nobody reads is no error to them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from pincompiler.base.records import dataclass
from pincompiler.platforms import ats, trustkit
from pincompiler.platforms.unfilled import is_unfilled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.platforms.plist import KeyPath


class FaultKind(StrEnum):
    """What comes of it; a rule for each."""

    REFUSED = "refused"
    BLOCKED = "blocked"
    IDENTITY = "identity"
    UNMATCHED = "unmatched"
    MISPLACED = "misplaced"
    IGNORED = "ignored"
    JOINT = "joint"
    LOOSENED = "loosened"
    CRASHING = "crashing"
    ENDLESS = "endless"
    UNENFORCED = "unenforced"
    HARDENED = "hardened"
    REPORTING = "reporting"


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them."""

    kind: FaultKind
    message: str
    """A sentence without its full stop."""
    fix: str
    path: KeyPath
    """Where it is, from the root."""
    hosts: tuple[str, ...] = ()
    grave: bool = True
    """Whether hosts are blocked or lose pins by it; else it is no more than a warning."""


_PLACES: Final[Mapping[str, KeyPath]] = {
    ats.SECTION[-1]: ats.SECTION,
    trustkit.SECTION[0]: trustkit.SECTION,
    trustkit.DOMAINS[-1]: trustkit.DOMAINS,
}
"""Where what pins is read, and nowhere else."""
_ENTRIES: Final[Mapping[str, KeyPath]] = {
    ats.LEAF: ats.SECTION,
    ats.CA: ats.SECTION,
    trustkit.PINS: trustkit.DOMAINS,
}
"""In whose entries the others count."""


def misplaced(values: Mapping[str, Any]) -> Iterator[Fault]:
    """What pins, and stands where nobody reads it: the outermost of each.

    CFBundleGetValueForInfoDictionaryKey and SecPolicy.c ask for NSAppTransportSecurity at the root and for NSPinnedDomains in
    it, TrustKit.m for TSKConfiguration at the root.
    """
    ahead: list[tuple[KeyPath, object]] = [((), values)]
    seen: set[int] = set()
    while ahead:
        path, value = ahead.pop()
        if not isinstance(value, dict | list) or id(value) in seen:
            continue
        seen.add(id(value))
        for name, item in _children(value):
            place = (*path, name)
            home = _PLACES.get(name)
            within = _ENTRIES.get(name)
            if home not in {None, place} and isinstance(item, dict):
                yield _misplaced(place, home, tuple(map(str, item)) if home != trustkit.SECTION else ())
            elif within is not None and path[:-1] != within and isinstance(item, list):
                yield _misplaced(place, (*within, "HOST", name), path[-1:])
            else:
                ahead.append((place, item))


def _children(value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, object]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return ((str(name), item) for name, item in pairs)


def _misplaced(place: KeyPath, home: KeyPath, hosts: tuple[str, ...]) -> Fault:
    where = " › ".join(place[:-1]) or "at the root"
    message = f"{place[-1]} stands {f'in {where}' if place[:-1] else where}, where nobody reads it, and pins nothing there"
    return Fault(FaultKind.MISPLACED, message, f"move it to {' › '.join(home)}", place, hosts)


def unfilled_in(name: str, value: object) -> bool:
    """Whether something of an entry is filled in when the app is built, so that nothing may be said of it."""
    if isinstance(value, str):
        return is_unfilled(name) or is_unfilled(value)
    below = _children(value) if isinstance(value, dict | list) else ()
    return is_unfilled(name) or any(unfilled_in(key, item) for key, item in below)
