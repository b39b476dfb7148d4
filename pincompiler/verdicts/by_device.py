"""A chain on the versions of a system that a release runs on, each with the roots of its own store.

Stores decide where Android or iOS does, by the CAs of the system: of an app that names CAs of its own, or has code that
decides on trust, nothing is said that was not said without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.facts import NO_VERSION, AppleMechanism, FileMechanism, InForce, Mechanism, VersionRange
from pincompiler.facts.common import System
from pincompiler.policy.trust import Store
from pincompiler.roots.holding import Answer, Platform, expected, release_of, versions_named
from pincompiler.roots.knowledge import known_roots
from pincompiler.roots.root import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pincompiler.policy.project import App
    from pincompiler.tls.device_paths import DeviceView
    from pincompiler.verdicts.candidate import Candidate

PLATFORMS: Final = {System.ANDROID: Platform.ANDROID, System.IOS: Platform.IOS}
_BY_ANDROID: Final = (
    Mechanism.NSC,
    Mechanism.OKHTTP,
    Mechanism.TRUSTKIT,
    Mechanism.CRONET,
    FileMechanism.POLICY,
)
"""They leave it to Android in whom chains end; so does whatever a pins.toml without targets will be."""
_ELSEWHERE: Final = (Mechanism.KEYSTORE, Mechanism.TRUST_MANAGER, Mechanism.NATIVE, Mechanism.HYBRID)
"""They may not, and which connections go through them is not known."""


@dataclass(frozen=True, slots=True)
class DevicePart:
    """What devices of some versions make of a chain."""

    versions: VersionRange
    paths: tuple[Candidate, ...]
    """The chain by each path that they may build."""
    refused: Answer
    why: str
    """Why they refuse it, or what is not known of it, a sentence without its full stop."""
    lacking: tuple[str, ...]
    """The subjects of the roots that they lack, or may lack."""
    followed: bool
    """Whether another path takes over once a certificate of one of these has ended."""
    differs: bool
    """Whether it is another chain, or may be, than the one that was validated here."""


def by_device(
    one: InForce, beside: Sequence[InForce], oldest: Mapping[System, int], candidate: Candidate
) -> tuple[DevicePart, ...]:
    """The versions on which a configuration counts, by what their stores make of a chain; none: no difference.

    ``beside`` is all that the release has in force, and ``oldest`` the oldest versions that it runs on.
    """
    system = _system_of(one)
    least = oldest.get(system) if system else None
    if system is None or least is None or not candidate.views or not _left_to_stores(beside, candidate):
        return ()
    asked = VersionRange(least, None, system) if one.api == NO_VERSION else one.api.within(least)
    views = [view for view in candidate.views if view.platform is PLATFORMS[system]]
    parts = tuple(_part(view, views, candidate, both) for view in views if (both := _both(asked, view)))
    return parts if any(part.differs for part in parts) else ()


def _system_of(one: InForce) -> System | None:
    if one.api != NO_VERSION and one.api.system not in PLATFORMS:
        return None
    if isinstance(one.mechanism, AppleMechanism):
        return System.IOS
    return System.ANDROID if one.mechanism in _BY_ANDROID else None


def _left_to_stores(beside: Sequence[InForce], candidate: Candidate) -> bool:
    if not candidate.path or candidate.assumed:
        return False
    trusts = [one.enforcement.trust(candidate.host) for one in beside]
    own = any(trust.anchors or Store.SYSTEM not in trust.sources for trust in trusts)
    return not own and not any(one.mechanism in _ELSEWHERE for one in beside)


def _both(asked: VersionRange, view: DeviceView) -> VersionRange | None:
    first = max(asked.first, view.first)
    ends = [last for last in (asked.last, view.last) if last is not None]
    last = min(ends) if ends else None
    return None if last is not None and last < first else replace(asked, first=first, last=last)


def _part(
    view: DeviceView, views: list[DeviceView], candidate: Candidate, versions: VersionRange
) -> DevicePart:
    pins = [tuple(key.spki_sha256 for key in path) for path in view.paths]
    own = [tuple(key.spki_sha256 for key in candidate.path)]
    differs = view.refused is not Answer.NO or pins != own
    # The dates of a store's own CA are no matter to Android.
    android = view.platform is Platform.ANDROID
    paths = tuple(
        replace(candidate, path=path, views=(), anchors=_identity(path) if android else frozenset())
        for path in view.paths
    )
    return DevicePart(
        versions, paths, view.refused, _why(view, views, versions), view.lacking, view.followed, differs
    )


def _identity(path: tuple[object, ...]) -> frozenset[bytes]:
    certificate = getattr(path[-1], "certificate", None)
    return frozenset({certificate.identity}) if certificate else frozenset()


def _why(view: DeviceView, views: list[DeviceView], versions: VersionRange) -> str:
    named = words(versions)
    if view.refused is Answer.NO:
        if view.platform is Platform.IOS:
            return f"{named}: which of several paths is built, Apple does not document"
        return f"{named}: which path is built hangs on what is not known of the store"
    several = versions.last is None or versions.last > versions.first
    names = [name_of(subject) for subject in view.lacking]
    roots = " or ".join(names)
    if view.refused is Answer.UNKNOWN:
        about = (
            f"whether {roots} is in {'their stores' if several else 'its store'} is not known: "
            if roots
            else ""
        )
        return f"{named}: {about}{view.why or _unsure(view, versions.first)}"
    one = "is" if len(view.lacking) == 1 else "are"
    roots = " and ".join(names)
    following = next((each for each in views if each.first > view.first and each.refused is Answer.NO), None)
    since = (
        f"; from {release_of(following.first)} on {'it is' if one == 'is' else 'one is'}" if following else ""
    )
    store = "their stores" if several else "its store"
    return f"{named}: {roots} {one} not in {store} ({_tags(versions)}){since}"


def _unsure(view: DeviceView, version: int) -> str:
    """Why it is not known whether a version has the roots."""
    roots = (root for subject in view.lacking for root in known_roots().by_name(subject))
    found = (expected(root, view.platform, version) for root in roots)
    return next(one.source for one in found if one.answer is Answer.UNKNOWN)


def words(versions: VersionRange) -> str:
    """``Android 7.0 to 13``, ``iOS 15 and newer``."""
    return versions_named(PLATFORMS[versions.system], versions.first, versions.last)


def _tags(versions: VersionRange) -> str:
    """The tags of AOSP that say so: the first of each version."""
    levels = known_roots().levels
    ends = (versions.first, versions.last or versions.first)
    return f"AOSP {' to '.join(dict.fromkeys(levels[level].source for level in ends))}"


def oldest_of(app: App) -> dict[System, int]:
    """The oldest versions that pins.toml says the app runs on."""
    found = {}
    if app.android_min_sdk:
        found[System.ANDROID] = app.android_min_sdk
    if app.ios_minimum:
        found[System.IOS] = app.ios_minimum[0]
    return found
