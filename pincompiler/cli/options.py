"""Options that several commands have, and the only place that reads the clock."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincompiler._version import __roots__
from pincompiler.base.errors import UsageError
from pincompiler.base.finding import Level
from pincompiler.cli import completing
from pincompiler.cli.console import Format, PipelineFormat, ReportFormat, talk

if TYPE_CHECKING:
    from pincompiler.workflows.audit_cache import AuditCache

PINS = Path("pins.toml")


def nearest_pins() -> Path:
    """The pins.toml of the working directory, or of the nearest above that has one, which is then named.

    As git and ruff do: up to the top of the repository, to the user's home, and never to a folder in which everybody may write.
    """
    from pincompiler.source.paths import nearest_above

    try:
        found = nearest_above(PINS.name, here := Path.cwd(), os.environ.get("HOME", ""))
    except FileNotFoundError:  # the working directory is gone
        return PINS
    if found is None or found.parent == here:
        return PINS
    path = Path(os.path.relpath(found))
    talk(f"using {path}")
    return path


PinsFile = Annotated[
    Path,
    typer.Argument(
        default_factory=nearest_pins,
        show_default="pins.toml, here or in a folder above",
        metavar="PINS.TOML",
        help="The pins file; - is standard input.",
    ),
]
OutputFormat = Annotated[Format, typer.Option("-f", "--format", help="How to print the result.")]
PrintAs = Annotated[PipelineFormat, typer.Option("-f", "--format", help="How to print the result.")]
ReportAs = Annotated[ReportFormat, typer.Option("-f", "--format", help="How to write the report.")]
ReportTo = Annotated[str, typer.Option("-o", "--output", metavar="FILE|-", help="Where to write.")]
FailOnLevel = Annotated[
    Level, typer.Option("--fail-on", help="The mildest level that makes the exit code 1.")
]
Horizon = Annotated[
    int,
    typer.Option(
        "--expiring-within", min=0, metavar="DAYS", help="Warn of pins that expire within so many days."
    ),
]
Resolve = Annotated[
    list[str] | None,
    typer.Option(
        "--resolve", metavar="HOST:PORT:ADDR", help="Take this address for a host; may be repeated."
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option("--ca-file", metavar="FILE", help="Trust these CAs (PEM) instead of the system's."),
]
EnvironmentName = Annotated[
    str,
    typer.Option(
        "-e",
        "--environment",
        metavar="NAME",
        help="An environment of pins.toml, not the release.",
        autocompletion=completing.environments,
    ),
]
OnlyEnvironment = Annotated[
    str,
    typer.Option(
        "-e",
        "--environment",
        metavar="NAME",
        help="Only this environment of pins.toml.",
        autocompletion=completing.environments,
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Audit every app anew, and keep nothing.")]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0.1, max=600, metavar="SECONDS", help="For each handshake.")
]
FirstDay = Annotated[str, typer.Option("--today", metavar="YYYY-MM-DD", help="The first day to look at.")]
Today = Annotated[
    str, typer.Option("--today", metavar="YYYY-MM-DD", help="The day to look from, instead of today.")
]


def day_of(text: str, option: str = "--today") -> date:
    """The day that an option gives, else today.  UsageError if the text is no day."""
    if not text:
        return date.today()  # noqa: DTZ011 - the developer's own day; no verdict hangs on its zone
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text}: write YYYY-MM-DD") from error


def refuse_second_reader(*files: Path | str | None) -> None:
    """UsageError if two of the files are standard input, which gives what it has once."""
    if sum(str(file) == "-" for file in files) > 1:
        raise UsageError("standard input can be read once; write all but one of the files as files")


def refuse_idle_environment(environment: str, *files: Path | str | None) -> None:
    """UsageError if an environment is named, and none of the files is a pins.toml that could have it."""
    if environment and not any(str(file) == "-" or str(file).endswith(".toml") for file in files):
        raise UsageError("-e chooses an environment of a pins.toml, and none is named here")


def now_of(today: str) -> datetime:
    """The instant at which certificates have to be valid; a day that was given stands for its noon in UTC."""
    return datetime.combine(day_of(today), time(12), UTC) if today else datetime.now(UTC)


def cache_for(*, no_cache: bool) -> AuditCache | None:
    """The cache of what was read of apps; None if nothing is to be kept, or the user has no home."""
    from pincompiler.workflows.audit_cache import AuditCache, user_directory

    kept = None if no_cache else user_directory(os.environ)
    return AuditCache(kept) if kept else None


def remind_of_age(today: date) -> None:
    """Say it where what is known of root CAs is older than a year: newer devices and roots are not in it."""
    if today - date.fromisoformat(__roots__) > timedelta(days=366):
        talk(f"note: root CAs and devices are known as of {__roots__}; a newer pincompiler knows more")
