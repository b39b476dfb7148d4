"""Who decides on a host: each target's entry, keys, end, and blind spots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.base.errors import UsageError
from pincompiler.base.records import dataclass
from pincompiler.platforms.registry import target_named
from pincompiler.policy.hosts import BadHost, canonical_host

if TYPE_CHECKING:
    from pincompiler.policy.enforcement import Demand, Enforcement, Key, Policy
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
