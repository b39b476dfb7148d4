"""Rotations to another public root: which versions of the supported releases lack it.

A plan takes for granted that certificates are trusted.  Where the new keys have a public root among them, that is known
better: devices that lack it accept its chains only by the certificate with which an older root has signed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.roots.absence import absences
from pincompiler.roots.cross_signs import cross_signers
from pincompiler.roots.knowledge import known_roots
from pincompiler.verdicts.by_device import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pincompiler.planning.schedule import Member
    from pincompiler.policy.project import Rotation
    from pincompiler.roots.absence import Absence
    from pincompiler.roots.root import Root


@dataclass(frozen=True, slots=True)
class RootMove:
    """A rotation to a root that devices of some releases lack."""

    rotation: Rotation
    root: Root
    lacking: Absence
    releases: tuple[str, ...]
    """Those that run on such devices."""
    by: tuple[Root, ...]
    """Older roots that have signed it, and that these devices have; none: none is known."""


def root_moves(rotations: Iterable[Rotation], fleet: Sequence[Member]) -> Iterator[RootMove]:
    """The moves to roots that some supported device lacks, in the order of the rotations."""
    known = known_roots()
    for one in rotations:
        old = {known.by_pin(key.spki_sha256) for key in one.before}
        for key in one.after:
            root = known.by_pin(key.spki_sha256)
            if root and root not in old:
                yield from _lacked(one, root, fleet)


def _lacked(one: Rotation, root: Root, fleet: Sequence[Member]) -> Iterator[RootMove]:
    found: dict[Absence, list[str]] = {}
    for member in fleet:
        if member.last >= one.day:
            oldest = {
                PLATFORMS[system]: version
                for system, version in member.release.oldest.items()
                if system in PLATFORMS
            }
            for absence in absences(root, oldest):
                found.setdefault(absence, []).append(member.name)
    for absence, names in found.items():
        versions = [(absence.platform, version) for version in (absence.first, absence.last)]
        by = tuple(signer for signer, _ in cross_signers(root, versions, one.day))
        yield RootMove(one, root, absence, tuple(names), by)
