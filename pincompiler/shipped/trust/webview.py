"""What a WebView's client does when the certificate of a page was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.dex import opcodes
from pincompiler.facts.trust import Flaw, When
from pincompiler.finding import Confidence
from pincompiler.shipped.trust.judging import Judged, condition, is_strong, skipping
from pincompiler.shipped.trust.meanings import HANDLER, OPAQUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.dex.classes import ClassDef, MethodRef
    from pincompiler.dex.method import MethodBody
    from pincompiler.shipped.trust.ways import Explorer, Test, Way

_CLICKS: Final = frozenset(
    {"Landroid/content/DialogInterface$OnClickListener;", "Landroid/view/View$OnClickListener;"}
)
_DEEPEST: Final = 3


def judge_error(explorer: Explorer, ways: tuple[Way, ...]) -> Judged | None:
    """What is wrong with it; none if nothing makes the page load, or the certificate itself does."""
    returning = [way for way in ways if way.thrown is None]
    going_on = [way for way in returning if _does(way, "proceed")]
    if not going_on:
        return _later(explorer, ways)
    shown = ("calls SslErrorHandler.proceed",)
    if len(going_on) == len(returning):
        return Judged(Flaw.ACCEPTS_ALL, shown=shown)
    skip = skipping(returning, lambda way: _does(way, "proceed"))
    if skip and skip[0] in {When.DEBUGGABLE, When.NOT_DEBUGGABLE, When.DEBUG_BUILD, When.SETTING}:
        return Judged(Flaw.SKIPS, skip[0], _sure(skip[0]), (*shown, f"by a test of {skip[1].what}"))
    tests = frozenset(test for way in going_on for test in way.tests)
    if any(_is_of_key(test) for test in tests):
        return None
    reason, what = _reason(tests)
    return Judged(Flaw.SKIPS, reason, _sure(reason), (*shown, *((f"by a test of {what}",) if what else ())))


def _does(way: Way, kind: str) -> bool:
    return any(event.kind == kind for event in way.events)


def _sure(when: When) -> Confidence:
    return Confidence.LIKELY if when in {When.SETTING, When.CERTIFICATE} else Confidence.CONFIRMED


def _is_of_key(test: Test) -> bool:
    """Whether the whole certificate or its key is compared, or unknown code looks at the error."""
    labels = test.labels
    return is_strong(test) or bool(
        labels & {"error", "certificate"} and labels & {"key", "encoding", "digest", OPAQUE}
    )


def _reason(tests: frozenset[Test]) -> tuple[When, str]:
    """What lets a page load, the most specific first."""
    for label, when in (
        ("certificate", When.CERTIFICATE),
        ("error-kind", When.ERROR_KIND),
        ("debuggable", When.DEBUGGABLE),
        ("host", When.HOST),
    ):
        for test in sorted(tests, key=lambda one: one.what):
            if label in test.labels:
                return when, test.what
    named = sorted((test.what, reason) for test in tests if (reason := condition(test)))
    return (named[0][1], named[0][0]) if named else (When.SETTING, "")


# Decisions left to others.


def _later(explorer: Explorer, ways: tuple[Way, ...]) -> Judged | None:
    """An object that gets hold of the decision, and makes the page load when it is called."""
    handed = sorted({event.what for way in ways for event in way.events if event.kind == "handed"})
    for name in handed:
        cls = explorer.program.class_def(name)
        if cls is None or not _makes_it_load(explorer, cls):
            continue
        asks = bool(_CLICKS & set(cls.interfaces))
        if not asks and _is_adapter(cls):
            continue
        when = When.USER if asks else When.LATER
        sure = Confidence.CONFIRMED if asks else Confidence.LIKELY
        return Judged(Flaw.SKIPS, when, sure, (f"{name} calls SslErrorHandler.proceed",))
    return None


def _makes_it_load(explorer: Explorer, cls: ClassDef) -> bool:
    waiting = [(method.body, 0) for method in cls.methods if method.body]
    seen: set[MethodBody] = set()
    while waiting and len(seen) < 60:
        body, depth = waiting.pop(0)
        if body in seen:
            continue
        seen.add(body)
        for ref, opcode in _calls(body):
            if (ref.class_name, ref.name) == (HANDLER, "proceed"):
                return True
            if depth < _DEEPEST and (HANDLER in ref.descriptor or ref.class_name == cls.name):
                target = explorer.target(ref, opcode)
                if target:
                    waiting.append((target, depth + 1))
    return False


def _is_adapter(cls: ClassDef) -> bool:
    """Whether it only hands on both answers, each by a method of its own, for others to choose."""
    answers: dict[str, set[MethodBody]] = {"proceed": set(), "cancel": set()}
    for body in (method.body for method in cls.methods if method.body):
        for ref, _ in _calls(body):
            if ref.class_name == HANDLER and ref.name in answers:
                answers[ref.name].add(body)
    return bool(answers["cancel"] - answers["proceed"])


def _calls(body: MethodBody) -> Iterator[tuple[MethodRef, int]]:
    for one in body.instructions:
        if one.opcode in opcodes.INVOKES:
            yield body.dex.method_ref(one.reference or 0), one.opcode
