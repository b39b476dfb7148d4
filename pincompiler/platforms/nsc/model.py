"""What a Network Security Configuration says, and what Android does with it.

Facts are from AOSP ``android.security.net.config``: XmlConfigSource (what is read and refused),
ApplicationConfig (which entry decides), NetworkSecurityConfig (inheritance),
NetworkSecurityTrustManager (how pins are checked).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pincompiler.policy import Demand, Enforcement, Key, PinSet, Reach, any_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from pincompiler.location import Location

NAMESPACE = "urn:pincompiler"
"""Of the root's ``policy`` attribute, which Android ignores and aapt2 keeps: no shrinker drops it."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """TrustKit-Android's ``<trustkit-config>``; the operating system ignores it."""

    enforce: bool
    disable_default_uri: bool
    uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Domain:
    """One ``<domain>``."""

    name: str
    """Lower-case, as Android compares it."""
    include_subdomains: bool
    """The name and everything below it, at any depth."""


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


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that Android refuses: the app then crashes at its first connection."""

    message: str
    where: Location


@dataclass(frozen=True, slots=True)
class Nsc(Enforcement):
    """A whole configuration, as a release build sees it."""

    configs: tuple[DomainConfig, ...]
    policy_digest: str = field(default="", compare=False)
    """Of the policy it was compiled from; known where it was read from a file."""
    problems: tuple[Problem, ...] = ()
    _exact: Mapping[str, Demand] = field(init=False, compare=False, repr=False)
    _wide: Mapping[str, Demand] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        exact: dict[str, Demand] = {}
        wide: dict[str, Demand] = {}
        for config in self.configs:
            demand = any_of(config.keys, config.expires) if config.keys else ()
            for domain in config.domains:
                exact[domain.name] = demand
                if domain.include_subdomains:
                    wide[domain.name] = demand
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_wide", wide)

    def names(self) -> Iterable[str]:
        """Every domain."""
        return self._exact.keys()

    def demand(self, host: str) -> Demand:
        """ApplicationConfig.getConfigForHostname: the exact domain, else the longest that includes it.

        The host is lower-cased and loses one trailing dot.  Exactly one entry counts.
        """
        name = host.lower().removesuffix(".")
        found = self._exact.get(name)
        while found is None and name:
            name = name.partition(".")[2]
            found = self._wide.get(name)
        return found or ()

    def deciding(self, host: str) -> tuple[str, ...]:
        """The ``<domain>`` that decides."""
        name = host.lower().removesuffix(".")
        if name in self._exact:
            wide = "true" if name in self._wide else "false"
            return (f'<domain includeSubdomains="{wide}">{name}</domain>',)
        while name and name not in self._wide:
            name = name.partition(".")[2]
        return (f'<domain includeSubdomains="true">{name}</domain>',) if name else ()

    def pin_sets(self) -> tuple[PinSet, ...]:
        """One for each reach that a domain-config has domains of."""
        return tuple(pin_set for config in self.configs for pin_set in _pin_sets(config))


def _pin_sets(config: DomainConfig) -> Iterator[PinSet]:
    for wide, reach in ((False, Reach.NONE), (True, Reach.ALL)):
        hosts = tuple(d.name for d in config.domains if d.include_subdomains is wide)
        if hosts:
            yield PinSet(hosts, reach, config.keys, config.expires, bool(config.keys), (), config.where)
