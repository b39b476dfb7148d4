"""Runs methods on abstract values, those that they call among them, and remembers what each comes to."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.access import ACC_FINAL, ACC_PRIVATE, ACC_STATIC
from pincompiler.android.dex.format import DexError, guarded
from pincompiler.base.bounds import (
    DECISION_SIZE,
    HELPER_ENDS,
    HELPER_SIZE,
    HELPER_STEPS,
    WAY_DEPTH,
    WAY_REGISTERS,
    WAY_STEPS,
)
from pincompiler.base.records import dataclass
from pincompiler.shipped.android.trust.meanings import CHECKS
from pincompiler.shipped.android.trust.vocabulary import NOTHING, SUBJECTS
from pincompiler.shipped.android.trust.ways.asking import Mode
from pincompiler.shipped.android.trust.ways.calls import Calls
from pincompiler.shipped.android.trust.ways.conditions import Conditions
from pincompiler.shipped.android.trust.ways.frontier import Frontier, Progress
from pincompiler.shipped.android.trust.ways.lineage import UNSET, Cut, Given, Lineage, Thrown, Val, Words
from pincompiler.shipped.android.trust.ways.logic import LOGIC, Logic
from pincompiler.shipped.android.trust.ways.statements import Statements
from pincompiler.shipped.android.trust.ways.way import Way, Ways

if TYPE_CHECKING:
    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex.classes import MethodDef
    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.shipped.android.trust.vocabulary import About

_STEPS_OF_BUDGET: Final = 4
"""What an instruction takes of the budget for all code of the app (:mod:`pincompiler.android.constants.budget`)."""
PLAINLY: Final = Mode()
_CONTROL: Final = frozenset((*opcodes.ENDS, *opcodes.SWITCHES, *opcodes.IF_TESTS, *opcodes.IF_ZERO_TESTS))
_NOT_OVERRIDDEN: Final = ACC_PRIVATE | ACC_STATIC | ACC_FINAL


@dataclass(slots=True)
class Explorer:
    """Asks for ways, and remembers those of helpers."""

    program: Program
    known: dict[tuple[MethodBody, tuple[About, ...], tuple[Given, ...], Mode], Ways] = field(
        default_factory=dict
    )
    extended: dict[str, bool] = field(default_factory=dict)
    running: set[MethodBody] = field(default_factory=set)
    steps: int = 0
    """Left for the answer under way."""

    @guarded
    def ways(
        self,
        body: MethodBody,
        about: tuple[About, ...],
        given: tuple[Given, ...] = (),
        mode: Mode = PLAINLY,
    ) -> Ways:
        """Every way through a method; ``about`` says what its parameters are, the receiver first.

        ``given`` says what else is known of them.  Raises DexError for malformed code.
        """
        key = (body, about, given, mode)
        if key not in self.known:
            if body in self.running or len(self.running) >= WAY_DEPTH.limit:
                return Ways((), complete=False)
            if not self.running:
                self.steps = WAY_STEPS.limit
            self.running.add(body)
            try:
                self.known[key] = _Run(self, body, about, given, mode).run()
            finally:
                self.running.discard(body)
        return self.known[key]

    def target(self, ref: MethodRef, opcode: int, receiver: str = "") -> MethodBody | None:
        """The only code of the app that a call may run; for the ``receiver``, see :class:`Mode`."""
        method = self._completing(ref, opcode, receiver) or self.program.method(ref)
        if method is None or method.body is None:
            return None
        fixed = opcode in opcodes.INVOKE_FIXED or method.access & _NOT_OVERRIDDEN
        if not fixed and method.ref.class_name != receiver:
            cls = method.ref.class_name
            if cls not in self.extended:
                self.extended[cls] = any(
                    sub.method(ref.name, ref.descriptor) for sub in self.program.subclasses(cls)
                )
            # One name may be overridden and another not: a class at a time is near enough.
            if self.extended[cls]:
                return None
        return method.body

    def _completing(self, ref: MethodRef, opcode: int, receiver: str) -> MethodDef | None:
        """The method that the receiver's own class has in the place of one it inherits."""
        if not receiver or opcode in opcodes.INVOKE_FIXED or ref.class_name == receiver:
            return None
        cls = self.program.class_def(receiver)
        own = cls.method(ref.name, ref.descriptor) if cls else None
        inherits = own and any(one.name == ref.class_name for one in self.program.ancestry(receiver))
        return own if inherits else None


class _Others:
    """The other methods of a program, for one of them."""

    __slots__ = ("_explorer", "_mode", "cut", "failing", "kind", "left", "program")

    def __init__(self, explorer: Explorer, mode: Mode) -> None:
        self._explorer = explorer
        self._mode = mode
        self.program = explorer.program
        self.kind = mode.kind
        self.failing = mode.failing
        self.left: set[str] = set()
        """What :attr:`Ways.left` will be."""
        self.cut: set[str] = set()
        """What those that are called have in :attr:`Ways.cut`."""

    def target(self, ref: MethodRef, opcode: int) -> MethodBody | None:
        """The only code of the app that a call may run."""
        return self._explorer.target(ref, opcode, self._mode.receiver)

    def ways(self, body: MethodBody, about: tuple[About, ...], given: tuple[Given, ...]) -> Ways | None:
        """The ways through a helper, if they are known and few; by no direction if these are too many."""
        try:
            ways = self._explorer.ways(body, about, given, self._mode)
            if self._mode.directed and not _is_told(ways):
                ways = self._explorer.ways(body, about, given, self._mode._replace(directed=False))
        except DexError:
            ways = Ways((), complete=False)
        if _is_told(ways):
            self.left |= ways.left
            self.cut |= ways.cut
            return ways
        if any(one & SUBJECTS for one in about):
            self.left.add(f"{body.class_name}->{body.name}")
        return None


def _is_told(ways: Ways) -> bool:
    return ways.complete and len(ways.ways) <= HELPER_ENDS.limit


class _Run:
    """The exploration of one method."""

    def __init__(
        self,
        explorer: Explorer,
        body: MethodBody,
        about: tuple[About, ...],
        given: tuple[Given, ...],
        mode: Mode,
    ) -> None:
        self._explorer = explorer
        self._body = body
        self._given = given
        self._is_helper = len(explorer.running) > 1
        largest = HELPER_SIZE.limit if self._is_helper and body.name not in CHECKS else DECISION_SIZE.limit
        self._lineage = Lineage(about)
        self._frontier = Frontier(explorer.program, body, largest)
        self._conditions = Conditions(body, self._lineage, self._frontier, directed=mode.directed)
        self._logic = Logic(self._lineage, self._frontier, self._conditions)
        self._statements = Statements(explorer.program, body, self._lineage, stored=mode.kind is not None)
        self._others = _Others(explorer, mode)
        self._calls = Calls(self._others, body, self._lineage, self._frontier, self._conditions, self._logic)

    def run(self) -> Ways:
        frontier = self._frontier
        if not frontier.instructions or self._body.registers > WAY_REGISTERS.limit:
            return Ways((), complete=False)
        frontier.push(Progress(0, self._parameters(), UNSET, frozenset(), frozenset()))
        steps = 0
        while frontier.waiting:
            taken = self._block(frontier.waiting.pop())
            steps += taken
            self._explorer.steps -= taken
            self._explorer.program.budget.spend(_STEPS_OF_BUDGET * taken + (self._body.registers >> 4))
            if self._explorer.steps < 0 or (self._is_helper and steps > HELPER_STEPS.limit):
                return Ways((), complete=False)
        ways = self._ways()
        cut = self._lineage.cut | self._others.cut
        if not self._is_helper:
            cut |= {way.inside.why for way in ways if isinstance(way.inside, Cut)}
        return Ways(ways, left=frozenset(self._others.left), cut=frozenset(cut))

    def _parameters(self) -> tuple[Val, ...]:
        body = self._body
        registers = [UNSET] * (body.registers + 1)
        for place in body.parameters_at():
            registers[place.register] = self._parameter(place.number)
        return tuple(registers)

    def _parameter(self, index: int) -> Val:
        given = self._given[index] if index < len(self._given) else Given()
        value = self._lineage.receive(index, given)
        if index or self._body.is_static:
            return value
        self._lineage.held = given.held
        return value._replace(something=True)

    def _block(self, state: Progress) -> int:
        """Run until the way ends or parts; how many instructions that took."""
        registers, first = list(state.registers), state.place
        instructions, step = self._frontier.instructions, self._statements.step
        place = first
        while place < len(instructions):
            one = instructions[place]
            code = one.opcode
            if code in opcodes.INVOKES:
                self._calls.call(one, place, registers, state)
                break
            if code in _CONTROL:
                self._control(one, place, registers, state)
                break
            if code in LOGIC and self._logic.part(one, place, registers, state):
                break
            state = step(one, registers, state)
            place += 1
        return place - first + 1

    def _control(self, one: Instruction, place: int, registers: list[Val], state: Progress) -> None:
        code, frontier = one.opcode, self._frontier
        if code in opcodes.GOTOS:
            frontier.jump(state, registers, one.target or 0, state.tests)
        elif code in opcodes.SWITCHES:
            self._conditions.switch(one, place, registers, state)
        elif code == opcodes.THROW:
            value = registers[one.registers[0]]
            known = self._lineage.classes.get(value.origin, "Ljava/lang/Exception;")
            thrown = value.inside.kind if isinstance(value.inside, Thrown) else known
            frontier.land(one.offset, thrown, f"throw {thrown}", registers, state)
        elif code == opcodes.RETURN_VOID:
            frontier.end(state, UNSET)
        elif code in opcodes.RETURNS:
            value = registers[one.registers[0]]
            frontier.end(state, value)
        else:
            self._conditions.test(one, place, registers, state)

    def _ways(self) -> tuple[Way, ...]:
        ways: dict[Way, None] = {}
        for thrown, value, tests, events in self._frontier.ends:
            told = frozenset(map(self._conditions.told, tests))
            returned = NOTHING if value.number is not None else self._lineage.about(value.origin)
            # What a constant text says is left out: ways that differ in it are one.
            known = isinstance(value.inside, Cut) or (returned and isinstance(value.inside, int | Words))
            inside = value.inside if known else None
            passed = value.origin if value.origin.is_passed else None
            ways[Way(thrown, value.number, returned, told, events, passed, inside)] = None
        return tuple(ways)
