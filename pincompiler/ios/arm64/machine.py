"""Runs the code of an image on all ways through it: numbers are calculated, all else has an origin.

A branch on something unknown is taken both ways, once for each thing that it asks.  What the image does not define is
left to a :class:`Model`; a call of what no model knows gives something unknown.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from pincompiler.base.bounds import (
    ARM64_ALL_STEPS,
    ARM64_FORKS,
    ARM64_RECURSION,
    ARM64_ROUNDS,
    ARM64_STEPS,
    ARM64_WAYS,
)
from pincompiler.base.records import dataclass
from pincompiler.ios.arm64.calls import ARGUMENTS, Ended, Jump, arguments
from pincompiler.ios.arm64.instructions import LINK, decode
from pincompiler.ios.arm64.steps import choose, compare_if, step
from pincompiler.ios.arm64.stubs import Stubs
from pincompiler.ios.arm64.values import UNKNOWN, Token, roots
from pincompiler.ios.arm64.way import EXIT, CodeWay
from pincompiler.ios.macho import MachOError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pincompiler.ios.arm64.calls import Answer, Model
    from pincompiler.ios.arm64.instructions import ArmInstruction
    from pincompiler.ios.arm64.values import Value
    from pincompiler.ios.macho import MachO

_CONSTANT_SEGMENTS: Final = ("__TEXT", "__DATA_CONST", "__AUTH_CONST")
_CONSTANT_SECTIONS: Final = frozenset(
    (
        "__got",
        "__auth_got",
        "__auth_ptr",
        "__const",
        "__la_symbol_ptr",
        "__nl_symbol_ptr",
        "__objc_ivar",
        "__cfstring",
    )
)
_SENDS: Final = ("_objc_msgSend", "_objc_msgSendSuper2", "_objc_msgSend_stret")
BLOCKS: Final = ("__NSConcreteGlobalBlock", "__NSConcreteStackBlock", "__NSConcreteMallocBlock")
INVOKE: Final = 16
"""Where in a block the address of its code stands (Block ABI of Apple's libclosure)."""


@dataclass(frozen=True, slots=True)
class CodeWays:
    """All ways that were found."""

    ended: tuple[CodeWay, ...]
    """Those that came back."""
    why: str
    """Why these are not all: a bound was reached, or code cannot be read; empty if they are all."""


class ArmMachine:
    """Runs functions of one image."""

    def __init__(self, image: MachO) -> None:
        self.image = image
        self.stubs = Stubs(image)
        self.left = ARM64_ALL_STEPS.limit
        """Instructions that may still be run of this image."""
        self._decoded: dict[int, ArmInstruction] = {}

    def run(self, start: int, registers: Mapping[int, Value], model: Model) -> CodeWays:
        """Run the function at an address with some registers, on all its ways."""
        first = CodeWay(start)
        for number, value in registers.items():
            first.registers[number] = value
        return _Run(self, model).all(first)

    def instruction(self, address: int) -> ArmInstruction:
        """The instruction at an address; :class:`MachOError` if none can be read."""
        one = self._decoded.get(address)
        if one is None:
            one = self._decoded[address] = decode(self.image.memory.u32(address))
        return one

    def is_code(self, value: object) -> bool:
        """Whether a value is the address of a function of the image."""
        return isinstance(value, int) and value in self._functions

    @cached_property
    def _functions(self) -> frozenset[int]:
        return frozenset(self.image.functions)

    # -- constants ---------------------------------------------------------------------------------

    def constant(self, address: int, size: int) -> Value | None:
        """What is loaded from an address; None where it may be written while the program runs."""
        try:
            if size == 8:
                return self._constant_pointer(address)
            if self._is_constant(address):
                return int.from_bytes(self.image.memory.copy(address, size), "little")
        except MachOError:
            return None
        return None

    def _constant_pointer(self, address: int) -> Value | None:
        objc = self.image.objc
        if (selector := objc.selector_refs.get(address)) is not None:
            return Token("selector", selector)
        if (name := objc.class_refs.get(address)) is not None:
            return Token("class", name)
        if not self._is_constant(address):
            return None
        found = self.image.pointer(address)
        if isinstance(found, str):
            return (
                Token("symbol", found)
                if not found.startswith("_OBJC_CLASS_$_")
                else Token("class", found[14:])
            )
        return found or 0

    def _is_constant(self, address: int) -> bool:
        section = self.image.section_at(address)
        return section is not None and (
            section.segment in _CONSTANT_SEGMENTS or section.name in _CONSTANT_SECTIONS
        )

    def block_code(self, way: CodeWay, value: Value) -> int | None:
        """The code of a block of this image, if a value is one."""
        isa = way.load(value, 8, self.constant) if isinstance(value, int) and value else None
        if not isinstance(isa, Token) or isa.name not in BLOCKS or not isinstance(value, int):
            return None
        code = way.load(value + INVOKE, 8, self.constant)
        return code if isinstance(code, int) and self.is_code(code) else None


class _Run:
    """One question: the ways that wait, and those that have ended."""

    def __init__(self, machine: ArmMachine, model: Model) -> None:
        self._machine, self._model = machine, model
        self._left = min(ARM64_STEPS.limit, machine.left)
        self._waiting: list[CodeWay] = []
        self._ended: list[CodeWay] = []
        self._seen: set[object] = set()
        self._why = ""

    def all(self, first: CodeWay) -> CodeWays:
        self._waiting.append(first)
        while self._waiting:
            way = self._waiting.pop()
            if len(self._ended) >= ARM64_WAYS.limit:
                self._why = f"there are more than {ARM64_WAYS} through it"
                break
            try:
                self._follow(way)
            except MachOError as error:
                self._why = str(error)
        return CodeWays(tuple(self._ended), self._why)

    def _follow(self, way: CodeWay) -> None:
        """Run a way to its end, or to where it is no other than one before."""
        while way.pc != EXIT:
            self._left -= 1
            self._machine.left -= 1
            if self._left < 0:
                self._why = f"it takes more than {ARM64_STEPS}"
                self._waiting.clear()
                return
            if len(way.conditions) > ARM64_FORKS.limit:
                self._why = f"it has more than {ARM64_FORKS}"
                return
            if not self._step(way):
                return
        self._ended.append(way)

    def _step(self, way: CodeWay) -> bool:
        """Do one instruction; whether the way goes on."""
        one = self._machine.instruction(way.pc)
        do = self._CONTROL.get(one.op)
        if do is not None:
            return do(self, way, one)
        step(way, one, self._machine.constant)
        way.pc += 4
        return True

    # -- branches ----------------------------------------------------------------------------------

    def _jump(self, way: CodeWay, one: ArmInstruction) -> bool:
        return self._go(way, way.pc + one.value, way.registers[LINK])

    def _call(self, way: CodeWay, one: ArmInstruction) -> bool:
        way.registers[LINK] = way.pc + 4
        return self._go(way, way.pc + one.value, way.pc + 4)

    def _to_register(self, way: CodeWay, one: ArmInstruction) -> bool:
        to = way.registers[one.n]
        if one.op == "blr":
            way.registers[LINK] = way.pc + 4
        back = way.registers[LINK]
        if isinstance(to, int):
            return self._go(way, to, back)
        if to.kind == "symbol":
            return self._imported(way, to.name, back)
        return self._outside(way, self._model.invoke(way, to), back, "a function that is a value")

    def _return(self, way: CodeWay, one: ArmInstruction) -> bool:
        to = way.registers[one.n]
        if not isinstance(to, int):
            raise MachOError("a function returns to nowhere")
        way.pc = to
        return True

    def _trap(self, way: CodeWay, one: ArmInstruction) -> bool:
        del way, one
        return False

    def _compare_zero(self, way: CodeWay, one: ArmInstruction) -> bool:
        value = way.registers[one.d]
        zero = way.is_zero(value, wide=one.wide)
        if zero is None:
            zero = self._model.same(way, value, 0)
        if zero is None:
            nonzero = self._ask(way, value)
            if nonzero is None:
                return False
            zero = not nonzero
        way.pc += one.value if zero == (one.op == "cbz") else 4
        return True

    def _test_bit(self, way: CodeWay, one: ArmInstruction) -> bool:
        value = way.registers[one.d]
        if isinstance(value, int):
            bit: bool | None = bool(value >> one.more & 1)
        else:
            question: object = value if one.more == 0 else (value, one.more)
            zero = way.is_zero(value) if one.more == 0 else None
            bit = self._ask(way, question) if zero is None else not zero
        if bit is None:
            return False
        way.pc += one.value if bit == (one.op == "tbnz") else 4
        return True

    def _branch_if(self, way: CodeWay, one: ArmInstruction) -> bool:
        holds = self._condition(way, one.more)
        if holds is None:
            return False
        way.pc += one.value if holds else 4
        return True

    def _choose(self, way: CodeWay, one: ArmInstruction) -> bool:
        holds = self._condition(way, one.more)
        if holds is None:
            return False
        choose(way, one, first=holds)
        way.pc += 4
        return True

    def _compare_if(self, way: CodeWay, one: ArmInstruction) -> bool:
        holds = self._condition(way, one.more)
        if holds is None:
            return False
        compare_if(way, one, holds=holds)
        way.pc += 4
        return True

    def _condition(self, way: CodeWay, code: int) -> bool | None:
        """Whether a condition holds on this way; None if the way ends here, since others go on instead."""
        known = way.condition(code)
        if known is not None:
            return known
        if code >> 1 == 0 and isinstance(way.flags, tuple):
            same = self._model.same(way, *way.flags[:2])
            if same is not None:
                return same != bool(code & 1)
        question, contrary = way.question(code)
        answer = self._ask(way, question)
        return None if answer is None else answer != contrary

    def _ask(self, way: CodeWay, question: object) -> bool | None:
        """Take it to hold, and let another way take it not to; None where both were taken before."""
        if question in way.facts:
            return way.facts[question]
        rounds = way.asked.get(way.pc, 0)
        if rounds >= ARM64_ROUNDS.limit:
            return None
        way.asked[way.pc] = rounds + 1
        state = (question, way.state())
        if state in self._seen:
            return None
        self._seen.add(state)
        other = way.twin()
        for one, answer in ((other, False), (way, True)):
            one.facts[question] = answer
            one.conditions = (*one.conditions, (question, answer))
        self._waiting.append(other)
        return True

    # -- calls -------------------------------------------------------------------------------------

    def _go(self, way: CodeWay, to: int, back: Value) -> bool:
        """Go on at an address: in the image, or at a stub of what is outside."""
        stubs = self._machine.stubs
        if (selector := stubs.messages.get(to)) is not None:
            return self._outside(way, self._model.send(way, selector), back, selector)
        if (name := stubs.functions.get(to)) is not None:
            return self._imported(way, name, back)
        span = self._machine.image.function(to)
        if span is None or span[0] != to:
            way.pc = to
            return True
        times = way.entered.get(to, 0)
        if times >= ARM64_RECURSION.limit or not self._model.enters(way, span[1] - span[0]):
            return self._outside(way, self._unknown(way, f"function {to:x}"), back, "")
        way.entered[to] = times + 1
        way.pc = to
        return True

    def _unknown(self, way: CodeWay, name: str) -> Token:
        """What a call gives of which nothing is known."""
        given = roots(*arguments(way, name))
        answer = Token(UNKNOWN, "call", way.pc, 0, given | {name})
        way.facts.pop(answer, None)
        return answer

    def _imported(self, way: CodeWay, name: str, back: Value) -> bool:
        """Call an imported function, or send the message that it is called for."""
        selector = way.registers[1]
        if name in _SENDS and isinstance(selector, Token) and selector.kind == "selector":
            return self._outside(way, self._model.send(way, selector.name), back, selector.name)
        return self._outside(way, self._model.call(way, name), back, name)

    def _outside(self, way: CodeWay, answer: Answer, back: Value, name: str) -> bool:
        """Go on with what a call gave."""
        if isinstance(answer, Ended):
            return False
        if answer is None:
            blocks = dict.fromkeys(self._given_blocks(way))
            if blocks:
                return self._enter(way, tuple(blocks))
            answer = self._unknown(way, name)
        if isinstance(answer, Jump):
            return self._into(way, answer.addresses, back)
        way.forget_call(answer)
        if not isinstance(back, int):
            raise MachOError("a function returns to nowhere")
        way.pc = back
        return True

    def _into(self, way: CodeWay, addresses: tuple[int, ...], back: Value) -> bool:
        """Go on in each of some functions of the image."""
        way.registers[LINK] = back
        for address in addresses[1:]:
            other = way.twin()
            if self._go(other, address, back):
                self._waiting.append(other)
        return self._go(way, addresses[0], back)

    def _given_blocks(self, way: CodeWay) -> Iterator[Value]:
        for value in way.registers[:ARGUMENTS]:
            if self._machine.block_code(way, value) is not None:
                yield value

    def _enter(self, way: CodeWay, blocks: tuple[Value, ...]) -> bool:
        """Run the blocks that were given to a function outside: it will call one of them, sooner or later."""
        for block in blocks[1:]:
            other = way.twin()
            self._begin(other, block)
            self._waiting.append(other)
        self._begin(way, blocks[0])
        return True

    def _begin(self, way: CodeWay, block: Value) -> None:
        code = self._machine.block_code(way, block)
        for number in range(1, ARGUMENTS):
            way.registers[number] = Token(UNKNOWN, f"of a block {number}", way.pc)
        way.registers[0] = block
        way.pc = code or EXIT

    _CONTROL: ClassVar[dict[str, Callable[[_Run, CodeWay, ArmInstruction], bool]]] = {
        "b": _jump,
        "bl": _call,
        "br": _to_register,
        "blr": _to_register,
        "ret": _return,
        "trap": _trap,
        "cbz": _compare_zero,
        "cbnz": _compare_zero,
        "tbz": _test_bit,
        "tbnz": _test_bit,
        "b.cond": _branch_if,
        **dict.fromkeys(("csel", "csinc", "csinv", "csneg"), _choose),
        **dict.fromkeys(("ccmp", "ccmn"), _compare_if),
    }
