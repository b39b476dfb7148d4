"""``pincompiler compile``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.base.finding import Level
from pincompiler.cli import completing
from pincompiler.cli.console import (
    FINE,
    PROBLEM,
    PipelineFormat,
    print_artifact,
    print_diverged,
    print_findings,
    print_left_over,
    print_stale,
    print_written,
    talk,
)
from pincompiler.cli.options import Horizon, OnlyEnvironment, PinsFile, PrintAs, Today, day_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import PurePosixPath

    from pincompiler.base.finding import Finding
    from pincompiler.reports.findings.json import WrittenFile
    from pincompiler.workflows.compile import Artifact, Checked

EXAMPLES = (
    "pincompiler compile",
    "pincompiler compile --check -f github",
)
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "-t",
        "--target",
        metavar="TARGET",
        help="Only this target, by its name in pins.toml, or all of a kind: nsc, okhttp-kotlin, okhttp-java, ats, trustkit, trustkit-swift, trustkit-android; may be repeated.",
        autocompletion=completing.targets,
    ),
]
Output = Annotated[
    str,
    typer.Option("-o", "--output", metavar="DIR|-", help="Write below DIR, or one file to standard output."),
]
CheckOnly = Annotated[
    bool, typer.Option("--check", help="Write nothing; print a diff and exit 1 if a file is stale.")
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Overwrite files that a person wrote or another pins.toml generated."),
]

Name = Annotated[
    str,
    typer.Option("--name", metavar="PINS.TOML", help="The name of standard input in the headers of files."),
]


def command(
    pins: PinsFile,
    target: Targets = None,
    output: Output = "",
    check_only: CheckOnly = False,
    environment: OnlyEnvironment = "",
    force: Force = False,
    expiring_within: Horizon = 30,
    name: Name = "",
    output_format: PrintAs = PipelineFormat.TEXT,
    today: Today = "",
) -> None:
    """Write every target for every environment, or nothing if there is an error.

    What [target.*] names is written below the directory of pins.toml, or below DIR.  An Info.plist is edited
    where it is written; below a DIR that has none it begins as a copy of the project's.
    """
    from pincompiler.reports.findings.outdated import outdated
    from pincompiler.workflows import compile as compiler
    from pincompiler.workflows import leftovers

    to_stdout, as_text = output == "-", output_format is PipelineFormat.TEXT
    if to_stdout and (check_only or not as_text):
        raise UsageError("-o - prints the file itself; it goes with neither --check nor -f")
    checked = _checked(pins, target, environment, name, day_of(today), expiring_within)
    directory = Path(output) if output and not to_stdout else checked.project.root
    kept = compiler.overwritten(checked, directory, force=force) if checked.ok and not to_stdout else ()
    findings = (*checked.findings, *kept)
    failed = any(finding.level is Level.ERROR for finding in findings)
    if as_text:
        _print_important(checked, findings, to_stderr=to_stdout or check_only)
    artifacts = () if failed else _artifacts(checked, directory)
    if to_stdout and not failed:
        print_artifact(artifacts)
        return
    left_over = () if failed else leftovers.left_over(checked, artifacts, directory)
    left_in = () if failed else leftovers.left_in(checked, directory)
    stale = _stale(artifacts, directory, left_over, write=not check_only)
    if as_text:
        _print_outcome(artifacts, stale, directory, failed=failed, check_only=check_only)
        print_left_over(left_over, left_in, check_only=check_only)
    elif output_format is PipelineFormat.JSON:
        written = _listed(artifacts, stale)
        gone = tuple(map(str, left_over)), tuple(map(str, left_in))
        print_findings("compile", checked, findings, output_format, artifacts=written, left_over=gone)
    else:
        wrong = outdated((one.path for one in stale), left_over, left_in, directory) if check_only else ()
        print_findings("compile", checked, (*findings, *wrong), output_format)
    raise typer.Exit(PROBLEM if failed or (check_only and (stale or left_over or left_in)) else FINE)


def _print_important(checked: Checked, findings: Iterable[Finding], *, to_stderr: bool) -> None:
    """What is accepted or merely worth knowing is for `check`; a build log shows what matters."""
    important = [finding for finding in findings if finding.level is not Level.NOTE]
    print_findings("compile", checked, important, PipelineFormat.TEXT, to_stderr=to_stderr)


def _print_outcome(
    artifacts: tuple[Artifact, ...],
    stale: tuple[Artifact, ...],
    directory: Path,
    *,
    failed: bool,
    check_only: bool,
) -> None:
    if failed:
        talk("nothing was written")
    elif check_only:
        print_stale(stale, directory)
    else:
        print_written(artifacts, stale)


def _named(text: str, pins: Path) -> str:
    """A name for standard input as headers have it.  UsageError if it leads up, or nowhere, or is for a file."""
    from pincompiler.platforms.headers import safe_name

    if text and str(pins) != "-":
        raise UsageError("--name is for standard input: headers name a file by its path")
    names = text.split("/") if text else []
    if not {"", ".", ".."}.isdisjoint(names):
        raise UsageError(f"--name {text}: write a file's name, or its path from a folder above the outputs")
    return "/".join(map(safe_name, names))


def _stale(
    artifacts: tuple[Artifact, ...], directory: Path, left_over: tuple[PurePosixPath, ...], *, write: bool
) -> tuple[Artifact, ...]:
    """The files that are not as they should be; ``write`` brings them up to date, and removes what is left over."""
    from pincompiler.workflows import write as outputs

    stale = outputs.stale(artifacts, directory)
    if write:
        outputs.sweep(directory / one.path for one in artifacts)
        outputs.write_all(stale, directory, left_over)
    return stale


def _listed(artifacts: tuple[Artifact, ...], stale: tuple[Artifact, ...]) -> tuple[WrittenFile, ...]:
    from pincompiler.reports.findings.json import WrittenFile

    return tuple(WrittenFile(one.target, str(one.path), one in stale) for one in artifacts)


def _artifacts(checked: Checked, directory: Path) -> tuple[Artifact, ...]:
    from pincompiler.workflows import compile as compiler

    artifacts = compiler.artifacts(checked, directory)
    print_diverged(compiler.diverged(checked, directory))
    return artifacts


def _checked(
    pins: Path, targets: list[str] | None, environment: str, name: str, day: date, horizon: int
) -> Checked:
    """UsageError for a target that a readable pins.toml does not have."""
    from pincompiler.policy.project import names_output
    from pincompiler.workflows import compile as compiler

    checked = compiler.check(pins, day, horizon, targets, _named(name, pins), environment or None)
    configured = {output.name for output in checked.project.outputs}
    for target in targets or () if checked.readable else ():
        if not any(names_output(target, one) for one in configured):
            listed = ", ".join(sorted(configured)) or "none"
            raise UsageError(f"{checked.document.file} has no [target.{target}]; it has: {listed}")
    return checked
