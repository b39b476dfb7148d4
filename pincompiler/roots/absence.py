"""Which supported versions lack a root: those of Android for certain, those of iOS as they were shipped."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.roots.holding import Platform, holds, versions_named
from pincompiler.roots.knowledge import known_roots

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pincompiler.roots.root import Root


@dataclass(frozen=True, slots=True)
class Absence:
    """Versions, both included, that lack a root."""

    platform: Platform
    first: int
    last: int

    @property
    def versions(self) -> str:
        """``Android 7.0 to 13``, ``iOS 14``."""
        return versions_named(self.platform, self.first, self.last)

    @property
    def clause(self) -> str:
        """What they do, to follow "which": ``Android 7.0 to 13 do not have``."""
        several = self.last > self.first
        if self.platform is Platform.ANDROID:
            return f"{self.versions} {'do' if several else 'does'} not have"
        return f"{self.versions} {'were' if several else 'was'} not shipped with"


def absences(root: Root, oldest: Mapping[Platform, int]) -> Iterator[Absence]:
    """The versions from the oldest supported ones on that lack a root; of a platform that is not named, none."""
    known = known_roots()
    if Platform.ANDROID in oldest:
        levels = [one for one in known.levels if one >= oldest[Platform.ANDROID]]
        absent = [holds(root, Platform.ANDROID, one).surely_absent for one in levels]
        yield from _runs(Platform.ANDROID, levels, absent)
    if Platform.IOS in oldest:
        # Those that came without it, and may have got it since.
        majors = [one for one in known.ios if one >= oldest[Platform.IOS]]
        yield from _runs(Platform.IOS, majors, [_came_without(root, one) for one in majors])


def _runs(platform: Platform, versions: Sequence[int], absent: Sequence[bool]) -> Iterator[Absence]:
    """The absent versions, those that follow each other as one: a root may have come and gone."""
    for lacking, run in groupby(zip(versions, absent, strict=True), key=lambda one: one[1]):
        if lacking:
            found = [version for version, _ in run]
            yield Absence(platform, found[0], found[-1])


def _came_without(root: Root, major: int) -> bool:
    known = known_roots()
    order = {release: number for number, release in enumerate(known.macos)}
    last = order[known.ios[major][-1]]
    return not any(order[begins] <= last <= order[ends] for begins, ends in root.macos)
