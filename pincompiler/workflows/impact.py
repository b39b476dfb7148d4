"""What a new certificate does to the releases that are out there, before it is deployed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pincompiler.base.errors import UsageError
from pincompiler.base.records import dataclass
from pincompiler.keys.names import is_for, names_in
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.policy.trust import SYSTEM_ALONE
from pincompiler.tls.answers import Served
from pincompiler.tls.device_paths import device_views
from pincompiler.tls.refusals import wrong_host
from pincompiler.tls.trust import trust, validated
from pincompiler.verdicts.candidate import Candidate, last_whole_day
from pincompiler.verdicts.outlook import Fate, Release, fate
from pincompiler.workflows.read_release import project_with_releases, read_listed, read_release
from pincompiler.workflows.verify import chain_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from cryptography import x509

    from pincompiler.policy.project import Project, SupportedRelease
    from pincompiler.policy.trust import Trust
    from pincompiler.tls.device_paths import DeviceView
    from pincompiler.tls.trust import TrustedContexts
    from pincompiler.workflows.audit_cache import AuditCache


@dataclass(frozen=True, slots=True)
class ImpactRequest:
    """What is to be deployed, where, and who is to bear it."""

    chain: Path
    """A PEM file, the server's certificate first."""
    hosts: tuple[str, ...]
    """Empty: the names of the certificate, but for wildcards."""
    releases: tuple[str, ...]
    today: date
    now: datetime
    """UTC."""
    until: date | None = None
    """The last day; None: the last of the chain."""
    ca_file: Path | None = None
    cache: AuditCache | None = None
    pins: Path | None = None
    """A pins.toml whose ``[[release]]`` count as well, as long as they are supported."""
    environment: str = ""
    """Of every pins.toml; empty: the release."""


class Presented:
    """The new chain, validated for each host by whomever a release trusts, each once.

    As of a moment at which all that the file has is valid.
    """

    def __init__(
        self, certificates: Sequence[x509.Certificate], hosts: tuple[str, ...], request: ImpactRequest
    ) -> None:
        begins = max(one.not_valid_before_utc for one in certificates)
        ends = min(one.not_valid_after_utc for one in certificates)
        self.hosts = hosts
        self._moment = min(max(request.now, begins), ends)
        self._certificates = certificates
        self._ca_file = request.ca_file
        self._contexts: dict[Trust, TrustedContexts] = {}
        self._known: dict[tuple[str, Trust], Candidate] = {}
        ordinary = (self._candidate(host, SYSTEM_ALONE) for host in hosts)
        self.ordinary = tuple(replace(one, views=self._views(one)) for one in ordinary)

    def before(self, release: Release) -> Iterator[Candidate]:
        """The chain for each host, as everything that a release has in force validates it."""
        for one in self.ordinary:
            trusts = {known.enforcement.trust(one.host) for known in release.in_force} - {SYSTEM_ALONE}
            own = {trust: self._candidate(one.host, trust) for trust in trusts}
            yield replace(one, own=own) if own else one

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The chain for each host: as the system's CAs vouch for it, else those of a release that was asked."""
        vouched = {host: one for (host, _), one in reversed(self._known.items()) if one.path}
        return tuple(one if one.path else vouched.get(one.host, one) for one in self.ordinary)

    @property
    def last(self) -> date:
        """The last day of the chain, as far as that is known before any release is read."""
        end = last_whole_day(self._certificates[0].not_valid_after_utc)
        return next((one.last for one in self.ordinary if one.last), end)

    def _views(self, one: Candidate) -> tuple[DeviceView, ...]:
        return device_views(self._certificates, one.path, self._moment) if one.path else ()

    def _candidate(self, host: str, wanted: Trust) -> Candidate:
        if (host, wanted) not in self._known:
            if wanted not in self._contexts:
                self._contexts[wanted] = trust(self._ca_file, self._moment, wanted, self._certificates)
            self._known[host, wanted] = self._validated(host, self._contexts[wanted])
        return self._known[host, wanted]

    def _validated(self, host: str, trusted: TrustedContexts) -> Candidate:
        declared, names = self._ca_file is not None, names_in(self._certificates[0])
        if not is_for(names, host):
            problem = wrong_host(host, names, self._certificates[:1]).problem
            return Candidate(host, (), problem, f"have it issued for {host} as well", True, declared)
        answer = validated(trusted, self._certificates, host)
        if isinstance(answer, Served):
            return Candidate(host, answer.chain, declared=declared, anchors=trusted.anchors)
        return Candidate(host, (), answer.problem, answer.fix, declared=declared)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The question, read."""

    presented: Presented
    releases: tuple[str, ...]
    first: date
    last: date
    cache: AuditCache | None
    project: Project | None = None
    environment: str = ""

    @property
    def listed(self) -> tuple[SupportedRelease, ...]:
        """The releases of pins.toml that are supported on one of the days."""
        return self.project.supported(self.first, self.last) if self.project else ()


def prepare(request: ImpactRequest) -> Prepared:
    """Read and validate the chain; InputError or UsageError if that or the question is unsound."""
    certificates = chain_of(request.chain)
    hosts = tuple(dict.fromkeys(map(_host, request.hosts))) or _names(certificates[0])
    if not hosts:
        raise UsageError(f"{request.chain} names no host; say --host")
    presented = Presented(certificates, hosts, request)
    last = request.until or max(request.today, presented.last)
    if last < request.today:
        raise UsageError(f"--until {last} is before today, {request.today}")
    project = (
        project_with_releases(request.pins, request.today, last, request.environment)
        if request.pins
        else None
    )
    return Prepared(
        presented, request.releases, request.today, last, request.cache, project, request.environment
    )


def _host(text: str) -> str:
    host = canonical_host(text)
    if isinstance(host, BadHost):
        raise UsageError(f'"{text}" {host.problem}: {host.fix}')
    return host


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    found = (canonical_host(name.lower()) for name in names_in(certificate) if "*" not in name)
    return tuple(dict.fromkeys(host for host in found if isinstance(host, str)))


def fates(asked: Prepared) -> Iterator[tuple[Release, tuple[Fate, ...]]]:
    """Each release, and what becomes of every host on it on the days on which it is supported."""
    if asked.project:
        for entry in asked.listed:
            release = read_listed(entry, asked.project, asked.first, asked.cache)
            first, last = max(asked.first, entry.day), min(asked.last, entry.until or asked.last)
            yield release, _fates(release, asked, first, last)
    for text in asked.releases:
        release = read_release(text, asked.first, asked.cache, environment=asked.environment)
        yield release, _fates(release, asked, asked.first, asked.last)


def _fates(release: Release, asked: Prepared, first: date, last: date) -> tuple[Fate, ...]:
    if release.error:
        return ()
    return tuple(fate(release, one, first, last) for one in asked.presented.before(release))
