"""The words in which every area of an app states its facts."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from pincompiler.base.finding import Confidence, Use
from pincompiler.base.records import dataclass
from pincompiler.policy.validated import Validated

if TYPE_CHECKING:
    from datetime import date

    from pincompiler.base.location import Location
    from pincompiler.policy.enforcement import Demand, Enforcement, Reach


class Mechanism(StrEnum):
    """What enforces pins, by the names of the reports."""

    NSC = "nsc"
    OKHTTP = "okhttp"
    TRUSTKIT = "trustkit"
    KEYSTORE = "keystore"
    TRUST_MANAGER = "trust-manager"
    CRONET = "cronet"
    NATIVE = "native"
    HYBRID = "hybrid"


class AppleMechanism(StrEnum):
    """What enforces pins on Apple's systems, by the names of the reports."""

    ATS = "ats"
    """NSPinnedDomains of App Transport Security."""
    TRUSTKIT = "trustkit"
    """TrustKit for iOS."""
    CODE = "code"
    """Whatever the app's own code and its other libraries do."""


class FileMechanism(StrEnum):
    """What enforces pins that no audit of an app finds, by the names of the reports."""

    POLICY = "pins.toml"
    """None yet: what a pins.toml without targets means."""
    ANY = ""
    """Any at all: which one is not known."""


AppMechanism: TypeAlias = Mechanism | AppleMechanism
"""What an audit of an app finds."""
AnyMechanism: TypeAlias = AppMechanism | FileMechanism


class Algorithm(StrEnum):
    """What a pin is the hash of, and which hash."""

    SPKI_SHA256 = "spki-sha256"
    SPKI_SHA1 = "spki-sha1"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose code a class is."""

    name: str
    """``first-party``, the name of a library or SDK, a package that no table knows, or ``unidentified``."""
    first_party: bool = False
    """Whether it counts as the app's own: it is, or it may be."""

    @property
    def known(self) -> bool:
        """Whether it is the app's for certain, or a library's that the table has."""
        return not self.first_party or self == FIRST_PARTY

    @property
    def words(self) -> str:
        """The name for readers, with a mark where it is only a package that no table knows."""
        return self.name if self.known or self == UNIDENTIFIED else f"{self.name} (not known)"


FIRST_PARTY = Owner("first-party", first_party=True)
UNIDENTIFIED = Owner("unidentified", first_party=True)
"""Code whose name was taken away by a shrinker: the app's own, as far as it matters, until it is known better."""


@dataclass(frozen=True, slots=True)
class Code:
    """A place in the app's code."""

    location: Location
    """With the DEX file as member and the method as symbol; a span where source lines were kept."""
    class_name: str
    """The descriptor of the class: ``Lcom/example/Net;``."""
    owner: Owner

    @property
    def used(self) -> str:
        """What has to be used for the place to matter: its method where one is known, else its class."""
        return self.location.symbol or self.class_name


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether a class is ever used."""

    use: Use
    chain: tuple[str, ...] = ()
    """Classes from one that Android starts to this one, outermost first, as descriptors."""


class System(StrEnum):
    """An operating system, by the name that its maker gives it."""

    ANDROID = "Android"
    IOS = "iOS"
    TVOS = "tvOS"
    WATCHOS = "watchOS"
    MACOS = "macOS"
    VISIONOS = "visionOS"


@dataclass(frozen=True, slots=True)
class VersionRange:
    """The versions of a system at which something holds; ``last`` is None for all that come after.

    A version of Android is an API level; one of Apple's systems is its first number, at which all that counts has changed.
    """

    first: int
    last: int | None = None
    system: System = System.ANDROID

    def within(self, least: int) -> VersionRange:
        """What of it an app has that runs on no version below ``least``."""
        return VersionRange(max(self.first, least), self.last, self.system)

    @property
    def words(self) -> str:
        """For readers: ``API 24+``, ``iOS 14-16``."""
        return f"API {self}" if self.system is System.ANDROID else str(self)

    def __str__(self) -> str:
        """``24+`` or ``21-23``, of other systems than Android with the name: ``iOS 14+``."""
        system = "" if self.system is System.ANDROID else f"{self.system.value} "
        if self.last is None:
            return f"{system}{self.first}+"
        return f"{system}{self.first}" if self.first == self.last else f"{system}{self.first}-{self.last}"


NO_VERSION: Final = VersionRange(0)
"""Of what does not say on which versions of a system it counts."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One pin that is in the app, whatever it is worth."""

    mechanism: AppMechanism
    host: str
    """As the app spells it, wildcards included; empty if it is not known."""
    reach: Reach | None
    """How far below the host it applies; None if that is not known."""
    algorithm: Algorithm
    pin: str
    """Base64 of the hash, canonical where it decodes; else as it is written."""
    where: Location
    owner: Owner = FIRST_PARTY
    expires: date | None = None
    confidence: Confidence = Confidence.CONFIRMED
    what: str = ""
    """More about it: the subject and the end of a certificate."""


class State(StrEnum):
    """Whether a configuration that the app has is in force."""

    ACTIVE = "active"
    DISABLED = "disabled"
    """It was configured and never, or not enforcingly, put to use."""
    BROKEN = "broken"
    """It breaks the app, or something beside it makes it worthless."""
    UNKNOWN = "unknown"
    """Whether it is put to use was not seen."""


@dataclass(frozen=True, slots=True)
class InForce:
    """One configuration that decides on connections: of an app, of a file, or what pins.toml compiles to."""

    mechanism: AnyMechanism
    title: str
    """How sentences call it: ``res/xml/network_security_config.xml (v28)``."""
    enforcement: Enforcement
    where: Location | None = None
    owner: Owner = FIRST_PARTY
    api: VersionRange = VersionRange(1)
    """Where it counts, within what the app supports; :data:`NO_VERSION` where that is no question."""
    state: State = State.ACTIVE
    why: str = ""
    """Why it is not active, or not all of it, a sentence without its full stop."""
    unenforced: Enforcement | None = None
    """The part of it that is not put to use although the rest is active."""
    doubts: tuple[str, ...] = ()
    """What of it is not known: it may demand more, and accept more, and nothing follows from what it lacks."""
    unmatched: tuple[tuple[str, str], ...] = ()
    """The names in it that have pins and are no host's, each with the reason, a sentence without its full stop."""
    validated_by: Enforcement | None = None
    """What decides in whom chains may end before it is asked, where that is known and another configuration."""
    pinned_otherwise: tuple[str, ...] = ()
    """Hosts that it pins to what is not known, which is among the doubts."""
    process: str = ""
    """Where in an app for Apple's systems it counts: :attr:`Process.path`."""

    @property
    def whole(self) -> Enforcement:
        """What it demands, of chains that end in whom the app trusts, be it this configuration that says so or not."""
        return Validated(self.enforcement, self.validated_by) if self.validated_by else self.enforcement

    def idle(self, host: str) -> bool:
        """Whether what it demands for a host, if anything, is not put to use."""
        part = self.unenforced.demand(host) if self.unenforced else ()
        return self.state is State.DISABLED or bool(part)

    def enforced(self, host: str) -> Demand:
        """What it demands of chains for a host, as far as that is put to use."""
        return () if self.idle(host) else self.enforcement.demand(host)


@dataclass(frozen=True, slots=True)
class Unseen:
    """What the audit could not see, and what it leaves unknown."""

    what: str
    """``classes2.dex``, ``com.example.Net.client``, ``lib/arm64-v8a/libflutter.so``."""
    why: str
    """A sentence without its full stop."""
    mechanisms: frozenset[AppMechanism] = frozenset(Mechanism)
    """The mechanisms of which nothing may be said because of it; none: said for information only."""
    pins: bool = False
    """Whether it is pins, of which neither the host nor the key is known."""
    process: str = ""
    """Of which process of an app for Apple's systems nothing may be said: :attr:`Process.path`."""


@dataclass(frozen=True, slots=True)
class Area:
    """What one collector found; each area adds its own kinds of facts."""

    pins: tuple[Pin, ...] = ()
    shipped: tuple[InForce, ...] = ()
    codes: tuple[Code, ...] = ()
    """Every place in code that some fact names: how it is reached will be found out."""
