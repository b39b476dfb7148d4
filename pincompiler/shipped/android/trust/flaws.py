"""From the ways through a method to what is wrong with its decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.base.finding import Confidence
from pincompiler.facts.trust import Flaw, When
from pincompiler.shipped.android.trust.exceptions import CERTIFICATE_EXCEPTION
from pincompiler.shipped.android.trust.vocabulary import About, EventKind, together
from pincompiler.shipped.android.trust.ways import NOT_SET, OF_CLASS, SET, Test

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pincompiler.shipped.android.trust.ways import Way, Ways

_CONDITIONS: Final = (
    # The first that holds is what a test is about.
    (About.DEBUGGABLE, When.DEBUGGABLE),
    (About.DEBUG_BUILD, When.DEBUG_BUILD),
    (About.ANDROID_VERSION, When.ANDROID_VERSION),
    (About.HOST, When.HOST),
    (About.FLAG, When.SETTING),
    (About.SETTING, When.SETTING),
    (About.ANSWER, When.ANSWER),
)
UNCERTAIN: Final = frozenset({When.SETTING, When.ANSWER, When.CERTIFICATE})
"""Conditions that may be about something else after all."""
_CHAINS: Final = About.CHAIN | About.CERTIFICATE
COMPARABLE: Final = About.KEY | About.ENCODING | About.DIGEST
"""What of a certificate nobody else can make the same."""
_OF_FIELDS: Final = About.FIELD | About.COMPARED | About.SUBSTRING | About.NULL | About.LOOP
"""What a test is about that depends on the class's own fields only."""
_READ: Final = (
    About.EXCEPTION | About.CLASS_ID | About.NAMES | About.DATES | About.CHAIN_LENGTH | About.PRESENCE
)
"""What is spoken of by other names, or decides nothing."""
_OF_LOOPS: Final = About.LOOP | About.NULL | About.LENGTH | About.ITEM
"""What the conditions of loops are about, which nobody needs to know more of."""
_WRITTEN: Final = About.CHAIN_LENGTH | About.NAMES | About.DATES | About.AUTH_TYPE | About.PRESENCE
"""What whoever makes a chain chooses."""
_CHOSEN: Final = (
    _WRITTEN | _CHAINS | About.LENGTH | About.COMPARED | About.SUBSTRING | About.ITEM | About.LOOP
)
"""What is only about what is written in certificates, or how many there are."""
_REFUSING: Final = frozenset({EventKind.GUARD, EventKind.OPAQUE})
"""Calls that can refuse a chain."""
_OF_ANY_REFUSAL: Final = frozenset({"getCause", "getLocalizedMessage", "getMessage", "getStackTrace"})
_OF_ANY_MESSAGE: Final = frozenset({"isBlank", "isEmpty", "isNullOrBlank", "isNullOrEmpty", "length"})
_TEXTS: Final = frozenset({"Ljava/lang/String;", "Ljava/lang/CharSequence;", "Lkotlin/text/StringsKt;"})
_OF_DATES: Final = frozenset(
    f"Ljava/security/cert/Certificate{name}Exception;" for name in ("Expired", "NotYetValid")
)
"""What a refusal is that an attacker cannot bring about alone."""
NEVER: Final = ("nothing that it is passed makes it throw",)
"""The evidence of a method that should throw, and does not."""
ALWAYS: Final = ("every way through it returns true",)
"""The evidence of a method that should return false, and does not."""


class TrustFlaw(NamedTuple):
    """What is wrong."""

    flaw: Flaw
    when: When = When.ALWAYS
    confidence: Confidence = Confidence.CONFIRMED
    shown: tuple[str, ...] = ()


def is_strong(test: Test) -> bool:
    """Whether a condition is about the key or the whole of a certificate, or may be."""
    about = test.about
    if about & About.VERIFIED or (about & About.EXCEPTION and test.what.startswith("Ljava/util/")):
        return True  # the latter: refusals are collected, and counted later
    if not about & (_CHAINS | About.SESSION):
        return False
    if about & (COMPARABLE | About.IDENTITY | About.OPAQUE):
        return True
    return bool(about & About.COMPARED and not about & (About.NAMES | About.DATES) and about & _CHAINS)


def conditions(ways: Iterable[Way]) -> frozenset[Test]:
    """The conditions that some ways went through, each with the side that was taken."""
    return frozenset(test for way in ways for test in way.tests)


def heeded_by(way: Way, refusing: frozenset[Test]) -> list[Test]:
    """The conditions on a way by which others are refused: those that take another side.

    One by which nothing is refused is no check, and neither is one that was failed, as refusals do, and forgiven.
    """
    return [test for test in way.tests if any(_is_met_otherwise(test, other) for other in refusing)]


def _is_met_otherwise(test: Test, other: Test) -> bool:
    """Whether both are one condition, and not known to take the same side of it."""
    return test._replace(taken=other.taken) == other and (test.taken is None or test.taken != other.taken)


def without_failed(ways: Iterable[Way], refusing: frozenset[Test]) -> list[Way]:
    """Ways without the checks that they failed: whoever makes a chain can fail each of them."""
    return [
        way._replace(tests=way.tests - {test for test in way.tests if is_strong(test) and test in refusing})
        for way in ways
    ]


def is_checked(way: Way, refusing: frozenset[Test]) -> bool:
    """Whether something that can refuse a chain has been passed on this way; ``refusing`` are refusals' conditions."""
    return may_have_refused(way) or any(map(is_strong, heeded_by(way, refusing)))


def failures(way: Way) -> list[str]:
    """The calls of code that is not followed which have thrown on a way."""
    return [event.what for event in way.events if event.kind is EventKind.FAILED]


def may_have_refused(way: Way) -> bool:
    """Whether a call that can refuse a chain has returned on a way."""
    return any(event.kind in _REFUSING for event in way.events)


def condition(test: Test) -> When | None:
    """What a condition rests on other than the certificates."""
    if test.about & About.ERROR_KIND:
        return None  # of each kind it is known what it comes to, or it is not read
    when = next((when for about, when in _CONDITIONS if about & test.about), None)
    if when is None and test.about & About.FIELD and test.about in _OF_FIELDS:
        return When.SETTING
    if when is When.HOST and not test.about & About.COMPARED and test.about & About.LENGTH:
        return None  # nearly every name is long enough
    if when is When.HOST and test.about & About.COMPARED and test.taken == NOT_SET:
        return When.OTHER_HOSTS
    return When.NOT_DEBUGGABLE if when is When.DEBUGGABLE and test.taken == NOT_SET else when


def is_unread(test: Test) -> bool:
    """Whether it is not known what a condition is about.

    How often a loop is run is left out: that a list of trust managers is not empty is taken for granted.
    """
    of_loop = test.about & About.LOOP and test.about in _OF_LOOPS
    return not (of_loop or condition(test) or is_strong(test) or test.about & _READ)


def unexplained(bad: Iterable[Way]) -> TrustFlaw | None:
    """Ways on which nothing is checked by several conditions, or by one that nobody has a word for."""
    ways = list(bad)
    for way in sorted(ways, key=lambda one: sum(map(is_unread, one.tests))):
        tests = sorted(way.tests, key=lambda one: (one.what, one.about.words))
        for test in tests:
            if is_unread(test) and not _both_ways(test, ways):
                return TrustFlaw(Flaw.SKIPS, When.UNREAD, Confidence.LIKELY, shown_by(test))
        for test in tests:
            when = None if is_strong(test) or _both_ways(test, ways) else condition(test)
            if when:
                return TrustFlaw(Flaw.SKIPS, when, Confidence.LIKELY, shown_by(test))
    return None


def shown_by(test: Test) -> tuple[str, ...]:
    """The evidence of a condition: the call or field that it rests on, where there is one."""
    return (f"by a test of {test.what}",) if test.what else ()


def by_kind_of_class(ways: Ways) -> dict[frozenset[Test], tuple[Way, ...]]:
    """Part the ways by what R8 merged into one class, whose parts differ by tests of a number in a field."""
    parts: dict[frozenset[Test], list[Way]] = {}
    for way in ways.ways:
        kind = frozenset(t for t in way.tests if t.about & About.CLASS_ID)
        parts.setdefault(kind, []).append(way._replace(tests=way.tests - kind))
    return {kind: tuple(part) for kind, part in parts.items()}


def skipping(ways: Iterable[Way], is_bad: Callable[[Way], bool]) -> tuple[When, Test] | None:
    """The condition that alone makes all returning ways bad that meet it, if there is one."""
    returning = [way for way in ways if way.thrown is None]
    directed = dict.fromkeys(test for way in returning for test in way.tests if test.taken is not None)
    for test in sorted(directed, key=lambda t: (t.what, t.taken or NOT_SET, t.about.words)):
        when = condition(test)
        if when is None or is_strong(test):
            continue
        meeting = [way for way in returning if test in way.tests]
        if all(map(is_bad, meeting)) and not all(map(is_bad, returning)):
            return when, test
    return None


def flaw_of_chain(ways: tuple[Way, ...]) -> TrustFlaw | None:
    """What is wrong with a method that should throw unless a chain is trusted; none if nothing is known to be."""
    returning = [way for way in ways if way.thrown is None]
    refusing = conditions(way for way in ways if way.thrown is not None)
    bad = [way for way in returning if not is_checked(way, refusing)]
    if not bad:
        return None
    if len(bad) == len(returning):
        return _hollow(bad, [way for way in ways if way.thrown is not None])
    swallowed = _swallowed(bad, [way for way in ways if way.thrown is not None])
    if swallowed:
        return swallowed
    skip = skipping(returning, lambda way: not is_checked(way, refusing))
    if skip is None:
        left = without_failed(bad, refusing)
        return _open(left) or unexplained(left)
    when, test = skip
    sure = Confidence.LIKELY if when in UNCERTAIN else Confidence.CONFIRMED
    return TrustFlaw(Flaw.SKIPS, when, sure, (f"returns by a test of {test.what or 'a parameter'}",))


def _open(bad: list[Way]) -> TrustFlaw | None:
    """Ways on which nothing is checked, and that whoever makes a chain can have it take.

    So Apache's EasyX509TrustManager, which many apps have a copy of, asks a chain of one certificate for
    its dates only.
    """
    ways = [way for way in bad if way.tests and all(map(_is_chosen, way.tests))]
    if not ways:
        return None
    timed = any(event.kind is EventKind.VALIDITY for way in ways for event in way.events)
    named = any(test.about & About.NAMES for way in ways for test in way.tests)
    flaw = Flaw.NAME_ONLY if named else Flaw.VALIDITY_ONLY if timed else Flaw.SKIPS
    sized = any(test.about & About.CHAIN_LENGTH for way in ways for test in way.tests)
    shown = (*_decisive(ways), *(("by a test of the chain's length",) if sized else ()))
    return TrustFlaw(flaw, When.CHAIN, Confidence.LIKELY if named else Confidence.CONFIRMED, shown)


def _is_chosen(test: Test) -> bool:
    """Whether a chain with a certificate can be made so that it goes this way."""
    return test.about in _CHOSEN and bool(test.about & _WRITTEN)


def _hollow(returning: list[Way], throwing: list[Way]) -> TrustFlaw | None:
    """What a method looks at that never makes a real check."""
    swallowed = _swallowed(returning, throwing)
    looks_at = together(test.about for way in (*returning, *throwing) for test in way.tests)
    refusing = together(test.about for way in throwing for test in way.tests)
    if any(is_strong(test) for way in throwing for test in way.tests):
        return None  # it refuses by what it knows, and accepts the rest: a list of the forbidden
    kept = any(event.kind is EventKind.KEPT for way in returning for event in way.events)
    sure = Confidence.LIKELY if kept else Confidence.CONFIRMED
    timed = any(event.kind is EventKind.VALIDITY for way in returning for event in way.events)
    timed = timed or bool(refusing & About.DATES)
    if swallowed and not timed:
        return swallowed
    named = bool(refusing & About.NAMES)
    if named or (timed and not swallowed):
        flaw = Flaw.NAME_ONLY if named else Flaw.VALIDITY_ONLY
        return TrustFlaw(flaw, confidence=sure, shown=_decisive((*returning, *throwing)))
    conditional = [(test.what, when) for way in throwing for test in way.tests if (when := condition(test))]
    if conditional:
        what, when = min(conditional)
        return TrustFlaw(Flaw.SKIPS, when, Confidence.LIKELY, (f"returns by a test of {what}",))
    shown = NEVER if not throwing else ()
    decided = looks_at & About.EXCEPTION and throwing
    return None if decided else TrustFlaw(Flaw.ACCEPTS_ALL, confidence=sure, shown=shown)


def _decisive(ways: Iterable[Way]) -> tuple[str, ...]:
    calls = {event.what for way in ways for event in way.events if event.kind is EventKind.VALIDITY}
    tests = {
        test.what
        for way in ways
        for test in way.tests
        if test.about & (About.NAMES | About.DATES) and test.what
    }
    return tuple(sorted(calls | tests))


def _swallowed(bad: list[Way], throwing: list[Way]) -> TrustFlaw | None:
    """A refusal caught, after which the method returns as if nothing had been."""
    for partly in (False, True):
        kind = EventKind.PARTLY_SWALLOWED if partly else EventKind.SWALLOWED
        ways = [way for way in bad if any(event.kind is kind for event in way.events)]
        # What is kept may be asked for later, and what is tested may be a way to refuse.
        plain = [way for way in ways if not any(map(_tells_refusals_apart, way.tests))]
        for way in plain or ways:
            event = min(event for event in way.events if event.kind is kind)
            kept = any(event.kind is EventKind.KEPT for event in way.events)
            doubtful = partly or kept or not plain
            sure = Confidence.LIKELY if doubtful else Confidence.CONFIRMED
            known = sorted({when for t in way.tests if (when := condition(t)) and not _both_ways(t, ways)})
            when = _kind_of_refusal(way) if not plain else known[0] if known else When.ALWAYS
            if when is When.ALWAYS and all(_is_either(one, plain, throwing) for one in plain):
                when = When.UNREAD
            sure = Confidence.LIKELY if when is not When.ALWAYS else sure
            return TrustFlaw(Flaw.SWALLOWS, when, sure, (event.what,))
    return None


def _tells_refusals_apart(test: Test) -> bool:
    """Whether a condition asks which refusal was caught, and not only whether it has a cause and a message."""
    if not test.about & About.EXCEPTION:
        return False
    cls, _, name = test.what.rpartition("->")
    of_any = name in _OF_ANY_REFUSAL or (name in _OF_ANY_MESSAGE and cls in _TEXTS)
    return not (of_any and test.about in About.EXCEPTION | About.NULL | About.LENGTH)


def _kind_of_refusal(way: Way) -> When:
    """Whether only refusals for dates are caught, or such as anybody can cause."""
    asked = [test for test in way.tests if test.what.startswith(OF_CLASS)]
    sides = {(test.what.removeprefix(OF_CLASS) in _OF_DATES, test.taken) for test in asked}
    return When.PROVOKED if sides and sides <= {(True, NOT_SET), (False, SET)} else When.ERROR_KIND


def _is_either(way: Way, ways: list[Way], throwing: list[Way]) -> bool:
    """Whether a refusal is thrown, too, by a condition that nobody has a word for."""
    thrown = {test._replace(taken=None) for one in throwing for test in one.tests}
    unread = [test for test in way.tests if is_unread(test) and not _both_ways(test, ways)]
    return any(test._replace(taken=None) in thrown for test in unread)


def _both_ways(test: Test, ways: list[Way]) -> bool:
    """Whether a condition makes no difference: ways go both ways at it."""
    same = test._replace(taken=None)
    return len({one.taken for way in ways for one in way.tests if one._replace(taken=None) == same}) > 1


def flaw_of_strategy(ways: tuple[Way, ...]) -> TrustFlaw | None:
    """What is wrong with a method that says whether a chain is trusted unseen: no is as good as a check.

    It is taken for one that returns where it says yes, and throws where it says no.
    """
    told = flaw_of_chain(tuple(one for way in ways for one in _answers(way)))
    if told and told.flaw is Flaw.ACCEPTS_ALL and told.shown:
        return told._replace(shown=ALWAYS)
    return told


def _answers(way: Way) -> Iterator[Way]:
    """A way by what it returns; by both if that is not constant, which is a test."""
    if way.thrown is not None or way.number:
        yield way
    elif way.number == 0:
        yield way._replace(thrown=CERTIFICATE_EXCEPTION)
    else:
        yield way._replace(tests=way.tests | {Test(way.returned, SET)})
        yield way._replace(thrown=CERTIFICATE_EXCEPTION, tests=way.tests | {Test(way.returned, NOT_SET)})
