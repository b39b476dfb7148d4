"""A plan as findings at the rotations of pins.toml, for build pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.finding import Finding, Level
from pincompiler.planning.schedule import Safety
from pincompiler.reports.plan import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.planning.plan import Plan
    from pincompiler.planning.schedule import RotationVerdict


def findings(plan: Plan) -> Iterator[Finding]:
    """Rotations that lock users out, and pins that end before the next release."""
    for one in plan.verdicts:
        if one.safety is Safety.UNSAFE:
            where, host = one.rotation.where, one.rotation.host
            fix = words.next_step(one, plan)
            yield Finding("unsafe-rotation", Level.ERROR, _said(one), where, fix, (host,))
    for expiry in plan.expiries:
        said = words.expiry(expiry, plan.today)
        yield Finding("ending-release", Level.WARNING, said, hosts=tuple(expiry.hosts))


def doubts(plan: Plan) -> Iterator[str]:
    """Rotations of which it is not known whether they are safe, and releases that could not be read."""
    for one in plan.verdicts:
        if one.safety is Safety.UNKNOWN:
            yield f"{_said(one)}; {words.next_step(one, plan)}"
    for member in plan.unread:
        yield f"{member.name} could not be read: {member.release.error}"


def _said(one: RotationVerdict) -> str:
    rotation = one.rotation
    change = f"from {words.keys_named(rotation.before)} to {words.keys_named(rotation.after)}"
    why = "; ".join(refusal.sentence for refusal in words.refused(one))
    return f"the rotation of {rotation.host} {change} on {rotation.day} is {one.safety.value}: {why}"
