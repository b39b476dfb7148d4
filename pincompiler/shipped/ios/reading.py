"""From an app for Apple's systems to its facts: each process by its own Info.plist."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pincompiler.archives.archive import MemberError
from pincompiler.base.bounds import PLIST_BYTES, PROCESSES
from pincompiler.base.errors import InputError
from pincompiler.base.location import Location
from pincompiler.facts import AppleMechanism, ShippedApp, System, Unseen
from pincompiler.facts.bundled import BundledFacts
from pincompiler.facts.ios import IosFacts, Process
from pincompiler.facts.plists import PlistFacts
from pincompiler.ios import profile
from pincompiler.ios.bundles import read_bundles
from pincompiler.ios.container import open_container
from pincompiler.platforms import ats_faults, plist
from pincompiler.shipped.android.alone import USUAL
from pincompiler.shipped.ios.configured import in_force, pins_of
from pincompiler.shipped.ios.plists import SECTIONS, faults_of, placed_in
from pincompiler.shipped.ios.programs import Programs, identifiers, once
from pincompiler.shipped.ios.sought import Search

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pincompiler.ios.bundles import Bundle
    from pincompiler.ios.container import AppContainer

_PLATFORMS: Final = {
    "iphone": System.IOS,
    "appletv": System.TVOS,
    "watch": System.WATCHOS,
    "macos": System.MACOS,
    "xr": System.VISIONOS,
}
"""How the names of CFBundleSupportedPlatforms and DTPlatformName begin, in small letters."""
ALL: Final = frozenset(AppleMechanism)


def read_ios_app(path: Path, sought: Mapping[str, bytes] = MappingProxyType({})) -> ShippedApp:
    """The facts about an app: an IPA, an Xcode archive, or the app's folder, packed or not.

    ``sought`` are certificates, by their names, that are searched for in all its files.  InputError if it cannot be opened, or is none; what cannot be read inside is among the unseen.
    """
    with open_container(path) as container:
        bundles, more = read_bundles(container)
        programs = Programs(container, bundles, identifiers(container, bundles[0]))
        found = [_Found(container, bundle, programs) for bundle in bundles]
        search = Search(container, sought)
        bundled = BundledFacts(sightings=search.run())
        unseen = [*search.unseen, *(one for each in found for one in each.unseen())]
        if more:
            unseen.append(Unseen("the app", f"has more than {PROCESSES}", ALL))
        if container.members.is_cut:
            unseen.append(Unseen("the archive", "has more files than are looked at", ALL))
        return ShippedApp(
            container.name,
            container.kind.value,
            container.members.digest(),
            manifest=USUAL,
            bundled=bundled,
            plists=_joined([one.plists() for one in found]),
            ios=IosFacts(
                tuple(programs.candidates()),
                processes=tuple(one.process() for one in found),
                programs=programs.facts(),
                asked=tuple(programs.asked()),
            ),
            unseen=once(unseen),
            reached=programs.reached(),
        )


def _joined(parts: list[PlistFacts]) -> PlistFacts:
    return PlistFacts(
        tuple(one for part in parts for one in part.pins),
        tuple(one for part in parts for one in part.shipped),
        faults=tuple(one for part in parts for one in part.faults),
    )


class _Found:
    """What is said of one bundle."""

    def __init__(self, container: AppContainer, bundle: Bundle, programs: Programs) -> None:
        self.container = container
        self.bundle = bundle
        self.programs = programs
        self.where = Location(container.name, member=bundle.plist)
        self.signed_for, self.doubt = self._profile()

    def process(self) -> Process:
        """Which process it is."""
        bundle = self.bundle
        extension = bundle.values.get("NSExtension")
        point = extension.get("NSExtensionPointIdentifier") if isinstance(extension, dict) else None
        return Process(
            bundle.path,
            bundle.text("CFBundleIdentifier"),
            bundle.text("CFBundleShortVersionString"),
            bundle.text("CFBundleVersion"),
            self._system(),
            bundle.text("MinimumOSVersion") or bundle.text("LSMinimumSystemVersion"),
            bundle.text("DTPlatformVersion"),
            point if isinstance(point, str) else "",
            self.where,
            not bundle.unread,
            ats_faults.left_alone(bundle.values),
            self.signed_for,
        )

    def _system(self) -> System:
        names = (*self.bundle.texts("CFBundleSupportedPlatforms"), self.bundle.text("DTPlatformName"))
        found = (
            system for name in names for start, system in _PLATFORMS.items() if name.lower().startswith(start)
        )
        mac = System.MACOS if self.bundle.inside.endswith("Contents/") else System.IOS
        return next(found, mac)

    def plists(self) -> PlistFacts:
        """What its Info.plist says; nothing if that could not be read."""
        bundle = self.bundle
        if bundle.unread:
            return PlistFacts()
        place = placed_in(bundle.data, self.where)
        shipped = tuple(in_force(bundle.values, self.process(), place, self._trustkit))
        # Where addresses count later than names, the names are there twice.
        pins = dict.fromkeys(pin for one in shipped for pin in pins_of(one))
        return PlistFacts(tuple(pins), shipped, faults=tuple(faults_of(bundle.values, place)))

    def unseen(self) -> Iterator[Unseen]:
        """What of it is not known: its Info.plist, and what its code does."""
        bundle = self.bundle
        if bundle.unread:
            yield Unseen(bundle.plist, bundle.unread, ALL, process=bundle.path)
            return
        settings = tuple(plist.build_settings(bundle.values, SECTIONS))
        if settings:
            place, text = settings[0]
            why = f"has {text} in {' › '.join(place)}, which a build fills in: this is the source of one"
            yield Unseen(bundle.plist, why, ALL, process=bundle.path)
        yield from self.programs.doubts(bundle)
        if self.doubt:
            yield Unseen(f"{bundle.inside}{profile.FILE}", self.doubt, frozenset())

    def _trustkit(self, swizzles: bool) -> tuple[bool | None, str]:  # noqa: FBT001 - the one thing it asks
        return self.programs.trustkit(self.bundle, swizzles=swizzles)

    def _profile(self) -> tuple[tuple[str, ...], str]:
        """What its signature and its provisioning profile say, and why that could not be read."""
        signed = profile.of_entitlements(self.programs.entitlements(self.bundle.executable))
        file = f"{self.bundle.inside}{profile.FILE}"
        if file not in self.container.files:
            return tuple(signed.words()), ""
        try:
            data = self.container.read(file, PLIST_BYTES.limit)
            return tuple(profile.read_profile(data, file).joined(signed).words()), ""
        except MemberError as error:
            return tuple(signed.words()), f"cannot be read: {error.why}"
        except InputError as error:
            return tuple(signed.words()), f"cannot be read: {error}"
