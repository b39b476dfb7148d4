"""``pincompiler plan``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincompiler.cli.console import PlanFormat, exit_code, for_pipelines, product, refuse_unwritable, talk
from pincompiler.cli.options import (
    EnvironmentName,
    FirstDay,
    NoCache,
    PinsFile,
    ReportTo,
    cache_for,
    day_of,
    remind_of_age,
)
from pincompiler.cli.progress import shown

if TYPE_CHECKING:
    from pincompiler.planning.plan import Plan

EXAMPLES = ("pincompiler plan",)
PlanAs = Annotated[PlanFormat, typer.Option("-f", "--format", help="How to write the plan.")]


def command(
    pins: PinsFile,
    output_format: PlanAs = PlanFormat.TEXT,
    output: ReportTo = "",
    no_cache: NoCache = False,
    environment: EnvironmentName = "",
    today: FirstDay = "",
) -> None:
    """Show for each [[rotation]] whether it is safe for every supported [[release]], and if not, when.

    Also show which keys can be retired and when, which pins end before the next release, and what shorter
    lifetimes of certificates mean for pinned server keys.
    """
    from pincompiler.planning.plan import planned
    from pincompiler.planning.schedule import Member, Safety
    from pincompiler.reports.plan import words as plan_words
    from pincompiler.workflows.read_release import project_with_releases, read_listed

    refuse_unwritable(output)
    day = day_of(today)
    project = project_with_releases(pins, day, environment=environment)
    cache = cache_for(no_cache=no_cache)
    listed = project.supported(day, date.max)
    reading = (Member(entry, read_listed(entry, project, day, cache)) for entry in listed)
    fleet = tuple(shown(reading, len(listed), "reading releases"))
    found = planned(str(pins), project, fleet, day)
    product("plan", lambda colour: _rendered(found, output_format, colour=colour), output)
    talk(plan_words.counts(found))
    remind_of_age(day)
    wrong, unknown = found.has(Safety.UNSAFE), found.has(Safety.UNKNOWN)
    raise typer.Exit(exit_code(wrong=wrong, unread=bool(found.unread), unknown=unknown))


def _rendered(found: Plan, output_format: PlanFormat, *, colour: bool) -> str:
    if output_format is PlanFormat.JSON:
        from pincompiler.reports.plan import json as plan_json

        return plan_json.render(found)
    if output_format is PlanFormat.HTML:
        from pincompiler.reports.plan import html as plan_html

        return plan_html.render(found)
    if output_format is not PlanFormat.TEXT:
        from pincompiler.reports.pipelines.inspected import Inspected
        from pincompiler.reports.plan.findings import doubts, findings
        from pincompiler.workflows.places import placed

        pins = Path(found.source)
        said = Inspected("plan", found.source, placed(findings(found), pins), tuple(doubts(found)))
        return for_pipelines([said], output_format)
    from pincompiler.reports.plan import text as plan_text

    return plan_text.render(found, colour=colour)
