"""Rules on methods of iOS apps that are asked whom to trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.facts.challenges import ChallengeVerdict
from pincompiler.rules.rule import Audited, Findings, Level, Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.facts.challenges import ChallengeHandler
    from pincompiler.facts.ios import AskedMethod

__all__ = ("Level", "on_challenges", "on_nameless")

_ACCEPTING_NONE = (ChallengeVerdict.LEAVES, ChallengeVerdict.REFUSES)


def on_challenges(
    name: str, level: Level, doc: str, verdicts: tuple[ChallengeVerdict, ...], fix: str
) -> Rule:
    """The rule on methods that do one of some things; an error where App Transport Security does not stop an attacker."""
    return _rule(name, level, doc, lambda one: one.verdict.value if one.verdict in verdicts else "", fix)


def on_nameless(name: str, level: Level, doc: str, fix: str) -> Rule:
    """The rule on methods that have a chain evaluated for no host, and accept what comes out."""
    said = "has the chain evaluated without the host's name, so that a certificate for any host passes"
    return _rule(
        name, level, doc, lambda one: said if one.nameless and one.verdict not in _ACCEPTING_NONE else "", fix
    )


def _rule(name: str, level: Level, doc: str, said: Callable[[ChallengeHandler], str], fix: str) -> Rule:
    """``said`` is what is wrong with a method; nothing: nothing is."""

    def check(audited: Audited) -> Findings:
        for one in audited.app.ios.asked:
            if wrong := said(one.handler):
                open_to = _open_to(audited, one)
                yield from rule.in_code(
                    audited,
                    one.code,
                    _message(one, wrong, open_to),
                    fix,
                    level=Level.ERROR if open_to else level,
                    role=one.handler.selector,
                )

    rule = Rule(name, level, doc, app=check)
    return rule


def _open_to(audited: Audited, one: AskedMethod) -> str:
    """Which connections App Transport Security leaves alone, in some process that runs the method."""
    processes = audited.app.ios.processes
    return next((each.open_to for each in processes if each.path in one.processes and each.open_to), "")


def _message(one: AskedMethod, wrong: str, open_to: str) -> str:
    why = f" ({one.handler.why})" if one.handler.why else ""
    left = f"; App Transport Security leaves {open_to} alone" if open_to else ""
    return f"-[{one.handler.owner} {one.handler.selector}] {wrong}{why}{left}"
