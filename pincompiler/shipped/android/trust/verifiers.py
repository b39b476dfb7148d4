"""What is wrong with a hostname verifier, by the ways through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.finding import Confidence
from pincompiler.facts.trust import Flaw
from pincompiler.shipped.android.trust.flaws import (
    ALWAYS,
    COMPARABLE,
    NEVER,
    UNCERTAIN,
    TrustFlaw,
    conditions,
    heeded_by,
    may_have_refused,
    skipping,
    unexplained,
)
from pincompiler.shipped.android.trust.vocabulary import About, together
from pincompiler.shipped.android.trust.ways import NOT_SET, SET, Test

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pincompiler.shipped.android.trust.ways import Way

_SETTINGS: Final = About.FLAG | About.SETTING | About.ANSWER | About.ANDROID_VERSION | About.OPAQUE
"""What a verifier may decide by that has nothing to do with the certificate, or is not seen."""
_MEANT: Final = _SETTINGS | About.HOST | About.SESSION | About.NAMES
"""What a verifier decides by, if that is more than whether something is there."""


def flaw_of_host_by_refusal(ways: tuple[Way, ...]) -> TrustFlaw | None:
    """What is wrong with a verifier that returns nothing, and throws where it refuses."""
    told = flaw_of_host(tuple(way if way.thrown else way._replace(number=1) for way in ways))
    return told._replace(shown=NEVER) if told and told.flaw is Flaw.ACCEPTS_ALL and told.shown else told


def flaw_of_host(ways: tuple[Way, ...]) -> TrustFlaw | None:
    """What is wrong with a verifier."""
    accepting = _accepting(ways)
    if not accepting:
        return None
    returning = [way for way in ways if way.thrown is None]
    refusing, bad = _refusing(ways), unasked(ways)
    refuses = len(returning) > len(accepting) or any(way.thrown for way in ways)
    if len(bad) == len(accepting):
        if all(way.number for way in bad) and not (refuses and _meant(ways)):
            shown = ALWAYS if not refuses else ()
            return TrustFlaw(Flaw.ACCEPTS_ALL, shown=shown)
        return _compares_names(bad, ways)
    asked = any(map(may_have_refused, accepting))
    if bad and not (asked or refuses) and all(way.number for way in accepting):
        return TrustFlaw(Flaw.ACCEPTS_ALL, shown=ALWAYS)  # it asks, and does not heed the answer
    said = [one for way in returning for one in _said(way)]
    skip = skipping(said, lambda way: way.number != 0 and not _asks_certificate(way, refusing))
    if skip is None:
        return _substring(accepting) or unexplained(bad)
    when, test = skip
    sure = Confidence.LIKELY if when in UNCERTAIN else Confidence.CONFIRMED
    return TrustFlaw(Flaw.SKIPS, when, sure, (f"true by a test of {test.what or 'a parameter'}",))


def _accepting(ways: tuple[Way, ...]) -> list[Way]:
    return [way for way in ways if way.thrown is None and way.number != 0]


def _refusing(ways: tuple[Way, ...]) -> frozenset[Test]:
    """The conditions that a refusal may depend on."""
    return conditions(way for way in ways if way.thrown is not None or not way.number)


def unasked(ways: tuple[Way, ...]) -> list[Way]:
    """The ways on which a verifier accepts without asking the certificate for whom it is."""
    refusing = _refusing(ways)
    return [way for way in _accepting(ways) if not _asks_certificate(way, refusing)]


def _meant(ways: Iterable[Way]) -> bool:
    """Whether something other than null decides."""
    return any(_about(way) & _MEANT for way in ways)


def _about(way: Way) -> About:
    """What the answer rests on, and the conditions by which it was chosen."""
    telling = (test.about for test in way.tests if test.about & (_SETTINGS | About.COMPARED))
    return way.returned | together(telling)


def _said(way: Way) -> tuple[Way, ...]:
    """A way by what it returns; yes and no if that is not constant."""
    if way.number is not None:
        return (way,)
    return tuple(
        way._replace(number=number, tests=way.tests | {Test(way.returned, side, "what it returns")})
        for number, side in ((1, SET), (0, NOT_SET))
    )


def _asks_certificate(way: Way, refusing: frozenset[Test]) -> bool:
    if may_have_refused(way):
        return True
    heeded = [test.about for test in heeded_by(way, refusing) if not _is_refusal(test)]
    return any(map(_asks, (way.returned, *heeded)))


def _asks(about: About) -> bool:
    """Whether a value or a condition rests on what the certificate says of whom it is for.

    Not so on how many certificates there are, how long their names, or until when they are valid.
    """
    if about & (About.VERIFIED | About.OPAQUE):
        return True
    if about & About.COMPARED:
        asks = About.NAMES in about or not about & About.DATES
    else:
        asks = bool(about & (About.NAMES | COMPARABLE | About.IDENTITY)) and not about & About.LENGTH
    return asks and bool(about & About.CERTIFICATE)


def _is_refusal(test: Test) -> bool:
    """Whether another verifier was asked and said no."""
    by_another = test.about & About.VERIFIED and test.about in About.VERIFIED | About.HOST | About.SESSION
    return bool(by_another and test.taken == NOT_SET)


def _compares_names(bad: list[Way], ways: tuple[Way, ...]) -> TrustFlaw | None:
    """True because of the name that was asked for, or of a setting, and never of the certificate."""
    if together(map(_about, ways)) & (About.HOST | About.SESSION):
        what = sorted(
            {test.what for way in ways for test in way.tests if test.about & About.HOST and test.what}
        )
        return TrustFlaw(Flaw.IGNORES_CERTIFICATE, shown=tuple(what))
    return unexplained(one for way in bad for one in _said(way) if one.number)


def _substring(accepting: list[Way]) -> TrustFlaw | None:
    """Content with a part of a name that the certificate has."""
    for way in accepting:
        if may_have_refused(way):
            return None
        compared = [test.about for test in way.tests if test.about & About.COMPARED]
        if way.returned & About.COMPARED:
            compared.append(way.returned)
        named = [about for about in compared if about & About.CERTIFICATE]
        if not named or not all(About.SUBSTRING | About.NAMES in about for about in named):
            return None
        if together(named) & (COMPARABLE | About.OPAQUE | About.VERIFIED):
            return None
    return TrustFlaw(Flaw.SUBSTRING, confidence=Confidence.LIKELY, shown=("compares a part of a name",))
