"""A plan for a terminal, or for the mail of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.planning.lifetimes import LIMITS
from pincompiler.planning.schedule import Safety
from pincompiler.reports.findings.text import painted, visible
from pincompiler.reports.plan import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pincompiler.planning.plan import Plan
    from pincompiler.planning.schedule import RotationVerdict

_COLOURS = {Safety.UNSAFE: "31", Safety.UNKNOWN: "33", Safety.SAFE: "32"}


def render(plan: Plan, *, colour: bool) -> str:
    """A paragraph for each thing that there is something to say of."""
    parts = (
        ("Releases", _releases(plan)),
        ("Rotations", (line for one in plan.verdicts for line in _rotation(one, plan, colour=colour))),
        ("Roots that devices lack", (visible(words.move(one)) for one in plan.moves)),
        ("Keys", _keys(plan)),
        (
            "Pins that end before the next release",
            (visible(words.expiry(one, plan.today)) for one in plan.expiries),
        ),
        (f"Public certificates last at most {words.heading(LIMITS, plan.today)}", _lifetimes(plan)),
    )
    return "\n".join(text for title, lines in parts if (text := _part(title, lines)))


def _part(title: str, lines: Iterable[str]) -> str:
    shown = "".join(f"  {line}\n" for line in lines)
    return f"{title}\n{shown}" if shown else ""


def _releases(plan: Plan) -> Iterator[str]:
    rows = [(one.name, words.days(one.first, one.last), one) for one in plan.fleet]
    for name, days, one in rows:
        wide, long = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
        error = f": {one.release.error}" if one.release.error else ""
        yield visible(f"{name:<{wide}}  {days:<{long}}  {words.content(one.entry, plan)}{error}")


def _rotation(one: RotationVerdict, plan: Plan, *, colour: bool) -> Iterator[str]:
    rotation = one.rotation
    change = f"{words.keys_named(rotation.before)} -> {words.keys_named(rotation.after)}"
    verdict = painted(one.safety.value, _COLOURS[one.safety], colour=colour)
    day = f"{rotation.day} (done)" if one.past else f"{rotation.day}"
    yield f"{verdict}  {visible(f'{rotation.host}, {day}: {change}')}"
    for refused in words.refused(one):
        yield f"  {visible(refused.sentence)}"
    if one.safety is not Safety.SAFE:
        yield f"  first safe date: {words.first_safe(one, plan)}"
        yield f"  next: {visible(words.next_step(one, plan))}"


def _keys(plan: Plan) -> Iterator[str]:
    rows = words.key_rows(plan)
    for title, said in rows:
        yield visible(f"{title:<{max(len(row[0]) for row in rows)}}  {said}")


def _lifetimes(plan: Plan) -> Iterator[str]:
    """Nothing where every pin-set has a CA's key, which carries each new certificate of that CA."""
    if plan.leaf_pins:
        yield from map(visible, map(words.window, plan.windows))
        yield from map(visible, map(words.leaf_set, plan.leaf_pins))
