"""What an audit says of one app: plain data, the same for every report."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts.common import System
from pincompiler.verdicts.hosts import Verdict

if TYPE_CHECKING:
    from datetime import date

    from pincompiler.base.finding import Change, Finding
    from pincompiler.base.location import Location
    from pincompiler.facts import Pin, Unseen
    from pincompiler.facts.ios import Process
    from pincompiler.verdicts.hosts import HostVerdict


@dataclass(frozen=True, slots=True)
class InventoryPin:
    """A pin with whether it does anything."""

    pin: Pin
    enforced: bool | None
    """None: for which hosts it counts is not known."""
    change: Change | None = None
    """Against an audit before; None: it was compared with none."""


class Pinned(StrEnum):
    """Whether the connections to a host are pinned; from worst to best."""

    NOT_PINNED = "not pinned"
    UNKNOWN = "unknown"
    IN_PART = "pinned in part"
    """By some mechanisms, or on some Android versions: connections that go through others are not."""
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host that the app names."""

    host: str
    state: Pinned
    own: bool | None
    """Whether it is one of pins.toml, or below a domain that the reader calls own; None: nobody said which are."""
    why: str
    """What decides: a sentence without its full stop."""
    named: tuple[Location, ...] = ()
    """The first places that name it."""


@dataclass(frozen=True, slots=True)
class Build:
    """What distinguishes a build of an app from others."""

    path: str
    package: str
    version_name: str
    version_code: int
    sha256: str
    policy: str | None = None
    """The digest of the pins.toml that it was held to; empty: to none; None: that is not known."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key of pins.toml, which gives a pin its name."""

    name: str
    pin: str
    """Base64 of the SHA-256 of its SubjectPublicKeyInfo (RFC 7469 §2.4)."""
    role: str = ""
    """``leaf``, ``ca``, or nothing if it is not known."""
    algorithm: str = ""
    subject: str = ""
    """Of the certificate it was taken from, as RFC 4514 text."""
    begins: date | None = None
    """The first day on which that certificate is valid, in UTC."""
    ends: date | None = None
    """The last one."""
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """How an audit was made, so that it can be made again."""

    version: str
    """Of pincompiler."""
    day: date
    """The day on which expiries were checked."""
    horizon: int = 30
    """Warn this many days before an expiry."""
    engine: str = "fast"
    pins: str = ""
    """The pins.toml, as it was named; empty: without one."""
    policy: str = ""
    """Its digest, as ``check`` prints it."""
    accepts: tuple[str, ...] = ()
    """Files of acceptances besides."""
    keys: tuple[KnownKey, ...] = ()
    own_domains: tuple[str, ...] = ()
    """The domains whose hosts are called own."""


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
    """First what makes verdicts unknown, then remarks."""
    error: str = ""
    """Why it could not be read at all."""
    run: Run | None = None
    baseline: tuple[Build, ...] | None = None
    """The builds of the app in the audit that this one was compared with; None: with none."""
    fixed: tuple[Finding, ...] = ()
    """What was found in them, and is not found now."""
    gone: tuple[InventoryPin, ...] = ()
    """The pins that were in them, and are not here."""
    endpoints: tuple[Endpoint, ...] = ()
    """The hosts that the app names: the reader's own first, the worst before the better."""
    processes: tuple[Process, ...] = ()
    """Of an app for Apple's systems: the app itself, its extensions, and apps nested in it."""

    @property
    def system(self) -> System:
        """What it is for; of one that could not be read, Android."""
        return self.processes[0].system if self.processes else System.ANDROID

    @property
    def build(self) -> Build:
        """Which build it is."""
        policy = self.run.policy if self.run else None
        return Build(self.path, self.package, self.version_name, self.version_code, self.sha256, policy)

    @property
    def complete(self) -> bool:
        """Whether nothing remained unseen that matters."""
        rows = any(row.verdict is Verdict.UNKNOWN for row in self.verdicts)
        return not (self.error or rows or any(one.mechanisms for one in self.unseen))
