"""Every way through a small method: what was called and tested on it, and how it ends.

A method is run on abstract values, one state for each way that differs in what matters; calls of the
app's own code are run likewise, a few deep.  Values remember which instruction made them, so that
what a test rests on can be told afterwards.  The number of steps is bounded; where that is not enough,
the answer says that it is not complete.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.dex import opcodes
from pincompiler.dex.call import parameters
from pincompiler.dex.format import DexError, guarded
from pincompiler.dex.values import Number, Returned, Text
from pincompiler.records import dataclass
from pincompiler.shipped.trust.meanings import (
    CHAIN_LENGTH,
    CHECKS,
    OPAQUE,
    Meaning,
    ancestry,
    meaning,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.dex import Program
    from pincompiler.dex.classes import FieldRef, MethodDef, MethodRef
    from pincompiler.dex.decoding import Instruction
    from pincompiler.dex.method import MethodBody

_MOST_STEPS: Final = 2500
"""Instructions run for one answer, those of helpers among them: some 30 ms."""
_MOST_IN_HELPER: Final = 250
_LARGEST: Final = 1000
"""Instructions of a method that is tried at all."""
_LARGEST_HELPER: Final = 80
"""Larger ones are taken to do what their callers need: hollow ones are small."""
_DEEPEST: Final = 4
_MOST_OUTCOMES: Final = 12
"""Ends of a helper told apart."""
_FLAGS: Final = ("Landroid/content/pm/ApplicationInfo;", "flags")
_BINARY_2ADDR: Final = range(0xB0, 0xD0)
_XOR_LITERALS: Final = frozenset((0xD7, 0xDF))
_IF_TESTS: Final = range(0x32, 0x38)
_IF_ZERO_TESTS: Final = range(0x38, 0x3E)
_CHECK_CAST: Final = 0x1F
_ARRAY_LENGTH: Final = 0x21
_ARRAY_GETS: Final = range(0x44, 0x4B)
_ARRAY_PUTS: Final = range(0x4B, 0x52)
_NEW_ARRAYS: Final = frozenset((0x23, 0x24, 0x25))


class Val(NamedTuple):
    """What a register holds on one way."""

    origin: int
    """Offset of the instruction that made it; of a parameter, minus one minus its index."""
    number: int | None = None
    """Its value, if that is constant."""
    something: bool = False
    """Whether it is an object, and not null."""


class Event(NamedTuple):
    """Something that happened on a way."""

    kind: str
    what: str
    offset: int
    """Of the instruction, in the method that was asked about."""


class Test(NamedTuple):
    """A condition that a way went through."""

    labels: frozenset[str]
    """What the tested value tells of."""
    taken: int | None
    """Of a test of a flag or of a kind of class which way was taken; 1 for a flag that is set, 0 if not.
    Of a test of the chain for null, or of its length: 0 if no chain that has a certificate goes that way."""
    what: str = ""
    """The decisive call or field."""


class Way(NamedTuple):
    """Ways through a method that differ in nothing that matters."""

    thrown: str | None
    """Class of the exception it ends by; none if it returns."""
    number: int | None
    """What it returns, if that is constant."""
    returned: frozenset[str]
    """What the returned value tells of."""
    tests: frozenset[Test]
    events: frozenset[Event]


@dataclass(frozen=True, slots=True)
class Ways:
    """All of them."""

    ways: tuple[Way, ...]
    complete: bool = True

    @property
    def returning(self) -> tuple[Way, ...]:
        """Those that return."""
        return tuple(way for way in self.ways if way.thrown is None)


class _State(NamedTuple):
    place: int
    registers: tuple[Val, ...]
    result: Val
    tests: frozenset[tuple[int, int | None]]
    events: frozenset[Event]


@dataclass(slots=True)
class Explorer:
    """Asks for ways, and remembers those of helpers."""

    program: Program
    known: dict[tuple[MethodBody, tuple[str, ...], tuple[int | None, ...], str], Ways] = field(
        default_factory=dict
    )
    receiver: str = ""
    """The class of the object that is asked, if its methods complete those which it inherits."""
    extended: dict[str, bool] = field(default_factory=dict)
    running: set[MethodBody] = field(default_factory=set)
    steps: int = 0
    """Left for the answer under way."""

    @guarded
    def ways(self, body: MethodBody, labels: tuple[str, ...], numbers: tuple[int | None, ...] = ()) -> Ways:
        """Every way through a method; ``labels`` say what its parameters are, the receiver first.

        Raises DexError for malformed code.
        """
        key = (body, labels, numbers, self.receiver)
        if key not in self.known:
            if body in self.running or len(self.running) >= _DEEPEST:
                return Ways((), complete=False)
            if not self.running:
                self.steps = _MOST_STEPS
            self.running.add(body)
            try:
                self.known[key] = _Run(self, body, labels, numbers).run()
            finally:
                self.running.discard(body)
        return self.known[key]

    def target(self, ref: MethodRef, opcode: int) -> MethodBody | None:
        """The only code of the app that a call may run."""
        method = self._completing(ref, opcode) or self.program.method(ref)
        if method is None or method.body is None:
            return None
        fixed = opcode in _DIRECT or method.access & _NOT_OVERRIDDEN
        if not fixed and method.ref.class_name != self.receiver:
            cls = method.ref.class_name
            if cls not in self.extended:
                self.extended[cls] = any(
                    sub.method(ref.name, ref.descriptor) for sub in self.program.subclasses(cls)
                )
            # One name may be overridden and another not: a class at a time is near enough.
            if self.extended[cls]:
                return None
        return method.body

    def _completing(self, ref: MethodRef, opcode: int) -> MethodDef | None:
        """The method that the receiver's own class has in the place of one it inherits."""
        if not self.receiver or opcode in _DIRECT or ref.class_name == self.receiver:
            return None
        cls = self.program.class_def(self.receiver)
        own = cls.method(ref.name, ref.descriptor) if cls else None
        inherits = own and any(one.name == ref.class_name for one in self.program.ancestry(self.receiver))
        return own if inherits else None


_DIRECT: Final = frozenset((0x6F, 0x70, 0x71, 0x75, 0x76, 0x77))
"""invoke-super, invoke-direct and invoke-static: no subclass has a say."""
_NOT_OVERRIDDEN: Final = 0x2 | 0x8 | 0x10
_UNSET: Final = Val(-1000)


class _Run:
    """The exploration of one method."""

    def __init__(
        self, explorer: Explorer, body: MethodBody, labels: tuple[str, ...], numbers: tuple[int | None, ...]
    ) -> None:
        self._explorer = explorer
        self._program = explorer.program
        self._body = body
        self._labels = labels
        self._is_helper = len(explorer.running) > 1
        largest = _LARGEST_HELPER if self._is_helper and body.name not in CHECKS else _LARGEST
        # An instruction has one to five code units, mostly two.
        self._instructions = body.instructions if len(body.units) <= 2 * largest else ()
        self._places = {one.offset: n for n, one in enumerate(self._instructions)}
        self._handlers = body.handlers
        self._caught = {handler.target: handler.exception for handler in self._handlers}
        self._numbers = numbers
        self._made_of: dict[int, set[int]] = {}
        """Which values each value is made of, by origin."""
        self._tells: dict[int, set[str]] = {}
        """What an instruction adds to what its operands tell of."""
        self._names: dict[int, str] = {}
        """The calls and fields that values come from."""
        self._tested: dict[int, set[int]] = {}
        """The values that each condition compares."""
        self._inner: dict[int, list[Test]] = {}
        """Conditions inside helpers, by a number of their own below all offsets."""
        self._thrown: dict[int, str] = {}
        self._ends: dict[
            tuple[str | None, int | None, int | None, frozenset[tuple[int, int | None]], frozenset[Event]],
            None,
        ] = {}
        self._waiting: list[_State] = []
        self._seen: set[_State] = set()

    def run(self) -> Ways:
        if not self._instructions:
            return Ways((), complete=False)
        self._push(_State(0, self._parameters(), _UNSET, frozenset(), frozenset()))
        steps = 0
        while self._waiting:
            state = self._waiting.pop()
            taken = self._block(state)
            steps += taken
            self._explorer.steps -= taken
            if self._explorer.steps < 0 or (self._is_helper and steps > _MOST_IN_HELPER):
                return Ways((), complete=False)
        return Ways(self._ways())

    def _parameters(self) -> tuple[Val, ...]:
        body = self._body
        registers = [_UNSET] * (body.registers + 1)
        kinds = parameters(body.descriptor)
        if not body.is_static:
            kinds = (body.class_name, *kinds)
        at = body.registers - body.ins
        for index, kind in enumerate(kinds):
            if 0 <= at < len(registers):
                number = self._numbers[index] if index < len(self._numbers) else None
                registers[at] = Val(-1 - index, number, something=index == 0 and not body.is_static)
            at += 2 if kind in {"J", "D"} else 1
        return tuple(registers)

    def _push(self, state: _State) -> None:
        if state not in self._seen:
            self._seen.add(state)
            self._waiting.append(state)

    def _jump(
        self, state: _State, registers: list[Val], offset: int, tests: frozenset[tuple[int, int | None]]
    ) -> None:
        place = self._places.get(offset)
        if place is None:
            raise DexError("malformed DEX file: a branch leads between instructions")
        self._push(_State(place, tuple(registers), state.result, tests, state.events))

    # Running.

    def _block(self, state: _State) -> int:
        """Run until the way ends or parts; how many instructions that took."""
        registers, first = list(state.registers), state.place
        place = first
        while place < len(self._instructions):
            one = self._instructions[place]
            code = one.opcode
            if code in opcodes.INVOKES:
                self._invoke(one, place, registers, state)
                break
            if code in _ENDING or code in opcodes.SWITCHES:
                self._control(one, place, registers, state)
                break
            state = self._step(one, registers, state)
            place += 1
        return place - first + 1

    def _control(self, one: Instruction, place: int, registers: list[Val], state: _State) -> None:
        code = one.opcode
        if code in opcodes.GOTOS:
            self._jump(state, registers, one.target or 0, state.tests)
        elif code in opcodes.SWITCHES:
            self._switch(one, place, registers, state)
        elif code == opcodes.THROW:
            self._throw(one, registers, state)
        elif code == opcodes.RETURN_VOID:
            self._ends[None, None, None, state.tests, state.events] = None
        elif code in opcodes.RETURNS:
            value = registers[one.registers[0]]
            self._ends[None, value.number, value.origin, state.tests, state.events] = None
        else:
            self._test(one, place, registers, state)

    def _test(self, one: Instruction, place: int, registers: list[Val], state: _State) -> None:
        values = [registers[number] for number in one.registers]
        outcome = _decided(one.opcode, values)
        self._tested.setdefault(one.offset, set()).update(
            value.origin for value in values if value.number is None
        )
        following = self._instructions[place + 1].offset if place + 1 < len(self._instructions) else -1
        for taken in (True, False):
            if outcome is (not taken):
                continue
            target = (one.target or 0) if taken else following
            mark = self._is_met(one.opcode, values, taken=taken)
            if self._is_switch_like(values):
                # Of a test of zero, whether it is another number; of others, where it leads to.
                mark = int(taken != (one.opcode == 0x38)) if one.opcode in {0x38, 0x39} else target + 2
            tests = state.tests if outcome is not None else state.tests | {(one.offset, mark)}
            self._jump(state, _refined(one.opcode, registers, values, taken=taken), target, tests)

    def _is_met(self, opcode: int, values: list[Val], *, taken: bool) -> int | None:
        """Of a test of the chain or of its length, whether some chain with certificates goes this way."""
        if len(values) == 1 and -1000 < values[0].origin < 0:
            is_test = opcode in {0x38, 0x39} and self._is_chain(values[0])
            return int(taken == (opcode == 0x39)) if is_test else None
        lengths = [CHAIN_LENGTH in self._tells.get(value.origin, ()) for value in values]
        if not any(lengths):
            return None
        others = [value.number for value, is_length in zip(values, lengths, strict=True) if not is_length]
        if None in others:
            return None
        for length in range(1, 5):
            tried = [
                Val(-1000, length) if is_length else value
                for value, is_length in zip(values, lengths, strict=True)
            ]
            if _decided(opcode, tried) is taken:
                return 1
        return 0

    def _is_switch_like(self, values: list[Val]) -> bool:
        """Whether the direction of a test matters by itself: flags, and fields that tell classes apart."""
        return any(self._labels_of(value.origin) & _DIRECTED for value in values)

    def _switch(self, one: Instruction, place: int, registers: list[Val], state: _State) -> None:
        value = registers[one.registers[0]]
        self._tested.setdefault(one.offset, set()).add(value.origin)
        targets = [*dict.fromkeys(self._body.switch_targets(one))]
        if place + 1 < len(self._instructions):
            targets.append(self._instructions[place + 1].offset)
        directed = self._is_switch_like([value])
        for target in dict.fromkeys(targets):
            tests = state.tests | {(one.offset, target if directed else None)}
            self._jump(state, registers, target, tests)

    def _step(self, one: Instruction, registers: list[Val], state: _State) -> _State:
        """An instruction after which control goes on to the next."""
        code, used = one.opcode, one.registers
        made = self._made_here(one)
        if made is not None:
            registers[used[0]] = made
        elif code in opcodes.MOVES:
            registers[used[0]] = registers[used[1]]
        elif code in opcodes.MOVE_RESULTS:
            registers[used[0]] = state.result
        elif code in _ARRAY_PUTS:
            value, array = registers[used[0]], registers[used[1]]
            self._made_of.setdefault(array.origin, set()).add(value.origin)
        elif code in _PUTS:
            return self._put(one, registers, state)
        elif code in _GETS:
            registers[used[0]] = self._get(one, registers)
        elif code in _NEW_ARRAYS:
            return self._array(one, registers, state)
        elif code not in _NOTHING and used:
            registers[used[0]] = self._computed(one, registers)
        return state

    def _made_here(self, one: Instruction) -> Val | None:
        """What an instruction makes of nothing: constants and objects."""
        code = one.opcode
        if 0x12 <= code <= 0x19:
            return Val(one.offset, one.literal or 0)
        if code == opcodes.MOVE_EXCEPTION:
            self._tells.setdefault(one.offset, set()).add("exception")
            self._thrown[one.offset] = self._caught.get(one.offset) or "Ljava/lang/Throwable;"
        elif code in opcodes.NEW_INSTANCE:
            self._thrown[one.offset] = self._body.dex.type_name(one.reference or 0)
        elif code not in opcodes.CONST_STRING and code not in opcodes.CONST_CLASS:
            return None
        return Val(one.offset, something=True)

    def _array(self, one: Instruction, registers: list[Val], state: _State) -> _State:
        value = Val(one.offset, something=True)
        if one.opcode == 0x23:
            registers[one.registers[0]] = value
            return state
        self._made_of.setdefault(one.offset, set()).update(registers[r].origin for r in one.registers)
        return state._replace(result=value)

    def _computed(self, one: Instruction, registers: list[Val]) -> Val:
        """Arithmetic, comparisons, items of arrays."""
        code, used = one.opcode, one.registers
        sources = [registers[r] for r in (used if code in _BINARY_2ADDR else used[1:])]
        if code in _XOR_LITERALS and one.literal == 1 and sources[0].number in {0, 1}:
            return Val(one.offset, sources[0].number ^ 1)  # a negation
        made_of = self._made_of.setdefault(one.offset, set())
        if code == _ARRAY_LENGTH:
            labels = {"length", CHAIN_LENGTH} if self._is_chain(sources[0]) else {"length"}
            self._tells.setdefault(one.offset, set()).update(labels)
        elif code in _ARRAY_GETS:
            made_of.update(source.origin for source in sources)
            first = sources[1].number == 0
            self._tells.setdefault(one.offset, set()).add("first-item" if first else "any-item")
        else:
            made_of.update(source.origin for source in sources if source.number is None)
        return Val(one.offset)

    def _is_chain(self, value: Val) -> bool:
        """Whether a value is the chain itself that is to be judged."""
        at = -1 - value.origin
        return 0 <= at < len(self._labels) and self._labels[at] == "chain"

    # Fields.

    def _get(self, one: Instruction, registers: list[Val]) -> Val:
        ref = self._body.dex.field_ref(one.reference or 0)
        labels = self._tells.setdefault(one.offset, set())
        self._names[one.offset] = f"{ref.class_name}->{ref.name}"
        if (ref.class_name, ref.name) == _FLAGS:
            labels.add("debuggable")
        elif ref.descriptor == "Z" and ref.name == "DEBUG":
            labels |= {"flag", "debug-build"}
        elif ref.descriptor == "Z":
            labels.add("flag")
        elif one.opcode in opcodes.INSTANCE_GETS:
            # Of what an object of another class holds as much is known as of that object.
            holder = registers[one.registers[1]].origin
            if holder != -1 or self._body.is_static:
                self._made_of.setdefault(one.offset, set()).add(holder)
            elif ref.descriptor == "I" and self._is_class_id(ref):
                labels.add("class-id")
            elif ref.descriptor in _HELD:
                labels.add(_HELD[ref.descriptor])
        if one.opcode in opcodes.STATIC_GETS and ref.descriptor == "Z":
            return Val(one.offset, self._constant(ref))
        return Val(one.offset)

    def _is_class_id(self, ref: FieldRef) -> bool:
        """Whether R8 made a field to tell the classes apart that it merged."""
        found = self._program.field(ref)
        return found is not None and found[1].access & _MADE_FINAL == _MADE_FINAL

    def _constant(self, ref: FieldRef) -> int | None:
        """The value of a static final field, as R8 would have put it here."""
        found = self._program.field(ref)
        if found is None or not found[1].access & 0x10:
            return None
        value = self._program.stored(ref)
        if isinstance(value, Returned) and value.ref.name == "parseBoolean":
            passed = self._program.flow(value.method).calls.get(value.offset, ())
            return int(passed[0].value == "true") if passed and isinstance(passed[0], Text) else None
        return value.value if isinstance(value, Number) else None

    def _put(self, one: Instruction, registers: list[Val], state: _State) -> _State:
        if one.opcode in opcodes.INSTANCE_PUTS:
            value, holder = registers[one.registers[0]], registers[one.registers[1]].origin
            if holder != -1 or self._body.is_static:
                self._made_of.setdefault(holder, set()).add(value.origin)
        else:
            value = registers[one.registers[0]]
        labels = self._labels_of(value.origin)
        if labels & _SUBJECTS or "exception" in labels:
            ref = self._body.dex.field_ref(one.reference or 0)
            kept = Event("kept", f"{ref.class_name}->{ref.name}", one.offset)
            return state._replace(events=state.events | {kept})
        return state

    # Calls.

    def _invoke(self, one: Instruction, place: int, registers: list[Val], state: _State) -> None:
        ref = self._body.dex.method_ref(one.reference or 0)
        passed = self._passed(one, ref, registers)
        self._names[one.offset] = f"{ref.class_name}->{ref.name}"
        known = meaning(ref)
        body = None if known else self._explorer.target(ref, one.opcode)
        inner = self._inside(body, passed) if body else None
        self._mix(one, ref, passed, followed=inner is not None)
        if inner is None:
            self._outside(one, place, ref, passed, registers, state, known or unknown(ref))
        else:
            self._helped(one, place, passed, registers, state, inner)

    def _passed(self, one: Instruction, ref: MethodRef, registers: list[Val]) -> list[Val]:
        kinds = parameters(ref.descriptor)
        if one.opcode not in opcodes.INVOKE_STATIC:
            kinds = (ref.class_name, *kinds)
        numbers = iter(one.registers)
        passed = []
        for kind in kinds:
            passed.append(registers[next(numbers, -1)])
            if kind in {"J", "D"}:
                next(numbers, None)
        return passed

    def _mix(self, one: Instruction, ref: MethodRef, passed: list[Val], *, followed: bool) -> None:
        """The result is made of the arguments; an object is made of what is put into it.

        Not so that of a helper: it is known what it tells of.
        """
        origins = {value.origin for value in passed if value.number is None}
        if not followed:
            self._made_of.setdefault(one.offset, set()).update(origins)
        if one.opcode not in opcodes.INVOKE_STATIC and passed and ref.class_name not in _IMMUTABLE:
            receiver = passed[0].origin
            if receiver >= 0:
                self._made_of.setdefault(receiver, set()).update(origins - {receiver})
        if ref.class_name == "Ljava/lang/System;" and ref.name == "arraycopy":
            self._made_of.setdefault(passed[2].origin, set()).update(origins)

    def _inside(self, body: MethodBody, passed: list[Val]) -> Ways | None:
        """The ways through a helper, if they can be told and are few."""
        labels = tuple(self._argument(value) for value in passed)
        numbers = tuple(value.number for value in passed)
        try:
            ways = self._explorer.ways(body, labels, numbers)
        except DexError:
            return None
        return ways if ways.complete and len(ways.ways) <= _MOST_OUTCOMES else None

    def _argument(self, value: Val) -> str:
        return " ".join(sorted(self._labels_of(value.origin)))

    def _outside(
        self,
        one: Instruction,
        place: int,
        ref: MethodRef,
        passed: list[Val],
        registers: list[Val],
        state: _State,
        what: Meaning,
    ) -> None:
        """A call of code that is not followed."""
        if what.event == OPAQUE and not self._may_judge(ref, passed):
            what = Meaning(frozenset({"setting"}))
        self._tells.setdefault(one.offset, set()).update(what.labels)
        if _ends_in_object(ref.descriptor):
            self._thrown[one.offset] = ref.descriptor[ref.descriptor.rfind(")") + 1 :]
        name = _short(ref)
        for thrown in what.throws:
            self._land(one.offset, thrown, name, registers, state)
        events = state.events
        if what.event:
            events |= {Event(what.event, name, one.offset)}
        events |= self._handed(one, ref, passed)
        self._go_on(place, registers, state._replace(result=Val(one.offset), events=events))

    def _handed(self, one: Instruction, ref: MethodRef, passed: list[Val]) -> frozenset[Event]:
        """That an object of the app is made with what decides on an error in it."""
        made = ref.name == "<init>"
        if not made or not any("handler" in self._labels_of(value.origin) for value in passed):
            return frozenset()
        return frozenset({Event("handed", ref.class_name, one.offset)})

    def _may_judge(self, ref: MethodRef, passed: list[Val]) -> bool:
        """Whether code that is not seen is given what it could refuse; a text for a log is not."""
        kinds = parameters(ref.descriptor)
        texts_only = ref.descriptor.endswith(")V") and all(kind in _TEXTS for kind in kinds)
        for value in passed:
            labels = self._labels_of(value.origin)
            if labels & _SUBJECTS and (not texts_only or labels & _KEYS):
                return True
        return False

    def _helped(
        self,
        one: Instruction,
        place: int,
        passed: list[Val],
        registers: list[Val],
        state: _State,
        inner: Ways,
    ) -> None:
        """A call of a helper: once for each way through it."""
        for way in inner.ways:
            tests = state.tests
            for test in way.tests:
                tests |= {(self._inner_test(test), test.taken)}
            events = state.events | {event._replace(offset=one.offset) for event in way.events}
            events |= self._handed(one, self._body.dex.method_ref(one.reference or 0), passed)
            after = state._replace(tests=tests, events=events)
            if way.thrown is not None:
                self._land(one.offset, way.thrown, "", registers, after)
                continue
            self._tells.setdefault(one.offset, set()).update(way.returned)
            self._go_on(place, registers, after._replace(result=Val(one.offset, way.number)))

    def _inner_test(self, test: Test) -> int:
        for number, (known,) in self._inner.items():
            if known == test._replace(taken=None):
                return number
        number = -1_000_000 - len(self._inner)
        self._inner[number] = [test._replace(taken=None)]
        return number

    def _go_on(self, place: int, registers: list[Val], state: _State) -> None:
        if place + 1 < len(self._instructions):
            self._push(state._replace(place=place + 1, registers=tuple(registers)))

    # Exceptions.

    def _throw(self, one: Instruction, registers: list[Val], state: _State) -> None:
        value = registers[one.registers[0]]
        thrown = self._thrown.get(value.origin, "Ljava/lang/Exception;")
        self._land(one.offset, thrown, f"throw {thrown}", registers, state)

    def _land(self, offset: int, thrown: str, name: str, registers: list[Val], state: _State) -> None:
        """Go to where an exception is caught, or end."""
        supers = ancestry(self._program, thrown)
        for handler in self._handlers:
            if not handler.start <= offset < handler.end:
                continue
            caught = handler.exception
            surely = caught is None or caught in supers
            if surely or thrown in ancestry(self._program, caught or ""):
                kind = "swallowed" if surely else "partly-swallowed"
                event = Event(kind, f"{name or 'the call'} in catch {caught or 'any'}", offset)
                # What it did before it refused has not happened.
                events = frozenset(e for e in state.events if e.offset != offset) | {event}
                after = state._replace(events=events)
                self._jump(after, registers, handler.target, state.tests)
            if surely:
                return
        self._ends[thrown, None, None, state.tests, state.events] = None

    # Afterwards.

    def _labels_of(self, origin: int) -> frozenset[str]:
        """What a value tells of, itself and what it is made of."""
        found: set[str] = set()
        waiting, seen = [origin], {origin}
        while waiting:
            one = waiting.pop()
            if -1000 < one < 0:
                if -1 - one < len(self._labels):
                    found.update(self._labels[-1 - one].split())
                continue
            found |= self._tells.get(one, set())
            fresh = self._made_of.get(one, set()) - seen
            seen |= fresh
            waiting += fresh
        return frozenset(found)

    def _ways(self) -> tuple[Way, ...]:
        ways: dict[Way, None] = {}
        for thrown, number, origin, tests, events in self._ends:
            returned = self._labels_of(origin) if origin is not None and number is None else frozenset()
            told = frozenset(self._told(*test) for test in tests)
            ways[Way(thrown, number, returned, told, events)] = None
        return tuple(ways)

    def _told(self, offset: int, taken: int | None) -> Test:
        if offset in self._inner:
            return self._inner[offset][0]._replace(taken=taken)
        origins = self._tested.get(offset, set())
        labels = frozenset().union(*(self._labels_of(origin) for origin in origins))
        return Test(labels, taken, self._name_of(origins))

    def _name_of(self, origins: set[int]) -> str:
        """The nearest call or field that values come from."""
        waiting, seen = sorted(origins), set(origins)
        for one in waiting:
            if one in self._names:
                return self._names[one]
            fresh = sorted(self._made_of.get(one, set()) - seen)
            seen.update(fresh)
            waiting += fresh
        return ""


_ENDING: Final = frozenset((*opcodes.ENDS, *_IF_TESTS, *_IF_ZERO_TESTS))
_NOTHING: Final = frozenset((0x00, 0x1D, 0x1E, _CHECK_CAST, opcodes.FILL_ARRAY_DATA))
_SUBJECTS: Final = frozenset({"chain", "certificate", "session", "handler", "error"})
"""What decisions should be about."""
_KEYS: Final = frozenset({"key", "encoding", "digest", "identity"})
_TEXTS: Final = frozenset(
    {"Ljava/lang/String;", "Ljava/lang/CharSequence;", "Ljava/lang/Throwable;", "I", "Z"}
)
_MADE_FINAL: Final = 0x1000 | 0x10
"""Synthetic and final."""
_PUTS: Final = opcodes.INSTANCE_PUTS | opcodes.STATIC_PUTS
_GETS: Final = opcodes.INSTANCE_GETS | opcodes.STATIC_GETS
_DIRECTED: Final = frozenset({"class-id", "debuggable", "flag", "debug-build", "setting", "host"})
_HELD: Final = {"Landroid/webkit/SslErrorHandler;": "handler"}
_IMMUTABLE: Final = frozenset(
    {
        *("Ljava/lang/String;", "Ljava/security/cert/X509Certificate;", "Ljavax/net/ssl/SSLSession;"),
        *("Landroid/net/http/SslError;", "Landroid/util/Log;", "Ljava/security/Principal;"),
    }
)


def _decided(opcode: int, values: list[Val]) -> bool | None:
    """Whether a condition holds, if that is known."""
    if opcode in _IF_ZERO_TESTS:
        (value,) = values
        if value.number is not None:
            return _COMPARISONS[opcode - 0x38](value.number, 0)
        if value.something and opcode in {0x38, 0x39}:
            return opcode == 0x39
        return None
    left, right = values
    if left.number is None or right.number is None:
        return None
    return _COMPARISONS[opcode - 0x32](left.number, right.number)


_COMPARISONS: Final[tuple[Callable[[int, int], bool], ...]] = (
    lambda a, b: a == b,
    lambda a, b: a != b,
    lambda a, b: a < b,
    lambda a, b: a >= b,
    lambda a, b: a > b,
    lambda a, b: a <= b,
)


def _refined(opcode: int, registers: list[Val], values: list[Val], *, taken: bool) -> list[Val]:
    """Registers after a test of null or zero: what it tested is known."""
    if opcode not in {0x38, 0x39} or values[0].number is not None:
        return list(registers)
    origin = values[0].origin
    zero = taken == (opcode == 0x38)
    new = Val(origin, 0) if zero else Val(origin, None, something=True)
    return [new if value.origin == origin and value.number is None else value for value in registers]


def _ends_in_object(descriptor: str) -> bool:
    return descriptor[descriptor.rfind(")") + 1] == "L"


def _short(ref: MethodRef) -> str:
    """``X509TrustManager.checkServerTrusted``."""
    simple = ref.class_name.rpartition("/")[2].rstrip(";")
    return f"{simple}.{ref.name}"
