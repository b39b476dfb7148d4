"""The files of an app for Apple's systems, searched for the CAs of assessment builds, archives among them included."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pincompiler.android.apk.inner import TAR_HEAD, Loose, kind_of
from pincompiler.archives.archive import MemberError
from pincompiler.archives.storage import Memory
from pincompiler.base.location import Location
from pincompiler.facts import Unseen
from pincompiler.facts.common import AppleMechanism
from pincompiler.keys.stores import HEAD
from pincompiler.shipped.android.bundled.packed import Packed
from pincompiler.shipped.seeking import Seeker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pincompiler.android.apk.inner import Holder
    from pincompiler.facts.bundled import Sighting
    from pincompiler.facts.common import AppMechanism
    from pincompiler.ios.container import AppContainer


class Search:
    """Looks through all files, once; without anything that is sought, through none."""

    def __init__(self, container: AppContainer, sought: Mapping[str, bytes]) -> None:
        self._container = container
        self._seeker = Seeker(sought)
        self._packed = Packed(self, self._look)
        self.unseen: list[Unseen] = []

    def run(self) -> tuple[Sighting, ...]:
        """Where something is; what cannot be searched is among the unseen."""
        for file in self._container.files if self._seeker else ():
            try:
                data = self._container.read(file)
            except MemberError as error:
                self.doubt(file, f"cannot be read: {error.why}")
            else:
                self._look(file, Loose(file, {file: Memory(data)}), file, 0)
        return tuple(self._seeker.sightings)

    def doubt(self, what: str, why: str, *_: AppMechanism) -> None:
        """Remember that something could not be searched."""
        self.unseen.append(Unseen(what, why, frozenset({AppleMechanism.CODE})))

    def _look(self, member: str, holder: Holder, entry: str, level: int) -> None:
        try:
            self._seeker.look(Location(self._container.name, member=member), holder.chunks(entry))
            head = holder.head(entry, HEAD)
            kind = kind_of(entry, head, partial(holder.head, entry, TAR_HEAD))
        except MemberError as error:
            self.doubt(member, f"cannot be read: {error.why}")
        else:
            if kind:
                self._packed.open(kind, member, holder, entry, level)
