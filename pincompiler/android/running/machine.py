"""One run: concrete objects, explicit unknowns, and a bound on everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn, Protocol

from pincompiler.android.dex.refs import MethodRef
from pincompiler.android.running.doubts import forget
from pincompiler.android.running.frame import CallKind, Frame
from pincompiler.android.running.statics import Statics
from pincompiler.android.running.steps.table import made
from pincompiler.android.running.values import (
    NULL,
    OBJECT,
    STRING,
    BoundReachedError,
    ClassObject,
    Instance,
    NotKnown,
    StoppedError,
    Thing,
    ThrownError,
    Value,
)
from pincompiler.base.bounds import (
    RUN_CALM_STEPS,
    RUN_DECISIONS,
    RUN_DEPTH,
    RUN_GIVEN_UP,
    RUN_MORE_DECISIONS,
    RUN_OBJECTS,
    RUN_STEPS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable

    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldRef
    from pincompiler.android.running.frame import ReadyCode
    from pincompiler.android.running.image import Image
    from pincompiler.android.running.java.library import JavaLibrary

_PRIMITIVE: Final = frozenset("ZBSCIJFD")


class Fork(NamedTuple):
    """A branch on something unknown."""

    choice: int
    ways: int
    depth: int
    """Calls that were under way."""
    why: str
    """What it is that is not known."""


class Watcher(Protocol):
    """What is done at calls and writes that somebody has a question about."""

    def call(
        self, machine: Machine, ref: MethodRef, args: list[Value], returned: str, run: Callable[[], Value]
    ) -> Value:
        """What a call of a watched class gives; ``run`` runs it."""

    def put(self, machine: Machine, thing: Instance, ref: FieldRef, value: Value) -> None:
        """A field of an object of a watched class is written."""

    def known(self, machine: Machine, unknown: NotKnown, /) -> Value:
        """What an unknown object of a watched class is taken for; itself if nothing better is known."""

    def lost(self, machine: Machine, values: Iterable[Value], /) -> None:
        """Some objects are given to code of the app that is not run."""

    def not_run(self, machine: Machine, ref: MethodRef, args: list[Value], /) -> None:
        """Something is called that has neither code nor a model."""

    def refuses(self, thrown: ThrownError, /) -> bool:
        """Whether an exception is what was asked for, and not what comes of something that was not modelled."""


class Machine:
    """One run of some code; see :class:`~pincompiler.android.running.frame.Running` for what each method is for."""

    def __init__(
        self,
        image: Image,
        library: JavaLibrary,
        decisions: tuple[int, ...] = (),
        *,
        watcher: Watcher | None = None,
        near: Collection[MethodBody] = (),
    ) -> None:
        self.image, self.library, self.watcher = image, library, watcher
        self.near = near
        """Methods on the way to what is asked for: where a call of theirs leads too far, only that is given up."""
        self.patience = RUN_STEPS.limit
        """Instructions of a call of theirs that is not given up yet; if they are fewer than a run's, none is made twice."""
        self.given_up: list[frozenset[MethodBody]] = []
        """The methods that were under way at each call that was given up."""
        self.steps = 0
        """Instructions run."""
        self.frames: list[Frame] = []
        self.taken: list[Fork] = []
        self.decisive: int | None = None
        """Decisions that were taken before the last event that somebody asked for."""
        self._limit = RUN_STEPS.limit
        self.kept: list[Frame] | None = None
        """Every call of a method, if somebody asks for them."""
        self.given: list[Value] = []
        """What the calls gave, then."""
        self.supposes_null = False
        """Whether some unknown object was taken for null."""
        self.missing: dict[str, None] = {}
        """What was called and has no model."""
        self._decisions = decisions
        self._called: dict[tuple[ReadyCode, int], int] = {}
        self._made = 0
        self._statics = Statics(self, image, library)
        self._classes: dict[str, ClassObject] = {}
        self._parts: dict[tuple[Thing, Hashable], NotKnown] = {}
        self._tests: dict[tuple[Thing, Hashable], bool] = {}

    def note(self) -> None:
        """Something happened that was asked for: what comes much later is of no interest."""
        self.decisive = len(self.taken)
        self._limit = min(RUN_STEPS.limit, self.steps + RUN_CALM_STEPS.limit)

    # Unknowns.

    def decide(self, ways: int, default: int, why: str) -> int:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        at = len(self.taken)
        if at >= RUN_DECISIONS.limit + RUN_MORE_DECISIONS.limit * len(self.given_up):
            raise StoppedError("too many branches on what is unknown")
        choice = self._decisions[at] if at < len(self._decisions) else default
        self.taken.append(Fork(choice, ways, len(self.frames), why))
        return choice

    def truth(self, test: int, one: Value, other: Value) -> bool:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        if test > 1:
            for value in (one, other):
                if isinstance(value, NotKnown):
                    return bool(self.decide(2, 0, value.why))
            raise StoppedError("an order of objects")
        return self._are_same(one, other) == (test == 0)

    def _are_same(self, one: Value, other: Value) -> bool:
        one, other = self.known(one), self.known(other)
        if one is other:
            return True
        unknown, rest = (one, other) if isinstance(one, NotKnown) else (other, one)
        if not isinstance(unknown, NotKnown):
            # Two texts of the same units are taken for one object: compilers and ``intern`` make them one.
            return isinstance(one, str) and one == other
        key = (unknown, rest)
        of_number = unknown.cls in _PRIMITIVE
        if key not in self._tests:
            sure = unknown.is_there and rest == NULL and not of_number
            # First: objects are there, loops end, and flags are not set.
            self._tests[key] = not sure and bool(self.decide(2, int(of_number), unknown.why))
        self.supposes_null |= self._tests[key] and rest == NULL and not of_number
        return self._tests[key]

    def part(self, whole: Thing, key: Hashable, kind: str, why: str) -> Value:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        found = self._parts.get((whole, key))
        if found is None:
            found = self._parts[whole, key] = NotKnown(kind, why)
        return found

    def known(self, value: Value) -> Value:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        if self.watcher and isinstance(value, NotKnown) and value.cls in self.image.watched:
            return self.watcher.known(self, value)
        return value

    def not_run(self, ref: MethodRef, args: list[Value]) -> None:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        self.missing[f"{ref.class_name}->{ref.name}"] = None
        if self.watcher:
            self.watcher.not_run(self, ref, args)

    def forget(self, values: Iterable[Value], *, fields: bool = True) -> None:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        if self.watcher and fields:
            values = tuple(values)
            self.watcher.lost(self, values)
        forget(values, fields=fields)

    def charge(self, made: int) -> None:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        self._made += made
        if self._made > RUN_OBJECTS.limit:
            raise BoundReachedError("too many objects")

    def throw(self, cls: str, message: Value = NULL) -> NoReturn:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        thrown = Instance(cls)
        thrown.extra["message"] = message
        raise ThrownError(thrown)

    def class_object(self, name: str) -> ClassObject:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        if name not in self._classes:
            self._classes[name] = ClassObject(name)
        return self._classes[name]

    def class_of(self, value: Value) -> str:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        if isinstance(value, str):
            return STRING
        return value.cls if isinstance(value, Thing) else OBJECT

    def is_instance(self, value: Value, wanted: str) -> bool:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        return self.image.is_subtype(self.class_of(value), wanted)

    def may_be(self, value: Value, wanted: str) -> bool:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        return self.image.may_be(self.class_of(value), wanted)

    def is_defined(self, name: str) -> bool:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        return self.image.program.class_def(name) is not None

    def supers(self, name: str) -> tuple[str, ...]:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        return self.image.supers(name)

    def has_code(self, cls: str, name: str, descriptor: str) -> bool:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        return self.image.virtual(cls, name, descriptor) is not None

    def new(self, name: str) -> Value:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        self.charge(1)
        if self.is_defined(name):
            self.initialise(name)
            return Instance(name, is_open=name in self.image.left_out)
        return self.library.new(name)

    def put(self, thing: Thing, ref: FieldRef, value: Value) -> None:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        if isinstance(thing, Instance):
            thing.fields[ref] = value
            if self.watcher and thing.cls in self.image.watched:
                self.watcher.put(self, thing, ref, value)
        elif not isinstance(thing, NotKnown):
            raise StoppedError("a field of an object that is modelled")

    def initialise(self, name: str) -> None:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        self._statics.initialise(name)

    def get_static(self, ref: FieldRef) -> Value:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        return self._statics.get(ref)

    def statics(self) -> Iterable[Value]:
        """What the static fields hold that were initialised."""
        return self._statics.values.values()

    def put_static(self, ref: FieldRef, value: Value) -> None:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        self._statics.put(ref, value)

    def instances_of(self, name: str) -> tuple[FieldRef, ...]:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        return self.image.instances_of(name)

    # Calls.

    def invoke(self, kind: CallKind, ref: MethodRef, args: list[Value], returned: str) -> Value:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        if not self.frames or self.frames[-1].code.body not in self.near:
            return self._watched(kind, ref, args, returned)
        depth, taken, place = len(self.frames), len(self.taken), self._place()
        if place not in self.image.too_far:
            usual = self._limit
            lowered = self._limit = usual if self._is_near(ref) else min(usual, self.steps + self.patience)
            try:
                return self._watched(kind, ref, args, returned)
            except StoppedError:
                if len(self.given_up) >= RUN_GIVEN_UP.limit or self.steps > usual:
                    raise
            except ThrownError as thrown:
                # Where no decision asked for it, an app would not throw what nobody catches: something was not modelled.
                refused = self.watcher is not None and self.watcher.refuses(thrown)
                asked_for = refused or taken < len(self._decisions) or self._is_caught(thrown, depth)
                if asked_for or len(self.given_up) >= RUN_GIVEN_UP.limit:
                    raise
            finally:
                self._limit = usual if self._limit == lowered else self._limit
        self._give_up(depth, taken, args, place)
        return NULL if returned == "V" else NotKnown(returned, f"{ref.name}, which leads too far")

    def _place(self) -> tuple[ReadyCode, int, int]:
        """Which call this is, of all that a run makes."""
        frame = self.frames[-1]
        before = self._called[frame.code, frame.offset] = self._called.get((frame.code, frame.offset), -1) + 1
        return frame.code, frame.offset, before

    def _is_near(self, ref: MethodRef) -> bool:
        """Whether a call may be of a method on the way to what is asked for."""
        return any((one.name, one.descriptor) == (ref.name, ref.descriptor) for one in self.near)

    def _is_caught(self, thrown: ThrownError, depth: int) -> bool:
        """Whether some of the outer methods catches an exception that a call of theirs throws."""
        return any(one.handler(one.offset, thrown) for one in self.frames[:depth])

    def _give_up(self, depth: int, taken: int, args: list[Value], place: tuple[ReadyCode, int, int]) -> None:
        """Go on as if a call had done anything to what it was given."""
        del self.frames[depth:]
        if self.patience < RUN_STEPS.limit:
            self.image.too_far.add(place)
            del self.taken[taken:]  # no other run makes that call
        else:
            self.taken[taken:] = [one._replace(ways=1) for one in self.taken[taken:]]
        self.given_up.append(frozenset(frame.code.body for frame in self.frames))
        self.forget(args)

    def _watched(self, kind: CallKind, ref: MethodRef, args: list[Value], returned: str) -> Value:
        if self.watcher and ref.class_name in self.image.watched:
            found = self.watcher.call(
                self, ref, args, returned, lambda: self._invoke(kind, ref, args, returned)
            )
        else:
            found = self._invoke(kind, ref, args, returned)
        if self.kept is not None and not isinstance(found, int):
            self.given.append(found)
        return found

    def _invoke(self, kind: CallKind, ref: MethodRef, args: list[Value], returned: str) -> Value:
        if kind is CallKind.STATIC:
            code = self.image.direct(ref)
            if code is None:
                return self.library.static(self, ref, args, returned)
            self.initialise(code.ref.class_name)
            return self.run(code, args)
        receiver = args[0]
        if isinstance(receiver, int):
            self.throw("Ljava/lang/NullPointerException;", ref.name)
        if kind in {CallKind.DIRECT, CallKind.SUPER}:
            code = self.image.direct(ref)
            if code is None and kind is CallKind.SUPER:
                code = self.image.virtual(ref.class_name, ref.name, ref.descriptor)
            return self.run(code, args) if code else self.library.special(self, ref, args, returned)
        receiver = args[0] = self.known(receiver)
        if isinstance(receiver, NotKnown):
            return self._invoke_on_any(receiver, ref, args, returned)
        if isinstance(receiver, Instance):
            code = self.image.virtual(receiver.cls, ref.name, ref.descriptor)
            if code is not None:
                return self.run(code, args)
        return self.library.virtual(self, ref, args, returned)

    def _invoke_on_any(self, receiver: NotKnown, ref: MethodRef, args: list[Value], returned: str) -> Value:
        """Call a method of an unknown object: it can be run if no two classes have one."""
        known = receiver.cls if self.is_defined(receiver.cls) else ref.class_name
        code = self.image.only(known, ref.name, ref.descriptor)
        if code is not None:
            return self.run(code, args)
        return self.library.on_unknown(self, ref, args, returned)

    def call(self, receiver: Value, name: str, descriptor: str, *args: Value) -> Value:
        """See :class:`~pincompiler.android.running.frame.Running`."""
        ref = MethodRef(self.class_of(receiver), name, descriptor)
        return self.invoke(CallKind.VIRTUAL, ref, [receiver, *args], descriptor[descriptor.rfind(")") + 1 :])

    def run(self, code: ReadyCode, args: Iterable[Value]) -> Value:
        """Run a method to its end."""
        if len(self.frames) >= RUN_DEPTH.limit:
            raise BoundReachedError("calls that are too deep")
        frame = Frame(self, code, args)
        self.frames.append(frame)
        if self.kept is not None:
            self.kept.append(frame)
        steps, index = code.steps, 0
        try:
            while index >= 0:
                self.steps += 1
                if self.steps > self._limit:
                    raise BoundReachedError("too many instructions")
                step = steps[index] if index < len(steps) else None
                if step is None:
                    step = made(self.image, code, index)
                    steps[index] = step
                try:
                    index = step(frame)
                except ThrownError as thrown:
                    index = self._caught(frame, index, thrown)
        finally:
            self.frames.pop()
        return frame.result

    def _caught(self, frame: Frame, index: int, thrown: ThrownError) -> int:
        """The index of the handler of an exception; the exception itself if the method has none."""
        handler = frame.handler(frame.code.ops[index].offset, thrown)
        if handler is None:
            raise thrown
        frame.result = thrown.value
        found = frame.code.at.get(handler.target)
        if found is None:
            raise StoppedError("a handler inside an instruction") from None
        return found
