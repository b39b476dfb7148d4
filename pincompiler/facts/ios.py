"""The processes of an app for Apple's systems, each with a main bundle of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass
from pincompiler.facts.common import Area, Owner, System, VersionRange

if TYPE_CHECKING:
    from pincompiler.base.location import Location
    from pincompiler.facts.challenges import ChallengeHandler
    from pincompiler.facts.common import Code

_NUMBER: Final = lazy_regex(r"([0-9]{1,4})(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Process:
    """The app itself, an extension, or an app nested in it."""

    path: str
    """Below the app's folder: ``PlugIns/Share.appex``; empty: the app itself."""
    identifier: str
    """CFBundleIdentifier."""
    version: str
    """CFBundleShortVersionString."""
    build: str
    """CFBundleVersion."""
    system: System
    minimum: str
    """The oldest version of the system that it runs on, as it says: ``15.4``; empty: it does not."""
    sdk: str
    """The version of the system that it was built for (DTPlatformVersion); likewise."""
    extension_point: str = ""
    """NSExtensionPointIdentifier, of an extension."""
    where: Location | None = None
    """Its Info.plist."""
    is_read: bool = True
    """Whether that could be read."""
    open_to: str = ""
    """Which connections App Transport Security leaves alone: ``every host`` or some hosts; empty: none."""
    signed_for: tuple[str, ...] = ()
    """What its provisioning profile says of it that no build for the store has, as ends of a sentence."""

    @property
    def title(self) -> str:
        """How sentences call it."""
        return self.path or "the app"

    @property
    def versions(self) -> VersionRange:
        """All that it runs on."""
        return VersionRange(max(first_number(self.minimum), 1), None, self.system)


@dataclass(frozen=True, slots=True)
class AppProgram:
    """A Mach-O file of the app."""

    file: str
    """Below the app's folder."""
    owner: Owner
    processes: tuple[str, ...]
    """The paths of the processes that run it."""
    cpus: tuple[str, ...]
    """Of its slices: ``arm64``, ``arm64e``…"""
    unread: tuple[str, ...]
    """Why its code cannot be followed, as clauses; empty if it can."""
    libraries: tuple[str, ...]
    """What it loads, as its load commands have it."""


@dataclass(frozen=True, slots=True)
class AskedMethod:
    """A method of the app that is asked whom to trust."""

    code: Code
    handler: ChallengeHandler
    processes: tuple[str, ...]
    """The paths of the processes that run it."""


@dataclass(frozen=True, slots=True)
class IosFacts(Area):
    """All of them, the app first; none: it is an app of Android."""

    processes: tuple[Process, ...] = ()
    programs: tuple[AppProgram, ...] = ()
    asked: tuple[AskedMethod, ...] = ()


def first_number(version: str) -> int:
    """The 15 of ``15.4``; 0 of what is no version."""
    found = _NUMBER.match(version)
    return int(found[1]) if found else 0
