"""What ways part by: tests and switches, whether they are decided, and what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex import opcodes
from pincompiler.shipped.android.trust.vocabulary import NOTHING, SUBJECTS, About, together
from pincompiler.shipped.android.trust.ways.frontier import Passed
from pincompiler.shipped.android.trust.ways.lineage import Single, cut_among
from pincompiler.shipped.android.trust.ways.way import NOT_SET, SET, Condition, Side, Test

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.trust.ways.frontier import Frontier, Progress
    from pincompiler.shipped.android.trust.ways.lineage import Lineage, Origin, Val

_NULL_TESTS: Final = frozenset((opcodes.IF_EQZ, opcodes.IF_NEZ))
_DIRECTED: Final = (
    About.CLASS_ID
    | About.DEBUGGABLE
    | About.FLAG
    | About.DEBUG_BUILD
    | About.SETTING
    | About.HOST
    | About.FIELD
    | About.ANSWER
    | About.EXCEPTION
    | About.ANDROID_VERSION
    | About.COMPARED
    | About.VERIFIED
    | About.OPAQUE
    | About.KEY
    | About.ENCODING
    | About.DIGEST
)
"""Flags, checks, and fields that keep classes apart: which way such a test was left matters by itself."""
_GIVEN: Final = (
    SUBJECTS
    | About.ERROR_KIND
    | About.HOST
    | About.KEY
    | About.ENCODING
    | About.DIGEST
    | About.IDENTITY
    | About.NAMES
    | About.DATES
    | About.VIEW
    | About.AUTH_TYPE
)
"""What is about things that the platform passes, and about what is in them."""
_SAID: Final = About.COMPARED | About.VERIFIED | About.ANSWER | About.OPAQUE
"""What makes more of a test for null than whether something is there: what was looked for, and found."""
_COMPARISONS: Final[tuple[Callable[[int, int], bool], ...]] = (
    lambda a, b: a == b,
    lambda a, b: a != b,
    lambda a, b: a < b,
    lambda a, b: a >= b,
    lambda a, b: a > b,
    lambda a, b: a <= b,
)
"""In the order of the opcodes of both kinds of tests."""


class Branch(NamedTuple):
    """One side of a condition."""

    registers: list[Val]
    tests: frozenset[Passed]


class Conditions:
    """The conditions of one method."""

    __slots__ = ("_body", "_directed", "_frontier", "_inner", "_lineage", "_looped", "_of_null", "_tested")

    def __init__(self, body: MethodBody, lineage: Lineage, frontier: Frontier, *, directed: bool) -> None:
        self._body = body
        self._directed = directed
        self._lineage = lineage
        self._frontier = frontier
        self._tested: dict[int, set[Origin]] = {}
        """The values that each condition, by its offset, compares."""
        self._of_null: set[int] = set()
        """Tests of objects for null, or for a class."""
        self._looped: set[int] = set()
        """Conditions that some way comes to again."""
        self._inner: dict[Condition, Test] = {}
        """Conditions inside helpers."""

    def test(self, one: Instruction, place: int, registers: list[Val], state: Progress) -> None:
        """Go each way that a test may go."""
        values = [registers[number] for number in one.registers]
        outcome = _decided(one.opcode, values)
        condition = self.note(one.offset, values, state)
        if (
            one.opcode in _NULL_TESTS
            and values[0].origin in self._lineage.objects | self._lineage.cast.keys()
        ):
            self._of_null.add(one.offset)
        following = self._frontier.after(place)
        directed = self._is_directed(one.offset, values)
        for taken in (True, False):
            if outcome is (not taken) or not self._is_possible(one.opcode, values, taken=taken):
                continue
            target = (one.target or 0) if taken else -1 if following is None else following
            side = _side(one.opcode, target, taken=taken) if directed else None
            tests = state.tests if outcome is not None else state.tests | {Passed(condition, side)}
            refined = self._refined(one.opcode, registers, values, taken=taken)
            self._frontier.jump(state, refined, target, tests)

    def switch(self, one: Instruction, place: int, registers: list[Val], state: Progress) -> None:
        """Go each way of a switch, or the one that is known."""
        value = registers[one.registers[0]]
        if value.number is not None:
            target = self._body.switch_target(one, value.number)
            if target is None:
                self._frontier.go_on(place, registers, state)
            else:
                self._frontier.jump(state, registers, target, state.tests)
            return
        condition = self.note(one.offset, [value], state)
        targets = [*dict.fromkeys(self._body.switch_targets(one))]
        following = self._frontier.after(place)
        if following is not None:
            targets.append(following)
        directed = self._is_directed(one.offset, [value])
        for target in dict.fromkeys(targets):
            side = Side(jumps=True, number=target) if directed else None
            tests = state.tests | {Passed(condition, side)}
            self._frontier.jump(state, registers, target, tests)

    def note(self, number: int, values: list[Val], state: Progress) -> Condition:
        """A condition, by its number, that a way comes to: remember what it tests, and whether that is in a loop."""
        condition = Condition(number)
        if any(passed.condition == condition for passed in state.tests):
            self._looped.add(number)
        if cut := cut_among(values):
            self._lineage.cut.add(cut.why)
        self._tested.setdefault(number, set()).update(
            value.origin for value in values if value.number is None
        )
        return condition

    def sides(self, number: int, value: Val, registers: list[Val], state: Progress) -> tuple[Branch, Branch]:
        """What is known where a value that is true or false is false, and where it is true."""
        condition = self.note(number, [value], state)
        directed = self._is_directed(number, [value])
        made = [
            Branch(
                self._refined(opcodes.IF_NEZ, registers, [value], taken=taken),
                state.tests | {Passed(condition, (SET if taken else NOT_SET) if directed else None)},
            )
            for taken in (False, True)
        ]
        return made[0], made[1]

    def of_helper(self, test: Test) -> Passed:
        """What stands for a condition inside a helper, among those of this method."""
        bare = test._replace(taken=None)
        found = next((one for one, known in self._inner.items() if known == bare), None)
        if found is None:
            found = Condition(len(self._inner), inner=True)
            self._inner[found] = bare
        return Passed(found, test.taken)

    def told(self, passed: Passed) -> Test:
        """What a condition is about, once all ways are known."""
        condition, taken = passed
        where = condition if self._directed else None
        if condition.inner:
            return self._inner[condition]._replace(taken=taken, where=where)
        offset = condition.number
        origins = self._tested.get(offset, set())
        about = together(self._about(offset, origin) for origin in origins)
        if offset in self._of_null and not about & _SAID:
            about = about & ~_GIVEN | (About.PRESENCE if about & _GIVEN else About.NULL)
        if offset in self._looped:
            about |= About.LOOP
        return Test(about, taken, self._lineage.name_of(origins), where)

    def _is_possible(self, opcode: int, values: list[Val], *, taken: bool) -> bool:
        """Whether some chain with certificates goes this way at a test of how many it has."""
        others = [value.number for value in values if not self._is_length(value)]
        if len(others) != 1 or others[0] is None:
            return True
        lengths = {max(1, others[0] + step) for step in (-1, 0, 1)}  # of each side of it, and the least
        return any(
            _decided(
                opcode,
                [value._replace(number=length) if self._is_length(value) else value for value in values],
            )
            is taken
            for length in lengths
        )

    def _is_length(self, value: Val) -> bool:
        return About.CHAIN_LENGTH in self._lineage.adds.get(value.origin, NOTHING)

    def _about(self, offset: int, origin: Origin) -> About:
        """What a condition is about by one of the values that it tests."""
        of_null = offset in self._of_null
        return self._lineage.presence_of(origin) if of_null else self._lineage.about(origin)

    def _is_directed(self, offset: int, values: list[Val]) -> bool:
        """Whether the direction of a test matters by itself."""
        if self._directed:
            return True
        return any(self._about(offset, value.origin) & _DIRECTED for value in values)

    def _refined(self, opcode: int, registers: list[Val], values: list[Val], *, taken: bool) -> list[Val]:
        """Registers after a test of null or zero: what it tested is known."""
        if opcode not in _NULL_TESTS or values[0].number is not None:
            return list(registers)
        origin = values[0].origin
        zero = taken == (opcode == opcodes.IF_EQZ)
        number = 0 if zero else 1 if origin in self._lineage.bools else None
        return [
            value._replace(number=number, something=not zero)
            if value.origin == origin and value.number is None
            else value
            for value in registers
        ]


def _side(opcode: int, target: int, *, taken: bool) -> Side:
    """For a test against zero, whether the value is another; for any other, where it leads to."""
    if opcode not in _NULL_TESTS:
        return Side(jumps=True, number=target)
    return SET if taken != (opcode == opcodes.IF_EQZ) else NOT_SET


def _decided(opcode: int, values: list[Val]) -> bool | None:
    """Whether a condition holds, if that is known."""
    if opcode in opcodes.IF_ZERO_TESTS:
        (value,) = values
        number = 1 if value.number is None and value.something else value.number
        return None if number is None else _COMPARISONS[opcode - opcodes.IF_ZERO_TESTS.start](number, 0)
    left, right = values
    if isinstance(left.inside, Single) and isinstance(right.inside, Single):
        return _COMPARISONS[opcode - opcodes.IF_TESTS.start](int(left.inside == right.inside), 1)
    if left.number is None or right.number is None:
        return None
    return _COMPARISONS[opcode - opcodes.IF_TESTS.start](left.number, right.number)
