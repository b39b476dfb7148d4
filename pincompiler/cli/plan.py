"""``pincompiler plan``."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from pincompiler.cli.console import PlanFormat, exit_code, product, refuse_unwritable, talk
from pincompiler.cli.options import PINS, NoCache, PinsFile, ReportTo, cache_for, day_of
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
    from pincompiler.planning.plan import planned
    from pincompiler.planning.schedule import Member, Safety
    from pincompiler.reports.plan import json as plan_json
    from pincompiler.reports.plan import text as plan_text
    from pincompiler.reports.plan import words as plan_words
    from pincompiler.workflows.read_release import project_with_releases, read_listed

    refuse_unwritable(output)
    day = day_of(today)
    project = project_with_releases(pins, day)
    cache = cache_for(no_cache=no_cache)
    listed = project.supported(day, date.max)
    reading = (Member(entry, read_listed(entry, project, day, cache)) for entry in listed)
    fleet = tuple(shown(reading, len(listed), "reading releases"))
    found = planned(str(pins), project, fleet, day)

    def render(colour: bool) -> str:  # noqa: FBT001 - as the console asks
        if output_format is PlanFormat.JSON:
            return plan_json.render(found)
        if output_format is PlanFormat.HTML:
            from pincompiler.reports.plan import html as plan_html

            return plan_html.render(found)
        return plan_text.render(found, colour=colour)

    product("plan", render, output)
    talk(plan_words.counts(found))
    wrong, unknown = found.has(Safety.UNSAFE), found.has(Safety.UNKNOWN)
    raise typer.Exit(exit_code(wrong=wrong, unread=bool(found.unread), unknown=unknown))
