"""OkHttp: its version, its pinners, and the clients that have them or not."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts.common import Area

if TYPE_CHECKING:
    from pincompiler.base.location import Location
    from pincompiler.facts.common import Code
    from pincompiler.policy.project import Version


@dataclass(frozen=True, slots=True)
class Library:
    """One OkHttp that the app contains."""

    version: Version | None
    """As its user agent names it; None where that does not survive."""
    major: int
    """2 for ``com.squareup.okhttp``, else 3 for all that came after, which differ by version only."""
    renamed: bool
    """Whether R8 or ProGuard has renamed its classes."""
    where: Location | None = None
    """The DEX file that has it."""

    @property
    def known_version(self) -> Version | None:
        """As far as its version is known: of the second OkHttp at least that it is that."""
        return self.version or ((2,) if self.major == 2 else None)

    @property
    def title(self) -> str:
        """``OkHttp 4.12.0``."""
        number = (
            ".".join(map(str, self.version)) if self.version else str(self.major if self.major == 2 else "")
        )
        return f"OkHttp {number}".rstrip()


@dataclass(frozen=True, slots=True)
class Added:
    """The pins given for one pattern in one place."""

    pattern: str
    """As it is written there."""
    pins: tuple[str, ...]
    """As they are written there: ``sha256/…``."""
    code: Code


class PinnerUse(StrEnum):
    """What becomes of a pinner."""

    ATTACHED = "attached"
    """A client gets it."""
    LIKELY = "likely"
    """A client gets a pinner that could not be followed back, by injection perhaps: it may be this one."""
    CHECKED = "checked"
    """Code of the app asks it itself."""
    NEVER = "never"
    """No client gets it, and nothing else does."""
    UNKNOWN = "unknown"
    """It goes where it could not be followed."""


@dataclass(frozen=True, slots=True)
class Pinner:
    """A certificate pinner that code makes."""

    code: Code
    """Where it is made."""
    library: Library
    added: tuple[Added, ...]
    use: PinnerUse
    clients: tuple[Code, ...] = ()
    """Where the clients are made that get it."""
    doubts: tuple[str, ...] = ()
    """What remains unknown of its pins, each a sentence."""
    partial: tuple[Added, ...] = ()
    """What is known of pins whose host or values are not: either has no pattern, or no pins."""

    @property
    def is_empty(self) -> bool:
        """Whether it certainly pins nothing."""
        return not (self.added or self.partial or self.doubts)


class Pinning(StrEnum):
    """Whether a client pins."""

    PINNED = "pinned"
    NONE = "none"
    CLEARED = "cleared"
    """Its pinner is taken away again, or replaced by an empty one."""
    PERHAPS = "perhaps"
    """Its pinner is one of several, of which one is empty."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Client:
    """A client that code makes."""

    code: Code
    """Where it is made."""
    library: Library
    pinning: Pinning
    pinners: tuple[Code, ...] = ()
    """Where the pinners are made that it gets, its own or that of the client it is derived from."""
    derived: tuple[Code, ...] = ()
    """Where the clients are made that it is a ``newBuilder()`` of."""
    cleared: Code | None = None
    """Where its pinner is taken away."""
    hosts: tuple[str, ...] = ()
    """Hosts that it is seen to be used for."""
    trust: tuple[str, ...] = ()
    """Descriptors of the classes of this app that it is given to trust certificates or verify host names."""


@dataclass(frozen=True, slots=True)
class WrittenHash:
    """A text of the code that is a SHA-256 in base64 or hexadecimal, or has one behind ``sha256/``."""

    text: str
    """That part of it."""
    where: Location


@dataclass(frozen=True, slots=True)
class OkHttpFacts(Area):
    """All of it."""

    libraries: tuple[Library, ...] = ()
    pinners: tuple[Pinner, ...] = ()
    clients: tuple[Client, ...] = ()
    hashes: tuple[WrittenHash, ...] = ()
    """Every ``sha256/…`` of the code, used or not: pins, and digests of policies."""
