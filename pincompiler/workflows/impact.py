"""What a new certificate does to the releases that are out there, before it is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.errors import UsageError
from pincompiler.base.records import dataclass
from pincompiler.keys.names import names_in
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.tls.answers import Served
from pincompiler.tls.trust import trust, validated
from pincompiler.verdicts.outlook import Candidate, Fate, Release, fate
from pincompiler.workflows.read_release import project_with_releases, read_listed, read_release
from pincompiler.workflows.verify import chain_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from cryptography import x509

    from pincompiler.policy.project import Project, SupportedRelease
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


@dataclass(frozen=True, slots=True)
class Prepared:
    """The question, read."""

    candidates: tuple[Candidate, ...]
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
    candidates = tuple(_candidates(request, certificates, hosts))
    ends = [one.last for one in candidates if one.last]
    last = request.until or max([request.today, *ends[:1]])
    if last < request.today:
        raise UsageError(f"--until {last} is before today, {request.today}")
    project = (
        project_with_releases(request.pins, request.today, last, request.environment)
        if request.pins
        else None
    )
    return Prepared(
        candidates, request.releases, request.today, last, request.cache, project, request.environment
    )


def _host(text: str) -> str:
    host = canonical_host(text)
    if isinstance(host, BadHost):
        raise UsageError(f'"{text}" {host.problem}: {host.fix}')
    return host


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    found = (canonical_host(name.lower()) for name in names_in(certificate) if "*" not in name)
    return tuple(dict.fromkeys(host for host in found if isinstance(host, str)))


def _candidates(
    request: ImpactRequest, certificates: Sequence[x509.Certificate], hosts: tuple[str, ...]
) -> Iterator[Candidate]:
    """Each host with the path that clients build, as of a moment at which all that the file has is valid."""
    begins = max(one.not_valid_before_utc for one in certificates)
    ends = min(one.not_valid_after_utc for one in certificates)
    moment = min(max(request.now, begins), ends)
    trusted = trust(request.ca_file, moment)
    for host in hosts:
        answer = validated(trusted, certificates, host)
        declared = request.ca_file is not None
        if isinstance(answer, Served):
            yield Candidate(host, answer.chain, declared=declared)
        else:
            yield Candidate(host, (), answer.problem, answer.fix, declared)


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
    return () if release.error else tuple(fate(release, one, first, last) for one in asked.candidates)
