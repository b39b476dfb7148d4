"""What is strange about an app's files, and what could not be read."""

from __future__ import annotations

from dataclasses import field

from pincompiler.base.bounds import ODDITIES
from pincompiler.base.records import dataclass


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something no build tool writes; the app was read all the same, as Android would."""

    what: str
    member: str = ""
    """The archive entry that it concerns; empty for the file as a whole."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of the app that could not be read: nothing may be concluded from its absence."""

    what: str
    """The archive entry or the part of the app, such as ``classes2.dex`` or ``manifest``."""
    why: str


@dataclass(slots=True, eq=False, repr=False)
class Oddities:
    """Collects anomalies, each once and not without end."""

    _kept: dict[Anomaly, None] = field(default_factory=dict)
    _dropped: int = 0

    def note(self, what: str, member: str = "") -> None:
        """Remember one."""
        anomaly = Anomaly(what, member)
        if anomaly in self._kept:
            return
        if len(self._kept) < ODDITIES.limit:
            self._kept[anomaly] = None
        else:
            self._dropped += 1

    def all(self) -> tuple[Anomaly, ...]:
        """All that are kept; the last says how many are not."""
        more = (Anomaly(f"{self._dropped} more oddities of this kind and others"),) if self._dropped else ()
        return (*self._kept, *more)
