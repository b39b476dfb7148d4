"""What the commands print: the product on standard output, talk on standard error."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TextIO

from pincompiler.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pincompiler.base.finding import Finding
    from pincompiler.reports.findings.json import WrittenFile
    from pincompiler.reports.pipelines.inspected import Inspected
    from pincompiler.verdicts.served import Requirements, ServerVerdict
    from pincompiler.verdicts.subject import Subject
    from pincompiler.workflows.compile import Artifact, Checked

FINE, PROBLEM, COULD_NOT_LOOK, NOT_EVERYTHING = 0, 1, 2, 3


def exit_code(*, wrong: bool, unread: bool, unknown: bool) -> int:
    """1 if anything is wrong; else 2 if something could not be read; else 3 if something remained unknown."""
    if wrong:
        return PROBLEM
    if unread:
        return COULD_NOT_LOOK
    return NOT_EVERYTHING if unknown else FINE


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


class PipelineFormat(StrEnum):
    """How what is wrong with a file is printed, for people, programs and build pipelines."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"


class FailOn(StrEnum):
    """What makes an audit fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEW = "new"
    """An error or a warning that the baseline does not have."""


class PageFormat(StrEnum):
    """How the pages of rules are written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    MARKDOWN = "markdown"


class PlanFormat(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"


class ReportFormat(StrEnum):
    """How the report of an audit is written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    HTML = "html"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"


def incomplete(doubts: tuple[str, ...]) -> int:
    """Print what remains unknown; the exit code if nothing else is wrong."""
    for doubt in doubts:
        talk(f"unknown: {doubt}")
    return NOT_EVERYTHING if doubts else FINE


def print_findings(
    command: str,
    checked: Checked,
    findings: Iterable[Finding],
    output_format: PipelineFormat,
    *,
    to_stderr: bool = False,
    artifacts: tuple[WrittenFile, ...] = (),
    left_over: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
) -> None:
    """Print findings in a pins.toml with their source lines, or the JSON report, which has the artifacts too."""
    from pincompiler.reports.findings import text

    project, document, findings = checked.project, checked.document, tuple(findings)
    stream = sys.stderr if to_stderr else sys.stdout
    digest = project.policy.digest() if checked.readable else ""
    if output_format is PipelineFormat.JSON:
        from pincompiler.reports.findings import json

        targets = tuple(output.name for output in project.outputs)
        report = json.FindingsReport(
            document.file,
            digest,
            targets,
            findings,
            artifacts,
            *left_over,
            environments=json.environments(checked) or None,
            assessment=json.assessment(checked, project),
        )
        stream.write(json.render(command, report))
        return
    if output_format is not PipelineFormat.TEXT:
        from pincompiler.reports.pipelines.inspected import Inspected

        said = text.said_once(findings)
        stream.write(for_pipelines([Inspected(command, document.file, said)], output_format))
        return
    stream.write(text.render(findings, document.file, document.text, colour=has_colour(stream)))
    stream.flush()
    if findings or command == "check":
        policy = f"; policy {_digests(checked)}" if digest else ""
        talk(f"{document.file}: {text.summary(findings) or 'no findings'}{policy}")


def _digests(checked: Checked) -> str:
    """The digest of the policy, or of that of each environment and of its assessment builds."""
    projects = [one.project for one in checked.variants]
    return ", ".join(f"{one.policy.digest()}{f' in {one.title}' if one.title else ''}" for one in projects)


def print_bare_findings(
    path: Path, findings: tuple[Finding, ...], doubts: tuple[str, ...], output_format: PipelineFormat
) -> None:
    """Print what `check` finds in a file whose text is not at hand."""
    from pincompiler.reports.findings import text

    if output_format is PipelineFormat.JSON:
        from pincompiler.reports.findings import json

        out(json.render("check", json.FindingsReport(str(path), "", (), findings, unknown=doubts)))
        return
    if output_format is not PipelineFormat.TEXT:
        from pincompiler.reports.pipelines.inspected import Inspected

        out(for_pipelines([Inspected("check", str(path), findings, doubts)], output_format))
        return
    out(text.render(findings, "", "", colour=has_colour(sys.stdout)))
    talk(f"{path}: {text.summary(findings) or 'no findings'}")


def has_colour(stream: TextIO) -> bool:
    """Whether a stream is to be coloured."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def print_artifact(artifacts: tuple[Artifact, ...]) -> None:
    """Print the only artifact.  UsageError if there are several, or none."""
    if len(artifacts) != 1:
        names = ", ".join(str(artifact.path) for artifact in artifacts) or "none"
        raise UsageError(
            f"-o - prints one file, and there are {len(artifacts)}: {names}; choose with -t TARGET"
        )
    out(artifacts[0].content)


def print_stale(stale: tuple[Artifact, ...], directory: Path) -> None:
    """Print what would change, as a diff."""
    from pincompiler.workflows import write as outputs

    for artifact in stale:
        out(outputs.unified(artifact, directory))
    for artifact in stale:
        talk(f"{artifact.path} is stale; run pincompiler compile")


def print_written(artifacts: tuple[Artifact, ...], stale: tuple[Artifact, ...]) -> None:
    """Print which files were written and which were as they should be."""
    if not artifacts:
        talk("nothing to write: there is no [target.*]")
    wrote = {artifact.path for artifact in stale}
    for artifact in artifacts:
        talk(f"{'wrote' if artifact.path in wrote else 'unchanged'} {artifact.path}")


def print_left_over(
    paths: Iterable[PurePosixPath], parts: Iterable[PurePosixPath], *, check_only: bool
) -> None:
    """Print which files pins.toml does not write any more, and into which it has written a part."""
    for path in paths:
        talk(
            f"{path} is left over from what pins.toml said once; run pincompiler compile"
            if check_only
            else f"removed {path}"
        )
    for path in parts:
        talk(f"{path} has pins from what pins.toml said once; take them out, or delete it")


def print_diverged(pairs: Iterable[tuple[Path, Path]]) -> None:
    """Print which files below another directory are no copies of the project's any more."""
    for other, own in pairs:
        talk(f"{other} differs from {own} in more than its pins and keeps that; delete it to copy {own} anew")


def print_verdicts(
    verdicts: Iterable[ServerVerdict], asked: Requirements, pins: Path, output_format: PipelineFormat
) -> tuple[ServerVerdict, ...]:
    """Print the verdicts on servers, when all are there: a progress bar and a report do not mix."""
    from pincompiler.reports.verify import text

    found = tuple(verdicts)
    if output_format is PipelineFormat.JSON:
        from pincompiler.reports.verify import json

        out(json.render(found, asked))
    elif output_format is not PipelineFormat.TEXT:
        from pincompiler.reports.pipelines.inspected import Inspected
        from pincompiler.reports.verify.findings import doubts, findings
        from pincompiler.workflows.places import placed

        said = Inspected("verify", str(pins), placed(findings(found), pins), tuple(doubts(found)))
        out(for_pipelines([said], output_format))
    else:
        colour = has_colour(sys.stdout)
        out("\n".join(text.render(verdict, asked, colour=colour) for verdict in found))
    talk(text.summary(found))
    return found


def out(content: str | bytes) -> None:
    """Write the product to standard output."""
    if isinstance(content, str):
        sys.stdout.write(content)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    sys.stdout.flush()


def product(what: str, render: Callable[[bool], str], output: str) -> None:
    """Write the product to standard output, in colour if that is wanted, or where ``output`` says.

    A file is written whole or not at all; a pipe and a character device are written to.
    """
    if output in ("", "-"):
        out(render(has_colour(sys.stdout)))
        return
    from pincompiler.workflows.compile import Artifact
    from pincompiler.workflows.write import is_stream, write_all, write_stream

    path = Path(output)
    content = render(False).encode("utf-8", "backslashreplace")
    if is_stream(path):
        write_stream(path, content)
    else:
        write_all([Artifact(what, PurePosixPath(path.name), content)], path.parent)


def refuse_unwritable(output: str) -> None:
    """Refuse an output that cannot be written before long work is done for it.  OutputError."""
    if output not in ("", "-"):
        from pincompiler.workflows.write import is_stream

        is_stream(Path(output))


def talk(message: str) -> None:
    """Write a line to standard error; control characters of names and files are shown, not obeyed."""
    from pincompiler.reports.findings.text import visible

    sys.stderr.write(f"{visible(message)}\n")


def for_pipelines(found: Iterable[Inspected], output_format: StrEnum) -> str:
    """What was found, as a build pipeline reads it; files are named from the top of its checkout."""
    folder = _folder_of_checkout()
    renderer = import_module(f"pincompiler.reports.pipelines.{output_format.value}")
    return str(renderer.render([one.below(folder) for one in found]))


def _folder_of_checkout() -> PurePosixPath:
    """Where the working directory is in the checkout that GitHub or GitLab says it has made; empty: at its top."""
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        top = os.environ.get(name)
        if top and Path.cwd().is_relative_to(top):
            return PurePosixPath(Path.cwd().relative_to(top).as_posix())
    return PurePosixPath()


def report(subjects: Sequence[Subject], output_format: ReportFormat, *, colour: bool) -> str:
    """The report of an audit."""
    if output_format is ReportFormat.TEXT:
        from pincompiler.reports.audit import text as audit_text

        return audit_text.render(subjects, colour=colour)
    if output_format in (ReportFormat.GITHUB, ReportFormat.GITLAB):
        from pincompiler.reports.audit.inspected import inspected

        return for_pipelines(map(inspected, subjects), output_format)
    # By name, since each needs modules that the others do not.
    renderer = import_module(f"pincompiler.reports.audit.{output_format.value}")
    return str(renderer.render(subjects))


def print_report(subjects: Sequence[Subject], output_format: ReportFormat, output: str) -> None:
    """Print the report of an audit, or write it to a file, whole or not at all."""
    from pincompiler.reports.findings import text

    product("audit", lambda colour: report(subjects, output_format, colour=colour), output)
    for subject in subjects:
        talk(f"{subject.path}: {subject.error or text.tally(subject)}")
