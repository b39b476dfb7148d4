"""Conditions that are computed without a branch: ``a & b``, ``a | b``, ``a ^ b`` and ``!a`` of booleans.

Each is the condition that ``a && b`` and its kind branch by, so that it parts the ways in the same manner.
"""

from __future__ import annotations

from enum import Enum, auto
from operator import and_, or_, xor
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex import opcodes
from pincompiler.shipped.android.trust.ways.conditions import Branch
from pincompiler.shipped.android.trust.ways.lineage import Val, made_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.shipped.android.trust.ways.conditions import Conditions
    from pincompiler.shipped.android.trust.ways.frontier import Frontier, Progress
    from pincompiler.shipped.android.trust.ways.lineage import Lineage, Origin


class Operator(Enum):
    """How two booleans become one."""

    AND = auto()
    OR = auto()
    XOR = auto()


_OF_OPCODES: Final = {
    **dict.fromkeys(opcodes.ANDS, Operator.AND),
    **dict.fromkeys(opcodes.ORS, Operator.OR),
    **dict.fromkeys(opcodes.XORS, Operator.XOR),
}
LOGIC: Final = frozenset(_OF_OPCODES)
_OF_CALLS: Final = {
    ("Ljava/lang/Boolean;", f"logical{operator.name.title()}"): operator for operator in Operator
}


_NUMBERS: Final[dict[Operator, Callable[[int, int], int]]] = {
    Operator.AND: and_,
    Operator.OR: or_,
    Operator.XOR: xor,
}


class Logic:
    """That of one method."""

    __slots__ = ("_conditions", "_frontier", "_lineage")

    def __init__(self, lineage: Lineage, frontier: Frontier, conditions: Conditions) -> None:
        self._lineage = lineage
        self._frontier = frontier
        self._conditions = conditions

    def part(self, one: Instruction, place: int, registers: list[Val], state: Progress) -> bool:
        """Go on behind an instruction that computes a boolean of some that are not known; whether it is one."""
        here, used = made_at(one.offset), one.registers
        sources = [registers[number] for number in (used if one.opcode in opcodes.BINARY_2ADDR else used[1:])]
        if one.literal is not None:
            sources.append(Val(here, one.literal))
        if not self._is_open(sources):
            return False
        for value, branch in self._computed(_OF_OPCODES[one.opcode], here, sources, registers, state):
            branch.registers[used[0]] = value
            self._frontier.go_on(place, branch.registers, state._replace(tests=branch.tests))
        return True

    def call(
        self,
        ref: MethodRef,
        passed: list[Val],
        here: Origin,
        place: int,
        registers: list[Val],
        state: Progress,
    ) -> bool:
        """The same of a call of ``Boolean.logicalAnd`` and its kind."""
        operator = _OF_CALLS.get((ref.class_name, ref.name))
        if operator is None or not self._lineage_knows(passed):
            return False
        for value, branch in self._computed(operator, here, passed, registers, state):
            after = state._replace(tests=branch.tests, result=value)
            self._frontier.go_on(place, branch.registers, after)
        return True

    def _lineage_knows(self, values: list[Val]) -> bool:
        return all(map(self._lineage.is_bool, values))

    def _is_open(self, values: list[Val]) -> bool:
        """Whether all are true or false, and it is not known of each which."""
        return self._lineage_knows(values) and any(value.number is None for value in values)

    def _computed(
        self, operator: Operator, here: Origin, values: list[Val], registers: list[Val], state: Progress
    ) -> Iterator[tuple[Val, Branch]]:
        """What the result is on each way that matters."""
        self._lineage.bools.add(here)
        one, other = sorted(values, key=lambda value: value.number is not None)
        if one.number is not None:
            value = Val(here, _NUMBERS[operator](one.number, other.number or 0))
            yield value, Branch(list(registers), state.tests)
            return
        offset = here.number
        same = one.origin == other.origin and other.number is None
        for number, branch in enumerate(self._conditions.sides(offset, one, registers, state)):
            second = Val(one.origin, number) if same else other
            if operator is not Operator.XOR:
                decided = (number == 0) is (operator is Operator.AND)
                yield (Val(here, number) if decided else second), branch
            elif second.number is not None:
                yield Val(here, number ^ second.number), branch
            elif not number:
                yield second, branch
            else:
                inner = self._conditions.sides(~offset, second, branch.registers, state)
                for side, deeper in enumerate(inner):
                    yield Val(here, 1 - side), deeper._replace(tests=deeper.tests | branch.tests)
