"""Ask the servers of a pins.toml, and hold what they show to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.base.errors import InputError, UsageError
from pincompiler.base.finding import Level
from pincompiler.base.records import dataclass
from pincompiler.keys.names import is_for, names_in
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.source.document import read_bytes, read_document
from pincompiler.source.reader import read_project
from pincompiler.tls.answers import Offer, Seen, Visit
from pincompiler.tls.probing import look_at_all
from pincompiler.tls.trust import trust, validated
from pincompiler.verdicts.by_device import oldest_of
from pincompiler.verdicts.in_force import configured
from pincompiler.verdicts.served import Requirements, server_verdict
from pincompiler.workflows.lowering import lower, missing_base

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from cryptography import x509

    from pincompiler.policy.policy import Policy
    from pincompiler.policy.project import Project
    from pincompiler.policy.trust import Trust
    from pincompiler.tls.probing import Endpoint, ProbeOptions
    from pincompiler.tls.trust import TrustedContexts
    from pincompiler.verdicts.served import ServerVerdict


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What to verify, and how."""

    pins: Path
    hosts: tuple[str, ...]
    """``HOST`` or ``HOST:PORT``; empty: every host that pins.toml pins."""
    now: datetime
    """UTC."""
    today: date
    horizon: int = 30
    ca_file: Path | None = None
    chain: Path | None = None
    """Instead of connecting: a PEM file, the server's certificate first."""
    environment: str = ""
    """Of pins.toml; empty: the release."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The question and the servers it is about, in their order."""

    question: Requirements
    endpoints: tuple[Endpoint, ...]
    trusted: TrustedContexts
    certificates: tuple[x509.Certificate, ...]
    """Of the chain from a file; empty: connect."""


def prepare(request: VerifyRequest) -> Verification:
    """Read what there is to read; InputError or UsageError if that or the question is unsound."""
    project = project_of(request.pins, request.environment)
    models: dict[object, Any] = {}
    lowered = [lower(project, output, models) for output in project.outputs]
    policy = project.policy
    question = Requirements(
        policy,
        (configured(policy, "pins.toml"), *(one.in_force() for one in lowered)),
        request.now,
        request.today,
        request.horizon,
        request.ca_file is not None,
        oldest_of(project.app),
    )
    certificates = chain_of(request.chain) if request.chain else ()
    endpoints = tuple(map(endpoint, request.hosts)) or _pinned(policy)
    if certificates and not request.hosts:
        names = names_in(certificates[0])
        endpoints = tuple(one for one in endpoints if is_for(names, one[0]))
        if not endpoints:
            raise UsageError(
                f"{request.chain} is for no host of {request.pins}; name the host it is meant for"
            )
    if not endpoints:
        raise UsageError(f"{request.pins} pins no host; name one")
    trusted = _trusted(request, policy, endpoints, certificates)
    return Verification(question, endpoints, trusted, certificates)


def _trusted(
    request: VerifyRequest,
    policy: Policy,
    endpoints: Iterable[Endpoint],
    certificates: Sequence[x509.Certificate],
) -> TrustedContexts:
    """What hosts are validated by: the CAs that pins.toml has them trust."""
    known: dict[Trust, TrustedContexts] = {}
    own: dict[str, TrustedContexts] = {}
    for host, _ in endpoints:
        wanted = policy.trust(host)
        if wanted.anchors:
            if wanted not in known:
                known[wanted] = trust(request.ca_file, request.now, wanted, certificates)
            own[host] = known[wanted]
    return replace(trust(request.ca_file, request.now), own=own)


def project_of(pins: Path, environment: str = "") -> Project:
    """What a pins.toml says for an environment, if that is sound, else InputError; whether it is wise, `check` reports.

    Without a name it is the release that is meant.
    """
    root = Path.cwd() if str(pins) == "-" else pins.parent
    reading = read_project(read_document(pins), root)
    project = reading.of(environment)
    absent = (missing_base(output, project.root) for output in project.outputs)
    findings = (*reading.findings, *filter(None, absent))
    if any(finding.level is Level.ERROR for finding in findings):
        raise InputError(f"{pins} has errors; run pincompiler check {pins}")
    return project


def verdicts(prepared: Verification, ways: ProbeOptions) -> Iterator[ServerVerdict]:
    """A verdict on each host, in their order; servers are asked many at a time."""
    if prepared.certificates:
        seen: Iterator[Seen] = (_from_file(prepared, one) for one in prepared.endpoints)
    else:
        seen = look_at_all(prepared.endpoints, ways, prepared.trusted)
    return (server_verdict(one, prepared.question) for one in seen)


def _from_file(prepared: Verification, at: Endpoint) -> Seen:
    answer = validated(prepared.trusted.of(at[0]), prepared.certificates, at[0])
    return Seen(*at, (Visit("", ((Offer.ANY, answer),)),))


def _pinned(policy: Policy) -> tuple[Endpoint, ...]:
    """Every host with pins or CAs of its own, in the order of the file."""
    return tuple((host, 443) for one in policy.sets if one.keys or one.trust.anchors for host in one.hosts)


def endpoint(text: str) -> Endpoint:
    """``HOST`` or ``HOST:PORT``; UsageError for anything else."""
    # A URL and an IPv6 address have colons as well, and are refused as such.
    name, colon, digits = (text, "", "") if "/" in text or text.count(":") > 1 else text.partition(":")
    host = canonical_host(name)
    if isinstance(host, BadHost):
        raise UsageError(f'"{text}" {host.problem}: {host.fix}')
    return host, port(digits, text) if colon else 443


def port(digits: str, text: str) -> int:
    """A TCP port; ``text`` is what was written, for the message."""
    if digits.isascii() and digits.isdigit() and 0 < int(digits[:6]) < 1 << 16:
        return int(digits[:6])
    raise UsageError(f'"{text}" has no port between 1 and 65535 behind its colon')


def _address(text: str, written: str) -> str:
    from ipaddress import ip_address

    try:
        return str(ip_address(text.removeprefix("[").removesuffix("]")))
    except ValueError as error:
        raise UsageError(f'"{written}" has no numeric address where one belongs') from error


def with_resolved(ways: ProbeOptions, resolve: Sequence[str], connect: str) -> ProbeOptions:
    """The ways with ``HOST:PORT:ADDR[,ADDR…]`` entries, as curl takes them, and ``ADDR[:PORT]``."""
    known = {}
    for written in resolve:
        name, _, rest = written.partition(":")
        digits, _, addresses = rest.partition(":")
        at = endpoint(f"{name}:{digits}")
        known[at] = tuple(_address(one, written) for one in addresses.split(","))
    return replace(ways, resolve=known, connect=_connect(connect) if connect else None)


def _connect(written: str) -> tuple[str, int | None]:
    """IPv6 needs brackets where a port follows, and may do without where none does."""
    bracketed, closing, behind = written.partition("]")
    if written.startswith("["):
        if not closing or behind[:1] not in ("", ":"):
            raise UsageError(f'"{written}" has no numeric address where one belongs')
        address, colon, digits = bracketed[1:], behind[:1], behind[1:]
    elif written.count(":") > 1:
        address, colon, digits = written, "", ""
    else:
        address, colon, digits = written.partition(":")
    return _address(address, written), port(digits, written) if colon else None


def chain_of(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file, the server's first; InputError if there is none."""
    from pincompiler.tls.keys import certificates, is_authority

    content = read_bytes(path)
    try:
        found = certificates(content)
    except ValueError as error:
        raise InputError(
            f"{path}: holds no PEM certificates; write the server's first, then its CAs'"
        ) from error
    for number, one in enumerate(found, 1):
        try:
            names_in(one)
        except ValueError as error:
            raise InputError(f"{path}: its certificate {number} is damaged: {error}") from error
    authorities = [is_authority(one) for one in found]
    if authorities[0] and not all(authorities):
        raise InputError(f"{path}: begins with the certificate of a CA; write the server's first")
    return found
