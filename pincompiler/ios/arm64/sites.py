"""Calls of some functions and messages, with what they are given: the functions that have them are run up to there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from pincompiler.base.bounds import ARM64_SITES
from pincompiler.base.records import dataclass
from pincompiler.ios.arm64.calls import ARGUMENTS
from pincompiler.ios.arm64.instructions import STACK
from pincompiler.ios.arm64.uses import Uses
from pincompiler.ios.arm64.values import Token
from pincompiler.ios.arm64.way import cell
from pincompiler.ios.macho import ImagePart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pincompiler.ios.arm64.calls import Answer
    from pincompiler.ios.arm64.machine import ArmMachine
    from pincompiler.ios.arm64.values import Value
    from pincompiler.ios.arm64.way import CodeWay

_KEEPING: Final = ("retain", "Retain", "autorelease", "Autorelease", "_objc_opt_self", "Block_copy")
_ON_STACK: Final = 4
"""Arguments of a variadic function that are looked at: on Apple's systems they are on the stack."""


@dataclass(frozen=True, slots=True)
class CallSite:
    """One call on one way."""

    name: str
    """The imported function with its underscore, or the selector."""
    address: int
    function: int
    """The function that calls."""
    arguments: tuple[Value, ...]
    """Of a message the receiver first, without the selector."""
    variable: tuple[Value, ...]
    """Of a function what is on the stack: the arguments that are not named, if it has such; empty of a message."""
    blocks: tuple[int, ...]
    """The code of those arguments that are blocks of this image."""


class CallSites:
    """The calls in one image, by what they are called."""

    def __init__(self, machine: ArmMachine) -> None:
        self._machine = machine
        self._uses = Uses(machine.image)

    def of(self, names: Iterable[str]) -> tuple[CallSite, ...]:
        """All calls of functions and messages of these names, in the order of their addresses; each way's apart."""
        wanted = frozenset(names)
        functions = self._uses.functions(self._places(wanted))
        if len(functions) > ARM64_SITES.limit:
            self._machine.image.doubt(ImagePart.CODE, f"there are more than {ARM64_SITES}")
        found: dict[CallSite, None] = {}
        for function in functions[: ARM64_SITES.limit]:
            watcher = _Watcher(self._machine, wanted, function)
            ways = self._machine.run(function, {}, watcher)
            if ways.why:
                self._machine.image.doubt(ImagePart.CODE, f"the function at {function:#x}: {ways.why}")
            found |= watcher.found
        return tuple(sorted(found, key=lambda one: one.address))

    def _places(self, wanted: frozenset[str]) -> list[int]:
        """The instructions that call, or make ready to send, what is wanted."""
        stubs = self._machine.stubs
        called = [at for at, name in stubs.functions.items() if name in wanted]
        called += [at for at, selector in stubs.messages.items() if selector in wanted]
        made = [at for at, selector in self._machine.image.objc.selector_refs.items() if selector in wanted]
        return [*self._uses.callers(called), *self._uses.makers(made)]


class _Watcher:
    """A model that knows nothing but what it looks for."""

    def __init__(self, machine: ArmMachine, wanted: frozenset[str], function: int) -> None:
        self._machine, self._wanted, self._function = machine, wanted, function
        self.found: dict[CallSite, None] = {}

    @cached_property
    def _names(self) -> Mapping[int, str]:
        return {one.address: one.name for one in self._machine.image.objc.classes}

    def call(self, way: CodeWay, name: str) -> Answer:
        if name in self._wanted:
            self._note(way, name, way.registers[:ARGUMENTS])
        if any(part in name for part in _KEEPING):
            return way.registers[0]
        if name in ("_objc_alloc", "_objc_alloc_init", "_objc_opt_new"):
            return Token("object", self._class_of(way.registers[0]), way.pc)
        return None

    def send(self, way: CodeWay, selector: str) -> Answer:
        if selector in self._wanted:
            count = 2 + selector.count(":")
            self._note(way, selector, [way.registers[0], *way.registers[2:count]])
        if selector in ("alloc", "new"):
            return Token("object", self._class_of(way.registers[0]), way.pc)
        return way.registers[0] if selector in ("init", "retain", "autorelease", "self") else None

    def invoke(self, way: CodeWay, function: Value) -> Answer:
        del way, function
        return None

    def same(self, way: CodeWay, one: Value, other: Value) -> bool | None:
        del way, one, other
        return None

    def enters(self, way: CodeWay, size: int) -> bool:
        """Only the function itself is run, and the blocks that it makes."""
        del size
        return way.pc == self._function

    def _class_of(self, value: Value) -> str:
        return self._names.get(value, "") if isinstance(value, int) else value.name

    def _note(self, way: CodeWay, name: str, arguments: list[Value]) -> None:
        variable: tuple[Value, ...] = ()
        if name.startswith("_"):
            base, at = cell(way.registers[STACK])
            stack = [way.cells.get((base, at + 8 * number)) for number in range(_ON_STACK)]
            variable = tuple(held[1] for held in stack if held is not None)
        codes = [self._machine.block_code(way, one) for one in arguments]
        blocks = tuple(code for code in codes if code is not None)
        self.found[CallSite(name, way.pc, self._function, tuple(arguments), variable, blocks)] = None
