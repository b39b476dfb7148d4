"""Who decides on a host: each target's entry, keys, end, and blind spots."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pincompiler.base.errors import UsageError
from pincompiler.base.records import dataclass
from pincompiler.platforms.registry import target_named
from pincompiler.policy.hosts import BadHost, canonical_host
from pincompiler.policy.trust import Store

if TYPE_CHECKING:
    from pincompiler.policy.enforcement import Demand, Enforcement, Key
    from pincompiler.policy.policy import Policy
    from pincompiler.policy.trust import Trust
    from pincompiler.workflows.compile import Checked


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one enforcement does for a host."""

    who: str
    """``pins.toml``, or the target's name and file."""
    decided_by: tuple[str, ...]
    """The entries that count; none: the host is not pinned."""
    demands: tuple[str, ...]
    """Each has to be met: the accepted keys and certificates, by name and role."""
    trusted: tuple[str, ...]
    """In whom chains may end: the device's stores, then CAs of the app by their names."""
    ends: str
    """The instants at which the pins end."""
    uncovered: str
    """Connections that are not seen."""
    left_out: str = ""
    """What the answer leaves out besides."""


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
        who = f"{lowering.output.name} ({lowering.output.path})"
        uncovered = "; ".join(filter(None, (target.uncovered, target.also_uncovered(checked.project.app))))
        one = _explanation(who, host, lowering.effective, policy, ends, uncovered)
        found.append(replace(one, left_out=target.left_out))
    return tuple(found)


def _explanation(
    who: str, host: str, enforcement: Enforcement, policy: Policy, ends: str, uncovered: str
) -> Explanation:
    demands = tuple(_words(enforcement.demand(host), policy))
    trusted = _trusted(enforcement.trust(host), policy)
    return Explanation(who, enforcement.deciding(host), demands, trusted, ends, uncovered)


def _trusted(trust: Trust, policy: Policy) -> tuple[str, ...]:
    names = {anchor: anchor.name for pin_set in policy.sets for anchor in pin_set.trust.anchors}
    stores = (text for store, text in _STORES.items() if store in trust.sources)
    return (*stores, *(names.get(one, one.name) for one in trust.anchors))


_STORES = {Store.SYSTEM: "the system's CAs", Store.USER: "CAs that the user installs"}
SYSTEM_ALONE: Final = (_STORES[Store.SYSTEM],)
"""Whom platforms trust by default, in the words of :attr:`Explanation.trusted`."""


def _words(demand: Demand, policy: Policy) -> list[str]:
    names = {key.whole or key.spki_sha256: key for pin_set in policy.sets for key in pin_set.keys}
    return [
        ", ".join(sorted(_key_words(names.get(pin)) for pin in clause.pins)) or "no key at all"
        for clause in demand
    ]


def _key_words(key: Key | None) -> str:
    if key is None:
        return "a key outside pins.toml"
    role = key.role.value if key.role else "leaf or ca"
    known = (role, "the whole certificate" if key.whole else "", key.root)
    return f"{key.title} ({', '.join(filter(None, known))})"
