"""From the ways through a method to what is wrong with its decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.base.finding import Confidence
from pincompiler.facts.trust import Flaw, When
from pincompiler.shipped.android.trust.meanings import (
    CERTIFICATE_EXCEPTION,
    CHAIN_LENGTH,
    GUARD,
    OPAQUE,
    VALIDITY,
)
from pincompiler.shipped.android.trust.ways import PRESENCE, Test

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pincompiler.shipped.android.trust.ways import Way, Ways

CONDITIONS: Final = (
    # The first that holds is what a test is about.
    ("debuggable", When.DEBUGGABLE),
    ("debug-build", When.DEBUG_BUILD),
    ("android-version", When.ANDROID_VERSION),
    ("host", When.HOST),
    ("flag", When.SETTING),
    ("setting", When.SETTING),
    ("answer", When.ANSWER),
)
UNCERTAIN: Final = frozenset({When.SETTING, When.ANSWER, When.CERTIFICATE})
"""Conditions that may be about something else after all."""


_NEVER: Final = ("nothing that it is passed makes it throw",)
_ALWAYS: Final = ("every way through it returns true",)


class Judged(NamedTuple):
    """What is wrong."""

    flaw: Flaw
    when: When = When.ALWAYS
    confidence: Confidence = Confidence.CONFIRMED
    shown: tuple[str, ...] = ()


def is_strong(test: Test) -> bool:
    """Whether a condition is about the key or the whole of a certificate, or may be."""
    labels = test.labels
    if labels & {"verified"} or ({"exception"} <= labels and test.what.startswith("Ljava/util/")):
        return True  # the latter: refusals are collected, and counted later
    if not labels & {"chain", "certificate", "session"}:
        return False
    if labels & {"key", "encoding", "digest", "identity", OPAQUE}:
        return True
    return (
        "compared" in labels and not labels & {"names", "dates"} and bool(labels & {"chain", "certificate"})
    )


def is_checked(way: Way) -> bool:
    """Whether something that can refuse a chain has been passed on this way."""
    return any(event.kind in {GUARD, OPAQUE} for event in way.events) or any(map(is_strong, way.tests))


_OF_FIELDS: Final = frozenset({"field", "compared", "substring", "null", "loop"})
"""What a test tells of that is about nothing but what the class keeps."""


def condition(test: Test) -> When | None:
    """What a condition rests on other than the certificates."""
    when = next((when for label, when in CONDITIONS if label in test.labels), None)
    if when is None and "field" in test.labels and test.labels <= _OF_FIELDS:
        return When.SETTING
    return When.NOT_DEBUGGABLE if when is When.DEBUGGABLE and test.taken == 0 else when


_READ: Final = frozenset({"exception", "class-id", "names", "dates", CHAIN_LENGTH, PRESENCE})
"""What is spoken of by other names, or decides nothing."""


def is_unread(test: Test) -> bool:
    """Whether it is not known what a condition is about.

    How often a loop is run is left out: that a list of trust managers is not empty is taken for granted.
    """
    of_loop = "loop" in test.labels and test.labels <= _OF_LOOPS
    return not (of_loop or condition(test) or is_strong(test) or test.labels & _READ)


_OF_LOOPS: Final = frozenset({"loop", "null", "length", "any-item", "first-item"})


def unexplained(bad: Iterable[Way]) -> Judged | None:
    """Ways on which nothing is checked by several conditions, or by one that nobody has a word for."""
    ways = list(bad)
    for way in sorted(ways, key=lambda one: sum(map(is_unread, one.tests))):
        tests = sorted(way.tests, key=lambda one: (one.what, sorted(one.labels)))
        for test in tests:
            if is_unread(test) and not _both_ways(test, ways):
                return Judged(Flaw.SKIPS, When.UNREAD, Confidence.LIKELY, shown_by(test))
        for test in tests:
            when = None if is_strong(test) or _both_ways(test, ways) else condition(test)
            if when:
                return Judged(Flaw.SKIPS, when, Confidence.LIKELY, shown_by(test))
    return None


def shown_by(test: Test) -> tuple[str, ...]:
    """The evidence of a condition: the call or field that it rests on, where there is one."""
    return (f"by a test of {test.what}",) if test.what else ()


def by_kind_of_class(ways: Ways) -> list[tuple[Way, ...]]:
    """Part the ways by what R8 merged into one class: it tells the parts by a number in a field."""
    parts: dict[frozenset[Test], list[Way]] = {}
    for way in ways.ways:
        kind = frozenset(t for t in way.tests if "class-id" in t.labels)
        parts.setdefault(kind, []).append(way._replace(tests=way.tests - kind))
    return [tuple(part) for part in parts.values()]


def skipping(ways: Iterable[Way], is_bad: Callable[[Way], bool]) -> tuple[When, Test] | None:
    """The condition that alone makes all returning ways bad that meet it, if there is one."""
    returning = [way for way in ways if way.thrown is None]
    directed = dict.fromkeys(test for way in returning for test in way.tests if test.taken is not None)
    for test in sorted(directed, key=lambda t: (t.what, t.taken or 0, sorted(t.labels))):
        when = condition(test)
        if when is None or is_strong(test):
            continue
        meeting = [way for way in returning if test in way.tests]
        if all(map(is_bad, meeting)) and not all(map(is_bad, returning)):
            return when, test
    return None


def judge_chain(ways: tuple[Way, ...]) -> Judged | None:
    """What is wrong with a method that should throw unless a chain is trusted; none if nothing is known to be."""
    returning = [way for way in ways if way.thrown is None]
    bad = [way for way in returning if not is_checked(way)]
    if not bad:
        return None
    if len(bad) == len(returning):
        return _hollow(bad, [way for way in ways if way.thrown is not None])
    swallowed = _swallowed(bad, [way for way in ways if way.thrown is not None])
    if swallowed:
        return swallowed
    skip = skipping(returning, lambda way: not is_checked(way))
    if skip is None:
        return _open(bad) or unexplained(bad)
    when, test = skip
    sure = Confidence.LIKELY if when in UNCERTAIN else Confidence.CONFIRMED
    return Judged(Flaw.SKIPS, when, sure, (f"returns by a test of {test.what or 'a parameter'}",))


_CHOSEN: Final = frozenset(
    {
        *("chain", "certificate", "length", CHAIN_LENGTH, "names", "dates", PRESENCE),
        *("compared", "substring", "first-item", "any-item", "loop", "auth-type"),
    }
)
"""What only tells of what is written in certificates, or how many there are."""


def _open(bad: list[Way]) -> Judged | None:
    """Ways on which nothing is checked, and that whoever makes a chain can have it take.

    So Apache's EasyX509TrustManager, which many apps have a copy of, asks a chain of one certificate for
    its dates only.
    """
    ways = [way for way in bad if way.tests and all(map(_is_chosen, way.tests))]
    if not ways:
        return None
    timed = any(event.kind == VALIDITY for way in ways for event in way.events)
    named = any("names" in test.labels for way in ways for test in way.tests)
    flaw = Flaw.NAME_ONLY if named else Flaw.VALIDITY_ONLY if timed else Flaw.SKIPS
    sized = any(CHAIN_LENGTH in test.labels for way in ways for test in way.tests)
    shown = (*_decisive(ways), *(("by a test of the chain's length",) if sized else ()))
    return Judged(flaw, When.CHAIN, Confidence.LIKELY if named else Confidence.CONFIRMED, shown)


def _is_chosen(test: Test) -> bool:
    """Whether a chain with a certificate can be made so that it goes this way."""
    return test.labels <= _CHOSEN and bool(
        test.labels & {CHAIN_LENGTH, "names", "dates", "auth-type", PRESENCE}
    )


def _hollow(returning: list[Way], throwing: list[Way]) -> Judged | None:
    """What a method looks at that never makes a real check."""
    swallowed = _swallowed(returning, throwing)
    looks_at = {label for way in (*returning, *throwing) for test in way.tests for label in test.labels}
    refusing = {label for way in throwing for test in way.tests for label in test.labels}
    if any(is_strong(test) for way in throwing for test in way.tests):
        return None  # it refuses by what it knows, and accepts the rest: a list of the forbidden
    kept = any(event.kind == "kept" for way in returning for event in way.events)
    sure = Confidence.LIKELY if kept else Confidence.CONFIRMED
    timed = any(event.kind == VALIDITY for way in returning for event in way.events) or "dates" in refusing
    if swallowed and not timed:
        return swallowed
    named = "names" in refusing
    if named or (timed and not swallowed):
        flaw = Flaw.NAME_ONLY if named else Flaw.VALIDITY_ONLY
        return Judged(flaw, confidence=sure, shown=_decisive((*returning, *throwing)))
    conditional = [(test.what, when) for way in throwing for test in way.tests if (when := condition(test))]
    if conditional:
        what, when = min(conditional)
        return Judged(Flaw.SKIPS, when, Confidence.LIKELY, (f"returns by a test of {what}",))
    shown = _NEVER if not throwing else ()
    decided = "exception" in looks_at and throwing
    return None if decided else Judged(Flaw.ACCEPTS_ALL, confidence=sure, shown=shown)


def _decisive(ways: Iterable[Way]) -> tuple[str, ...]:
    calls = {event.what for way in ways for event in way.events if event.kind == VALIDITY}
    tests = {
        test.what for way in ways for test in way.tests if test.labels & {"names", "dates"} and test.what
    }
    return tuple(sorted(calls | tests))


def _swallowed(bad: list[Way], throwing: list[Way]) -> Judged | None:
    """A refusal caught, after which the method returns as if nothing had been."""
    for partly in (False, True):
        kind = "partly-swallowed" if partly else "swallowed"
        ways = [way for way in bad if any(event.kind == kind for event in way.events)]
        # What is kept may be asked for later, and what is tested may be a way to refuse.
        plain = [way for way in ways if not any("exception" in test.labels for test in way.tests)]
        for way in plain or ways:
            event = min(event for event in way.events if event.kind == kind)
            kept = any(event.kind == "kept" for event in way.events)
            doubtful = partly or kept or not plain
            sure = Confidence.LIKELY if doubtful else Confidence.CONFIRMED
            known = sorted({when for t in way.tests if (when := condition(t)) and not _both_ways(t, ways)})
            when = When.ERROR_KIND if not plain else known[0] if known else When.ALWAYS
            if when is When.ALWAYS and all(_is_either(one, plain, throwing) for one in plain):
                when = When.UNREAD
            sure = Confidence.LIKELY if when is not When.ALWAYS else sure
            return Judged(Flaw.SWALLOWS, when, sure, (event.what,))
    return None


def _is_either(way: Way, ways: list[Way], throwing: list[Way]) -> bool:
    """Whether a refusal is thrown, too, by a condition that nobody has a word for."""
    thrown = {test._replace(taken=None) for one in throwing for test in one.tests}
    unread = [test for test in way.tests if is_unread(test) and not _both_ways(test, ways)]
    return any(test._replace(taken=None) in thrown for test in unread)


def _both_ways(test: Test, ways: list[Way]) -> bool:
    """Whether a condition makes no difference: ways go both ways at it."""
    same = test._replace(taken=None)
    return len({one.taken for way in ways for one in way.tests if one._replace(taken=None) == same}) > 1


def judge_strategy(ways: tuple[Way, ...]) -> Judged | None:
    """What is wrong with a method that says whether a chain is trusted unseen: no is as good as a check.

    It is taken for one that returns where it says yes, and throws where it says no.
    """
    told = judge_chain(tuple(one for way in ways for one in _answers(way)))
    if told and told.flaw is Flaw.ACCEPTS_ALL and told.shown:
        return told._replace(shown=_ALWAYS)
    return told


def _answers(way: Way) -> Iterator[Way]:
    """A way by what it returns; by both if that is not constant, which is a test."""
    if way.thrown is not None or way.number:
        yield way
    elif way.number == 0:
        yield way._replace(thrown=CERTIFICATE_EXCEPTION)
    else:
        yield way._replace(tests=way.tests | {Test(way.returned, 1)})
        yield way._replace(thrown=CERTIFICATE_EXCEPTION, tests=way.tests | {Test(way.returned, 0)})


# Hostname verifiers.


def judge_host_by_refusal(ways: tuple[Way, ...]) -> Judged | None:
    """What is wrong with a verifier that returns nothing, and throws where it refuses."""
    told = judge_host(tuple(way if way.thrown else way._replace(number=1) for way in ways))
    return told._replace(shown=_NEVER) if told and told.flaw is Flaw.ACCEPTS_ALL and told.shown else told


def judge_host(ways: tuple[Way, ...]) -> Judged | None:
    """What is wrong with a verifier."""
    accepting = [way for way in ways if way.thrown is None and way.number != 0]
    if not accepting:
        return None
    returning = [way for way in ways if way.thrown is None]
    bad = [way for way in accepting if not _asks_certificate(way)]
    refuses = len(returning) > len(accepting) or any(way.thrown for way in ways)
    if len(bad) == len(accepting):
        if all(way.number for way in bad) and not (refuses and _meant(ways)):
            shown = _ALWAYS if not refuses else ()
            return Judged(Flaw.ACCEPTS_ALL, shown=shown)
        return _compares_names(bad, ways)
    asked = any(event.kind in {GUARD, OPAQUE} for way in accepting for event in way.events)
    if bad and not (asked or refuses) and all(way.number for way in accepting):
        return Judged(Flaw.ACCEPTS_ALL, shown=_ALWAYS)  # it asks, and does not heed the answer
    said = [one for way in returning for one in _said(way)]
    skip = skipping(said, lambda way: way.number != 0 and not _asks_certificate(way))
    if skip is None:
        return _substring(accepting) or unexplained(bad)
    when, test = skip
    sure = Confidence.LIKELY if when in UNCERTAIN else Confidence.CONFIRMED
    return Judged(Flaw.SKIPS, when, sure, (f"true by a test of {test.what or 'a parameter'}",))


def _meant(ways: Iterable[Way]) -> bool:
    """Whether something other than null decides."""
    meant = {"host", "session", "flag", "setting", "answer", "android-version", "names", OPAQUE}
    return any(_labels(way) & meant for way in ways)


def _labels(way: Way) -> frozenset[str]:
    telling = {"compared", "flag", "setting", "answer", "android-version", OPAQUE}
    compared = (test.labels for test in way.tests if test.labels & telling)
    return way.returned.union(*compared)


def _said(way: Way) -> tuple[Way, ...]:
    """A way by what it returns; yes and no if that is not constant."""
    if way.number is not None:
        return (way,)
    return tuple(
        way._replace(number=number, tests=way.tests | {Test(way.returned, number, "what it returns")})
        for number in (1, 0)
    )


def _asks_certificate(way: Way) -> bool:
    if any(event.kind in {GUARD, OPAQUE} for event in way.events):
        return True
    heeded = (test.labels for test in way.tests if not _is_refusal(test))
    return bool(way.returned.union(*heeded) & {"certificate", "verified", OPAQUE})


def _is_refusal(test: Test) -> bool:
    """Whether another verifier was asked and said no."""
    return "verified" in test.labels and test.taken == 0 and test.labels <= {"verified", "host", "session"}


def _compares_names(bad: list[Way], ways: tuple[Way, ...]) -> Judged | None:
    """True because of the name that was asked for, or of a setting, and never of the certificate."""
    labels = frozenset().union(*map(_labels, ways))
    if "host" in labels or "session" in labels:
        what = sorted(
            {test.what for way in ways for test in way.tests if "host" in test.labels and test.what}
        )
        return Judged(Flaw.IGNORES_CERTIFICATE, shown=tuple(what))
    return unexplained(one for way in bad for one in _said(way) if one.number)


def _substring(accepting: list[Way]) -> Judged | None:
    """Content with a part of a name that the certificate has."""
    for way in accepting:
        if any(event.kind in {GUARD, OPAQUE} for event in way.events):
            return None
        tests = [test.labels for test in way.tests if "compared" in test.labels]
        if "compared" in way.returned:
            tests.append(way.returned)
        named = [labels for labels in tests if "certificate" in labels]
        if not named or not all({"substring", "names"} <= labels for labels in named):
            return None
        if any(labels & {"key", "encoding", "digest", OPAQUE, "verified"} for labels in named):
            return None
    return Judged(Flaw.SUBSTRING, confidence=Confidence.LIKELY, shown=("compares a part of a name",))
