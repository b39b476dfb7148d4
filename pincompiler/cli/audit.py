"""``pincompiler audit``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.base.existence import is_file
from pincompiler.base.finding import Change, Level
from pincompiler.base.workers import Allowance
from pincompiler.cli.console import (
    FINE,
    FailOn,
    ReportFormat,
    exit_code,
    print_report,
    refuse_unwritable,
    talk,
)
from pincompiler.cli.options import (
    EnvironmentName,
    Horizon,
    ReportAs,
    ReportTo,
    Today,
    day_of,
    refuse_idle_environment,
    refuse_second_reader,
)
from pincompiler.cli.progress import shown
from pincompiler.facts.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.verdicts.subject import Subject
    from pincompiler.workflows.audit import AuditOptions

LARGE = 64 << 20
"""Bytes of an app that is not audited in the blink of an eye."""
EXAMPLES = (
    "pincompiler audit app-release.apk",
    "pincompiler audit --pins pins.toml -f html -o report.html app-release.apk",
)
Apps = Annotated[
    list[Path],
    typer.Argument(
        metavar="APP...",
        readable=False,  # one that is not costs itself alone
        help="APK, APKS, XAPK, APKM, AAB or IPA files, directories of APKs, .app or .xcarchive folders, or - for standard input.",
    ),
]
Pins = Annotated[
    Path | None, typer.Option("--pins", metavar="FILE", help="The pins.toml that the apps are held to.")
]
FailsOn = Annotated[
    FailOn,
    typer.Option("--fail-on", help="The mildest level that makes the exit code 1; new: only what is new."),
]
Baseline = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="A saved audit -f json; report what has changed since."),
]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found or remains unknown.")
]
Accepted = Annotated[
    list[Path] | None,
    typer.Option("--accept", metavar="FILE", help="A file of [[accept]] tables beside those of pins.toml."),
]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=1, metavar="N", help="Apps to audit at a time.")]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout", min=0.1, metavar="SECONDS", help="Give up an app that takes longer; the others go on."
    ),
]
Memory = Annotated[
    int | None,
    typer.Option(
        "--memory",
        min=64,
        metavar="MB",
        help="Give up an app that takes more memory (Linux); the others go on.",
    ),
]
ReadBy = Annotated[
    Engine, typer.Option("--engine", help="What reads the code; androguard is the slow cross-check.")
]
OwnDomains = Annotated[
    list[str] | None,
    typer.Option(
        "--own-domains",
        metavar="DOMAIN",
        help="Hosts of this domain and below are yours, as those of pins.toml are; commas between several.",
    ),
]


def command(
    apps: Apps,
    pins: Pins = None,
    output_format: ReportAs = ReportFormat.TEXT,
    output: ReportTo = "-",
    fail_on: FailsOn = FailOn.ERROR,
    baseline: Baseline = None,
    exit_zero: ExitZero = False,
    accept: Accepted = None,
    jobs: Jobs = 1,
    timeout: Timeout = None,
    memory: Memory = None,
    engine: ReadBy = Engine.FAST,
    expiring_within: Horizon = 30,
    environment: EnvironmentName = "",
    own_domains: OwnDomains = None,
    today: Today = "",
) -> None:
    """Report what shipped Android and iOS apps enforce: verdicts, findings with evidence, and every pin.

    With --pins, also report where the apps have drifted from pins.toml.
    """
    from pincompiler.workflows import audit as auditing

    if fail_on is FailOn.NEW and baseline is None:
        raise UsageError("--fail-on new needs --baseline FILE")
    if memory is not None and sys.platform != "linux":
        raise UsageError("--memory: only Linux bounds what a process takes")
    refuse_second_reader(*apps, pins, baseline, *(accept or ()))
    refuse_idle_environment(environment, pins)
    refuse_unwritable(output)
    before = _saved(baseline) if baseline else None
    own = [domain for some in own_domains or () for domain in some.split(",")]
    asked = auditing.audit_options(
        day_of(today), pins, accept or (), expiring_within, engine, environment, own
    )
    subjects = tuple(_watched(apps, asked, jobs, Allowance(timeout, memory)))
    if before is not None:
        shows = output_format is ReportFormat.TEXT and output == "-"
        subjects = _since(before, subjects, quiet=shows)
    print_report(subjects, output_format, output)
    new = fail_on is FailOn.NEW and _anything_new(subjects)
    wrong = new if fail_on is FailOn.NEW else _failed(subjects, Level(fail_on.value))
    unread = any(subject.error for subject in subjects)
    unknown = not all(subject.complete for subject in subjects)
    raise typer.Exit(FINE if exit_zero else exit_code(wrong=wrong, unread=unread, unknown=unknown))


def _saved(results: Path) -> tuple[Subject, ...]:
    from pincompiler.reports.audit.json_reader import read_results

    return tuple(read_results(results))


def _since(before: tuple[Subject, ...], subjects: tuple[Subject, ...], *, quiet: bool) -> tuple[Subject, ...]:
    """The apps with what has changed, which is printed unless the report shows it on the same terminal."""
    from pincompiler.reports.audit import changes_text
    from pincompiler.verdicts.changes import changes, compared, missing

    found = compared(before, subjects)
    if not quiet:
        for line in changes_text.render(changes(found)).split("\n"):
            talk(line)
    for one in missing(before, subjects):
        talk(f"{one.path}: {one.package or 'an app'} of the baseline was not audited")
    return found


def _anything_new(subjects: tuple[Subject, ...]) -> bool:
    """Whether an error or a warning is new."""
    return any(
        finding.change is Change.NEW and finding.level is not Level.NOTE
        for subject in subjects
        for finding in subject.findings
    )


def _watched(apps: list[Path], asked: AuditOptions, jobs: int, allowance: Allowance) -> Iterator[Subject]:
    """The audits, with a progress bar for long work on a terminal."""
    from pincompiler.workflows.audit import audit_all

    slow = asked.engine is not Engine.FAST or any(is_file(app) and app.stat().st_size > LARGE for app in apps)
    return shown(audit_all(apps, asked, jobs, allowance), len(apps), "auditing", slow=slow)


def _failed(subjects: tuple[Subject, ...], threshold: Level) -> bool:
    from pincompiler.workflows.audit import failed

    return any(failed(subject, threshold) for subject in subjects)
