"""From a pins.toml to checked artifacts: read, check, lower, compare, write down.

::

    pins.toml -> Project -> rules on the policy ------------------+
                    |                                             +-> acceptances -> findings
                    +-> target.lower -> model -> rules on targets +
                                          +-> target.write -> Artifact
"""

from __future__ import annotations

import os
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.base.finding import Finding, Level, fold
from pincompiler.base.records import dataclass
from pincompiler.platforms import ats, plist, trustkit
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.differences import Remembered
from pincompiler.rules.acceptances import accept
from pincompiler.rules.examined import Examined
from pincompiler.rules.registry import examine, examine_target
from pincompiler.rules.rule import Lowered
from pincompiler.source.document import Document, place, read_bytes, read_document
from pincompiler.source.paths import is_same
from pincompiler.source.reader import read_project
from pincompiler.workflows.destinations import destination
from pincompiler.workflows.lowering import Lowering, lower, missing_base
from pincompiler.workflows.overwriting import in_the_way

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date
    from pathlib import PurePosixPath

    from pincompiler.policy.project import Output, Project
    from pincompiler.workflows.destinations import Destination


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file to be: its path below the output directory, and its content."""

    target: str
    path: PurePosixPath
    content: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """A project and everything that is to be said about it, in the order of the file."""

    project: Project
    document: Document
    findings: tuple[Finding, ...]
    lowered: tuple[Lowering, ...]
    readable: bool
    """Whether the text of pins.toml is sound, whatever the rules think of what it says."""

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.level is not Level.ERROR for finding in self.findings)


def check(
    path: Path,
    today: date,
    horizon: int = 30,
    targets: Collection[str] | None = None,
    name: str = "",
) -> Checked:
    """Read and check a pins.toml, for all of its targets or for some; ``name`` is what headers call standard input.

    Raises InputError when pins.toml, or a base file it names, cannot be read.
    """
    if str(path) != "-":
        return check_document(read_document(path), path.parent, today, horizon, targets)
    checked = check_document(read_document(path), Path.cwd(), today, horizon, targets)
    return replace(checked, project=replace(checked.project, source=name or _unnamed(checked.project)))


def _unnamed(project: Project) -> str:
    """What headers call standard input by itself: two with one policy are the same, for none overwrites the other's pins."""
    digest = b64decode(project.policy.digest().rpartition("sha256/")[2])
    return f"standard-input-{digest[:4].hex()}"


def check_document(
    document: Document, root: Path, today: date, horizon: int = 30, targets: Collection[str] | None = None
) -> Checked:
    """The same, of a document already read that stands in ``root``."""
    reading = read_project(document, root)
    project = reading.project
    findings = [*reading.findings]
    policy = Remembered(project.policy)
    findings += examine(Examined(policy, project.policy.sets, project.keys, today, horizon))
    lowered: list[Lowering] = []
    readable = all(finding.level is not Level.ERROR for finding in reading.findings)
    if readable:  # a policy with holes in it would be compared with what it does not mean
        models: dict[object, Any] = {}
        for output in project.outputs:
            if missing := missing_base(output, root):
                findings.append(missing)
            elif targets is None or output.target in targets:
                lowering = lower(project, output, models)
                lowered.append(lowering)
                findings += examine_target(_lowered(project, policy, lowering, today))
    complete = readable and targets is None
    kept = fold(accept(findings, project.acceptances, today, complete=complete))
    placed = sorted((place(finding, document) for finding in kept), key=_order)
    return Checked(project, document, tuple(placed), tuple(lowered), readable)


def _lowered(project: Project, policy: Remembered, lowering: Lowering, today: date) -> Lowered:
    output, effective = lowering.output, lowering.effective
    unmanaged = (
        frozenset(effective.names()) - frozenset(lowering.model.names()) if output.base else frozenset()
    )
    target = target_named(output.target)
    return Lowered(project.policy, policy, project.app, target, effective, today, output.where, unmanaged)


def _order(finding: Finding) -> tuple[object, ...]:
    span = finding.location.span if finding.location else None
    return (span.line, span.column) if span else (0, 0), finding.rule, finding.target, finding.message


# -- artifacts -----------------------------------------------------------------------------------


def artifacts(checked: Checked, directory: Path | None = None) -> tuple[Artifact, ...]:
    """The files that a checked project compiles to below a directory, in the order of the registry.

    None is the directory of pins.toml.  Raises InputError when a file to be edited or merged cannot be.
    """
    project = checked.project
    files: dict[PurePosixPath, Artifact] = {}
    digest = project.policy.digest()
    for lowering in checked.lowered:
        output, target = lowering.output, target_named(lowering.output.target)
        there = destination(project, output, directory)
        write = target.write
        content = there.settled(write(lowering.model, _job(project, digest, output, there))) if write else b""
        files.setdefault(output.path, Artifact(target.name, output.path, content))
        for path, beside in target.beside(lowering.model, output).items():
            files.setdefault(path, Artifact(target.name, path, beside))
    for path, (there, entries) in _parts(checked, digest, directory).items():
        content = plist.edit(there.beginning(), entries, str(there.begins_with))
        files[path] = Artifact(files[path].target, path, there.settled(content))
    return tuple(files.values())


def _job(project: Project, digest: str, output: Output, there: Destination) -> Job:
    base = read_bytes(project.root / output.base) if output.base else b""
    return Job(there.source, digest, output, base)


def _parts(
    checked: Checked, digest: str, directory: Path | None
) -> Mapping[PurePosixPath, tuple[Destination, Mapping[plist.KeyPath, object]]]:
    """For each property list its place, and what its targets set in it together."""
    project = checked.project
    shared: dict[PurePosixPath, tuple[Destination, dict[plist.KeyPath, object]]] = {}
    for lowering in checked.lowered:
        output, target = lowering.output, target_named(lowering.output.target)
        if target.entries:
            there = destination(project, output, directory)
            entries = target.entries(lowering.model, _job(project, digest, output, there))
            shared.setdefault(output.path, (there, {}))[1].update(entries)
    return shared


def overwritten(checked: Checked, directory: Path, *, force: bool = False) -> Iterator[Finding]:
    """What compiling to a directory would lose, and with ``force`` what it may not write all the same."""
    for finding in in_the_way(checked.project, checked.lowered, directory, force=force):
        yield place(finding, checked.document)


def diverged(checked: Checked, directory: Path) -> Iterator[tuple[Path, Path]]:
    """The property lists below another directory that differ from the project's in what is not ours, with those.

    Each keeps what it has, so what has changed in the project since it was copied is not in it.
    """
    outputs = (lowering.output for lowering in checked.lowered)
    for path in dict.fromkeys(one.path for one in outputs if target_named(one.target).edits):
        own, other = checked.project.root / path, directory / path
        there = os.path.lexists(own) and os.path.lexists(other) and not is_same(own, other)
        if there and _others(own) != _others(other):
            yield other, own


def _others(path: Path) -> dict[str, Any]:
    """What somebody else wrote in a property list."""
    values = plist.load(read_bytes(path), str(path))
    security = values.get(ats.SECTION[0])
    if isinstance(security, dict):
        security.pop(ats.SECTION[1], None)
    empty = {ats.SECTION[0]} if security == {} else set()
    return {key: value for key, value in values.items() if key not in {ats.RECORD, *trustkit.SECTION, *empty}}
