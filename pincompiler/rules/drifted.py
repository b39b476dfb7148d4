"""Rules on one kind of difference between a shipped app and pins.toml."""

from pincompiler.rules.rule import Level, Rule
from pincompiler.verdicts.drift import DriftKind

__all__ = ("DriftKind", "drifted")


def drifted(name: str, level: Level, doc: str, kind: DriftKind, fix: str) -> Rule:
    """The rule on one kind of drift, with one fix for all findings."""
    rule: Rule = Rule(name, level, doc, app=lambda audited: rule.drifted(audited, kind, fix))
    return rule
