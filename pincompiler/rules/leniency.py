"""What the rules on code that decides on trust have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.finding import Level
from pincompiler.base.location import java_name
from pincompiler.facts import Mechanism
from pincompiler.facts.trust import Decides, When
from pincompiler.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.base.finding import Finding
    from pincompiler.facts.trust import Decider, Flaw
    from pincompiler.rules.rule import Audited

WHEN: Final = {
    When.ALWAYS: "",
    When.DEBUGGABLE: " if the app is debuggable",
    When.NOT_DEBUGGABLE: " if the app is not debuggable",
    When.DEBUG_BUILD: " if a flag named DEBUG is set",
    When.SETTING: " if a setting says so",
    When.ANDROID_VERSION: " on some versions of Android",
    When.HOST: " for some hosts",
    When.OTHER_HOSTS: " for all hosts but those that it names",
    When.ERROR_KIND: " for some errors",
    When.PROVOKED: ", for errors that anybody can cause",
    When.ANSWER: " if other code says so",
    When.CERTIFICATE: " after a look at what the certificate says of itself",
    When.CHAIN: ", for chains of a shape that anybody can make",
    When.USER: " if the user taps on a button",
    When.LATER: " if other code says so",
    When.UNREAD: " under a condition that could not be read",
}
"""The condition, as it ends a sentence."""
OPEN: Final = frozenset({When.ALWAYS, When.CHAIN, When.CERTIFICATE, When.PROVOKED, When.OTHER_HOSTS})
"""Conditions that anybody meets, or nearly any host."""


def lenient(audited: Audited, decides: Decides, *flaws: Flaw) -> Iterator[Decider]:
    """Deciders on something with some flaws: the app's own, and those of libraries that it puts to use.

    Many libraries bring a class that trusts everything, for those who ask for it.  Other classes of the
    library refer to it, so that it looks reachable in apps that never ask.  What a library does in
    debuggable apps only, as Cordova's WebView does, is not reported of other apps.
    """
    for one in audited.app.trust.deciders:
        used = bool(one.uses) or (decides is Decides.ERROR and _holds(audited, one) is not False)
        if one.decides is decides and one.flaw in flaws and (one.code.owner.first_party or used):
            yield one


def _holds(audited: Audited, one: Decider) -> bool | None:
    """Whether the condition is met, if it is about the manifest."""
    if one.when in {When.DEBUGGABLE, When.NOT_DEBUGGABLE}:
        return (one.when is When.DEBUGGABLE) is audited.app.manifest.debuggable
    return None


def graded(audited: Audited, one: Decider, worst: Level) -> Level:
    """The level of what happens under a condition: worst where the condition holds or anybody can meet it."""
    holds = _holds(audited, one)
    if holds is not None:
        return worst if holds else Level.NOTE
    return worst if one.when in OPEN else max(worst, Level.WARNING, key=lambda level: level.rank)


def lenient_rule(
    name: str, level: Level, doc: str, decides: Decides, does: Mapping[Flaw, str], fix: str, stock: str = ""
) -> Rule:
    """The rule on deciders with some flaws, each with what such a decider does, and one fix for all.

    ``stock`` is what a class does that a library offers to decide nothing; without it such classes are not reported.
    """

    def check(audited: Audited) -> Iterator[Finding]:
        for one in lenient(audited, decides, *does):
            yield from reported(rule, audited, one, does[one.flaw], fix)
        for offered in audited.app.trust.stock if stock else ():
            if offered.decides is decides:
                what = offered.what
                yield from rule.in_code(
                    audited, offered.code, f"{what} {stock}", fix, shown=(what,), role=what
                )

    rule = Rule(name, level, doc, app=check)
    return rule


def reported(
    rule: Rule, audited: Audited, one: Decider, does: str, fix: str, *, level: Level | None = None
) -> Iterator[Finding]:
    """The finding on a decider: its class, what it does, when, and where it is put to use."""
    name = java_name(one.code.class_name)
    used = f"; it is given to {one.uses[0]}" if one.uses else ""
    yield from rule.in_code(
        audited,
        one.code,
        f"{name} {does}{WHEN[one.when]}{used}",
        fix,
        level=graded(audited, one, level or rule.level),
        confidence=one.confidence,
        mechanism=Mechanism.TRUST_MANAGER.value if one.decides is Decides.CHAIN else "",
        shown=(*one.shown, *one.uses),
        role=one.role,
    )
