"""What the Info.plist of a process has in force, on which versions of its system."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pincompiler.facts import Algorithm, AppleMechanism, InForce, Pin, State, System, VersionRange
from pincompiler.platforms.ats import Ats
from pincompiler.platforms.trustkit import TrustKit
from pincompiler.policy.hosts import is_ip_address
from pincompiler.shipped.ios.plists import configured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pincompiler.base.location import Location
    from pincompiler.facts.ios import Process
    from pincompiler.platforms.plist import KeyPath

SINCE: Final = {
    System.IOS: 14,
    System.TVOS: 14,
    System.WATCHOS: 7,
    System.MACOS: 11,
    System.VISIONOS: 1,
}
"""The first version of each system that knows NSPinnedDomains (Apple's documentation of the key)."""
_OF_ADDRESSES: Final = 3
"""How many versions later it matches addresses: iOS 17 and its kin."""
_STATES: Final = {True: State.ACTIVE, False: State.DISABLED, None: State.UNKNOWN}


def in_force(
    values: Mapping[str, Any],
    process: Process,
    place: Callable[[KeyPath], Location],
    put_to_use: Callable[[bool], tuple[bool | None, str]],
) -> Iterator[InForce]:
    """NSPinnedDomains and TrustKit of an Info.plist.

    ``put_to_use`` says of TrustKit whether the process reads that, and why not, given whether it asks by itself.
    """
    for one in configured(values, place):
        title = f"{one.title} of {process.path}" if process.path else one.title
        known = replace(one, title=title, process=process.path, api=process.versions)
        if isinstance(one.enforcement, Ats):
            yield from _by_version(known, one.enforcement, process)
        elif isinstance(one.enforcement, TrustKit):
            used, why = put_to_use(one.enforcement.swizzle)
            yield replace(known, state=_STATES[used], why=why)


def _by_version(one: InForce, pinned: Ats, process: Process) -> Iterator[InForce]:
    """From when on it counts, and from when on for addresses as well."""
    since = VersionRange(SINCE[process.system], None, process.system).within(process.versions.first)
    late = VersionRange(SINCE[process.system] + _OF_ADDRESSES, None, process.system)
    names = tuple(domain for domain in pinned.domains if not is_ip_address(domain.name))
    if process.system is System.VISIONOS or len(names) == len(pinned.domains) or since.first >= late.first:
        yield replace(one, api=since)
        return
    if names:
        early = VersionRange(since.first, late.first - 1, process.system)
        yield replace(one, enforcement=replace(pinned, domains=names), api=early)
    yield replace(one, api=late)


def pins_of(one: InForce) -> Iterator[Pin]:
    """Every pin of it, with the domain that it stands in."""
    mechanism = one.mechanism
    assert isinstance(mechanism, AppleMechanism)  # noqa: S101 - for the type checker
    for pin_set in one.enforcement.pin_sets():
        for key in dict.fromkeys(pin_set.keys):
            where = pin_set.where or one.where
            assert where is not None  # noqa: S101 - for the type checker
            yield Pin(
                mechanism,
                pin_set.hosts[0],
                pin_set.reach,
                Algorithm.SPKI_SHA256,
                key.pin,
                where,
                expires=pin_set.expires,
            )
