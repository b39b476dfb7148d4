"""A plan for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pincompiler.planning.lifetimes import LIMITS
from pincompiler.planning.schedule import ENDLESS
from pincompiler.reports.plan import words

if TYPE_CHECKING:
    from datetime import date

    from pincompiler.planning.plan import Plan
    from pincompiler.planning.schedule import Judgement, KeyNeed, Member, Refusal
    from pincompiler.planning.support import Expiry


def render(plan: Plan) -> str:
    """``{"version": 1, "command": "plan", …}``; all days are included, and null is a day that is not known."""
    shown = {
        "version": 1,
        "command": "plan",
        "source": plan.source,
        "policy": plan.policy.digest(),
        "today": str(plan.today),
        "releases": list(map(_release, plan.fleet)),
        "rotations": [_rotation(one, plan) for one in plan.judgements],
        "keys": [_need(one, plan.today) for one in plan.needs],
        "backups": [key.title for key in words.backups(plan)],
        "expiring": list(map(_expiry, plan.expiries)),
        "lifetimes": _lifetimes(plan),
    }
    return json.dumps(shown, indent=2) + "\n"


def _day(day: date | None) -> str | None:
    return str(day) if day and day != ENDLESS else None


def _release(one: Member) -> dict[str, Any]:
    return {
        "release": one.name,
        "date": str(one.first),
        "support-until": _day(one.last),
        "file": one.entry.file or None,
        "policy": one.entry.policy or None,
        "error": one.release.error or None,
    }


def _rotation(one: Judgement, plan: Plan) -> dict[str, Any]:
    rotation = one.rotation
    return {
        "host": rotation.host,
        "from": [key.title for key in rotation.before],
        "to": [key.title for key in rotation.after],
        "date": str(rotation.day),
        "past": one.past,
        "verdict": one.safety.value,
        "first-safe-date": _day(one.first_safe),
        "accepted-from": one.accepted_from or None,
        "refusals": [_refusal(refusal, one) for refusal in one.refusals],
        "next": words.next_step(one, plan) or None,
    }


def _refusal(one: Refusal, judgement: Judgement) -> dict[str, Any]:
    return {
        "release": one.release,
        "mechanism": one.mechanism or None,
        "android": {"first": one.api.first, "last": one.api.last} if one.api else None,
        "served": "from" if one.served == judgement.rotation.before else "to",
        "from": str(one.first),
        "to": _day(one.last),
        "outcome": one.outcome.value,
        "why": one.why,
    }


def _need(one: KeyNeed, today: date) -> dict[str, Any]:
    return {
        "key": one.key.title,
        "spki-sha256": one.key.pin,
        "served": one.served_until is not None,
        "served-until": _day(one.served_until),
        "needed": one.needed_until is not None,
        "needed-until": _day(one.needed_until),
        "needed-by": list(one.needed_by),
        "also-pinned-for": list(one.elsewhere),
        "retire-from": _day(one.retirable(today)),
    }


def _expiry(one: Expiry) -> dict[str, Any]:
    return {
        "release": one.release,
        "hosts": list(one.hosts),
        "mechanisms": list(one.mechanisms),
        "expires": str(one.expires),
        "next-release": one.following or None,
        "before": _day(one.until),
    }


def _lifetimes(plan: Plan) -> dict[str, Any]:
    return {
        "limits": [{"since": str(since), "days": days} for since, days in LIMITS],
        "releases": [
            {
                "release": one.release,
                "from": str(one.first),
                "to": _day(one.last),
                "renewals": one.renewals if one.last else None,
            }
            for one in plan.windows
        ],
        "pin-sets": [{"hosts": list(one.hosts), "backup-keys": one.keys - 1} for one in plan.leaf_pins],
    }
