"""Calls: of code that is known by its name, of helpers that are run as well, and of what is not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.calls import arguments_of, passed_kinds
from pincompiler.android.dex.refs import parameters
from pincompiler.shipped.android.trust.meanings import OF_SHOWN, SHOWN, Meaning, meaning, of_own_key, unknown
from pincompiler.shipped.android.trust.vocabulary import NOTHING, SUBJECTS, About, EventKind, together
from pincompiler.shipped.android.trust.ways.callbacks import callback, deciding, kept_of, part_of
from pincompiler.shipped.android.trust.ways.constants import created
from pincompiler.shipped.android.trust.ways.contracts import settled
from pincompiler.shipped.android.trust.ways.lineage import Contents, Made, Maker, Val, Words, made_at
from pincompiler.shipped.android.trust.ways.way import Event

if TYPE_CHECKING:
    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.shipped.android.trust.ways.asking import Others
    from pincompiler.shipped.android.trust.ways.callbacks import Callback
    from pincompiler.shipped.android.trust.ways.conditions import Conditions
    from pincompiler.shipped.android.trust.ways.frontier import Frontier, Progress
    from pincompiler.shipped.android.trust.ways.lineage import Inside, Lineage, Origin
    from pincompiler.shipped.android.trust.ways.logic import Logic
    from pincompiler.shipped.android.trust.ways.way import Ways

_ANY: Final = "Ljava/lang/Throwable;"
_KEYS: Final = About.KEY | About.ENCODING | About.DIGEST | About.IDENTITY
_TEXTS: Final = frozenset(
    {"Ljava/lang/String;", "Ljava/lang/CharSequence;", "Ljava/lang/Throwable;", "I", "Z"}
)
_REDUCE: Final = frozenset({"removeAll", "retainAll"})
"""Methods of collections that leave in it what is, or is not, in another."""
_IMMUTABLE: Final = frozenset(
    {
        *("Ljava/lang/String;", "Ljava/security/cert/X509Certificate;", "Ljavax/net/ssl/SSLSession;"),
        *("Landroid/net/http/SslError;", "Landroid/util/Log;", "Ljava/security/Principal;"),
    }
)


class Calls:
    """Those of one method."""

    __slots__ = ("_body", "_conditions", "_frontier", "_lineage", "_logic", "_others")

    def __init__(
        self,
        others: Others,
        body: MethodBody,
        lineage: Lineage,
        frontier: Frontier,
        conditions: Conditions,
        logic: Logic,
    ) -> None:
        self._logic = logic
        self._others = others
        self._body = body
        self._lineage = lineage
        self._frontier = frontier
        self._conditions = conditions

    def call(self, one: Instruction, place: int, registers: list[Val], state: Progress) -> None:
        """Go on behind a call, or to where what it throws is caught."""
        ref, here = self._body.dex.method_ref(one.reference or 0), made_at(one.offset)
        passed = arguments_of(one, passed_kinds(one.opcode, ref), registers)
        self._lineage.names[here] = f"{ref.class_name}->{ref.name}"
        if ref.descriptor.endswith(")Z"):
            self._lineage.bools.add(here)
            if self._logic.call(ref, passed, here, place, registers, state):
                return
        if ref.descriptor[ref.descriptor.rfind(")") + 1] in "L[":
            self._lineage.objects.add(here)
        known = meaning(ref)
        found = callback(self._others, self._lineage, ref, passed)
        ways = self._run(found) if found else None
        if found and ways:
            self._mix(one, ref, passed, followed=False)
            ran = Event(EventKind.RAN, self._own(found.passed[:1])[0], one.offset)
            after = state._replace(events=state.events | {ran})
            self._helped(one, place, found.passed, registers, after, ways)
            return
        body = None if known else self._others.target(ref, one.opcode)
        inner = self._inside(body, passed) if body else None
        if body and ref.name == "<init>" and (part := part_of(self._others, body, passed)) is not None:
            self._lineage.parts[passed[0].origin] = part
        self._mix(one, ref, passed, followed=inner is not None)
        if inner is None:
            self._outside(one, place, ref, passed, registers, state, known or unknown(ref))
        else:
            self._helped(one, place, passed, registers, state, inner)

    def _run(self, found: Callback) -> Ways | None:
        """The ways through what a call has run, unless it is not known which of several that is."""
        ways = self._inside(found.body, found.passed)
        parted = ways and any(test.about & About.CLASS_ID for way in ways.ways for test in way.tests)
        return None if parted else ways

    def _mix(self, one: Instruction, ref: MethodRef, passed: list[Val], *, followed: bool) -> None:
        """The result is made of the arguments; an object is made of what is put into it.

        Not so that of a helper: it is known what it is about.
        """
        origins = {value.origin for value in passed if value.number is None}
        if not followed:
            self._lineage.make(made_at(one.offset), origins)
        if one.opcode not in opcodes.INVOKE_STATIC and passed and ref.class_name not in _IMMUTABLE:
            receiver = passed[0].origin
            if ref.name in _REDUCE:
                self._lineage.add(receiver, About.COMPARED)
            if receiver.maker is Maker.INSTRUCTION:
                self._lineage.met.setdefault(receiver, set()).update(origins - {receiver})
        if ref.class_name == "Ljava/lang/System;" and ref.name == "arraycopy":
            self._lineage.holds.setdefault(passed[2].origin, set()).update(origins)

    def _inside(self, body: MethodBody, passed: list[Val]) -> Ways | None:
        """The ways through a helper, if they are known and few."""
        about = tuple(self._lineage.about(value.origin) for value in passed)
        given = tuple(map(self._lineage.given, passed))
        if all(one.inside is None or (isinstance(one.inside, Words) and one.inside.whole) for one in given):
            # What constant texts say is of no matter by itself, and a helper has the same ways for all.
            given = tuple(one._replace(inside=None) for one in given)
        return self._others.ways(body, about, given)

    def _outside(
        self,
        one: Instruction,
        place: int,
        ref: MethodRef,
        passed: list[Val],
        registers: list[Val],
        state: Progress,
        what: Meaning,
    ) -> None:
        """A call of code that is not followed."""
        here = made_at(one.offset)
        if what.event is EventKind.RETHROW and self._lineage.about(passed[0].origin) & About.EXCEPTION:
            self._frontier.land(one.offset, _ANY, "", registers, state)
            return
        what = self._meant(ref, passed, what)
        self._lineage.add(here, what.about)
        result = ref.descriptor[ref.descriptor.rfind(")") + 1 :]
        if result.startswith("L"):
            self._lineage.classes[here] = result
        name = _short(ref)
        for thrown in what.throws:
            self._frontier.land(one.offset, thrown, name, registers, state)
        if self._others.failing and not what.throws:
            self._frontier.fail(one.offset, name, registers, state)
        events = state.events
        if what.event:
            events |= {Event(what.event, name, one.offset)}
        events |= self._handed(one, ref, passed) | self._given_away(one, ref, passed, what)
        value = settled(ref, passed, here, self._lineage, self._others.kind)
        after = _left(ref, passed, registers, known=value is not None)
        self._frontier.go_on(place, after, state._replace(result=value or Val(here), events=events))

    def _meant(self, ref: MethodRef, passed: list[Val], what: Meaning) -> Meaning:
        """What a call means by what it is passed."""
        if what.event is EventKind.RETHROW:
            return Meaning()
        if what.event is EventKind.OPAQUE and not self._may_decide(ref, passed):
            return Meaning(About.ANSWER | self._kind_told(passed))
        if what.event is EventKind.GUARD and len(passed) > 1:
            return of_own_key(ref, self._lineage.about(passed[1].origin)) or what
        if what.about & About.COMPARED and self._compares_nothing(ref, passed):
            return Meaning()
        if not what.event and self._own(passed) and self._may_decide(ref, passed):
            return Meaning(what.about | self._lambda_tells(ref, passed))
        return what

    def _kind_told(self, passed: list[Val]) -> About:
        """``ERROR_KIND`` where code that is not followed is passed which error it is, else nothing."""
        origins = {
            one for value in passed if value.number is not None for one in self._lineage.sources(value)
        }
        told = together(self._lineage.adds.get(one, NOTHING) for one in origins)
        return told & About.ERROR_KIND

    def _compares_nothing(self, ref: MethodRef, passed: list[Val]) -> bool:
        """Whether what a server shows is compared with null or with itself: by any chain the answer is the same."""
        kinds = parameters(ref.descriptor)
        given = passed[len(passed) - len(kinds) :]
        if any(value.number == 0 and kind[0] in "L[" for value, kind in zip(given, kinds, strict=True)):
            return True
        # Not of what a collection met before: it may have been asked for the same certificate.
        abouts = [self._lineage.about(value.origin, met=False) for value in passed]
        return len(passed) > 1 and all(about & SHOWN and about in OF_SHOWN for about in abouts)

    def _lambda_tells(self, ref: MethodRef, passed: list[Val]) -> About:
        """What the answer of a library is about that runs the app's code on what is to be checked."""
        subjects = [value for value in passed if self._lineage.about(value.origin) & SUBJECTS]
        found = deciding(self._others, self._lineage, ref, passed, subjects[0])
        ways = self._run(found) if found else None
        if ways is None or any(way.events for way in ways.ways):
            return About.OPAQUE
        tests = together(test.about for way in ways.ways for test in way.tests)
        return tests | together(way.returned for way in ways.ways)

    def _own(self, passed: list[Val]) -> list[str]:
        """The classes of the app of which a call is passed objects; of merged ones, with the part: ``La;#1``."""
        found = []
        for value in passed:
            name, part = self._lineage.classes.get(value.origin, ""), self._lineage.parts.get(value.origin)
            if self._others.program.class_def(name):
                found.append(name if part is None else f"{name}#{part}")
        return found

    def _handed(self, one: Instruction, ref: MethodRef, passed: list[Val]) -> frozenset[Event]:
        """That an object of the app gets what decides on an error: is made with it, or is passed along with it."""
        names = self._own(passed[:1] if ref.name == "<init>" else passed if meaning(ref) else [])
        if not names or not self._passes_handler(passed):
            return frozenset()
        return frozenset(Event(EventKind.HANDED, name, one.offset) for name in names)

    def _passes_handler(self, passed: list[Val]) -> bool:
        return any(self._lineage.about(value.origin) & About.HANDLER for value in passed)

    def _given_away(
        self, one: Instruction, ref: MethodRef, passed: list[Val], what: Meaning
    ) -> frozenset[Event]:
        """That code which is not followed gets what decides on an error."""
        gone = what.event is EventKind.OPAQUE and self._passes_handler(passed)
        return frozenset({Event(EventKind.GIVEN, _short(ref), one.offset)} if gone else ())

    def _may_decide(self, ref: MethodRef, passed: list[Val]) -> bool:
        """Whether code that is not seen is given what it could refuse; a text for a log is not."""
        kinds = parameters(ref.descriptor)
        texts_only = ref.descriptor.endswith(")V") and all(kind in _TEXTS for kind in kinds)
        for value in passed:
            about = self._lineage.about(value.origin)
            if about & SUBJECTS and (not texts_only or about & _KEYS):
                return True
        return False

    def _helped(
        self,
        one: Instruction,
        place: int,
        passed: list[Val],
        registers: list[Val],
        state: Progress,
        inner: Ways,
    ) -> None:
        """A call of a helper: once for each way through it."""
        # What an object keeps that was made here is no choice of the class: it is where an iterator stands.
        told = ~About.FIELD if passed and passed[0].origin in self._lineage.new else ~NOTHING
        for way in inner.ways:
            tests = state.tests.union(
                self._conditions.of_helper(test._replace(about=test.about & told)) for test in way.tests
            )
            events = state.events | {event._replace(offset=one.offset) for event in way.events}
            events |= self._handed(one, self._body.dex.method_ref(one.reference or 0), passed)
            after = state._replace(tests=tests, events=events)
            if way.thrown is not None:
                self._frontier.land(one.offset, way.thrown, "", registers, after)
                continue
            here = made_at(one.offset)
            self._lineage.add(here, way.returned & told)
            returned = _argument(passed, way.argument)
            number = way.number if self._lineage.folds(here, passed) else None
            made = Val(here, number, something=isinstance(way.inside, int | Words), inside=way.inside)
            result = made if returned is None else returned
            ref = self._body.dex.method_ref(one.reference or 0)
            inside = kept_of(self._others, ref, one.opcode, passed) if ref.name == "<init>" else None
            left = _left(ref, passed, registers, known=False, inside=inside)
            self._frontier.go_on(place, left, after._replace(result=result))


def _argument(passed: list[Val], which: Origin | None) -> Val | None:
    """What a helper returns of what it was passed; none if it is another value."""
    if which is None:
        return None
    value = passed[which.number]
    if not which.field:
        return value
    return value.inside.value(which.field) if isinstance(value.inside, Made) else None


def _left(
    ref: MethodRef, passed: list[Val], registers: list[Val], *, known: bool, inside: Inside = None
) -> list[Val]:
    """Registers after a call: a new object has in it what it was made of; what gets items may change them."""
    if ref.name == "<init>":
        changed: dict[Origin, Inside] = {passed[0].origin: inside or created(ref, passed)}
    elif known:
        return registers
    else:
        changed = {
            value.origin: _unchanged(value) for value in passed if isinstance(value.inside, Contents | Made)
        }
    return [
        value._replace(inside=changed[value.origin]) if value.origin in changed else value
        for value in registers
    ]


def _unchanged(value: Val) -> Inside:
    """What is in an object for sure once other code has got hold of it."""
    return Made(value.inside.fields) if isinstance(value.inside, Made) else None


def _short(ref: MethodRef) -> str:
    """``X509TrustManager.checkServerTrusted``."""
    simple = ref.class_name.rpartition("/")[2].rstrip(";")
    return f"{simple}.{ref.name}"
