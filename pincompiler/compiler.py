"""From a pins.toml to judged artifacts: read, judge, lower, compare, write down.

::

    pins.toml -> Project -> rules on the policy ------------------+
                    |                                             +-> acceptances -> findings
                    +-> target.lower -> model -> rules on targets +
                                          +-> target.write -> Artifact
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincompiler.errors import InputError
from pincompiler.fidelity import Remembered
from pincompiler.finding import Finding, Level, fold
from pincompiler.lowering import Lowering, lower, missing_base
from pincompiler.platforms import plist
from pincompiler.platforms.headers import MARK
from pincompiler.platforms.registry import target_named
from pincompiler.platforms.target import Job
from pincompiler.records import dataclass
from pincompiler.rules import hand_written_output
from pincompiler.rules.acceptances import accept
from pincompiler.rules.registry import judge, judge_target
from pincompiler.rules.rule import Judged, Lowered
from pincompiler.source.document import Document, place, read_bytes, read_document, read_if_there
from pincompiler.source.reader import read_project

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date
    from pathlib import PurePosixPath

    from pincompiler.project import Output, Project


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


def check(path: Path, today: date, horizon: int = 30, targets: Collection[str] | None = None) -> Checked:
    """Read and judge a pins.toml, for all of its targets or for some.

    Raises InputError when pins.toml, or a base file it names, cannot be read.
    """
    root = Path.cwd() if str(path) == "-" else path.parent
    return check_document(read_document(path), root, today, horizon, targets)


def check_document(
    document: Document, root: Path, today: date, horizon: int = 30, targets: Collection[str] | None = None
) -> Checked:
    """The same, of a document already read that stands in ``root``."""
    reading = read_project(document, root)
    project = reading.project
    findings = [*reading.findings]
    findings += judge(Judged(project.policy.sets, project.keys, today, horizon))
    lowered: list[Lowering] = []
    readable = all(finding.level is not Level.ERROR for finding in reading.findings)
    if readable:  # a policy with holes in it would be compared with what it does not mean
        policy = Remembered(project.policy)
        models: dict[object, Any] = {}
        for output in project.outputs:
            if missing := missing_base(output, root):
                findings.append(missing)
            elif targets is None or output.target in targets:
                lowering = lower(project, output, models)
                lowered.append(lowering)
                findings += judge_target(_lowered(project, policy, lowering, today))
    complete = readable and targets is None
    judged = fold(accept(findings, project.acceptances, today, complete=complete))
    placed = sorted((place(finding, document) for finding in judged), key=_order)
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


def artifacts(checked: Checked) -> tuple[Artifact, ...]:
    """The files that a checked project compiles to, in the order of the registry.

    Raises InputError when a file to be edited or merged cannot be.
    """
    project = checked.project
    digest = project.policy.digest()
    files: dict[PurePosixPath, Artifact] = {}
    shared: dict[PurePosixPath, dict[tuple[str, ...], object]] = {}
    for lowering in checked.lowered:
        output, target = lowering.output, target_named(lowering.output.target)
        base = read_bytes(project.root / output.base) if output.base else b""
        job = Job(project.file, digest, output, base)
        content = b""
        if target.write:
            content = target.write(lowering.model, job)
        elif target.entries:
            shared.setdefault(output.path, {}).update(target.entries(lowering.model, job))
        files.setdefault(output.path, Artifact(target.name, output.path, content))
    for path, entries in shared.items():
        content = plist.edit(_existing(project.root / path), entries, str(path))
        files[path] = Artifact(files[path].target, path, content)
    return tuple(files.values())


def _existing(path: Path) -> bytes:
    """The property list to edit, nothing if there is none.  An empty one may be the rest of one cut short."""
    content = read_if_there(path)
    if content is not None and not content.strip():
        raise InputError(f"{path}:1:1: not XML: no element found; delete the file to begin a new one")
    return content or b""


def overwritten(checked: Checked, directory: Path) -> Iterator[Finding]:
    """The files in the way that a person wrote, which compiling would lose."""
    project = checked.project
    for lowering in checked.lowered:
        output, target = lowering.output, target_named(lowering.output.target)
        path = (project.root if target.edits else directory) / output.path
        content = read_if_there(path)
        lost = _lost(project, output, content) if content is not None else ""
        if lost:
            where = output.where.at("path") if output.where else None
            fix = "keep it with `base` or `pincompiler init --from`, delete it, or pass --force"
            found = hand_written_output.RULE.at(where, lost, fix, target=output.target)
            yield place(found, checked.document)


def _lost(project: Project, output: Output, content: bytes) -> str:
    """What compiling would lose of a file that exists."""
    target = target_named(output.target)
    if not target.edits:
        by_hand = content.strip() and MARK.encode() not in content
        return f"{output.path} was not generated by pincompiler and would be overwritten" if by_hand else ""
    plist.refuse_other_forms(content, str(output.path))
    section = target.read(content, project.app, str(output.path))
    if section.policy_digest:
        return ""
    names = sorted(set(section.names()) - set(project.policy.names()))
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{output.path} pins {names[0]}{more} by hand, which pins.toml does not know" if names else ""
