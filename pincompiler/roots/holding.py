"""Whether devices have a root: the one function that everything asks which speaks of a device's store.

Android up to 13 has its store in the system's partition, and only updates of the system change it.  From 14 on, updates
by Google Play may (module com.android.conscrypt), so what is absent there may have come since.  iOS has the store of
the macOS of its year, by major versions, and Apple sends roots between releases as well (README of
security_certificates).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pincompiler.base.records import dataclass
from pincompiler.roots.knowledge import known_roots

if TYPE_CHECKING:
    from pincompiler.roots.knowledge import AndroidLevel, Knowledge
    from pincompiler.roots.root import Root

UPDATED_BY_PLAY: Final = 34
"""The first API level whose store Google Play updates (AOSP, conscrypt/apex/ca-certificates)."""
_PARTITIONED: Final = 24
"""The first API level whose store was read from tags of its own project."""


class Platform(StrEnum):
    """Whose stores are known."""

    ANDROID = "Android"
    """Versions are API levels."""
    IOS = "iOS"
    """Versions are major versions."""


class Answer(StrEnum):
    """Whether devices of a version have a root."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """How good the source of an answer is."""

    TAG = "tag"
    """Every tag of the release in AOSP was read."""
    APPROXIMATE = "approximate"
    """The project's state at about the day of the release: nothing is blocked for it."""
    INFERRED = "inferred"
    """From the store of the macOS of the same year: likewise."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Holding:
    """An answer, with what it rests on."""

    answer: Answer
    grade: Grade
    source: str
    """What was read: ``AOSP android-7.0.0_r1``; of what is unknown, why, a sentence without its full stop."""

    @property
    def surely_absent(self) -> bool:
        """Whether devices lack it for certain, so that connections may be called blocked."""
        return self.answer is Answer.NO and self.grade is Grade.TAG


def holds(root: Root, platform: Platform, version: int, known: Knowledge | None = None) -> Holding:
    """Whether devices of a version have a root in their stores, as far as this version of pincompiler knows."""
    known = known or known_roots()
    return (
        _on_android(root, version, known) if platform is Platform.ANDROID else _on_ios(root, version, known)
    )


def expected(root: Root, platform: Platform, version: int, known: Knowledge | None = None) -> Holding:
    """The same, where versions that are newer than what is known are as the newest known one.

    What that may have got since stays unknown.
    """
    known = known or known_roots()
    newest = known.unknown_from - 1 if platform is Platform.ANDROID else max(known.ios)
    if version <= newest:
        return holds(root, platform, version, known)
    found = holds(root, platform, newest, known)
    return holds(root, platform, version, known) if found.answer is Answer.UNKNOWN else found


def _on_android(root: Root, level: int, known: Knowledge) -> Holding:
    levels = known.levels
    if level >= known.unknown_from:
        why = f"Android {release_of(level, known)} is newer than the list of {known.android_read:%Y-%m}"
        return Holding(Answer.UNKNOWN, Grade.NONE, why)
    if level < _PARTITIONED:
        return _long_ago(root, level, levels)
    one = levels[level]
    has = any(first <= level <= last for first, last in root.android)
    changed = (root.removed_by if has else root.added_by) or {}
    if tag := changed.get(level):
        verb = "removed" if has else "added"
        return Holding(Answer.UNKNOWN, Grade.TAG, f"a later patch of Android {one.release} {verb} it ({tag})")
    source = f"AOSP {one.source}"
    if has:
        return Holding(Answer.YES, Grade.TAG, source)
    if level >= UPDATED_BY_PLAY:
        why = f"Android {one.release} came without it ({source}), and Google Play updates its list"
        return Holding(Answer.UNKNOWN, Grade.TAG, why)
    return Holding(Answer.NO, Grade.TAG, source)


def _long_ago(root: Root, level: int, levels: dict[int, AndroidLevel]) -> Holding:
    """Before Android 7.0 its store was part of another project, of which only what all states agree on is said."""
    old = [one for one in levels if one <= _PARTITIONED]
    had = [any(first <= one <= last for first, last in root.android) for one in old]
    if level >= old[0] and all(had):
        return Holding(Answer.YES, Grade.APPROXIMATE, "AOSP before Android 7.0, by date")
    why = "which CAs Android before 7.0 has is known by date alone"
    return Holding(Answer.UNKNOWN, Grade.APPROXIMATE, why)


def _on_ios(root: Root, major: int, known: Knowledge) -> Holding:
    releases = known.ios.get(major)
    if not releases:
        return Holding(Answer.UNKNOWN, Grade.NONE, f"the store of iOS {major} is not known")
    order = {one: number for number, one in enumerate(known.macos)}
    having = {number for first, last in root.macos for number in range(order[first], order[last] + 1)}
    own = [order[one] for one in releases]
    source = f"Apple's store of macOS {releases[0]}"
    if having.issuperset(own):
        return Holding(Answer.YES, Grade.INFERRED, source)
    if not having.isdisjoint(own):
        return Holding(Answer.UNKNOWN, Grade.INFERRED, f"an update of iOS {major} changed it")
    if having and max(having) < own[0]:
        return Holding(Answer.NO, Grade.INFERRED, source)
    return Holding(Answer.UNKNOWN, Grade.INFERRED, f"iOS {major} was not shipped with it ({source})")


def release_of(level: int, known: Knowledge | None = None) -> str:
    """What Android's version of an API level is called, for sentences: ``7.0``; ``16`` and on by count."""
    known = known or known_roots()
    found = known.levels.get(level)
    if found:
        return found.release
    newest = known.unknown_from - 1
    return str(int(known.levels[newest].release) + level - newest) if level > newest else f"API {level}"


def versions_named(platform: Platform, first: int, last: int | None) -> str:
    """Versions, both included, for sentences: ``Android 7.0 to 13``, ``iOS 15``, ``Android 15 and newer``."""
    android = platform is Platform.ANDROID
    begins, ends = ((release_of(one) if android else f"{one}") for one in (first, last or first))
    if last is None:
        return f"{platform.value} {begins} and newer"
    return f"{platform.value} {begins}" if begins == ends else f"{platform.value} {begins} to {ends}"
