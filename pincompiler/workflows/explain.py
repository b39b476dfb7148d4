"""Who decides on a host: each target's entry, keys, end, and blind spots."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pincompiler.base.errors import UsageError
from pincompiler.base.records import dataclass
from pincompiler.platforms.registry import target_named
from pincompiler.policy.hosts import BadHost, canonical_host

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.policy.enforcement import Demand, Enforcement, Key, Policy
    from pincompiler.rules.rule import Rule
    from pincompiler.workflows.compile import Checked


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one enforcement does for a host."""

    who: str
    """``pins.toml``, or the target's name and file."""
    decided_by: tuple[str, ...]
    """The entries that count; none: the host is not pinned."""
    demands: tuple[str, ...]
    """Each has to be met: the accepted keys, by name and role."""
    ends: str
    """The instants at which the pins end."""
    uncovered: str
    """Connections that are not seen."""


def explain_host(checked: Checked, text: str) -> tuple[Explanation, ...]:
    """The explanations of the policy and of every configured target.  UsageError for a bad host."""
    host = canonical_host(text)
    if isinstance(host, BadHost):
        raise UsageError(f'"{text}" {host.problem}: {host.fix}')
    policy = checked.project.policy
    found = [_explanation("pins.toml", host, policy, policy, "", "")]
    for lowering in checked.lowered:
        target = target_named(lowering.output.target)
        # Where a platform has no expiry of its own, say so for pins that have one in pins.toml.
        days = sorted(c.until for c in (*lowering.effective.demand(host), *policy.demand(host)) if c.until)
        ends = target.instants(days[0]) if days else ""
        who = f"{target.name} ({lowering.output.path})"
        found.append(_explanation(who, host, lowering.effective, policy, ends, target.uncovered))
    return tuple(found)


def _explanation(
    who: str, host: str, enforcement: Enforcement, policy: Policy, ends: str, uncovered: str
) -> Explanation:
    demand = enforcement.demand(host)
    return Explanation(who, enforcement.deciding(host), tuple(_words(demand, policy)), ends, uncovered)


def _words(demand: Demand, policy: Policy) -> list[str]:
    names = {key.spki_sha256: key for pin_set in policy.sets for key in pin_set.keys}
    return [
        ", ".join(sorted(_key_words(names.get(pin)) for pin in clause.leaf | clause.ca)) or "no key at all"
        for clause in demand
    ]


def _key_words(key: Key | None) -> str:
    if key is None:
        return "a key outside pins.toml"
    return f"{key.title} ({key.role.value if key.role else 'leaf or ca'})"


def host_text(host: str, explanations: tuple[Explanation, ...]) -> str:
    """The explanations for a terminal."""
    lines = [host]
    for item in explanations:
        lines.append(f"\n  {item.who}")
        if not item.decided_by:
            lines.append("    not pinned")
            continue
        rows = [("decided by", entry) for entry in item.decided_by]
        rows += [("needs one of" if n == 0 else "and one of", keys) for n, keys in enumerate(item.demands)]
        rows += [("", "nothing: an exempt or report-only entry")] if not item.demands else []
        rows += [("ends", item.ends)] if item.ends else []
        rows += [("does not see", item.uncovered)] if item.uncovered else []
        lines += [f"    {name:<13} {value}" for name, value in rows]
    return "\n".join(lines) + "\n"


def host_json(explanations: tuple[Explanation, ...]) -> list[dict[str, Any]]:
    """The explanations for programs."""
    return [
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


def rules_json(rules: Iterable[Rule]) -> str:
    """The pages of rules for programs."""
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


def rule_text(rule: Rule) -> str:
    """A rule's page: its documentation, its level and what it rests on."""
    references = f"\nReferences: {', '.join(rule.references)}\n" if rule.references else ""
    return f"# {rule.id} ({rule.level.value})\n\n{rule.page}\n{references}"
