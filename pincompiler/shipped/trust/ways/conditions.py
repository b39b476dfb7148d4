"""What ways part by: tests and switches, whether they are decided, and what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.shipped.trust.meanings import CHAIN_LENGTH
from pincompiler.shipped.trust.ways.lineage import UNSET, Val
from pincompiler.shipped.trust.ways.way import Test

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.dex.decoding import Instruction
    from pincompiler.dex.method import MethodBody
    from pincompiler.shipped.trust.ways.frontier import Frontier, State
    from pincompiler.shipped.trust.ways.lineage import Lineage

IF_TESTS: Final = range(0x32, 0x38)
IF_ZERO_TESTS: Final = range(0x38, 0x3E)
_IF_ZERO: Final = 0x38
_NULL_TESTS: Final = frozenset((_IF_ZERO, 0x39))
_DIRECTED: Final = frozenset({"class-id", "debuggable", "flag", "debug-build", "setting", "host", "field"})
_LONGEST_TRIED: Final = 4
"""Certificates of the chains that a test of the length is tried with."""


class Conditions:
    """The conditions of one method."""

    __slots__ = ("_body", "_frontier", "_inner", "_lineage", "_tested")

    def __init__(self, body: MethodBody, lineage: Lineage, frontier: Frontier) -> None:
        self._body = body
        self._lineage = lineage
        self._frontier = frontier
        self._tested: dict[int, set[int]] = {}
        """The values that each condition compares."""
        self._inner: dict[int, Test] = {}
        """Conditions inside helpers, by a number of their own below all offsets."""

    def test(self, one: Instruction, place: int, registers: list[Val], state: State) -> None:
        """Go each way that a test may go."""
        values = [registers[number] for number in one.registers]
        outcome = _decided(one.opcode, values)
        self._tested.setdefault(one.offset, set()).update(
            value.origin for value in values if value.number is None
        )
        following = self._frontier.after(place)
        for taken in (True, False):
            if outcome is (not taken):
                continue
            target = (one.target or 0) if taken else -1 if following is None else following
            mark = self._is_met(one.opcode, values, taken=taken)
            if self._is_directed(values):
                # Of a test of zero, whether it is another number; of others, where it leads to.
                mark = int(taken != (one.opcode == _IF_ZERO)) if one.opcode in _NULL_TESTS else target + 2
            tests = state.tests if outcome is not None else state.tests | {(one.offset, mark)}
            self._frontier.jump(state, _refined(one.opcode, registers, values, taken=taken), target, tests)

    def switch(self, one: Instruction, place: int, registers: list[Val], state: State) -> None:
        """Go each way of a switch."""
        value = registers[one.registers[0]]
        self._tested.setdefault(one.offset, set()).add(value.origin)
        targets = [*dict.fromkeys(self._body.switch_targets(one))]
        following = self._frontier.after(place)
        if following is not None:
            targets.append(following)
        directed = self._is_directed([value])
        for target in dict.fromkeys(targets):
            tests = state.tests | {(one.offset, target if directed else None)}
            self._frontier.jump(state, registers, target, tests)

    def of_helper(self, test: Test) -> tuple[int, int | None]:
        """What stands for a condition inside a helper, among those of this method."""
        for number, known in self._inner.items():
            if known == test._replace(taken=None):
                return number, test.taken
        number = -1_000_000 - len(self._inner)
        self._inner[number] = test._replace(taken=None)
        return number, test.taken

    def told(self, offset: int, taken: int | None) -> Test:
        """What a condition is about, once all ways are known."""
        if offset in self._inner:
            return self._inner[offset]._replace(taken=taken)
        origins = self._tested.get(offset, set())
        labels = frozenset().union(*(self._lineage.labels_of(origin) for origin in origins))
        return Test(labels, taken, self._lineage.name_of(origins))

    def _is_met(self, opcode: int, values: list[Val], *, taken: bool) -> int | None:
        """Of a test of the chain or of its length, whether some chain with certificates goes this way."""
        if len(values) == 1 and UNSET.origin < values[0].origin < 0:
            is_test = opcode in _NULL_TESTS and self._lineage.is_chain(values[0])
            return int(taken == (opcode != _IF_ZERO)) if is_test else None
        lengths = [CHAIN_LENGTH in self._lineage.tells.get(value.origin, ()) for value in values]
        if not any(lengths):
            return None
        others = [value.number for value, is_length in zip(values, lengths, strict=True) if not is_length]
        if None in others:
            return None
        for length in range(1, _LONGEST_TRIED + 1):
            tried = [
                Val(UNSET.origin, length) if is_length else value
                for value, is_length in zip(values, lengths, strict=True)
            ]
            if _decided(opcode, tried) is taken:
                return 1
        return 0

    def _is_directed(self, values: list[Val]) -> bool:
        """Whether the direction of a test matters by itself: flags, and fields that tell classes apart."""
        return any(self._lineage.labels_of(value.origin) & _DIRECTED for value in values)


def _decided(opcode: int, values: list[Val]) -> bool | None:
    """Whether a condition holds, if that is known."""
    if opcode in IF_ZERO_TESTS:
        (value,) = values
        if value.number is not None:
            return _COMPARISONS[opcode - IF_ZERO_TESTS.start](value.number, 0)
        if value.something and opcode in _NULL_TESTS:
            return opcode != _IF_ZERO
        return None
    left, right = values
    if left.number is None or right.number is None:
        return None
    return _COMPARISONS[opcode - IF_TESTS.start](left.number, right.number)


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
    if opcode not in _NULL_TESTS or values[0].number is not None:
        return list(registers)
    origin = values[0].origin
    zero = taken == (opcode == _IF_ZERO)
    new = Val(origin, 0) if zero else Val(origin, None, something=True)
    return [new if value.origin == origin and value.number is None else value for value in registers]
