"""A method that is being run, and what its instructions and the models of the platform may ask of the run."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn, Protocol

from pincompiler.android.dex.refs import WIDE, parameters
from pincompiler.android.running.values import NULL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pincompiler.android.dex.handlers import Handler
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldRef, MethodRef
    from pincompiler.android.dex.tables import Tables
    from pincompiler.android.running.values import ClassObject, Thing, ThrownError, Value

    Step = Callable[["Frame"], int]
    """Runs one instruction; gives the index of the next, or :data:`END`."""

END = -1


class CallKind(IntEnum):
    """How a call finds its method: the order of the ``invoke`` instructions."""

    VIRTUAL = 0
    SUPER = 1
    DIRECT = 2
    STATIC = 3
    INTERFACE = 4


class ReadyCode:
    """The code of a method, each instruction made ready when it is first run."""

    __slots__ = ("at", "body", "dex", "first", "handlers", "kinds", "ops", "ref", "registers", "steps")

    def __init__(self, body: MethodBody) -> None:
        self.body: MethodBody = body
        self.dex: Tables = body.dex
        self.ops = body.instructions
        self.at = body.places
        self.registers = body.registers
        self.first = body.registers - body.ins
        self.handlers = body.handlers
        self.ref: MethodRef = body.dex.method_ref(body.method)
        own = parameters(self.ref.descriptor)
        self.kinds = own if body.is_static else (self.ref.class_name, *own)
        self.steps: list[Step | None] = [None] * len(self.ops)


class Frame:
    """One call of a method."""

    __slots__ = ("code", "machine", "offset", "regs", "result")

    def __init__(self, machine: Running, code: ReadyCode, arguments: Iterable[Value]) -> None:
        self.machine = machine
        self.code = code
        self.offset = 0
        """Of the call under way, in code units."""
        self.result: Value = NULL
        """What the last call gave, or the exception that was caught; in the end, what the method returns."""
        self.regs: list[Value] = [NULL] * code.registers
        at = code.first
        for kind, value in zip(code.kinds, arguments, strict=False):
            self.regs[at] = value
            at += 2 if kind in WIDE else 1

    def handler(self, offset: int, thrown: ThrownError) -> Handler | None:
        """What the method has for an exception at an offset."""
        for one in self.code.handlers:
            if one.start <= offset < one.end and (
                one.exception is None or self.machine.is_instance(thrown.value, one.exception)
            ):
                return one
        return None


class Running(Protocol):
    """One run."""

    frames: list[Frame]

    def decide(self, ways: int, default: int, why: str) -> int:
        """Which of some ways is taken where that depends on something unknown; ``why`` says what."""

    def truth(self, test: int, one: Value, other: Value) -> bool:
        """Whether a test of an ``if`` holds: equal, not equal, less, at least, greater, at most."""

    def known(self, value: Value) -> Value:
        """A value, or if it is an unknown object what that is taken for."""

    def part(self, whole: Thing, key: object, kind: str, why: str) -> Value:
        """What is unknown of something unknown: the same each time it is asked for."""

    def throw(self, cls: str, message: Value = NULL) -> NoReturn:
        """Throw a new exception of a class."""

    def charge(self, made: int) -> None:
        """Count objects and elements that are made.  StoppedError if they are too many."""

    def class_object(self, name: str) -> ClassObject:
        """``Some.class``."""

    def class_of(self, value: Value) -> str:
        """Descriptor of an object's class."""

    def is_instance(self, value: Value, wanted: str) -> bool:
        """Whether a known object is of a type."""

    def may_be(self, value: Value, wanted: str) -> bool:
        """Whether a known object that is not known to be of a type of the platform may be all the same."""

    def is_defined(self, name: str) -> bool:
        """Whether the app has a class."""

    def supers(self, name: str) -> tuple[str, ...]:
        """A class, and all classes and interfaces above it, nearest first."""

    def has_code(self, cls: str, name: str, descriptor: str) -> bool:
        """Whether a class of the app has, or inherits, code for a virtual method."""

    def new(self, name: str) -> Value:
        """A new object, before its constructor is run."""

    def initialise(self, name: str) -> None:
        """Run the static initialiser of a class, if that was not done."""

    def get_static(self, ref: FieldRef) -> Value:
        """What a static field holds."""

    def put_static(self, ref: FieldRef, value: Value) -> None:
        """Write a static field."""

    def put(self, thing: Thing, ref: FieldRef, value: Value) -> None:
        """Write a field of an object."""

    def invoke(self, kind: CallKind, ref: MethodRef, args: list[Value], returned: str) -> Value:
        """Call a method; the receiver of an instance method is the first argument."""

    def run(self, code: ReadyCode, args: Iterable[Value]) -> Value:
        """Run a method to its end."""

    def call(self, receiver: Value, name: str, descriptor: str, *args: Value) -> Value:
        """Call a virtual method, as models do."""

    def instances_of(self, name: str) -> tuple[FieldRef, ...]:
        """The static fields of an enum that hold its constants, in their order."""

    def not_run(self, ref: MethodRef, args: list[Value]) -> None:
        """Note a call of what has neither code nor a model."""

    def forget(self, values: Iterable[Value], *, fields: bool = True) -> None:
        """Take what some objects hold for unknown: code that was not run had them, the platform's if ``fields`` is false."""
