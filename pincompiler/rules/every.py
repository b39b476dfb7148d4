"""All rules, and what they find in policies and in what targets make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.rules.registry import rules_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.base.finding import Finding
    from pincompiler.rules.examined import Examined
    from pincompiler.rules.rule import Lowered

RULES: Final = tuple(rules_in("target", "text", "policy", "app"))
"""In their order."""


def examine(examined: Examined, *, shipped: bool = False) -> Iterator[Finding]:
    """What the rules on enforcements find in one; in a shipped one without those that check apps."""
    for rule in RULES:
        if rule.policy and not (shipped and rule.app):
            yield from rule.policy(examined)


def examine_target(lowered: Lowered) -> Iterator[Finding]:
    """What the rules on targets find in a lowered policy."""
    for rule in RULES:
        if rule.target:
            yield from rule.target(lowered)
