"""Forward propagation of constants through one method.

Blocks of code are run on abstract states (:mod:`.state`) until nothing changes.  States only grow, a
value that still changes after a few rounds of a loop is given up, and the number of steps is bounded:
the analysis ends on any code.  A method that is passed an array is taken not to write to it.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.arithmetic import BINARY, CONVERSIONS, LITERAL
from pincompiler.android.constants.blocks import leaders, targets
from pincompiler.android.constants.call import Call
from pincompiler.android.constants.collection_models import elements
from pincompiler.android.constants.field_writes import FieldWrites, box_of
from pincompiler.android.constants.flow import PARTS_AT_ONCE, MethodFlow
from pincompiler.android.constants.models import created, result
from pincompiler.android.constants.state import Box, FlowState
from pincompiler.android.constants.values import (
    LONG,
    NULL,
    ClassLiteral,
    Created,
    FieldValue,
    Items,
    Number,
    Parameter,
    Returned,
    Text,
    Unknown,
    Value,
    item_of,
    possible,
    union,
    weight,
)
from pincompiler.android.dex import opcodes
from pincompiler.android.dex.calls import arguments_of, passed_kinds
from pincompiler.android.dex.format import DexError, guarded
from pincompiler.base.bounds import FLOW_ROUNDS, FLOW_STEPS, ITEMS, TEXT_LETTERS, VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pincompiler.android.constants.flow import Asks
    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldRef

_LETTERS_AT_ONCE = 6
"""A power of two: how many letters of a text one step of the budget is for."""
_UNSET: Final = Unknown("it is not set on this path")
_COMPUTED: Final = Unknown("it is computed at run time")


class TooComplexError(DexError):
    """A method whose analysis does not settle within its bounds."""


@guarded
def run(
    program: Asks,
    body: MethodBody,
    arguments: Sequence[Value] | None = None,
    followed: frozenset[FieldRef | int] = frozenset(),
    picks: tuple[tuple[int, int], ...] = (),
) -> MethodFlow:
    """Analyse a method, for any arguments or for given ones.

    Fields and calls (by offset) that are not ``followed`` into other methods remain origins.  With
    ``picks``, which item is taken at some offsets of :attr:`MethodFlow.choices`.
    """
    return _Run(program, body, followed, dict(picks)).run(arguments)


class _Run:
    """The analysis of one method."""

    def __init__(
        self,
        program: Asks,
        body: MethodBody,
        followed: frozenset[FieldRef | int],
        picks: Mapping[int, int],
    ) -> None:
        self.program = program
        self._picks = picks
        self._followed = followed
        self.body = body
        self.dex = body.dex
        self.flow = MethodFlow()
        self._budget = program.budget
        self._instructions = body.instructions
        self._places, self._leaders = body.places, leaders(body)
        self._handlers = body.handlers
        self._states: dict[int, FlowState] = {}
        self._visits: dict[int, int] = {}
        self._work: list[int] = []
        self._working: set[int] = set()
        """What is in it."""
        self._returns: dict[int, Value] = {}
        self._written = FieldWrites(program.budget)

    def run(self, arguments: Sequence[Value] | None) -> MethodFlow:
        self._states[0] = FlowState(self._parameters(arguments), {}, self._budget)
        self._work = [0]
        steps = FLOW_STEPS.limit * len(self._instructions)
        while self._work and self._instructions:
            start = heappop(self._work)
            self._working.discard(start)
            taken = self._block(start)
            self._budget.follow(taken)
            steps -= taken
            if steps < 0:
                raise TooComplexError("a method is too complex to be followed")
        if self._returns:
            self.flow.returned = union(self._returns.values())
        for ref, value in self._written.in_the_end():
            if ref in self.flow.writes:
                self.flow.writes[ref] = union((self.flow.writes[ref], value))
            else:
                self.flow.named.setdefault((ref.name, ref.descriptor), []).append(ref)
                self.flow.writes[ref] = value
        return self.flow

    def _parameters(self, arguments: Sequence[Value] | None) -> list[Value]:
        """Registers as the method finds them: its parameters in the last ones."""
        registers: list[Value] = [_UNSET] * (self.body.registers + 1)
        for index, register, kind in self.body.parameters_at():
            given = arguments[index] if arguments and index < len(arguments) else None
            registers[register] = given or Parameter(self.body, index, kind)
        return registers

    # Control flow.

    def _block(self, start: int) -> int:
        """Run from one leader to where control leaves; the number of instructions that took."""
        if start not in self._places:
            raise DexError("malformed DEX file: a branch leads between instructions")
        state = self._states[start].copy()
        first = place = self._places[start]
        while place < len(self._instructions):
            instruction = self._instructions[place]
            if place > first and instruction.offset in self._leaders:
                self._reach(instruction.offset, state)
                break
            if self._handlers and instruction.opcode not in opcodes.NEVER_THROWS:
                for handler in self._handlers:
                    if handler.start <= instruction.offset < handler.end:
                        self._reach(handler.target, state)
            _TRANSFER[instruction.opcode](self, instruction, state)
            for target in targets(self.body, instruction):
                self._reach(target, state)
            place += 1
            if instruction.opcode in _ALL_RETURNS:
                self._written.settle(instruction.offset, state)
            if instruction.opcode in opcodes.ENDS:
                break
        return place - first + 1

    def _reach(self, target: int, state: FlowState) -> None:
        """Pass a state on to a block, which is run again if that is news to it."""
        known = self._states.get(target)
        if known is None:
            self._states[target] = state.copy()
        else:
            visits = self._visits.get(target, 0)
            if not known.absorb(
                state, widening=visits > FLOW_ROUNDS.limit + min(self._leaders[target], VALUES.limit)
            ):
                return
            self._visits[target] = visits + 1
        if target not in self._working:
            self._working.add(target)
            heappush(self._work, target)

    # Instructions.

    def nothing(self, instruction: Instruction, state: FlowState) -> None:
        """Leave all registers as they are."""

    def compute(self, instruction: Instruction, state: FlowState) -> None:
        """Give up the destination."""
        if instruction.registers:
            state.registers[instruction.registers[0]] = _COMPUTED

    def move(self, instruction: Instruction, state: FlowState) -> None:
        to, source = instruction.registers
        state.registers[to] = state.registers[source]

    def move_result(self, instruction: Instruction, state: FlowState) -> None:
        state.registers[instruction.registers[0]] = state.result

    def move_exception(self, instruction: Instruction, state: FlowState) -> None:
        state.registers[instruction.registers[0]] = Unknown("it is an exception")

    def return_value(self, instruction: Instruction, state: FlowState) -> None:
        self._returns[instruction.offset] = state.publish(state.registers[instruction.registers[0]])

    def const(self, instruction: Instruction, state: FlowState) -> None:
        state.registers[instruction.registers[0]] = Number(instruction.literal or 0)

    def const_string(self, instruction: Instruction, state: FlowState) -> None:
        text = self.dex.string(instruction.reference or 0)
        state.registers[instruction.registers[0]] = Text(text) if len(text) <= TEXT_LETTERS.limit else LONG

    def const_class(self, instruction: Instruction, state: FlowState) -> None:
        state.registers[instruction.registers[0]] = ClassLiteral(
            self.dex.type_name(instruction.reference or 0)
        )

    def new_instance(self, instruction: Instruction, state: FlowState) -> None:
        descriptor = self.dex.type_name(instruction.reference or 0)
        box = created(descriptor)
        state.registers[instruction.registers[0]] = (
            Created(descriptor, self.body, instruction.offset)
            if box is None
            else state.allocate(instruction.offset, box)
        )

    # Arrays.

    def new_array(self, instruction: Instruction, state: FlowState) -> None:
        to, length = instruction.registers
        size = state.registers[length]
        if isinstance(size, Number) and 0 <= size.value <= ITEMS.limit:
            box = Box("array", (NULL,) * size.value)
        else:
            box = Box("array", (), exact=False)
        state.registers[to] = state.allocate(instruction.offset, box)

    def filled_array(self, instruction: Instruction, state: FlowState) -> None:
        items = tuple(state.registers[register] for register in instruction.registers)
        state.result = state.allocate(instruction.offset, Box("array", items))

    def fill_array(self, instruction: Instruction, state: FlowState) -> None:
        data = tuple(map(Number, self.body.array_data(instruction)))
        known = len(data) <= ITEMS.limit
        box = Box("array", data) if known else Box("array", (Unknown("much data"),), exact=False)
        state.change(state.registers[instruction.registers[0]], lambda _: box)

    def array_length(self, instruction: Instruction, state: FlowState) -> None:
        to, array = instruction.registers
        box = state.box(state.registers[array])
        state.registers[to] = Number(len(box.items)) if box and box.exact else _COMPUTED

    def array_get(self, instruction: Instruction, state: FlowState) -> None:
        to, array, index = instruction.registers
        source = state.registers[array]
        place = state.registers[index]
        item = elements(state, source, place)
        box = state.box(source)
        if item is not None and box and not isinstance(place, Number) and len(possible(source)) == 1:
            item = self._any_of(box, instruction.offset, item)
        state.registers[to] = item_of(source) if item is None else item

    def _any_of(self, items: Box | Items, offset: int, item: Value) -> Value:
        """Any item, or the one that is picked."""
        if not items.exact or not 2 <= len(items.items) <= VALUES.limit:
            return item
        self.flow.choices[offset] = len(items.items)
        pick = self._picks.get(offset, -1)
        return items.items[pick] if 0 <= pick < len(items.items) else item

    def array_put(self, instruction: Instruction, state: FlowState) -> None:
        source, array, index = (state.registers[register] for register in instruction.registers)
        places = [one.value if isinstance(one, Number) else -1 for one in possible(index)]

        def change(box: Box) -> Box:
            if not box.exact or not all(0 <= place < len(box.items) for place in places):
                return box.loosened(source)
            items = list(box.items)
            for place in places:
                items[place] = source if len(places) == 1 else union((items[place], source))
            return Box(box.kind, tuple(items))

        state.change(array, change)

    # Fields.

    def field_get(self, instruction: Instruction, state: FlowState) -> None:
        ref = self.dex.field_ref(instruction.reference or 0)
        value = self._own(ref, instruction, state)
        if value is None:
            value = self._followed_field(ref, instruction, state)
            if isinstance(value, Items) and value.kind in _MUTABLE:
                value = state.allocate(instruction.offset, box_of(value))
        state.registers[instruction.registers[0]] = value

    def _followed_field(self, ref: FieldRef, instruction: Instruction, state: FlowState) -> Value:
        """What a field holds, in the very object if that is known."""
        of: Value | None = None
        if len(instruction.registers) > 1:
            of = state.publish(state.registers[instruction.registers[1]])
            self.flow.owners.setdefault(ref, {})[of] = None
        if ref not in self._followed:
            return FieldValue(ref)
        if of is not None:
            of = self.program.read_field_of(of, ref)
            if of is not None:
                return of
        return self.program.read_field(ref)

    def _own(self, ref: FieldRef, instruction: Instruction, state: FlowState) -> Value | None:
        """What an initialiser itself wrote to the field before: of its class, or of the object it makes."""
        if self.body.name == "<init>" and len(instruction.registers) > 1:
            target = state.registers[instruction.registers[1]]
            if not isinstance(target, Parameter) or target.index:
                return None
        elif self.body.name != "<clinit>":
            return None
        return self._written.so_far(ref)

    def field_put(self, instruction: Instruction, state: FlowState) -> None:
        ref = self.dex.field_ref(instruction.reference or 0)
        value = self._written.put(ref, instruction.offset, state.registers[instruction.registers[0]], state)
        if len(instruction.registers) > 1:
            self.flow.puts[instruction.offset] = (
                state.publish(state.registers[instruction.registers[1]]),
                value,
            )

    # Calls.

    def invoke(self, instruction: Instruction, state: FlowState) -> None:
        ref = self.dex.method_ref(instruction.reference or 0)
        kinds = passed_kinds(instruction.opcode, ref)
        arguments = arguments_of(instruction, kinds, state.registers)
        published = tuple(map(state.publish, arguments))
        self._budget.follow(weight(published) >> PARTS_AT_ONCE)
        self.flow.calls[instruction.offset] = published
        modelled = result(Call(ref, tuple(arguments), kinds, instruction.offset, state))
        if modelled is None and instruction.offset in self._followed:
            modelled = self.program.call(ref, published)
        if modelled is not None and ref.name == "next" and isinstance(published[0], Items):
            modelled = self._any_of(published[0], instruction.offset, modelled)
        if isinstance(modelled, Text):
            self._budget.follow(len(modelled.value) >> _LETTERS_AT_ONCE)
            modelled = modelled if len(modelled.value) <= TEXT_LETTERS.limit else LONG
        state.result = modelled or Returned(ref, self.body, instruction.offset)

    # Arithmetic.

    def binary(self, instruction: Instruction, state: FlowState) -> None:
        to, *sources = instruction.registers
        left, right = sources if len(sources) == 2 else (to, sources[0])
        self._calculate(instruction, state, state.registers[left], state.registers[right])

    def literal(self, instruction: Instruction, state: FlowState) -> None:
        left = state.registers[instruction.registers[1]]
        self._calculate(instruction, state, left, Number(instruction.literal or 0))

    def convert(self, instruction: Instruction, state: FlowState) -> None:
        self._calculate(instruction, state, state.registers[instruction.registers[1]], NULL)

    def _calculate(self, instruction: Instruction, state: FlowState, left: Value, right: Value) -> None:
        operation = _OPERATIONS[instruction.opcode]
        state.registers[instruction.registers[0]] = (
            Number(operation(left.value, right.value))
            if isinstance(left, Number) and isinstance(right, Number)
            else _COMPUTED
        )


_MUTABLE: Final = frozenset({"list", "set", "map"})
_OPERATIONS: Final = {**BINARY, **LITERAL, **CONVERSIONS}
_ALL_RETURNS: Final = frozenset({*opcodes.RETURNS, opcodes.RETURN_VOID})
_STEPS: Final[dict[Callable[[_Run, Instruction, FlowState], None], Sequence[int]]] = {
    _Run.nothing: (
        *(opcodes.NOP, *opcodes.MONITORS, opcodes.CHECK_CAST, opcodes.RETURN_VOID, opcodes.THROW),
        *(*opcodes.GOTOS, *opcodes.SWITCHES, *opcodes.IF_TESTS, *opcodes.IF_ZERO_TESTS),
    ),
    _Run.move: tuple(opcodes.MOVES),
    _Run.move_result: tuple(opcodes.MOVE_RESULTS),
    _Run.move_exception: (opcodes.MOVE_EXCEPTION,),
    _Run.return_value: tuple(opcodes.RETURNS),
    _Run.const: tuple(opcodes.CONSTS),
    _Run.const_string: tuple(opcodes.CONST_STRING),
    _Run.const_class: tuple(opcodes.CONST_CLASS),
    _Run.new_instance: tuple(opcodes.NEW_INSTANCE),
    _Run.new_array: (opcodes.NEW_ARRAY,),
    _Run.filled_array: tuple(opcodes.FILLED_NEW_ARRAYS),
    _Run.fill_array: (opcodes.FILL_ARRAY_DATA,),
    _Run.array_length: (opcodes.ARRAY_LENGTH,),
    _Run.array_get: tuple(opcodes.ARRAY_GETS),
    _Run.array_put: tuple(opcodes.ARRAY_PUTS),
    _Run.field_get: (*opcodes.INSTANCE_GETS, *opcodes.STATIC_GETS),
    _Run.field_put: (*opcodes.INSTANCE_PUTS, *opcodes.STATIC_PUTS),
    _Run.invoke: tuple(opcodes.INVOKES),
    _Run.binary: tuple(BINARY),
    _Run.literal: tuple(LITERAL),
    _Run.convert: tuple(CONVERSIONS),
}
_BY_OPCODE: Final = {opcode: step for step, some in _STEPS.items() for opcode in some}
_TRANSFER: Final = tuple(_BY_OPCODE.get(opcode, _Run.compute) for opcode in range(256))
