"""A first pins.toml: from nothing, or from what an app has already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pincompiler.base.errors import InputError, OutputError, UsageError
from pincompiler.policy.differences import asides, describe, differences, names_of
from pincompiler.policy.from_enforcement import lift, template, to_toml
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.source.document import parse
from pincompiler.source.reader import read_project
from pincompiler.verdicts.in_force import configured
from pincompiler.workflows.read_configuration import read_contents
from pincompiler.workflows.write import is_stream, write_stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pincompiler.facts import InForce
    from pincompiler.policy.enforcement import Enforcement
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.trust import Anchor


def fresh(hosts: tuple[str, ...]) -> bytes:
    """A pins.toml to fill in.  UsageError for what is no host."""
    names = []
    for text in hosts:
        host = canonical_host(text)
        if isinstance(host, BadHost):
            raise UsageError(f'"{text}" {host.problem}: {host.fix}')
        names.append(host)
    return template(tuple(dict.fromkeys(names)))


def taken_over(
    path: Path, today: date, directory: Path, environment: str = ""
) -> tuple[bytes, tuple[str, ...]]:
    """A pins.toml for a directory whose pins mean the same as those of a file, and what of the file it leaves out.

    The same: proven by comparing what was written with it.  What is left out is said in it as well.  Raises InputError,
    with a host that shows it, when no policy means the same, and when it is not known what the pins are.
    """
    contents = read_contents(path, today, environment=environment)
    contents.refuse_refused()
    contents.refuse_lacking()
    first, *others = contents.in_force
    for doubt in (doubt for one in contents.in_force for doubt in one.doubts):
        raise InputError(f"{path}: not everything in it is known: {doubt}")

    def file_of(anchor: Anchor) -> str:
        return _below(directory, anchor)

    policy = lift(
        first.enforcement, *(other.enforcement for other in others), named=lambda one: bool(file_of(one))
    )
    for pin_set in policy.sets:
        if pin_set.enforce and not (pin_set.keys or pin_set.trust.anchors):
            raise InputError(
                f"{first.title}: {pin_set.hosts[0]} accepts no chain at all; mend the file first"
            )
    if not policy.sets:
        raise InputError(f"{first.title}: pins no host")
    left_out = dict.fromkeys((*contents.doubts, *contents.aside))
    for one in contents.in_force:
        left_out |= dict.fromkeys(
            aside.said(path.name, "pins.toml") for aside in asides(one.enforcement, policy)
        )
        left_out |= dict.fromkeys(_of_trust(one, policy, path.name))
    content = to_toml(policy, path.name, tuple(left_out), file_of, _servers(first.enforcement))
    reading = read_project(parse(content.decode(), "pins.toml"), directory)
    for finding in reading.findings:
        raise InputError(f"{path}: cannot be said in pins.toml: {finding.message}")
    _refuse_differences(first, configured(reading.of().policy, "any pins.toml"))
    for other in others:
        _refuse_differences(first, other)
    return content, tuple(left_out)


def _servers(enforcement: Enforcement) -> Iterator[Anchor]:
    """The anchors of an enforcement that are servers' certificates."""
    for name in enforcement.names():
        yield from (one for one in enforcement.trust(name).anchors if not (one.is_ca or one.unread))


def _below(directory: Path, anchor: Anchor) -> str:
    """The path of an anchor's file from a directory; empty if it is not below, or is of no file."""
    if anchor.where is None or anchor.where.member:
        return ""
    path, root = Path(anchor.where.file).resolve(), directory.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def _of_trust(one: InForce, policy: Policy, title: str) -> Iterator[str]:
    """Whom a file trusts, where the policy trusts others."""
    names = names_of(one.enforcement, policy)
    for difference in differences(one.enforcement, policy):
        if difference.of_trust:
            yield describe(difference, title, "pins.toml", names.__getitem__)


def _refuse_differences(left: InForce, right: InForce) -> None:
    names = names_of(left.enforcement, right.enforcement)
    for difference in differences(left.enforcement, right.enforcement):
        if not difference.of_trust:
            sentence = describe(difference, left.title, right.title, names.__getitem__)
            raise InputError(f"{sentence}; mend the file first, or write pins.toml by hand")


def write(path: Path, content: bytes) -> None:
    """Write a new file, or to a pipe or device.  OutputError if that cannot be done, UsageError for what is there."""
    if is_stream(path):
        write_stream(path, content)
        return
    try:
        with path.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise UsageError(f"{path} exists; write elsewhere with -o FILE, or print with -o -") from error
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}; nothing was written") from error
