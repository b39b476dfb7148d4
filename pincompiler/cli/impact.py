"""``pincompiler impact``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincompiler.base.errors import UsageError
from pincompiler.cli.console import Format, exit_code, has_colour, out, talk
from pincompiler.cli.options import (
    CaFile,
    EnvironmentName,
    FirstDay,
    NoCache,
    OutputFormat,
    cache_for,
    day_of,
    now_of,
    refuse_idle_environment,
    refuse_second_reader,
    remind_of_age,
)
from pincompiler.cli.progress import shown

if TYPE_CHECKING:
    from pincompiler.workflows.impact import Prepared

EXAMPLES = (
    "pincompiler impact --chain new.pem --pins pins.toml",
    "pincompiler impact --chain new.pem --host api.example.com shop-4.2.apk",
)
Chain = Annotated[
    Path,
    typer.Option("--chain", metavar="FILE", help="The new PEM chain, the server's certificate first."),
]
Releases = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[RELEASE...]",
        help="Shipped apps, NSCs, Info.plists, pins.toml files; also git:REV:PATH.",
    ),
]
Pins = Annotated[
    Path | None,
    typer.Option(
        "--pins", metavar="PINS.TOML", help="Also its [[release]] entries, on the days of their support."
    ),
]
Hosts = Annotated[
    list[str] | None,
    typer.Option("--host", metavar="HOST", help="A host that will serve the chain; may be repeated."),
]
Until = Annotated[
    str,
    typer.Option(
        "--until", metavar="YYYY-MM-DD", help="The last day to look at; by default the chain's last."
    ),
]


def command(
    chain: Chain,
    releases: Releases = None,
    pins: Pins = None,
    host: Hosts = None,
    until: Until = "",
    ca_file: CaFile = None,
    no_cache: NoCache = False,
    environment: EnvironmentName = "",
    output_format: OutputFormat = Format.TEXT,
    today: FirstDay = "",
) -> None:
    """Show what a new certificate does to released apps: works, blocked or unpinned, and when."""
    from pincompiler.workflows import impact

    if not releases and not pins:
        raise UsageError("name a RELEASE, or with --pins a pins.toml that lists them")
    refuse_second_reader(chain, pins, *(releases or ()))
    refuse_idle_environment(environment, pins, *(releases or ()))
    request = impact.ImpactRequest(
        chain,
        tuple(host or ()),
        tuple(releases or ()),
        day_of(today),
        now_of(today),
        day_of(until, "--until") if until else None,
        ca_file,
        cache_for(no_cache=no_cache),
        pins,
        environment,
    )
    remind_of_age(request.today)
    raise typer.Exit(_shown(impact.prepare(request), output_format))


def _shown(asked: Prepared, output_format: Format) -> int:
    """Print what becomes of the chain; the exit code."""
    from pincompiler.reports.impact import text
    from pincompiler.verdicts.chain_verdicts import Outcome
    from pincompiler.workflows import impact

    found = tuple(shown(impact.fates(asked), len(asked.releases) + len(asked.listed), "reading releases"))
    candidates = asked.presented.candidates
    if output_format is Format.JSON:
        from pincompiler.reports.impact import json

        out(json.render(found, candidates, asked.first, asked.last))
    else:
        out(text.render(found, candidates, colour=has_colour(sys.stdout)))
    for line in text.summary(found, candidates):
        talk(line)
    cells = [fate for _, fates in found for fate in fates]
    wrong, unknown = (
        any(fate.has(outcome) for fate in cells) for outcome in (Outcome.BLOCKED, Outcome.UNKNOWN)
    )
    unread = any(release.error for release, _ in found)
    return exit_code(wrong=wrong, unread=unread, unknown=unknown)
