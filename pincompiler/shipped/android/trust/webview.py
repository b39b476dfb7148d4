"""What a WebView's client does when the certificate of a page was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.calls import calls_in
from pincompiler.android.dex.refs import parameters
from pincompiler.base.finding import Confidence
from pincompiler.facts.trust import Flaw, When
from pincompiler.shipped.android.trust.judging import (
    COMPARABLE,
    UNCERTAIN,
    TrustFlaw,
    condition,
    is_strong,
    shown_by,
    skipping,
    unexplained,
)
from pincompiler.shipped.android.trust.meanings import HANDLER
from pincompiler.shipped.android.trust.vocabulary import NOTHING, About, EventKind
from pincompiler.shipped.android.trust.ways import Given, Mode

if TYPE_CHECKING:
    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.trust.ways import Explorer, Test, Way

_CLICKS: Final = frozenset(
    {"Landroid/content/DialogInterface$OnClickListener;", "Landroid/view/View$OnClickListener;"}
)
_DEEPEST: Final = 3
_SKIPPING: Final = frozenset(
    {
        *(When.DEBUGGABLE, When.NOT_DEBUGGABLE, When.DEBUG_BUILD, When.ANDROID_VERSION),
        *(When.SETTING, When.ANSWER),
    }
)
_NOT_READ: Final = TrustFlaw(Flaw.SKIPS, When.UNREAD, Confidence.LIKELY)
_IDLE: Final = About.PRESENCE | About.HANDLER | About.LENGTH | About.LOOP | About.NULL | About.ITEM
"""What tells of nothing but whether something is there, or how often."""


def judge_error(explorer: Explorer, ways: tuple[Way, ...], receiver: str = "") -> TrustFlaw | None:
    """What is wrong with it; none if nothing makes the page load, or the certificate itself does.

    For the ``receiver``, see :class:`~pincompiler.shipped.android.trust.ways.Mode`.
    """
    returning = [way for way in ways if way.thrown is None]
    going_on = [way for way in returning if _does(way, EventKind.PROCEED)]
    if not going_on:
        return _later(explorer, ways, receiver)
    shown = ("calls SslErrorHandler.proceed",)
    if len(going_on) == len(returning):
        return TrustFlaw(Flaw.ACCEPTS_ALL, shown=shown)
    skip = skipping(returning, lambda way: _does(way, EventKind.PROCEED))
    if skip and skip[0] in _SKIPPING:
        return TrustFlaw(Flaw.SKIPS, skip[0], _sure(skip[0]), (*shown, f"by a test of {skip[1].what}"))
    bad = [way for way in going_on if not any(map(_is_of_key, way.tests))]
    if any(all(map(_is_idle, way.tests)) for way in bad):
        return TrustFlaw(Flaw.ACCEPTS_ALL, confidence=Confidence.LIKELY, shown=shown)
    found = _reason(bad) or unexplained(bad) or (_NOT_READ if bad else _unseen(going_on))
    return found and found._replace(shown=(*shown, *found.shown))


def _does(way: Way, kind: EventKind) -> bool:
    return any(event.kind is kind for event in way.events)


def _sure(when: When) -> Confidence:
    return Confidence.LIKELY if when in UNCERTAIN else Confidence.CONFIRMED


def _is_of_key(test: Test) -> bool:
    """Whether the whole certificate or its key is compared, or unknown code looks at the error."""
    about = test.about
    return is_strong(test) or bool(
        about & (About.ERROR | About.CERTIFICATE) and about & (COMPARABLE | About.OPAQUE)
    )


def _is_idle(test: Test) -> bool:
    """Whether a condition only asks whether there is something that the platform passes."""
    return test.about in _IDLE and bool(test.about & (About.PRESENCE | About.HANDLER | About.LOOP))


def _reason(ways: list[Way]) -> TrustFlaw | None:
    """What lets a page load of what an error tells, the most specific first."""
    tests = sorted({test for way in ways for test in way.tests}, key=lambda one: (one.what, *one.about.words))
    for about, when in (
        (About.CERTIFICATE, When.CERTIFICATE),
        (About.ERROR_KIND, When.ERROR_KIND),
        (About.DEBUGGABLE, When.DEBUGGABLE),
        (About.HOST, When.HOST),
    ):
        for test in tests:
            if test.about & about and condition(test) is not When.NOT_DEBUGGABLE:
                return TrustFlaw(Flaw.SKIPS, when, _sure(when), shown_by(test))
    return None


def _unseen(ways: list[Way]) -> TrustFlaw | None:
    """That code which is not followed looks at the certificate, and may compare it."""
    for test in sorted({test for way in ways for test in way.tests}, key=lambda one: one.what):
        if test.about & About.OPAQUE and not test.about & COMPARABLE:
            return TrustFlaw(Flaw.SKIPS, When.UNSEEN, Confidence.LIKELY, shown_by(test))
    return None


# Decisions left to others.


def _later(explorer: Explorer, ways: tuple[Way, ...], receiver: str) -> TrustFlaw | None:
    """An object that gets hold of the decision, and makes the page load when it is called."""
    events = {event for way in ways for event in way.events}
    ran = {event.what for event in events if event.kind is EventKind.RAN}
    handed = {event.what for event in events if event.kind is EventKind.HANDED} - ran
    for given in sorted(handed):
        name, _, part = given.partition("#")
        cls = explorer.program.class_def(name)
        if cls is None:
            continue
        mode = Mode(receiver)
        if not (_part_loads(explorer, cls, int(part), mode) if part else _makes_it_load(explorer, cls, mode)):
            continue
        asks = bool(_CLICKS & set(cls.interfaces))
        if not asks and _is_adapter(cls):
            continue
        when = When.USER if asks else When.LATER
        sure = Confidence.CONFIRMED if asks else Confidence.LIKELY
        return TrustFlaw(Flaw.SKIPS, when, sure, (f"{name} calls SslErrorHandler.proceed",))
    open_ways = [way for way in ways if not _does(way, EventKind.CANCEL)]
    unseen = {event.what for way in open_ways for event in way.events if event.kind is EventKind.GIVEN}
    if unseen:
        return TrustFlaw(
            Flaw.SKIPS, When.UNSEEN, Confidence.LIKELY, (f"gives the decision to {min(unseen)}",)
        )
    return None


def _part_loads(explorer: Explorer, cls: ClassDef, part: int, mode: Mode) -> bool:
    """Whether one of the classes that R8 merged into one makes the page load; true if it is not known."""
    for method in cls.methods:
        if method.body is None or method.body.is_static or method.ref.name == "<init>":
            continue
        kinds = parameters(method.ref.descriptor)
        about = (NOTHING, *(About.HANDLER if kind == HANDLER else NOTHING for kind in kinds))
        ways = explorer.ways(method.body, about, (Given(something=True, part=part),), mode)
        if not ways.complete or any(_does(way, EventKind.PROCEED) for way in ways.ways):
            return True
    return False


def _makes_it_load(explorer: Explorer, cls: ClassDef, mode: Mode) -> bool:
    waiting = [(method.body, 0) for method in cls.methods if method.body]
    seen: set[MethodBody] = set()
    while waiting and len(seen) < 60:
        body, depth = waiting.pop(0)
        if body in seen:
            continue
        seen.add(body)
        for ref, opcode in calls_in(body):
            if (ref.class_name, ref.name) == (HANDLER, "proceed"):
                return True
            if depth < _DEEPEST and (HANDLER in ref.descriptor or ref.class_name == cls.name):
                target = explorer.target(ref, opcode, mode.receiver)
                if target:
                    waiting.append((target, depth + 1))
    return False


def _is_adapter(cls: ClassDef) -> bool:
    """Whether it only hands on both answers, each by a method of its own, for others to choose."""
    answers: dict[str, set[MethodBody]] = {"proceed": set(), "cancel": set()}
    for body in (method.body for method in cls.methods if method.body):
        for ref, _ in calls_in(body):
            if ref.class_name == HANDLER and ref.name in answers:
                answers[ref.name].add(body)
    return bool(answers["cancel"] - answers["proceed"])
