"""Findings that a team lives with: ``[[accept]]``, with a reason and a last day."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pincompiler.base.bounds import shortened
from pincompiler.base.finding import Finding, Level
from pincompiler.base.location import java_name
from pincompiler.policy.project import names_output
from pincompiler.rules.every import RULES
from pincompiler.rules.text import expired_acceptance, unknown_rule, unused_acceptance
from pincompiler.source.tables import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from pincompiler.policy.project import Acceptance

_OF_APPS = frozenset(rule.id for rule in RULES if rule.app)
_ACCEPTABLE = frozenset(rule.id for rule in RULES if rule.policy or rule.target) | _OF_APPS
"""Rules on policies, targets and apps; what the reader of pins.toml reports leaves a hole in the policy."""


def accept(
    findings: Iterable[Finding], acceptances: Sequence[Acceptance], today: date, *, complete: bool = True
) -> Iterator[Finding]:
    """The findings, accepted ones as notes with their reason, and what is wrong with the record.

    A finding is accepted when its rule, its target and every one of its hosts are; from ``until`` on the finding
    counts again.  ``complete``: everything was checked, so that an acceptance without a finding is unused;
    acceptances of rules on shipped apps are used by `audit`.
    """
    used: set[int] = set()
    yield from _applied(findings, acceptances, today, used)
    for acceptance in acceptances:
        known = complete and acceptance.rule not in _OF_APPS
        yield from _of_the_record(acceptance, today, used=not known or id(acceptance) in used)


def applied(findings: Iterable[Finding], acceptances: Sequence[Acceptance], today: date) -> Iterator[Finding]:
    """The findings alone, accepted ones as notes."""
    return _applied(findings, acceptances, today, set())


def unknown_rules(acceptances: Iterable[Acceptance], today: date) -> Iterator[Finding]:
    """Acceptances of what is no rule, or none that can be accepted."""
    strange = (acceptance for acceptance in acceptances if acceptance.rule not in _ACCEPTABLE)
    return (finding for acceptance in strange for finding in _of_the_record(acceptance, today, used=True))


def _applied(
    findings: Iterable[Finding], acceptances: Sequence[Acceptance], today: date, used: set[int]
) -> Iterator[Finding]:
    by_rule: dict[str, list[Acceptance]] = {}
    for acceptance in (a for a in acceptances if a.rule in _ACCEPTABLE):
        by_rule.setdefault(acceptance.rule, []).append(acceptance)
    for finding in findings:
        matching = [a for a in by_rule.get(finding.rule, ()) if _matches(a, finding)]
        used.update(map(id, matching))
        in_force = next((a for a in matching if today < a.until), None)
        yield _accepted(finding, in_force) if in_force else finding


def _accepted(finding: Finding, acceptance: Acceptance) -> Finding:
    message = f"{finding.message} (accepted until {acceptance.until.isoformat()}: {acceptance.reason})"
    kind = finding.kind and f"accepted-{finding.kind}"
    return replace(finding, level=Level.NOTE, message=message, fix="", kind=kind, accepted=acceptance.reason)


def _matches(acceptance: Acceptance, finding: Finding) -> bool:
    if acceptance.target and not names_output(acceptance.target, finding.target):
        return False
    if acceptance.places and not _at_one_of(acceptance.places, finding):
        return False
    return not acceptance.hosts or (bool(finding.hosts) and set(finding.hosts) <= set(acceptance.hosts))


def _at_one_of(patterns: Sequence[str], finding: Finding) -> bool:
    where = finding.location
    # As reports for programs spell a place, and as those for people do.
    places = [where.member, where.symbol, java_name(where.symbol), where.file] if where else []
    places += [place.file for _, place in finding.related]
    return any(fnmatchcase(place, pattern) for place in places for pattern in patterns if place)


def _of_the_record(acceptance: Acceptance, today: date, *, used: bool) -> Iterator[Finding]:
    where = acceptance.where
    ids = {rule.id for rule in RULES}
    if acceptance.rule in ids - _ACCEPTABLE:
        place = where.at("rule") if where else None
        message = f"{acceptance.rule} cannot be accepted: nothing can be compiled from what is wrong"
        yield unknown_rule.RULE.at(place, message, "mend the finding itself")
    elif acceptance.rule not in ids:
        place = where.at("rule") if where else None
        fix = did_you_mean(acceptance.rule, ids) or "see pincompiler explain --all"
        shown = acceptance.rule if acceptance.rule.isprintable() else ascii(acceptance.rule)
        yield unknown_rule.RULE.at(place, f'no rule is called "{shortened(shown)}"', fix)
    elif today >= acceptance.until:
        place = where.at("until") if where else None
        message = f"this acceptance of {acceptance.rule} ended on {acceptance.until.isoformat()}"
        yield expired_acceptance.RULE.at(place, message, "mend the finding, or decide anew")
    elif not used:
        message = f"nothing is found that this acceptance of {acceptance.rule} covers"
        yield unused_acceptance.RULE.at(where, message, "drop it")
