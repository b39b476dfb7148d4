"""A first pins.toml: from nothing, or from what an app has already."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from pincompiler.base.errors import InputError, OutputError, UsageError
from pincompiler.base.records import dataclass
from pincompiler.platforms.nsc.model import Nsc
from pincompiler.platforms.nsc.writer import pem
from pincompiler.policy.differences import asides, describe, differences, names_of
from pincompiler.policy.from_enforcement import lift, template, to_toml
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.source.document import parse
from pincompiler.source.reader import read_project
from pincompiler.verdicts.in_force import configured
from pincompiler.workflows.compile import Artifact
from pincompiler.workflows.read_configuration import read_contents
from pincompiler.workflows.write import is_stream, stale, write_all, write_stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from pincompiler.facts import InForce
    from pincompiler.policy.differences import Difference
    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.trust import Anchor


_FOLDER: Final = "certs"
"""Where the files of anchors are written, beside pins.toml."""


def fresh(hosts: tuple[str, ...]) -> bytes:
    """A pins.toml to fill in.  UsageError for what is no host."""
    names = []
    for text in hosts:
        host = canonical_host(text)
        if isinstance(host, BadHost):
            raise UsageError(f'"{text}" {host.problem}: {host.fix}')
        names.append(host)
    return template(tuple(dict.fromkeys(names)))


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A pins.toml to be, from what an app has already."""

    content: bytes
    left_out: tuple[str, ...]
    """What of the file was not compared with it; it has these sentences as well."""
    differing: tuple[str, ...]
    """Where it is known to mean something else, for it cannot say what the file says; likewise."""
    beside: Mapping[PurePosixPath, bytes]
    """The files of its anchors that are still to be written, by their paths below its directory."""


def taken_over(
    path: Path, today: date, directory: Path, environment: str = "", *, alone: bool = False
) -> TakenOver:
    """A pins.toml for a directory whose pins mean the same as those of a file.

    The same: proven by comparing what was written with it.  ``alone`` is whether no file can be written beside it, so
    that only anchors which have one there already can be named.  Raises InputError, with a host that shows it, when no
    policy means the same, when it is not known what the pins are, and when what is trusted is no certificate.
    """
    contents = read_contents(path, today, environment=environment)
    contents.refuse_refused()
    contents.refuse_lacking()
    first, *others = contents.in_force
    for doubt in (doubt for one in contents.in_force for doubt in one.doubts):
        raise InputError(f"{path}: not everything in it is known: {doubt}")
    for one in contents.in_force:
        _refuse_damaged(one)

    def file_of(anchor: Anchor) -> str:
        return _below(directory, anchor) or (
            f"{_FOLDER}/{anchor.name}.pem" if anchor.der and not alone else ""
        )

    policy = lift(
        first.enforcement, *(other.enforcement for other in others), named=lambda one: bool(file_of(one))
    )
    _refuse_empty(policy, first.title)
    left_out, differing = dict.fromkeys((*contents.doubts, *contents.aside)), dict[str, None]()
    for one in contents.in_force:
        left_out |= dict.fromkeys(aside.said(path.name, "pins.toml") for aside in asides(one.whole, policy))
        differing |= dict.fromkeys(_of_trust(one, policy, path.name))
    content = to_toml(
        *(policy, path.name, left_out, differing),
        skipped=_skipped(first.enforcement, policy),
        file_of=file_of,
        servers=_servers(first.enforcement),
    )
    beside = {
        PurePosixPath(file_of(anchor)): pem(anchor.der)
        for pin_set in policy.sets
        for anchor in pin_set.trust.anchors
        if not _below(directory, anchor)
    }
    given = {directory / file: pem for file, pem in beside.items()}
    reading = read_project(parse(content.decode(), "pins.toml"), directory, given)
    for finding in reading.findings:
        raise InputError(f"{path}: cannot be said in pins.toml: {finding.message}")
    _refuse_differences(first, configured(reading.of().policy, "any pins.toml"))
    for other in others:
        _refuse_differences(first, other)
    return TakenOver(content, tuple(left_out), tuple(differing), beside)


def _refuse_damaged(one: InForce) -> None:
    """Raise InputError if it is to trust what is no certificate: what Android makes of that, nobody should rely on."""
    for certificates in one.enforcement.damaged() if isinstance(one.enforcement, Nsc) else ():
        span = certificates.where.span if certificates.where else None
        place = f"{one.title}:{span.line}:{span.column}" if span else one.title
        raise InputError(f"{place}: {certificates.source} {certificates.damage}; mend the file first")


def _refuse_empty(policy: Policy, title: str) -> None:
    for pin_set in policy.sets:
        if pin_set.enforce and not (pin_set.keys or pin_set.trust.anchors):
            raise InputError(f"{title}: {pin_set.hosts[0]} accepts no chain at all; mend the file first")
    if not policy.sets:
        raise InputError(f"{title}: pins no host")


def _servers(enforcement: Enforcement) -> Iterator[Anchor]:
    """The anchors of an enforcement that are servers' certificates."""
    for name in enforcement.names():
        yield from (one for one in enforcement.trust(name).anchors if not (one.is_ca or one.unread))


def _skipped(enforcement: Enforcement, policy: Policy) -> Iterator[str]:
    """The hosts with pins that count for no chain, so that whom they trust says everything."""
    for name in enforcement.names():
        if enforcement.demand(name) and policy.trust(name).anchors and not policy.demand(name):
            yield name


def _below(directory: Path, anchor: Anchor) -> str:
    """The path of an anchor's file from a directory; empty if it is not below, or is of no file."""
    if anchor.where is None or anchor.where.member or anchor.where.path:
        return ""
    path, root = Path(anchor.where.file).resolve(), directory.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def _of_trust(one: InForce, policy: Policy, title: str) -> Iterator[str]:
    """Whom a file trusts, where the policy trusts others: once for all hosts of which the same is true."""
    names = names_of(one.whole, policy)
    groups: dict[Difference, list[Difference]] = {}
    for difference in differences(one.whole, policy):
        if difference.of_trust:
            groups.setdefault(replace(difference, name="", host="", depth=0), []).append(difference)
    for group in groups.values():
        # Names below a configured one that it does not reach are among those that nothing names.
        rest = next((other for other in group if not other.name), None)
        others = group if rest is None else [other for other in group if not other.depth and other.name]
        first = rest or group[0]
        more = len({other.name for other in others} - {first.name})
        also = [f"{more:,} more {'host' if more == 1 else 'hosts'}"] if more else []
        also += ["names below"] if rest is None and any(other.depth for other in group) else []
        likewise = f" (and {' and '.join(also)} likewise)" if also else ""
        yield describe(first, title, "pins.toml", names.__getitem__) + likewise


def _refuse_differences(left: InForce, right: InForce) -> None:
    names = names_of(left.whole, right.whole)
    for difference in differences(left.whole, right.whole):
        if not difference.of_trust:
            sentence = describe(difference, left.title, right.title, names.__getitem__)
            raise InputError(f"{sentence}; mend the file first, or write pins.toml by hand")


def write(path: Path, content: bytes, beside: Mapping[PurePosixPath, bytes]) -> tuple[Path, ...]:
    """Write a new file, and others beside it, all or none; or the file alone to a pipe or device.

    Returns what was written.  OutputError if that cannot be done, UsageError for what is there.
    """
    if is_stream(path):
        write_stream(path, content)
        return (path,)
    if os.path.lexists(path):
        raise UsageError(f"{path} exists; write elsewhere with -o FILE, or print with -o -")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: {os.strerror(errno.ENOENT)}; nothing was written")
    own = Artifact("", PurePosixPath(path.name), content)
    artifacts = (own, *(Artifact("", file, pem) for file, pem in beside.items()))
    changed = stale(artifacts, path.parent)
    for one in changed:
        if os.path.lexists(path.parent / one.path):
            raise UsageError(
                f"{path.parent / one.path} exists and is another file; write elsewhere with -o FILE"
            )
    write_all(changed, path.parent)
    return tuple(path.parent / one.path for one in changed)
