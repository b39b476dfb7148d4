"""A plan as one HTML file: like the report of an audit, with its style and its calendar, and without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler._version import __roots__, __version__
from pincompiler.base.records import dataclass
from pincompiler.base.templating import render_page
from pincompiler.planning.lifetimes import LIMITS
from pincompiler.planning.schedule import ENDLESS, Safety, served
from pincompiler.reports.audit.calendar import Stretch, drawn
from pincompiler.reports.audit.html import page_parts
from pincompiler.reports.findings.text import visible
from pincompiler.reports.plan import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.planning.plan import Plan
    from pincompiler.planning.schedule import RotationVerdict, Serving

_STATES = {Safety.SAFE: "enforced", Safety.UNSAFE: "broken", Safety.UNKNOWN: "unknown"}
"""The classes of the style sheet for good, bad and unknown."""


@dataclass(frozen=True, slots=True)
class RotationRow:
    """A rotation."""

    state: str
    verdict: str
    host: str
    day: str
    change: str
    refusals: tuple[str, ...]
    first_safe: str
    """Empty if it is safe."""
    following: str
    """What to do next; empty if it is safe."""


def render(plan: Plan) -> str:
    """The page."""
    lifetimes = (*map(words.window, plan.windows), *map(words.leaf_set, plan.leaf_pins))
    return render_page(
        "plan.html.j2",
        version=__version__,
        roots=__roots__,
        day=plan.today.isoformat(),
        counts=visible(words.counts(plan)),
        rotations=tuple(_row(one, plan) for one in plan.verdicts),
        calendar=drawn(_spans(plan), plan.today, "the day of the plan"),
        keys=tuple((visible(title), visible(said)) for title, said in words.key_rows(plan)),
        moves=tuple(visible(words.move(one)) for one in plan.moves),
        expiries=tuple(visible(words.expiry(one, plan.today)) for one in plan.expiries),
        limits=words.heading(LIMITS, plan.today),
        lifetimes=tuple(map(visible, lifetimes)) if plan.leaf_pins else (),
        releases=tuple(
            (
                visible(one.name),
                words.days(one.first, one.last),
                visible(words.content(one.entry, plan)),
                visible(one.release.error),
            )
            for one in plan.fleet
        ),
        **page_parts("report.css"),
    )


def _row(one: RotationVerdict, plan: Plan) -> RotationRow:
    rotation, safe = one.rotation, one.safety is Safety.SAFE
    return RotationRow(
        _STATES[one.safety],
        one.safety.value.capitalize(),
        visible(rotation.host),
        f"{rotation.day} (done)" if one.past else f"{rotation.day}",
        visible(f"{words.keys_named(rotation.before)} to {words.keys_named(rotation.after)}"),
        tuple(visible(refused.sentence) for refused in words.refused(one)),
        "" if safe else words.first_safe(one, plan),
        visible(words.next_step(one, plan)),
    )


def _spans(plan: Plan) -> Iterator[Stretch]:
    """What is served when, by whom it has to be accepted, and what ends of it."""
    verdicts = {(one.rotation.host, one.rotation.day): one for one in plan.verdicts}
    for segment in served((one.rotation for one in plan.verdicts), plan.today):
        yield _of_server(segment, verdicts.get((segment.host, segment.first)))
    for member in plan.fleet:
        yield Stretch(f"{member.name} is supported", "release", member.first, member.entry.until)
    for expiry in plan.expiries:
        what = f"Pins of {words.some(expiry.hosts)} in {expiry.release} ({', '.join(expiry.mechanisms)})"
        yield Stretch(what, "pins", None, expiry.expires)
    for need in plan.needs:
        if certificate := need.key.certificate:
            begins = certificate.not_before.date() if certificate.not_before else None
            yield Stretch(
                f"Certificate of {need.key.title}", "certificate", begins, certificate.not_after.date()
            )


def _of_server(segment: Serving, verdict: RotationVerdict | None) -> Stretch:
    what = f"{segment.host} serves {words.keys_named(segment.keys)}"
    ends = None if segment.last == ENDLESS else segment.last
    if verdict is None or verdict.safety is Safety.SAFE:
        return Stretch(what, "pins", segment.first, ends)
    when = f", first safe on {verdict.first_safe}" if verdict.first_safe else ""
    return Stretch(f"{what}: {verdict.safety.value}{when}", "over", segment.first, ends)
