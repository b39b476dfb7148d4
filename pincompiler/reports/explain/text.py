"""Who decides on a host, and the pages of rules, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.workflows.explain import SYSTEM_ALONE

if TYPE_CHECKING:
    from pincompiler.rules.rule import Rule
    from pincompiler.workflows.explain import Explanation


def render_host(host: str, explanations: tuple[Explanation, ...]) -> str:
    """The explanations for a terminal; whom a host trusts where that is not the system's CAs alone."""
    lines = [host]
    for item in explanations:
        lines.append(f"\n  {item.who}")
        if not item.decided_by and item.trusted == SYSTEM_ALONE:
            lines.append("    not pinned")
            continue
        rows = [("decided by", entry) for entry in item.decided_by]
        rows += [("needs one of" if n == 0 else "and one of", keys) for n, keys in enumerate(item.demands)]
        if item.trusted != SYSTEM_ALONE:
            rows.append(("trusts", ", ".join(item.trusted) or "nobody"))
        elif not item.demands:
            rows.append(("", "nothing: an exempt or report-only entry"))
        rows += [("ends", item.ends)] if item.ends else []
        rows += [("does not see", item.uncovered)] if item.uncovered else []
        rows += [("leaves out", item.left_out)] if item.left_out else []
        lines += [f"    {name:<13} {value}" for name, value in rows]
    return "\n".join(lines) + "\n"


def render_rule(rule: Rule) -> str:
    """A rule's page: its documentation, its level and what it rests on."""
    references = f"\nReferences: {', '.join(rule.references)}\n" if rule.references else ""
    return f"# {rule.id} ({rule.level.value})\n\n{rule.page}\n{references}"
