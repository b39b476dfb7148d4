"""What an audit says of one app: plain data, the same for every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.records import dataclass

if TYPE_CHECKING:
    from pincompiler.facts import Pin, Unseen
    from pincompiler.finding import Finding
    from pincompiler.verdicts import HostVerdict


@dataclass(frozen=True, slots=True)
class InventoryPin:
    """A pin with whether it does anything."""

    pin: Pin
    enforced: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """The report on one app."""

    path: str
    kind: str = ""
    sha256: str = ""
    package: str = ""
    version_name: str = ""
    version_code: int = 0
    min_sdk: int = 0
    target_sdk: int = 0
    pins: tuple[InventoryPin, ...] = ()
    verdicts: tuple[HostVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    error: str = ""
    """Why it could not be read at all."""

    @property
    def complete(self) -> bool:
        """Whether nothing remained unseen that matters."""
        return not self.error and not any(one.mechanisms for one in self.unseen)
