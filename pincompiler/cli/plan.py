"""``pincompiler plan``."""

from __future__ import annotations

import os
from datetime import date
from typing import Annotated

import typer

from pincompiler.cli.console import (
    COULD_NOT_LOOK,
    FINE,
    NOT_EVERYTHING,
    PROBLEM,
    PlanFormat,
    product,
    talk,
)
from pincompiler.cli.options import PINS, NoCache, PinsFile, ReportTo, day_of
from pincompiler.cli.progress import shown

EPILOG = "Example: pincompiler plan pins.toml"


def command(
    pins: PinsFile = PINS,
    output_format: Annotated[
        PlanFormat, typer.Option("-f", "--format", help="How to write the plan.")
    ] = PlanFormat.TEXT,
    output: ReportTo = "",
    no_cache: NoCache = False,
    today: Annotated[
        str, typer.Option("--today", metavar="YYYY-MM-DD", help="The first day to look at.")
    ] = "",
) -> None:
    """Tell of each [[rotation]] whether it is safe for every supported [[release]], and if not, when.

    Also which keys can be retired and when, which pins end before the next release, and what shorter
    lifetimes of certificates mean for pinned server keys.
    """
    from pincompiler.cache import Cache, user_directory
    from pincompiler.planning.plan import planned
    from pincompiler.planning.schedule import Member, Safety
    from pincompiler.releases import project_with_releases, read_listed
    from pincompiler.reports import plan_json, plan_text, plan_words

    day = day_of(today)
    project = project_with_releases(pins, day)
    kept = None if no_cache else user_directory(os.environ)
    cache = Cache(kept) if kept else None
    listed = project.supported(day, date.max)
    reading = (Member(entry, read_listed(entry, project, day, cache)) for entry in listed)
    fleet = tuple(shown(reading, len(listed), "reading releases"))
    found = planned(str(pins), project, fleet, day)

    def render(colour: bool) -> str:  # noqa: FBT001 - as the console asks
        if output_format is PlanFormat.JSON:
            return plan_json.render(found)
        if output_format is PlanFormat.HTML:
            from pincompiler.reports import plan_html

            return plan_html.render(found)
        return plan_text.render(found, colour=colour)

    product("plan", render, output)
    talk(plan_words.counts(found))
    if found.has(Safety.UNSAFE):
        raise typer.Exit(PROBLEM)
    if found.unread:
        raise typer.Exit(COULD_NOT_LOOK)
    raise typer.Exit(NOT_EVERYTHING if found.has(Safety.UNKNOWN) else FINE)
