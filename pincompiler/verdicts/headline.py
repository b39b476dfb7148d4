"""The first sentence of a report on an app, the same in every form of it.

What decides, first match wins; a *row* is a verdict on a host by one mechanism on some versions of the system, Android here:

====================================================  ==========================================================
the app could not be read                             The app could not be read: …
no rows; no pins, in what Android takes               No pins were found
no rows; no pins, and an NSC that Android refuses     No pins were found outside the network security configuration…
no rows; pins that name no host                       Pins were found, and for which hosts they count is not known
no rows; pins of which nothing is known               Pins are given, and neither their hosts nor their keys are known
no rows; nothing but candidates                       What may be pins was found, and nothing is seen to use it
some finding lets connections past the pins           The pins of … are undermined by RULES: ROWS
every row enforced, and nothing else unknown          … is pinned on every Android version that the app supports
the same, and no row has pins                         … is trusted only through trust anchors of the app (CA pinning) …
every row enforced, and something unknown             The pins of … are enforced: ROWS
some rows enforced                                    The pins of … are enforced in part: ROWS
no row enforced, and pins broken, disabled, expired   The pins of … are not enforced: ROWS
no row enforced, and some unknown                     Whether … has pins is not known: ROWS
all rows not covered                                  … has no pins: ROWS
====================================================  ==========================================================

Of several hosts, ROWS are counts, the worst first.  Pins for unknown hosts, the reader's own hosts that are not pinned (or
that every one that was found is), and what was not seen end the sentence.
Where CAs of the app alone keep others out, "CA pinning" stands for "pins".
``pinned`` is said of all hosts or of none: a mechanism protects the connections that go through it, and no others.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pincompiler.base.finding import Confidence, Level, Use
from pincompiler.base.location import java_name
from pincompiler.facts import AppleMechanism, Mechanism
from pincompiler.verdicts.hosts import EVERY_OTHER, Means, Verdict
from pincompiler.verdicts.subject import Pinned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pincompiler.base.finding import Finding
    from pincompiler.facts import Unseen
    from pincompiler.facts.common import AppMechanism
    from pincompiler.verdicts.hosts import HostVerdict
    from pincompiler.verdicts.subject import Subject

ON_TRUST: Final = frozenset(
    {
        "permissive-trust-manager",
        "swallowed-certificate-error",
        "validity-only-trust-manager",
        "name-only-trust-manager",
        "skipped-certificate-check",
        "permissive-hostname-verifier",
        "weak-hostname-verifier",
        "global-trust-override",
        "webview-ignores-tls-errors",
        "unverified-tls-socket",
        "insecure-socket-factory",
        "loose-library-check",
        "nocheck-server-trust",
        "interception-ca",
        "permissive-challenge-handler",
        "ignored-trust-result",
        "conditional-challenge-handler",
        "nameless-chain-evaluation",
        "pinner-behind-permissive-trust",
    }
)
"""Rules whose findings mean that some connection is made with a certificate that should be refused."""
_BESIDE_ATS: Final = frozenset(
    {
        "permissive-challenge-handler",
        "ignored-trust-result",
        "conditional-challenge-handler",
        "nameless-chain-evaluation",
    }
)
"""Those that are errors where App Transport Security does not ask besides that the system trusts a chain."""
ON_PINS: Final = frozenset(
    {
        "unpinned-client",
        "cleared-pinner",
        "unattached-pinner",
        "bypassable-cronet-pins",
        "overridden-pins",
        "cleartext-pinned-host",
        "unpinned-old-android",
        "uninitialised-trustkit",
        "unattached-trustkit",
        "reporting-only-trustkit",
        "unheeded-pins",
    }
)
"""Those that mean that some connection is made past the pins."""
STANDING: Final = frozenset(
    {
        "missing-backup-pin",
        "duplicate-pin",
        "certificate-fingerprint",
        "public-suffix-pin",
        "expired-bundled-certificate",
        "missing-host",
        "missing-key",
        "unexpected-key",
        "narrower-reach",
        "changed-expiry",
    }
)
"""Those whose errors leave the pins that there are in force."""
OF_PINS: Final = frozenset({"overridden-pins", "expired-pin-set"})
"""Those that mean that pins do nothing, and leave CA pinning as it is."""
_SHOWN: Final = 4
"""Rows, rules or unseen things that are named."""


class HostState(StrEnum):
    """What all mechanisms together do for a host, from worst to best."""

    BROKEN = "broken"
    DISABLED = "disabled"
    EXPIRED = "expired"
    NOT_COVERED = "not covered"
    UNKNOWN = "unknown"
    IN_PART = "enforced in part"
    ENFORCED = "enforced"


def headline(subject: Subject) -> str:
    """The sentence, with its full stop.  Classes stand in it as javac writes them, all else as the app spells it."""
    return java_name(_sentence(subject))


def _sentence(subject: Subject) -> str:
    if subject.error:
        return f"The app could not be read: {subject.error}."
    said = f"{_of_hosts(subject)}{_elsewhere(subject)}" if subject.verdicts else _without_hosts(subject)
    unseen = [one for one in subject.unseen if one.mechanisms]
    rest = f"; not everything was seen: {_named(dict.fromkeys(map(_unseen, unseen)))}" if unseen else ""
    return f"{said}{_own(subject)}{rest}."


def _own(subject: Subject) -> str:
    """Which of the reader's own hosts are not pinned, or that all are that the app names."""
    own = [one for one in subject.endpoints if one.own]
    rest = [f"{one.host} ({one.state.value})" for one in own if one.state is not Pinned.PINNED]
    if rest:
        return f"; not every own host is pinned: {_named(rest)}"
    against = any(_in_doubt(one) or one.level is Level.ERROR for one in subject.findings)
    said = f"; every own host that was found is pinned ({len(own):,})"
    return said if own and subject.complete and not against else ""


def state(rows: Iterable[HostVerdict]) -> HostState:
    """What the rows of one host come to.

    Enforced is only what every row is.  What was not seen is not called missing, and what is broken somewhere is
    not hidden by it.
    """
    found = {row.verdict for row in rows}
    if Verdict.ENFORCED in found:
        return HostState.ENFORCED if found == {Verdict.ENFORCED} else HostState.IN_PART
    worst = min(found, key=list(Verdict).index)
    unknown = worst is Verdict.NOT_COVERED and Verdict.UNKNOWN in found
    return HostState.UNKNOWN if unknown else HostState(worst.value)


def undermines(finding: Finding) -> bool:
    """Whether connections are made in spite of the pins; of an error, unless it is known to leave them in force.

    What lets connections past counts when it is accepted, too: the team lives with it, and so do the pins.
    """
    return lets_past(finding) or (finding.level is Level.ERROR and finding.rule not in STANDING)


def lets_past(finding: Finding) -> bool:
    """Whether it means that connections are made which no pin has stopped; a note only if it was made one."""
    if finding.rule in _BESIDE_ATS and finding.level is Level.WARNING:
        return False
    return finding.rule in ON_TRUST | ON_PINS and (finding.level is not Level.NOTE or bool(finding.accepted))


# -- no host -------------------------------------------------------------------------------------


def _without_hosts(subject: Subject) -> str:
    if any(one.pin.confidence is not Confidence.CANDIDATE or one.enforced for one in subject.pins):
        said = "Pins were found, and for which hosts they count is not known"
    elif any(map(_unknown_pins, subject.unseen)):
        said = "Pins are given, and neither their hosts nor their keys are known"
    elif subject.pins:
        said = "What may be pins was found, and nothing is seen to use it"
    elif any(one.rule == "refused-nsc" for one in subject.findings):
        said = "No pins were found outside the network security configuration, which Android refuses"
    else:
        said = "No pins were found"
    return f"{said}{_unchecked(subject.findings)}"


# -- hosts ---------------------------------------------------------------------------------------


def _of_hosts(subject: Subject) -> str:
    hosts: dict[str, list[HostVerdict]] = {}
    for row in subject.verdicts:
        hosts.setdefault(row.host, []).append(row)
    states = Counter(map(state, hosts.values()))
    confined = frozenset(host for host, rows in hosts.items() if {row.by for row in rows} == {Means.CAS})
    concerned = [
        one
        for one in subject.findings
        if not one.hosts
        or (_any_of(one.hosts, hosts) and not (one.rule in OF_PINS and confined.issuperset(one.hosts)))
    ]
    whole = subject.complete and not _elsewhere(subject)
    if set(states) == {HostState.ENFORCED} and whole and not any(map(_in_doubt, concerned)):
        return f"{_pinned(hosts, confined, subject.system.value)}{_but(subject.findings)}"
    name = _called(hosts)
    rows = _rows(subject.verdicts) if len(hosts) == 1 else _counts(states)
    return f"{_predicate(name, states, concerned, _means(subject.verdicts))}: {rows}"


def _called(hosts: Collection[str]) -> str:
    """All of them together."""
    if EVERY_OTHER not in hosts:
        return next(iter(hosts)) if len(hosts) == 1 else f"{len(hosts):,} hosts"
    named = [host for host in hosts if host != EVERY_OTHER]
    return f"{_called(named)} and every other" if named else "every host"


def _means(rows: Iterable[HostVerdict]) -> str:
    """What it is that keeps others out, as far as it is enforced somewhere; else pins, which were looked for."""
    found = {row.by for row in rows} - {Means.NOTHING}
    if found == {Means.CAS}:
        return "CA pinning"
    return "pins and CA pinning" if Means.CAS in found else "pins"


def _in_doubt(finding: Finding) -> bool:
    """Whether a finding, if only a note on what a library can do, is enough not to call an app pinned."""
    use = finding.evidence.use if finding.evidence else None
    return undermines(finding) or (finding.rule in ON_TRUST and use is not Use.PRESENT)


def _elsewhere(subject: Subject) -> str:
    """The pins that name no host: what they decide on is decided without those of the rows."""
    certain = (one.pin for one in subject.pins if one.pin.confidence is not Confidence.CANDIDATE)
    unknown = {mechanism for one in subject.unseen if one.pins for mechanism in one.mechanisms}
    found = sorted({pin.mechanism for pin in certain if not pin.host} | unknown)
    return f"; {_named(found)} pins count for hosts that are not known" if found else ""


def _predicate(name: str, states: Counter[HostState], findings: Sequence[Finding], means: str) -> str:
    rules = _named(dict.fromkeys(one.rule for one in findings if undermines(one)))
    has = "has" if states.total() == 1 else "have"
    if states.keys() & {HostState.ENFORCED, HostState.IN_PART}:
        part = "" if set(states) == {HostState.ENFORCED} else " in part"
        verb = "are" if means.startswith("pins") else "is"
        return f"The {means} of {name} {verb} {f'undermined by {rules}' if rules else f'enforced{part}'}"
    if states.keys() & {HostState.BROKEN, HostState.DISABLED, HostState.EXPIRED}:
        said = f"The pins of {name} are not enforced"
    elif HostState.UNKNOWN in states:
        said = f"Whether {name} {has} pins is not known"
    else:
        said = f"{name} {has} no pins"
    return f"{said}{_unchecked(findings)}"


def _pinned(hosts: Collection[str], confined: Collection[str], system: str) -> str:
    """All of them, and how: some are confined to CAs of the app, and have no pins."""
    several = len(hosts) > 1
    who = f"All {len(hosts):,} hosts with pins are" if several else f"{_called(hosts)} is"
    if len(confined) == len(hosts):
        who = f"{_called(hosts)} {'are' if several else 'is'}"
        how, rest = "trusted only through trust anchors of the app (CA pinning)", ""
    else:
        how, rest = "pinned", f", {len(confined):,} of them by CA pinning alone" if confined else ""
    said = f"{who} {how} on every {system} version that the app supports{rest}"
    return f"Every{said[5:]}" if said.startswith("every host ") else said


def _but(findings: Iterable[Finding]) -> str:
    errors = sum(one.level is Level.ERROR for one in findings)
    against = "one error stands" if errors == 1 else f"{errors:,} errors stand"
    return f", but {against} against it" if errors else ""


def _rows(rows: Sequence[HostVerdict]) -> str:
    worst_first = sorted(rows, key=lambda row: list(Verdict).index(row.verdict))
    return _named(f"{_by(row)} {row.api.words} {row.verdict.value}" for row in worst_first)


def _by(row: HostVerdict) -> str:
    return f"{row.mechanism.value} in {row.process}" if row.process else row.mechanism.value


def _counts(states: Counter[HostState]) -> str:
    return ", ".join(f"{states[one]:,} {one.value}" for one in HostState if states[one])


def _any_of(named: Iterable[str], hosts: Mapping[str, object]) -> bool:
    """Whether one of the names is that of a row; ``*.example.com`` is the row of the names below."""
    wide = EVERY_OTHER in hosts
    return wide or any(
        name in hosts or any(f"*.{above}" in hosts for above in _above(name)) for name in named
    )


def _above(name: str) -> Iterator[str]:
    while name := name.partition(".")[2]:
        yield name


# -- words ---------------------------------------------------------------------------------------


def _unchecked(findings: Iterable[Finding]) -> str:
    """That certificates are not checked, which matters most where no pins are."""
    rules = _named(dict.fromkeys(one.rule for one in findings if one.rule in ON_TRUST and undermines(one)))
    return f", and certificate checks are undermined by {rules}" if rules else ""


def _unknown_pins(one: Unseen) -> bool:
    """Whether it is pins of the app of which nothing is known."""
    return one.pins and bool(one.mechanisms)


def _unseen(one: Unseen) -> str:
    known: frozenset[AppMechanism] = frozenset(Mechanism)
    if not one.mechanisms & known - frozenset(AppleMechanism):
        known = frozenset(AppleMechanism)
    absent = known - one.mechanisms
    words = ", ".join(sorted(one.mechanisms))
    if len(one.mechanisms) > 2 and len(absent) < 3:
        words = "every mechanism" + (f" but {', '.join(sorted(absent))}" if absent else "")
    return f"{one.what} ({words})"


def _named(words: Iterable[str]) -> str:
    """The first of them, and how many more there are."""
    some = list(words)
    more = [f"{len(some) - _SHOWN:,} more"] if len(some) > _SHOWN else []
    return ", ".join(some[:_SHOWN] + more)
