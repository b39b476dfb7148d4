"""What is searched for in all files of an app, because it should be in none: the CAs of assessment builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts.bundled import Sighting
from pincompiler.keys.spellings import spellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pincompiler.base.location import Location


class Seeker:
    """Searches files for certificates, in each form of them and of their keys."""

    def __init__(self, sought: Mapping[str, bytes]) -> None:
        self.sightings: list[Sighting] = []
        self._forms = {name: spellings(der) for name, der in sought.items()}
        self._longest = max((len(one) for some in self._forms.values() for one in some), default=0)

    def __bool__(self) -> bool:
        """Whether it searches for anything."""
        return bool(self._forms)

    def look(self, where: Location, chunks: Iterable[bytes]) -> None:
        """Search all of a file, piece by piece."""
        left, before = dict(self._forms), b""
        for chunk in chunks:
            data = before + chunk
            for name in [name for name, some in left.items() if any(one in data for one in some)]:
                self.sightings.append(Sighting(name, where))
                del left[name]
            before = data[-self._longest :]
