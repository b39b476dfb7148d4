"""What a Network Security Configuration says, and what Android does with it.

Facts are from AOSP ``android.security.net.config``: XmlConfigSource (what is read and refused),
ApplicationConfig (which entry decides), NetworkSecurityConfig (inheritance and defaults),
NetworkSecurityTrustManager (how pins are checked).
"""

from __future__ import annotations

from dataclasses import field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from pincompiler.base.records import dataclass
from pincompiler.platforms.unmatched import never_matched
from pincompiler.policy.enforcement import Demand, Enforcement, EntryId, Key, PinSet, Reach, any_of
from pincompiler.policy.trust import SYSTEM_ALONE, Anchor, Store, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from pincompiler.base.location import Location
    from pincompiler.platforms.nsc.oddities import Oddity
    from pincompiler.policy.trust import Source

NAMESPACE = "urn:pincompiler"
"""Of the root's ``policy`` attribute, which Android ignores and aapt2 keeps: no shrinker drops it."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """TrustKit-Android's ``<trustkit-config>``; the operating system ignores it."""

    enforce: bool
    disable_default_uri: bool
    uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificates:
    """One ``<certificates>``: CAs in which a chain may end."""

    source: str
    """``system``, ``user``, ``wfa``, or the resource with the certificates: ``@raw/ca``."""
    overrides_pins: bool = False
    """Whether chains that end here are not held to any pin."""
    where: Location | None = field(default=None, compare=False)
    anchors: tuple[Anchor, ...] | None = None
    """What the resource holds; None where it was not read."""
    damage: str = field(default="", compare=False)
    """Why it is no file of certificates, as the end of a sentence; empty: it is one, or is not at hand."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Them as the spine knows them.  What Android keeps for Wi-Fi is neither store, nor known."""
        if self.source in _STORES:
            return (_STORES[self.source],)
        if self.anchors is not None:
            return self.anchors
        return (Anchor(sha256(self.source.encode()).digest(), name=self.source, unread=True),)


_STORES: Mapping[str, Store] = {store.value: store for store in Store}


_SYSTEM, _USER = Certificates("system"), Certificates("user")


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for some hosts besides their pins, inherited or not; None where the file says nothing."""

    anchors: tuple[Certificates, ...] | None = None
    cleartext: bool | None = None
    """Whether connections without TLS are permitted."""
    transparency: bool | None = None
    """Whether certificates have to be in the public logs (API level 36)."""
    cleartext_where: Location | None = field(default=None, compare=False)
    transparency_where: Location | None = field(default=None, compare=False)
    anchors_where: Location | None = field(default=None, compare=False)
    lapsed: bool = field(default=False, compare=False)
    """Whether public logs were demanded around it, which trust anchors of its own have ended."""

    @property
    def exempt(self) -> bool:
        """Whether trust anchors of its own, the user's among them, do away with the demand for public logs.

        Android's documentation of ``<certificateTransparency>``: unless the same config asks for it, as such CAs do not
        log what they sign.
        """
        own = any(one.source != "system" for one in self.anchors or ())
        return own and self.transparency is None

    def trusted(self, target_sdk: int) -> tuple[Certificates, ...]:
        """The anchors; by default the system's, and the user's for apps that aim at Android 6 or older."""
        if self.anchors is not None:
            return self.anchors
        return (_SYSTEM, _USER) if target_sdk < 24 else (_SYSTEM,)

    def trust(self, target_sdk: int) -> Trust:
        """Whom they trust.

        NetworkSecurityConfig sorts anchors that override pins before the others, so of a CA that several have the
        override counts; TrustedCertificateIndex and Conscrypt's TrustManagerImpl know a CA by its name and key.
        """
        if self.anchors is None and target_sdk >= 24:
            return SYSTEM_ALONE
        found = self.trusted(target_sdk)
        if found == (_SYSTEM,):
            return SYSTEM_ALONE
        sources = frozenset(source for one in found for source in one.sources)
        return Trust(
            sources, frozenset(source for one in found if one.overrides_pins for source in one.sources)
        )

    def permits_cleartext(self, target_sdk: int, api: int = 28) -> bool:
        """Whether a device of an API level permits connections without TLS.

        The default is to permit them to apps that aim at Android 8.1 or older, and to every app on Android 8.1 and
        older devices: NetworkSecurityConfig.getDefaultBuilder, which asks for the target since API level 28.
        """
        return min(target_sdk, api) < 28 if self.cleartext is None else self.cleartext


@dataclass(frozen=True, slots=True)
class Domain:
    """One ``<domain>``."""

    name: str
    """Lower-case, as Android compares it."""
    include_subdomains: bool
    """The name and everything below it, at any depth."""
    where: Location | None = field(default=None, compare=False)

    @property
    def unmatched(self) -> str:
        """Why no connection can be to a host of this name, or below it; empty if one can."""
        return never_matched(self.name)


@dataclass(frozen=True, slots=True)
class DomainConfig:
    """One ``<domain-config>`` with what it inherits from those around it."""

    domains: tuple[Domain, ...]
    keys: tuple[Key, ...] = ()
    """No key: not pinned, be it for want of a pin-set or for an empty one."""
    expires: date | None = None
    """Pins are off from 00:00 of this day on the device's own clock."""
    reporting: Reporting | None = None
    overridden: bool = False
    """Whether some trust anchor here has overridePins, so that its chains go unpinned."""
    where: Location | None = field(default=None, compare=False)
    settings: Settings = field(default=Settings(), compare=False)
    pin_set: Location | None = field(default=None, compare=False)
    """The ``<pin-set>`` of its own."""
    trustkit_expires: date | None = field(default=None, compare=False)
    """When pins end for TrustKit-Android, which inherits the day of the config around even for other pins."""
    spelling: str = field(default="", compare=False)
    """What in it Android takes as it is meant and TrustKit-Android, which reads the same file, does not."""
    refused: tuple[tuple[str, Location], ...] = field(default=(), compare=False)
    """The pins of its own pin-set that Android refuses, as they are written."""

    @property
    def matched(self) -> tuple[Domain, ...]:
        """The domains that some host can match: on all others nothing that it says is ever asked for."""
        return tuple(domain for domain in self.domains if not domain.unmatched)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that Android refuses: the app then crashes at its first connection."""

    message: str
    where: Location
    debug: bool = field(default=False, compare=False)
    """Whether only a debuggable build gets as far as to refuse it."""
    before: int | None = field(default=None, compare=False)
    """The first API level that does not refuse it any more; None: all do."""
    unbuilt: bool = field(default=False, compare=False)
    """Whether aapt2 refuses it already, so that no app is built with it."""
    elsewhere: bool = field(default=False, compare=False)
    """Whether it is nothing that is refused, but something outside the file, which nobody reads."""

    def met(self, api: int | None) -> bool:
        """Whether an app that runs on devices from this API level on meets it; None: on all of them."""
        return self.before is None or api is None or api < self.before


@dataclass(frozen=True, slots=True)
class Nsc(Enforcement):
    """A whole configuration, as a release build sees it; as a debuggable one does, see :meth:`debuggable`."""

    configs: tuple[DomainConfig, ...]
    policy_digest: str = field(default="", compare=False)
    """Of the policy it was compiled from; known where it was read from a file."""
    problems: tuple[Problem, ...] = ()
    base: Settings = field(default=Settings(), compare=False)
    """What holds for all other hosts."""
    overrides: tuple[Certificates, ...] | None = field(default=None, compare=False)
    """The anchors of ``<debug-overrides>``, to which a release build is blind; None without that element."""
    unended: Location | None = field(default=None, compare=False)
    """A ``<debug-overrides>`` without ``<trust-anchors>``, at whose end alone TrustKit-Android ceases to skip."""
    oddities: tuple[Oddity, ...] = field(default=(), compare=False)
    """What Android skips without a word, and its author hardly meant it to."""
    target_sdk: int = field(default=24, compare=False)
    """The API level that the app aims at: below 24 it trusts CAs of users by default."""
    _trusts: Mapping[int, Trust] = field(init=False, compare=False, repr=False)
    """Of each config and of the base, by its id, where any of them trusts others than the system's CAs."""
    _exact: Mapping[str, tuple[DomainConfig, Demand]] = field(init=False, compare=False, repr=False)
    _wide: Mapping[str, tuple[DomainConfig, Demand]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        exact: dict[str, tuple[DomainConfig, Demand]] = {}
        wide: dict[str, tuple[DomainConfig, Demand]] = {}
        for config in self.configs:
            found = config, any_of(config.keys, config.expires) if config.keys else ()
            for domain in config.domains:
                exact[domain.name] = found
                if domain.include_subdomains:
                    wide[domain.name] = found
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_wide", wide)
        trusts = {id(one): one.settings.trust(self.target_sdk) for one in self.configs}
        trusts[0] = self.base.trust(self.target_sdk)
        plain = all(one is SYSTEM_ALONE for one in trusts.values())
        object.__setattr__(self, "_trusts", {} if plain else trusts)

    def names(self) -> Iterable[str]:
        """Every domain that some host can match."""
        return [name for name in self._exact if not never_matched(name)]

    def demand(self, host: str) -> Demand:
        """What the domain-config that decides demands."""
        found = self._find(host)
        return found[1] if found else ()

    def own_trust(self) -> bool:
        """Whether any config, or the default of an old target, says so."""
        return bool(self._trusts)

    def trust(self, host: str) -> Trust:
        """The trust anchors of the domain-config that decides, which an expired pin-set leaves in force."""
        if not self._trusts:
            return SYSTEM_ALONE
        found = self._find(host)
        return self._trusts[id(found[0]) if found else 0]

    def config(self, host: str) -> DomainConfig | None:
        """The domain-config that decides on a host; None where the base-config does."""
        found = self._find(host)
        return found[0] if found else None

    def settings(self, host: str) -> Settings:
        """What holds for a host besides its pins."""
        found = self._find(host)
        return found[0].settings if found else self.base

    def besides(self, host: str) -> str:
        """The demand for public logs, the leave to do without TLS, and CAs that are not known, in release builds."""
        found = self.settings(host)
        words = [f"trusts the CAs of {one.name}, which was not read" for one in self.trust(host).unread]
        if found.transparency is not None:
            words.append(f"{'demands' if found.transparency else 'does without'} public logs of certificates")
        if found.cleartext and self.demand(host):
            words.append("permits connections without TLS")
        return ", ".join(words)

    def damaged(self) -> Iterator[Certificates]:
        """What some host is to trust, and is no file of certificates."""
        for settings in (*(config.settings for config in self.configs), self.base):
            yield from (one for one in settings.anchors or () if one.damage)

    def with_resources(self, anchors_of: Callable[[str], tuple[Anchor, ...] | None]) -> Nsc:
        """The configuration with the CAs of each resource, asked for by its reference; None: it is not known which.

        A KeyFileError of ``anchors_of`` is kept as the damage.
        """
        from pincompiler.keys.spki import KeyFileError

        def read(one: Certificates) -> Certificates:
            try:
                return replace(one, anchors=anchors_of(one.source))
            except KeyFileError as error:
                return replace(one, damage=str(error))

        def known(some: tuple[Certificates, ...] | None) -> tuple[Certificates, ...] | None:
            return some and tuple(read(one) if one.source.startswith("@") else one for one in some)

        def settled(settings: Settings) -> Settings:
            return replace(settings, anchors=known(settings.anchors)) if settings.anchors else settings

        configs = tuple(replace(one, settings=settled(one.settings)) for one in self.configs)
        return replace(self, configs=configs, base=settled(self.base), overrides=known(self.overrides))

    def debuggable(self, twin: Nsc | None, target_sdk: int) -> Nsc:
        """The configuration of a debuggable build; ``twin`` is the resource of its name with ``_debug`` behind it.

        XmlConfigSource.parseDebugOverridesResource: of the twin ``<debug-overrides>`` alone counts, and that only where
        the file has no such element of its own, be it an empty one.  addDebugAnchorsIfNeeded: its anchors join whatever
        anchors a host has, defaults included.
        """
        added = twin.overrides if self.overrides is None and twin else self.overrides
        if not added:
            return replace(self, target_sdk=target_sdk)
        configs = tuple(
            replace(
                config,
                overridden=config.overridden or any(anchor.overrides_pins for anchor in added),
                settings=_joined(config.settings, added, target_sdk),
            )
            for config in self.configs
        )
        base = _joined(self.base, added, target_sdk)
        return replace(self, configs=configs, base=base, overrides=added, target_sdk=target_sdk)

    def _find(self, host: str) -> tuple[DomainConfig, Demand] | None:
        """ApplicationConfig.getConfigForHostname: the exact domain, else the longest that includes it.

        The host is lower-cased and loses one trailing dot.  Exactly one entry counts.
        """
        name = host.lower().removesuffix(".")
        found = self._exact.get(name)
        while found is None and name:
            name = name.partition(".")[2]
            found = self._wide.get(name)
        return found

    def deciding(self, host: str) -> tuple[str, ...]:
        """The ``<domain>`` that decides."""
        return tuple(
            f'<domain includeSubdomains="{"true" if reach is Reach.ALL else "false"}">{name}</domain>'
            for name, reach in self.entries_for(host)
        )

    def entries_for(self, host: str) -> tuple[EntryId, ...]:
        """The same, by name and reach."""
        name = host.lower().removesuffix(".")
        if name not in self._exact:
            while name and name not in self._wide:
                name = name.partition(".")[2]
        return ((name, Reach.ALL if name in self._wide else Reach.NONE),) if name else ()

    def alike(self, host: str, other: str) -> bool:
        """Whether both have the same anchors and settings, for Android and for TrustKit-Android."""
        here, there = self.config(host), self.config(other)
        return (
            self.settings(host) == self.settings(other)
            and (here and here.reporting) == (there and there.reporting)
            and (here and here.trustkit_expires) == (there and there.trustkit_expires)
        )

    def pin_sets(self) -> tuple[PinSet, ...]:
        """One for each reach that a domain-config has domains of."""
        return tuple(pin_set for config in self.configs for pin_set in _pin_sets(config))


def _pin_sets(config: DomainConfig) -> Iterator[PinSet]:
    for wide, reach in ((False, Reach.NONE), (True, Reach.ALL)):
        hosts = tuple(d.name for d in config.matched if d.include_subdomains is wide)
        if hosts:
            yield PinSet(hosts, reach, config.keys, config.expires, bool(config.keys), (), config.where)


def _joined(settings: Settings, anchors: tuple[Certificates, ...], target_sdk: int) -> Settings:
    return replace(settings, anchors=(*settings.trusted(target_sdk), *anchors))
