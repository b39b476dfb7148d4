"""Follows the objects of OkHttp through an app: builders, pinners and clients, and what is done to them.

An object is known by where it is made, and every step between a use of it and its making is a value of its
own, so that two users of one helper are kept apart: see :meth:`Trace.down` and :meth:`Trace.up`.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from pincompiler.android.constants.values import (
    ClassLiteral,
    Created,
    FieldValue,
    Items,
    Number,
    Returned,
    Text,
    Value,
    possible,
)
from pincompiler.android.dex import DexError, opcodes
from pincompiler.base.bounds import TRACED
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pincompiler.android.constants.budget import Budget
    from pincompiler.android.constants.flow import MethodFlow
    from pincompiler.android.constants.program import Program
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.shipped.android.okhttp.roles import Roles

T = TypeVar("T")
_OBJECT: Final = "Ljava/lang/Object;"
_LAZY: Final = frozenset({"Lkotlin/Lazy;", "Lkotlin/LazyKt;", "Lkotlin/LazyKt__LazyJVMKt;"})


class ByValue(Generic[T]):
    """Things that are each known by some values: by any of these they are found, in the order of their adding."""

    __slots__ = ("_budget", "_by_value", "_count")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._by_value: dict[Value, dict[int, T]] = {}
        self._count = 0

    def add(self, values: Iterable[Value], thing: T) -> None:
        """Have a thing found by some values."""
        self._count += 1
        for value in values:
            self._by_value.setdefault(value, {})[self._count] = thing

    def of(self, values: Iterable[Value]) -> list[T]:
        """What is known by some of these values, each once."""
        found: dict[int, T] = {}
        for value in values:
            found |= self._by_value.get(value, {})
        self._budget.spend(len(found))
        return [found[number] for number in sorted(found)]


@dataclass(slots=True)
class Trace:
    """Follows values of one OkHttp."""

    program: Program
    roles: Roles
    cut: bool = False
    """Whether some object led through more values than it was followed through."""
    _down: dict[Value, frozenset[Value]] = field(default_factory=dict)
    _up: dict[Value, frozenset[Value]] = field(default_factory=dict)
    _handed: dict[MethodBody, frozenset[Value]] = field(default_factory=dict)
    _known: dict[Value, tuple[Value, ...] | None] = field(default_factory=dict)
    _ends: dict[Value, tuple[tuple[Value, ...], int]] = field(default_factory=dict)
    """What a value is within its method, and over how many calls."""

    def flow(self, method: MethodBody) -> MethodFlow:
        """What one method does.  DexError if that is unknown."""
        return self.program.flow(method)

    def local(self, value: Value) -> Iterable[Value]:
        """What a value is within its method, behind the calls by which a builder returns itself.

        Of one expression with many calls, each is asked: what is behind a call is looked for once.
        """
        links: dict[Value, None] = {}
        one = value
        while one not in self._ends and one not in links and len(links) < TRACED.limit:
            links[one] = None
            if not (isinstance(one, Returned) and self.roles.is_fluent(one.ref)):
                break
            one = self._receiver(one)
        if one not in self._ends:
            self._ends[one] = self._spread(one), 0
        ends, steps = self._ends[one]
        for link in reversed(links):
            steps += 1
            self._ends[link] = ends, steps
        self.program.budget.spend(len(links))
        if steps > TRACED.limit:
            self.cut = True
            return ()
        return ends

    def _spread(self, value: Value) -> tuple[Value, ...]:
        """The same of a value that may be one of several."""
        found: list[Value] = []
        waiting = list(possible(value))
        seen: set[Value] = set()
        while waiting and len(seen) < TRACED.limit:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if isinstance(one, Returned) and self.roles.is_fluent(one.ref):
                waiting += possible(self._receiver(one))
            else:
                found.append(one)
        self._paid(seen, waiting)
        return tuple(found)

    def _paid(self, seen: Collection[Value], waiting: Collection[Value]) -> None:
        """Take the steps that it took from the budget, and note that something was left."""
        self.cut |= bool(waiting)
        self.program.budget.spend(len(seen))

    def _receiver(self, value: Returned) -> Value:
        passed = self.flow(value.method).calls.get(value.offset)
        return passed[0] if passed else value

    def down(self, value: Value) -> frozenset[Value]:
        """Every value between a use of an object and its making: through fields, helpers and callers."""
        if value not in self._down:
            self._down[value] = self._closure(value, self._behind)
        return self._down[value]

    def up(self, value: Value) -> frozenset[Value]:
        """What a parameter or a field may stand for, not looking into helpers that make objects."""
        if value not in self._up:
            self._up[value] = self._closure(
                value, lambda one: None if isinstance(one, Returned) else self._behind(one)
            )
        return self._up[value]

    def _closure(self, value: Value, behind: Callable[[Value], Iterable[Value] | None]) -> frozenset[Value]:
        found: dict[Value, None] = {}
        waiting = list(self.local(value))
        while waiting and len(found) < TRACED.limit:
            one = waiting.pop()
            if one not in found:
                found[one] = None
                for more in behind(one) or ():
                    waiting += self.local(more)
        self._paid(found, waiting)
        return frozenset((*found, *waiting))

    def _behind(self, value: Value) -> tuple[Value, ...] | None:
        if value not in self._known:
            self._known[value] = self._step(value)
        return self._known[value]

    def _step(self, value: Value) -> tuple[Value, ...] | None:
        if isinstance(value, Returned):
            if self.roles.has(value.ref):
                return None
            if value.ref.class_name in _LAZY:
                return self._made_lazily(value)
        try:
            return self.program.behind(value)
        except DexError:
            return None

    def _made_lazily(self, value: Returned) -> tuple[Value, ...] | None:
        """``by lazy { … }``: the value of the delegate is what its function gives."""
        passed = self.flow(value.method).calls.get(value.offset, ())
        if value.ref.name == "getValue":
            return possible(passed[0]) if passed else None
        if not value.ref.name.startswith("lazy") or not passed:
            return None
        found: list[Value] = []
        for function in possible(passed[-1]):
            cls = self.program.class_def(function.descriptor) if isinstance(function, Created) else None
            method = cls.method("invoke", "()Ljava/lang/Object;") if cls else None
            if method is None or method.body is None:
                return None
            found += possible(self.flow(method.body).returned or Number(0))
        return tuple(found)

    def is_open(self, closure: Iterable[Value]) -> bool:
        """Whether some of the objects come from where they could not be followed."""
        return any(self._ends_open(one) for one in closure)

    def _ends_open(self, value: Value) -> bool:
        if isinstance(value, Text | Number | ClassLiteral | Items):
            return False
        if isinstance(value, Created):
            return value.descriptor not in self.roles.classes
        if isinstance(value, Returned) and self.roles.has(value.ref):
            return False
        if isinstance(value, FieldValue) and value.ref.class_name == self.roles.pinner:
            return False  # CertificatePinner.DEFAULT
        return not self._behind(value)

    def escapes(self, method: MethodBody, objects: frozenset[Value]) -> bool:
        """Whether a method hands some object to code that could not be looked into."""
        if method not in self._handed:
            self._handed[method] = frozenset(self._handed_out(method))
        return not objects.isdisjoint(self._handed[method])

    def _handed_out(self, method: MethodBody) -> Iterator[Value]:
        """All that a method hands to code that could not be looked into."""
        calls, own = self.flow(method).calls, self.roles.classes
        for one in method.instructions:
            if one.opcode not in opcodes.INVOKES:
                continue
            ref = method.dex.method_ref(one.reference or 0)
            if ref.class_name == _OBJECT:  # whose methods give nobody their object
                continue
            known = None if ref.class_name in own else self.program.method(ref)
            if ref.class_name not in own and (known is None or known.body is None):
                for value in calls.get(one.offset, ()):
                    yield from self.local(value)
