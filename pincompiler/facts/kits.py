"""Libraries that pin: TrustKit-Android, Cronet, Conscrypt and their like."""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.facts.common import Area, VersionRange
from pincompiler.policy.enforcement import Demand, Enforcement, EntryId, Key, PinSet, Reach, any_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from pincompiler.base.finding import Confidence
    from pincompiler.base.location import Location
    from pincompiler.facts.common import Code, Mechanism
    from pincompiler.platforms.nsc.model import Nsc
    from pincompiler.policy.trust import Trust

OS_ENFORCES = 24
"""The API level from which Android itself reads the network security configuration."""


# -- TrustKit-Android ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrustKitPins(Enforcement):
    """What TrustKit-Android demands: the pins of the network security configuration, read its own way."""

    nsc: Nsc

    def names(self) -> Iterable[str]:
        """Every domain that it keeps."""
        return self.nsc.names()

    def demand(self, host: str) -> Demand:
        """TrustKitConfiguration.getPolicyForHostname: the exact domain, else the longest that includes it."""
        return self.nsc.demand(host)

    def own_trust(self) -> bool:
        """As the configuration does."""
        return self.nsc.own_trust()

    def trust(self, host: str) -> Trust:
        """From API level 24 on that of the configuration; before, it has the system's trust manager."""
        return self.nsc.trust(host)

    def deciding(self, host: str) -> tuple[str, ...]:
        """The ``<domain>`` that decides."""
        return self.nsc.deciding(host)

    def entries_for(self, _host: str) -> tuple[EntryId, ...]:
        """None, as there are no pin-sets."""
        return ()

    def pin_sets(self) -> tuple[PinSet, ...]:
        """None of its own: those of the configuration are checked where they stand."""
        return ()


@dataclass(frozen=True, slots=True)
class TrustKitAndroidDomain:
    """A ``<domain-config>`` as TrustKit-Android takes it."""

    host: str
    """Of several domains the last: the only one that it keeps."""
    pinned: bool
    enforcing: bool
    """``enforcePinning``, which is false unless it is said."""
    default_report: bool
    """Whether failures go to the makers of TrustKit, as they do unless that is disabled."""
    where: Location
    raised: tuple[tuple[str, str], ...] = ()
    """What makes it raise when it is started, each with a remedy."""
    dropped: tuple[str, ...] = ()
    """The domains before the last."""


@dataclass(frozen=True, slots=True)
class TrustKitAndroid:
    """TrustKit-Android in an app, or a configuration for it."""

    bundled: bool
    """Whether its code is in the app, under its own name or renamed."""
    named: bool
    """Whether its classes have their own names, so that calls of them can be recognised."""
    started: tuple[Code, ...]
    """Calls of ``initializeWithNetworkSecurityConfiguration`` by the app."""
    used: tuple[Code, ...]
    """Calls that need it to be started: for its instance, trust managers, socket factories, interceptors."""
    attached: bool
    """Whether some connection is given what enforces."""
    domains: tuple[TrustKitAndroidDomain, ...]
    configured: tuple[Location, ...]
    """Each ``<domain-config>`` with a ``<trustkit-config>``."""
    mismatches: tuple[tuple[Code, str], ...] = ()
    """Where it is started with another configuration than Android uses: it raises from API level 24 on."""
    unended: tuple[tuple[Location, str, str], ...] = ()
    """Elements of the configuration past whose end it reads, with what comes of it and a remedy."""

    @property
    def is_started(self) -> bool:
        """Whether it is, as far as the code shows: what is renamed and whole was called by somebody."""
        return bool(self.started) or (self.bundled and not self.named)


# -- Cronet --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CronetEntry:
    """One call of ``addPublicKeyPins``."""

    host: str
    pins: tuple[bytes, ...]
    """SHA-256 of SPKIs if all is well; of any length."""
    subdomains: bool
    expires: date | None
    """The first day on which it no longer counts; None if that is not known."""
    code: Code
    builder: str = "CronetEngine.Builder"
    bypass: Confidence | None = None
    """How sure it is that CAs installed on the device bypass the pins, as is the default; None: they do not."""

    @property
    def reach(self) -> Reach:
        """How far below the host the pins apply."""
        return Reach.ALL if self.subdomains else Reach.NONE

    @property
    def keys(self) -> tuple[Key, ...]:
        """The pins as keys."""
        return tuple(map(Key, dict.fromkeys(self.pins)))


@dataclass(frozen=True, slots=True)
class CronetPins(Enforcement):
    """The pins of Cronet engines, of Chromium's stack or of Android's own ``HttpEngine``."""

    entries: tuple[CronetEntry, ...]
    """For one name the last counts, as each replaces the one before."""
    _by_host: Mapping[str, CronetEntry] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        by_host = {entry.host.lower().removesuffix("."): entry for entry in self.entries}
        object.__setattr__(self, "_by_host", by_host)

    def names(self) -> Iterable[str]:
        """Every host."""
        return self._by_host.keys()

    def demand(self, host: str) -> Demand:
        """Any of the pins of one entry, wherever in the chain, and after its end those of the next above.

        An empty set demands nothing.
        """
        return tuple(
            replace(clause, since=since)
            for since, entry in self._find(host)
            if entry.pins
            for clause in any_of(entry.keys, entry.expires)
        )

    def deciding(self, host: str) -> tuple[str, ...]:
        """The calls that decide, one after the other."""
        return tuple(
            f'addPublicKeyPins("{one.host}", includeSubdomains = {"true" if one.subdomains else "false"})'
            for _, one in self._find(host)
        )

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The same, by name and reach."""
        return tuple((one.host.lower().removesuffix("."), one.reach) for _, one in self._find(host))

    def pin_sets(self) -> tuple[PinSet, ...]:
        """One for each call."""
        return tuple(
            PinSet(
                (host,),
                entry.reach,
                entry.keys,
                entry.expires,
                bool(entry.pins),
                (),
                entry.code.location,
            )
            for host, entry in self._by_host.items()
        )

    def _find(self, host: str) -> Iterator[tuple[date | None, CronetEntry]]:
        """TransportSecurityState: until it ends the nearest entry ends the search, even if it does not reach down.

        Each entry that comes to decide, with the day from which it does; None: from the beginning.
        """
        name = whole = host.lower().removesuffix(".")
        since: date | None = None
        while name:
            found = self._by_host.get(name)
            if found is not None and (found.expires is None or since is None or since < found.expires):
                if name == whole or found.subdomains:
                    yield since, found
                if found.expires is None:
                    return
                since = found.expires
            name = name.partition(".")[2]


# -- others --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GivenPins(Enforcement):
    """The pins that one call gives a library for hosts that it names, each for itself alone."""

    by_host: Mapping[str, tuple[Key, ...]]
    call: str
    """``PinningHelper.getPinnedHttpsURLConnection``."""
    where: Location

    def names(self) -> Iterable[str]:
        """Every host."""
        return self.by_host.keys()

    def demand(self, host: str) -> Demand:
        """Any of the pins, wherever in the chain."""
        keys = self.by_host.get(host.lower().removesuffix("."), ())
        return any_of(keys) if keys else ()

    def deciding(self, host: str) -> tuple[str, ...]:
        """The call."""
        return (self.call,) if self.demand(host) else ()

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The host, alone."""
        return ((host, Reach.NONE),) if host in self.by_host else ()

    def pin_sets(self) -> tuple[PinSet, ...]:
        """One for each host."""
        return tuple(
            PinSet((host,), Reach.NONE, keys, where=self.where) for host, keys in self.by_host.items()
        )


@dataclass(frozen=True, slots=True)
class RunTimePins:
    """A library put to use whose pins come from elsewhere than the code that was read."""

    title: str
    mechanism: Mechanism
    why: str
    """Where they come from: a sentence without its full stop."""
    code: Code


class Looseness(StrEnum):
    """What a library no longer checks."""

    ANY_CHAIN = "any-chain"
    """Whether anybody vouches for a certificate."""
    ANY_NAME = "any-name"
    """Whether the certificate is that of the host."""
    PLAIN_TEXT = "plain-text"
    """Anything: there is no TLS."""


@dataclass(frozen=True, slots=True)
class LooseCheck:
    """A use of a library by which it checks less than the platform does."""

    code: Code
    library: str
    looseness: Looseness
    call: str
    """``Connection.validateTLSCertificates(false)``."""
    cures: tuple[str, ...] = ()
    """What would have it check, where it is so by itself: ``call Email.setSSLCheckServerIdentity(true)``."""


@dataclass(frozen=True, slots=True)
class KitFacts(Area):
    """What an app has of libraries that pin by their own means."""

    trustkit: TrustKitAndroid | None = None
    cronet: tuple[CronetEntry, ...] = ()
    run_time: tuple[RunTimePins, ...] = ()
    loose: tuple[LooseCheck, ...] = ()


def below_os(first: int) -> VersionRange | None:
    """The supported API levels at which Android ignores the configuration and TrustKit enforces, if any."""
    return VersionRange(first, OS_ENFORCES - 1) if first < OS_ENFORCES else None
