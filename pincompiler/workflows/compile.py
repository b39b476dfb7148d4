"""From a pins.toml to checked artifacts: read, check, lower, compare, write down.

::

    pins.toml -> Projects, each: -> rules on the policy ----------+
                    |                                             +-> acceptances -> findings
                    +-> target.lower -> model -> rules on targets +
                                          +-> target.write -> Artifact

A pins.toml has a project for each environment, and from here on each is checked and compiled as if it were alone.
"""

from __future__ import annotations

import os
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.base.errors import InputError
from pincompiler.base.finding import Finding, Level, fold
from pincompiler.base.records import dataclass
from pincompiler.platforms import ats, plist, trustkit
from pincompiler.platforms.headers import trailed
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.policy.differences import Remembered
from pincompiler.policy.project import names_output
from pincompiler.rules.acceptances import accept
from pincompiler.rules.every import examine, examine_target
from pincompiler.rules.examined import Examined
from pincompiler.rules.rule import Lowered
from pincompiler.rules.text import conflicting_output
from pincompiler.source.document import Document, place, read_bytes, read_document
from pincompiler.source.paths import is_same
from pincompiler.source.reader import read_project
from pincompiler.workflows.destinations import destination, placed
from pincompiler.workflows.hand_written import of_base
from pincompiler.workflows.lowering import lower, missing_base
from pincompiler.workflows.overwriting import in_the_way

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import PurePosixPath

    from pincompiler.policy.project import Output, Project
    from pincompiler.verdicts.lowering import Lowering
    from pincompiler.workflows.destinations import Destination


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file to be: its path below the output directory, and its content."""

    target: str
    path: PurePosixPath
    content: bytes


@dataclass(frozen=True, slots=True)
class Variant:
    """The builds of one environment, or those for its assessment, and what targets make of what they are to have."""

    project: Project
    lowered: tuple[Lowering, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        """That of its policy, then those that its files carry."""
        carried = (one.said.digest() for one in self.lowered)
        return tuple(dict.fromkeys((self.project.policy.digest(), *carried)))


@dataclass(frozen=True, slots=True)
class Checked:
    """A pins.toml and everything that is to be said about it, in the order of the file."""

    variants: tuple[Variant, ...]
    """The environments that were asked for, in their order, each before its assessment; one alone if none is declared."""
    document: Document
    findings: tuple[Finding, ...]
    readable: bool
    """Whether the text of pins.toml is sound, whatever the rules think of what it says."""
    others: tuple[Project, ...] = ()
    """The environments that were not asked for."""

    @property
    def variant(self) -> Variant:
        """The one that is meant when nothing is said: the release, if it was asked for."""
        return next((one for one in self.released if one.project.environment.release), self.variants[0])

    @property
    def released(self) -> tuple[Variant, ...]:
        """Those that are not for an assessment."""
        return tuple(one for one in self.variants if not one.project.policy.assessors)

    def of(self, environment: str) -> Variant:
        """That of an environment; empty: :attr:`variant`.  InputError if there is none of that name."""
        if not environment:
            return self.variant
        names = {one.project.environment.name: one for one in self.released}
        if environment not in names:
            known = ", ".join(filter(None, names)) or "none"
            raise InputError(f"{self.document.file} has no environment called {environment}; it has: {known}")
        return names[environment]

    @property
    def project(self) -> Project:
        """What it says."""
        return self.variant.project

    @property
    def lowered(self) -> tuple[Lowering, ...]:
        """What the targets make of that."""
        return self.variant.lowered

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
    environment: str | None = None,
) -> Checked:
    """Read and check a pins.toml, for all of its targets or for some; ``name`` is what headers call standard input.

    ``environment``: as for :func:`check_document`.
    Raises InputError when pins.toml, or a base file it names, cannot be read.
    """
    if str(path) != "-":
        return check_document(read_document(path), path.parent, today, horizon, targets, environment)
    checked = check_document(read_document(path), Path.cwd(), today, horizon, targets, environment)
    named = (
        replace(one, project=replace(one.project, source=name or _unnamed(one.project)))
        for one in checked.variants
    )
    return replace(checked, variants=tuple(named))


def _unnamed(project: Project) -> str:
    """What headers call standard input by itself: two with one policy are the same, for none overwrites the other's pins."""
    digest = b64decode(project.policy.digest().rpartition("sha256/")[2])
    return f"standard-input-{digest[:4].hex()}"


def check_document(
    document: Document,
    root: Path,
    today: date,
    horizon: int = 30,
    targets: Collection[str] | None = None,
    environment: str | None = None,
    given: Mapping[Path, bytes] | None = None,
) -> Checked:
    """The same, of a document already read that stands in ``root``; ``given`` are files still to be written there.

    ``environment``: None for all, empty for the release, else the one of that name.
    """
    reading = read_project(document, root, given)
    projects = reading.projects if environment is None else (reading.of(environment),)
    readable = all(finding.level is not Level.ERROR for finding in reading.findings)
    question = _Question(today, horizon, targets, readable)
    examined = [one for project in projects for one in question.answered(project)]
    variants = tuple(variant for variant, _ in examined)
    found = [*reading.findings, *_conflicting(variants)]
    found += _together({one.project.title: findings for one, findings in examined}, projects)
    placed = sorted((place(finding, document) for finding in found), key=_order)
    others = tuple(one for one in reading.projects if one not in projects)
    return Checked(variants, document, tuple(placed), readable, others)


def _together(found: Mapping[str, Iterable[Finding]], projects: Iterable[Project]) -> Iterator[Finding]:
    """What was found for several environments: once, with those that it is about if it is not about all."""
    every = {one.title for one in projects}
    names: dict[Finding, dict[str, None]] = {}
    for name, findings in found.items():
        for finding in findings:
            names.setdefault(finding, {})[name] = None
    for finding, some in names.items():
        yield finding if every <= some.keys() else replace(finding, environments=tuple(some))


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of every environment."""

    today: date
    horizon: int
    targets: Collection[str] | None
    readable: bool

    def answered(self, project: Project) -> Iterator[tuple[Variant, tuple[Finding, ...]]]:
        """What the targets make of one and of its assessment, and what is to be said of that."""
        policy = Remembered(project.policy)
        examined = Examined(policy, project.policy.sets, project.keys, self.today, self.horizon, project.app)
        found, others = [*examine(examined)], list[Finding]()
        variant, assessed = self._variant(project, policy, found), None
        if project.assessed:
            assessed = self._variant(project.assessed, Remembered(project.assessed.policy), others)
        complete = self.readable and self.targets is None
        marked = [*accept([*found, *others], project.acceptances, self.today, complete=complete)]
        # What is wrong with the record comes last, and is of the environment itself.
        of_both = slice(len(found), len(found) + len(others))
        yield variant, fold([*marked[: of_both.start], *marked[of_both.stop :]])
        if assessed:
            yield assessed, fold(marked[of_both])

    def _variant(self, project: Project, policy: Remembered, findings: list[Finding]) -> Variant:
        """One variant; what is to be said of its targets is added to the findings."""
        lowered: list[Lowering] = []
        models: dict[object, Any] = {}
        known = {id(project.policy): policy}
        # A policy with holes in it would be compared with what it does not mean.
        for output in project.outputs if self.readable else ():
            if missing := missing_base(output, project.root):
                findings.append(missing)
            elif self.targets is None or any(names_output(one, output.name) for one in self.targets):
                lowering = lower(project, output, models)
                lowered.append(lowering)
                wanted = known.setdefault(id(lowering.wanted), Remembered(lowering.wanted))
                findings += examine_target(_lowered(project, wanted, lowering, self.today))
                findings += of_base(project, lowering, self.today)
        return Variant(project, tuple(lowered))


def _conflicting(variants: Iterable[Variant]) -> Iterator[Finding]:
    """Files that would be written for two environments which differ."""
    first: dict[PurePosixPath, tuple[Project, Lowering]] = {}
    for variant in variants:
        for lowering in variant.lowered:
            output, project = lowering.output, variant.project
            other, same = first.setdefault(output.path, (project, lowering))
            if other is not project and not _is_same_file(same, lowering):
                yield conflicting_output.RULE.at(
                    output.where_path,
                    f'"{output.path}" would be written for {other.title} and for {project.title}, which differ',
                    "put {environment} into `path`, or give each its own",
                    target=output.name,
                )


def _lowered(project: Project, policy: Remembered, lowering: Lowering, today: date) -> Lowered:
    output, effective = lowering.output, lowering.effective
    mechanisms = frozenset(target_named(one.target).mechanism for one in project.outputs)
    return Lowered(
        lowering.wanted,
        policy,
        project.app,
        target_named(output.target),
        output.name,
        effective,
        today,
        output.where,
        lowering.unmanaged,
        mechanisms,
    )


def _order(finding: Finding) -> tuple[object, ...]:
    span = finding.location.span if finding.location else None
    return (span.line, span.column) if span else (0, 0), finding.rule, finding.target, finding.message


def _is_same_file(one: Lowering, other: Lowering) -> bool:
    return one.output.base == other.output.base and one.said.digest() == other.said.digest()


# -- artifacts -----------------------------------------------------------------------------------


def artifacts(checked: Checked, directory: Path | None = None) -> tuple[Artifact, ...]:
    """The files that a checked project compiles to below a directory, in the order of the registry.

    None is the directory of pins.toml.  Raises InputError when a file to be edited or merged cannot be.
    """
    files: dict[PurePosixPath, Artifact] = {}
    for project, digest, lowering in _outputs(checked):
        output, target = lowering.output, target_named(lowering.output.target)
        there = destination(project, output, directory)
        write = target.write
        content = there.settled(write(lowering.model, _job(project, digest, output, there))) if write else b""
        files.setdefault(output.path, Artifact(output.name, output.path, content))
        named = ""
        for path, pem in target.beside(lowering.model, output).items():
            beside = placed(project, (directory or project.root) / path, named=named)
            named = named or beside.source
            files.setdefault(path, Artifact(output.name, path, _marked(beside, pem)))
    for path, (there, parts) in _parts(checked, directory).items():
        content = plist.edit(there.beginning(), parts, str(there.begins_with))
        files[path] = Artifact(files[path].target, path, there.settled(content))
    return tuple(files.values())


def _outputs(checked: Checked) -> Iterator[tuple[Project, str, Lowering]]:
    """Each output, with what it is compiled from, and the digest of what it says."""
    for variant in checked.variants:
        for lowering in variant.lowered:
            yield variant.project, lowering.said.digest(), lowering


def _marked(there: Destination, pem: bytes) -> bytes:
    """A certificate with the notice behind it; one that somebody else has put there is as it should be."""
    same = there.standing in (pem, trailed(pem, there.said))
    return there.standing if same and there.standing else trailed(pem, there.source)


def _job(project: Project, digest: str, output: Output, there: Destination) -> Job:
    base = read_bytes(project.root / output.base) if output.base else b""
    return Job(there.source, digest, output, base)


def _parts(
    checked: Checked, directory: Path | None
) -> Mapping[PurePosixPath, tuple[Destination, Mapping[plist.KeyPath, object]]]:
    """For each property list its place, and what its targets set in it together."""
    shared: dict[PurePosixPath, tuple[Destination, dict[plist.KeyPath, object]]] = {}
    for project, digest, lowering in _outputs(checked):
        output, target = lowering.output, target_named(lowering.output.target)
        if target.entries:
            there = destination(project, output, directory)
            entries = target.entries(lowering.model, _job(project, digest, output, there))
            shared.setdefault(output.path, (there, {}))[1].update(entries)
    return shared


def overwritten(checked: Checked, directory: Path, *, force: bool = False) -> Iterator[Finding]:
    """What compiling to a directory would lose, and with ``force`` what it may not write all the same."""
    written: dict[str, Path] = {}
    found = (
        finding
        for one in checked.variants
        for finding in in_the_way(one.project, one.lowered, directory, written, force=force)
    )
    for finding in dict.fromkeys(found):
        yield place(finding, checked.document)


def diverged(checked: Checked, directory: Path) -> Iterator[tuple[Path, Path]]:
    """The property lists below another directory that differ from the project's in what is not ours, with those.

    Each keeps what it has, so what has changed in the project since it was copied is not in it.
    """
    outputs = (lowering.output for _, _, lowering in _outputs(checked))
    root = checked.project.root
    for path in dict.fromkeys(one.path for one in outputs if target_named(one.target).edits):
        own, other = root / path, directory / path
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
