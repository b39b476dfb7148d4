"""What a WebView's client does when the certificate of a page was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.calls import calls_in
from pincompiler.android.dex.refs import parameters
from pincompiler.base.bounds import WEB_DEPTH, WEB_METHODS
from pincompiler.base.finding import Confidence
from pincompiler.facts.trust import Flaw, When
from pincompiler.shipped.android.trust.flaws import (
    COMPARABLE,
    UNCERTAIN,
    TrustFlaw,
    by_kind_of_class,
    condition,
    conditions,
    heeded_by,
    is_strong,
    shown_by,
    skipping,
    unexplained,
    without_failed,
)
from pincompiler.shipped.android.trust.meanings import HANDLER
from pincompiler.shipped.android.trust.vocabulary import NOTHING, About, EventKind
from pincompiler.shipped.android.trust.ways import Given

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.trust.ways import Explorer, Mode, Test, Way, Ways

KINDS: Final = {
    0: "SSL_NOTYETVALID",
    1: "SSL_EXPIRED",
    2: "SSL_IDMISMATCH",
    3: "SSL_UNTRUSTED",
    4: "SSL_DATE_INVALID",
    5: "SSL_INVALID",
}
"""What an SslError may be of, by android.net.http.SslError's constants."""
_NOT_REPORTED: Final = frozenset({0, 1})
"""Those that Chromium's WebView reports of no certificate.  Any other is what an attacker's certificate brings about.

``org.chromium.android_webview.SslUtil.sslErrorFromNetErrorCode`` makes IDMISMATCH, DATE_INVALID, UNTRUSTED and
INVALID, and nothing else.  ``org.chromium.net.X509Util.verifyServerCertificates`` looks at the leaf's dates and key
usage *before* it asks the trust manager, and ``cert_verify_proc_android.cc`` makes of the dates CERT_STATUS_DATE_INVALID
alone: a certificate that an attacker signed is DATE_INVALID once it has expired, and no longer UNTRUSTED.
"""
_CLICKS: Final = frozenset(
    {"Landroid/content/DialogInterface$OnClickListener;", "Landroid/view/View$OnClickListener;"}
)
_SKIPPING: Final = frozenset(
    {
        *(When.DEBUGGABLE, When.NOT_DEBUGGABLE, When.DEBUG_BUILD, When.ANDROID_VERSION),
        *(When.SETTING, When.ANSWER),
    }
)
_NOT_READ: Final = TrustFlaw(Flaw.SKIPS, When.UNREAD, Confidence.LIKELY)
_THERE: Final = About.PRESENCE | About.HANDLER | About.LENGTH | About.LOOP
_IDLE: Final = _THERE | About.NULL | About.ITEM | About.HOST | About.ERROR | About.VIEW
"""What is about nothing but whether something is there, how often, or how long it is."""
_CHOSEN: Final = _IDLE | About.CERTIFICATE | About.NAMES | About.DATES | About.COMPARED | About.SUBSTRING
"""What whoever makes a certificate chooses."""


def asks_kind(ways: Ways) -> bool:
    """Whether it makes a difference which error it is."""
    return any(test.about & About.ERROR_KIND for way in ways.ways for test in way.tests)


def flaws_of_kinds(
    explorer: Explorer, by_kind: Mapping[int, Ways | None], mode: Mode
) -> tuple[TrustFlaw, ...] | None:
    """What is wrong with it by the ways for each kind of error, of each class that R8 made it of."""
    parted = {
        kind: by_kind_of_class(ways) for kind, ways in by_kind.items() if ways is not None and ways.complete
    }
    if len(parted) < len(by_kind):
        return None
    found: dict[TrustFlaw, None] = {}
    for part in dict.fromkeys(part for parts in parted.values() for part in parts):
        said = {kind: flaw_of_error(explorer, parts.get(part, ()), mode) for kind, parts in parted.items()}
        found |= dict.fromkeys(_of_kinds(said))
    return tuple(found)


def _of_kinds(said: Mapping[int, TrustFlaw | None]) -> Iterator[TrustFlaw]:
    """What to say of a client of which something is said for some kinds of errors."""
    if len(set(said.values())) == 1:
        yield from filter(None, {*said.values()})
        return
    through = {kind: one for kind, one in said.items() if one and one.flaw is Flaw.ACCEPTS_ALL}
    provoked = [kind for kind in through if kind not in _NOT_REPORTED]
    if through:
        kinds = provoked or list(through)
        when = When.PROVOKED if provoked else When.ERROR_KIND
        names = ", ".join(f"SslError.{KINDS[kind]}" for kind in kinds)
        yield TrustFlaw(Flaw.SKIPS, when, shown=(*through[kinds[0]].shown, f"for {names}"))
    yield from dict.fromkeys(one for kind, one in said.items() if one and kind not in through)


def flaw_of_error(explorer: Explorer, ways: tuple[Way, ...], mode: Mode) -> TrustFlaw | None:
    """What is wrong with it; none if nothing makes the page load, or the certificate itself does."""
    returning = [way for way in ways if way.thrown is None]
    going_on = [way for way in returning if _does(way, EventKind.PROCEED)]
    if not going_on:
        return _later(explorer, ways, mode)
    shown = ("calls SslErrorHandler.proceed",)
    bad = unchecked(ways)
    if len(bad) == len(returning):
        return TrustFlaw(Flaw.ACCEPTS_ALL, shown=shown)
    skip = skipping(returning, lambda way: way in bad)
    if skip and skip[0] in _SKIPPING:
        return TrustFlaw(Flaw.SKIPS, skip[0], _sure(skip[0]), (*shown, f"by a test of {skip[1].what}"))
    bad = without_failed(bad, _refusing(ways))
    if any(all(map(_is_idle, way.tests)) for way in bad):
        return TrustFlaw(Flaw.ACCEPTS_ALL, confidence=Confidence.LIKELY, shown=shown)
    found = _open(bad) or _reason(bad) or unexplained(bad) or (_NOT_READ if bad else _unseen(going_on))
    return found and found._replace(shown=(*shown, *found.shown))


def _is_checked(way: Way, heeded: frozenset[Test]) -> bool:
    """Whether the certificate or its key is checked on a way, or compared by a condition that refuses others."""
    return _does(way, EventKind.GUARD) or any(map(_is_of_key, heeded_by(way, heeded)))


def unchecked(ways: tuple[Way, ...]) -> list[Way]:
    """The ways on which the page loads, and nothing of its key or of the whole certificate is checked."""
    heeded = _refusing(ways)
    going_on = [way for way in ways if way.thrown is None and _does(way, EventKind.PROCEED)]
    return [way for way in going_on if not _is_checked(way, heeded)]


def _refusing(ways: tuple[Way, ...]) -> frozenset[Test]:
    """The conditions on the ways on which the page does not load."""
    return conditions(way for way in ways if not _does(way, EventKind.PROCEED))


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
    return test.about in _IDLE and bool(test.about & _THERE)


def _open(ways: list[Way]) -> TrustFlaw | None:
    """Ways that whoever makes a certificate can have it take: it has the names and dates that are asked for."""
    for way in ways:
        chosen = [test for test in way.tests if not _is_idle(test)]
        if chosen and all(test.about & About.CERTIFICATE and test.about in _CHOSEN for test in chosen):
            test = min(chosen, key=lambda one: (one.what, one.about.words))
            return TrustFlaw(Flaw.SKIPS, When.CERTIFICATE, Confidence.LIKELY, shown_by(test))
    return None


def _reason(ways: list[Way]) -> TrustFlaw | None:
    """What of an error lets a page load, the most specific first."""
    tests = sorted({test for way in ways for test in way.tests}, key=lambda one: (one.what, *one.about.words))
    for about, when in (
        (About.DEBUGGABLE, When.DEBUGGABLE),
        (About.HOST, When.HOST),
    ):
        for test in tests:
            if test.about & about and condition(test) is not When.NOT_DEBUGGABLE:
                others = when is When.HOST and all(map(_of_other_hosts, ways))
                named = When.OTHER_HOSTS if others else when
                return TrustFlaw(Flaw.SKIPS, named, _sure(named), shown_by(test))
    return None


def _of_other_hosts(way: Way) -> bool:
    """Whether a way is taken by all hosts but those that are named."""
    of_hosts = [test for test in way.tests if test.about & About.HOST]
    return all(condition(test) is When.OTHER_HOSTS for test in of_hosts)


def _unseen(ways: list[Way]) -> TrustFlaw | None:
    """That code which is not followed looks at the certificate, and may compare it."""
    for test in sorted({test for way in ways for test in way.tests}, key=lambda one: one.what):
        if test.about & About.OPAQUE and not test.about & COMPARABLE:
            return TrustFlaw(Flaw.SKIPS, When.UNSEEN, Confidence.LIKELY, shown_by(test))
    return None


# Decisions left to others.


def _later(explorer: Explorer, ways: tuple[Way, ...], mode: Mode) -> TrustFlaw | None:
    """An object that gets hold of the decision, and makes the page load when it is called."""
    events = {event for way in ways for event in way.events}
    ran = {event.what for event in events if event.kind is EventKind.RAN}
    handed = {event.what for event in events if event.kind is EventKind.HANDED} - ran
    far = ""
    for given in sorted(handed):
        name, _, part = given.partition("#")
        cls = explorer.program.class_def(name)
        if cls is None:
            continue
        loads = _part_loads(explorer, cls, int(part), mode) if part else _makes_it_load(explorer, cls, mode)
        far = name if loads is None else far
        if not loads:
            continue
        asks = bool(_CLICKS & set(cls.interfaces))
        if not asks and _is_adapter(cls):
            continue
        when = When.USER if asks else When.LATER
        sure = Confidence.CONFIRMED if asks else Confidence.LIKELY
        return TrustFlaw(Flaw.SKIPS, when, sure, (f"{name} calls SslErrorHandler.proceed",))
    open_ways = [way for way in ways if not _does(way, EventKind.CANCEL)]
    unseen = {event.what for way in open_ways for event in way.events if event.kind is EventKind.GIVEN}
    if far:
        unseen.add(f"{far}, which leads too far to be followed")
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


def _makes_it_load(explorer: Explorer, cls: ClassDef, mode: Mode) -> bool | None:
    """Whether some method of a class does, or what it calls; none if that leads too far to be known."""
    waiting = [(method.body, 0) for method in cls.methods if method.body]
    seen: set[MethodBody] = set()
    far = False
    while waiting:
        body, depth = waiting.pop(0)
        if body in seen:
            continue
        if len(seen) >= WEB_METHODS.limit:
            return None
        seen.add(body)
        for ref, opcode in calls_in(body):
            if (ref.class_name, ref.name) == (HANDLER, "proceed"):
                return True
            if HANDLER in ref.descriptor or ref.class_name == cls.name:
                target = explorer.target(ref, opcode, mode.receiver)
                if target and depth < WEB_DEPTH.limit:
                    waiting.append((target, depth + 1))
                else:
                    far |= target is not None and target not in seen
    return None if far else False


def _is_adapter(cls: ClassDef) -> bool:
    """Whether it only hands on both answers, each by a method of its own, for others to choose."""
    answers: dict[str, set[MethodBody]] = {"proceed": set(), "cancel": set()}
    for body in (method.body for method in cls.methods if method.body):
        for ref, _ in calls_in(body):
            if ref.class_name == HANDLER and ref.name in answers:
                answers[ref.name].add(body)
    return bool(answers["cancel"] - answers["proceed"])
