"""A property list that pins: an Info.plist, that of an app extension, or a configuration of TrustKit that code loads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pincompiler.base.location import Location
from pincompiler.facts import NO_VERSION, AppleMechanism, InForce, ShippedApp
from pincompiler.facts.plists import PlacedFault, PlistFacts
from pincompiler.platforms import ats, ats_faults, plist, trustkit, trustkit_faults
from pincompiler.platforms.plist_faults import Fault, FaultKind, misplaced
from pincompiler.platforms.plist_scan import scan, span_at
from pincompiler.shipped.android.alone import USUAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pincompiler.platforms.plist import KeyPath
    from pincompiler.policy.enforcement import Enforcement

SECTIONS: Final = (ats.SECTION, trustkit.SECTION)
"""What of a property list pins."""
_OF_BUNDLES: Final = ("CFBundle", "NS", "UI", "LS")
"""How keys begin that only an Info.plist has."""

_MEND: Final = "mend this place; plutil -lint checks all but keys that stand twice"


def is_configuration(values: Mapping[str, Any], name: str) -> bool:
    """Whether it is a configuration of TrustKit by itself, as code loads from a file of its own, and no Info.plist."""
    own = trustkit.DOMAINS[-1] in values and trustkit.SECTION[0] not in values
    bundle = name.lower().endswith("info.plist") or any(key.startswith(_OF_BUNDLES) for key in values)
    return own and not bundle


def as_info(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The Info.plist that says the same."""
    return {trustkit.SECTION[0]: values} if is_configuration(values, name) else values


def of_plist(data: bytes, path: str) -> ShippedApp:
    """The facts of an app that has a property list and nothing else.

    InputError as of :func:`pincompiler.platforms.plist.load`.
    """
    given = plist.load(data, path)
    values = as_info(given, path)
    place = placed_in(data, Location(path), inside=values is not given)
    known = not any(plist.build_settings(values, SECTIONS))
    shipped = tuple(configured(values, place)) if known else ()
    placed = tuple(faults_of(values, place))
    return ShippedApp(path, "", "", manifest=USUAL, plists=PlistFacts(shipped=shipped, faults=placed))


def faults_of(values: Mapping[str, Any], place: Callable[[KeyPath], Location]) -> Iterator[PlacedFault]:
    """What is hardly as its author meant in an Info.plist, ``place`` being where its entries stand."""
    pinned, kit = ats.read_values(values), trustkit.read_values(values)
    hosts = [*pinned.names(), *(one.name for one in kit.domains if not one.excluded)]
    faults = (
        *misplaced(values),
        *ats_faults.faults(values),
        *trustkit_faults.faults(values, pinned),
        *ats_faults.loosened(values, hosts, lambda host: bool(pinned.demand(host) or kit.demand(host))),
    )
    return (PlacedFault(one, place(one.path)) for one in faults)


def of_malformed(faults: Iterable[tuple[Location, str]], path: str) -> ShippedApp:
    """The facts where the file is no property list, for these reasons."""
    placed = tuple(
        PlacedFault(Fault(FaultKind.REFUSED, f"the property list is malformed: {message}", _MEND, ()), where)
        for where, message in faults
    )
    return ShippedApp(path, "", "", manifest=USUAL, plists=PlistFacts(faults=placed))


def configured(values: Mapping[str, Any], place: Callable[[KeyPath], Location]) -> Iterator[InForce]:
    """NSPinnedDomains and TrustKit as an Info.plist has them, each entry with its place."""
    pinned, kit = ats.read_values(values), trustkit.read_values(values)
    if pinned.domains:
        entries = tuple(replace(one, where=place((*ats.SECTION, one.name))) for one in pinned.domains)
        enforcement: Enforcement = replace(pinned, domains=entries)
        yield InForce(AppleMechanism.ATS, "NSPinnedDomains", enforcement, place(ats.SECTION), api=NO_VERSION)
    if kit.domains:
        domains = tuple(replace(one, where=place((*trustkit.DOMAINS, one.name))) for one in kit.domains)
        enforcement = replace(kit, domains=domains)
        yield InForce(
            AppleMechanism.TRUSTKIT, "TrustKit", enforcement, place(trustkit.SECTION), api=NO_VERSION
        )


def placed_in(data: bytes, file: Location, *, inside: bool = False) -> Callable[[KeyPath], Location]:
    """Where an entry of a file stands; ``inside``: it has the inside of the section alone.  A binary one has no lines."""
    if data.startswith(b"bplist"):
        return lambda _: file
    root = scan(data, file.member or file.file)
    return lambda place: replace(file, span=span_at(data, root, place[1:] if inside else place))
