"""Who decides on a host, and the pages of rules, for programs: JSON whose shape is version 1 and stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.rules.rule import Rule
    from pincompiler.workflows.explain import Explanation


def render_host(host: str, explanations: tuple[Explanation, ...]) -> str:
    """``{"version": 1, "command": "explain", "host": …, "enforcements": […]}``."""
    shown = [
        {
            "who": item.who,
            "pinned": bool(item.demands),
            "decided-by": list(item.decided_by),
            "needs": list(item.demands),
            "ends": item.ends,
            "does-not-see": item.uncovered,
        }
        for item in explanations
    ]
    return (
        json.dumps({"version": 1, "command": "explain", "host": host, "enforcements": shown}, indent=2) + "\n"
    )


def render_rules(rules: Iterable[Rule]) -> str:
    """``{"version": 1, "command": "explain", "rules": […]}``."""
    shown = [
        {
            "id": rule.id,
            "level": rule.level.value,
            "summary": rule.summary,
            "text": rule.page,
            "references": list(rule.references),
        }
        for rule in rules
    ]
    return json.dumps({"version": 1, "command": "explain", "rules": shown}, indent=2) + "\n"
