"""Several DEX files as the one program that Android makes of them, and questions across its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from pincompiler.android.constants.budget import MOST_ANCESTORS, SEARCHED, SEARCHES, Budget, TooMuchError
from pincompiler.android.constants.method_flow import MethodFlow, TooComplexError, needed, run
from pincompiler.android.constants.values import (
    NULL,
    ClassLiteral,
    Created,
    FieldValue,
    Number,
    Parameter,
    Returned,
    Text,
    Unknown,
    Value,
    is_collection,
    is_constant,
    possible,
    union,
)
from pincompiler.android.dex.access import ACC_FINAL, ACC_PRIVATE, ACC_STATIC
from pincompiler.android.dex.calls import passed_kinds
from pincompiler.android.dex.format import DexError, guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pincompiler.android.dex.classes import ClassDef, MethodDef
    from pincompiler.android.dex.index import Dex, Site
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldDef, FieldRef, MethodRef

    _Picks = tuple[tuple[int, int], ...]
    _Followed = frozenset[FieldRef | int]
    _Given = tuple[MethodBody, tuple[Value, ...] | None, _Picks]
    _Key = tuple[MethodBody, tuple[Value, ...] | None, _Followed, int, _Picks]

T = TypeVar("T")
_DEEPEST: Final = 3
"""Methods and fields that one answer may lead through, one inside the other."""
_MOST_ORIGINS: Final = 400
"""Values that one is followed through."""
_MOST_APART: Final = 8
"""Runs of one method that each follow what one question needs; from then on all questions share one."""
_LONGEST_HELPER: Final = 512
"""Code units; what is longer does more than give a constant."""
MOST_WRITES: Final = 16
_PLAIN_RESULTS: Final = frozenset(
    {
        *("I", "Ljava/lang/String;", "Ljava/lang/CharSequence;", "Ljava/lang/Object;", "Ljava/lang/Class;"),
        *("Ljava/util/List;", "Ljava/util/Set;", "Ljava/util/Collection;", "Ljava/lang/Iterable;"),
        *(
            "Ljava/util/Map;",
            "Ljava/util/HashMap;",
            "Lkotlin/Pair;",
            "[[Ljava/lang/String;",
            "Lokhttp3/HttpUrl;",
        ),
        *("Ljava/net/URL;", "Ljava/net/URI;", "Landroid/net/Uri;"),
        *("Ljava/util/ArrayList;", "[Ljava/lang/String;", "[B", "[C", "[I", "Ljava/util/Iterator;"),
    }
)
"""Results that may be constants."""


class Program:
    """All DEX files of an app; the first to define a class is the one that counts."""

    def __init__(self, files: Iterable[Dex]) -> None:
        self.files = tuple(files)
        whole = sum(len(dex.data) for dex in self.files)
        self.budget = Budget(searches=max(SEARCHED, SEARCHES * whole))
        self.damaged: dict[str, str] = {}
        """The files that could not be read to their end, by name, and why."""
        self._classes: dict[str, ClassDef | None] = {}
        self._flows: dict[_Key, MethodFlow | None] = {}
        self._fields: dict[tuple[FieldRef, int], Value] = {}
        self._extended: dict[str, bool] = {}
        self._calls: dict[tuple[str | None, str, str | None], tuple[Site, ...]] = {}
        self._apart: dict[_Given, set[_Followed]] = {}
        """What was followed in a method for single questions."""
        self._shared: dict[_Given, _Followed] = {}
        """What is followed in a method for all questions."""
        self.busy: set[object] = set()
        self._depth = 0
        self._root: MethodBody | None = None
        """The method that the question under way is about."""

    # Names.

    def class_def(self, descriptor: str) -> ClassDef | None:
        """Give the class of that name, if some file defines it."""
        if descriptor not in self._classes:
            found = self._in_each(lambda dex: (dex.class_def(descriptor),))
            self._classes[descriptor] = next((cls for cls in found if cls is not None), None)
        return self._classes[descriptor]

    def _in_each(self, ask: Callable[[Dex], Iterable[T]]) -> Iterator[T]:
        """What each file says; one that is damaged says nothing, and hides no other."""
        for dex in self.files:
            try:
                found = tuple(ask(dex))
            except DexError as error:
                self.damaged.setdefault(dex.name, str(error))
            else:
                yield from found

    def ancestry(self, descriptor: str) -> Iterator[ClassDef]:
        """Give a class and its superclasses, as far as they are defined here; more than a few hundred are too much."""
        seen: set[str] = set()
        current: str | None = descriptor
        while current is not None and current not in seen:
            if len(seen) >= MOST_ANCESTORS:
                self.budget.spent = True
                return
            seen.add(current)
            cls = self.class_def(current)
            if cls is None:
                return
            yield cls
            current = cls.superclass

    def method(self, ref: MethodRef) -> MethodDef | None:
        """Give the method that a call names, in its class or in a superclass."""
        found = (cls.method(ref.name, ref.descriptor) for cls in self.ancestry(ref.class_name))
        return next((method for method in found if method is not None), None)

    def field(self, ref: FieldRef) -> tuple[ClassDef, FieldDef] | None:
        """Give the field that code names, with the class that defines it."""
        found = ((cls, cls.field(ref.name)) for cls in self.ancestry(ref.class_name))
        return next(((cls, field) for cls, field in found if field is not None), None)

    def counts(self, body: MethodBody) -> bool:
        """Whether a method is of the class that Android takes of those of one name: that of the first file."""
        first = self.class_def(body.class_name) if len(self.files) > 1 else None
        return first is None or (first.dex is body.dex and first.index == body.class_index)

    def call_sites(self, cls: str | None, name: str, descriptor: str | None = None) -> tuple[Site, ...]:
        """Find all calls of a method in all files.  What there is no budget for is not found, and said to be so."""
        key = cls, name, descriptor
        if key not in self._calls:
            found = self._in_each(lambda dex: self._calls_in(dex, *key))
            self._calls[key] = tuple(site for site in found if self.counts(site.method))
        return self._calls[key]

    def _calls_in(self, dex: Dex, cls: str | None, name: str, descriptor: str | None) -> tuple[Site, ...]:
        ids = dex.method_refs(cls, name)
        some = [one for one in ids if descriptor in {None, dex.method_ref(one).descriptor}]
        return dex.call_sites(some) if some and self.budget.search(len(dex.data)) else ()

    def subclasses(self, *descriptors: str) -> tuple[ClassDef, ...]:
        """Find all classes that extend or implement some types, however indirectly."""
        found: dict[str, ClassDef] = {}
        wanted = set(descriptors)
        while wanted:
            direct = self._extending(frozenset(wanted))
            self.budget.spend(len(self.files) + len(direct))
            fresh: dict[str, ClassDef] = {}
            for cls in direct:
                if cls.name not in found and cls == self.class_def(cls.name):
                    fresh[cls.name] = cls
            found |= fresh
            wanted = set(fresh)
        return tuple(found.values())

    def _extending(self, descriptors: frozenset[str]) -> list[ClassDef]:
        return [
            cls for some in self._in_each(lambda dex: dex.subclasses(descriptors).values()) for cls in some
        ]

    # Flow.

    def flow(self, body: MethodBody) -> MethodFlow:
        """Analyse a method by itself: what it takes from fields and other methods remains an origin."""
        self.budget.ask()
        return self.analyse(body, None, frozenset()) or MethodFlow()

    def call_arguments(self, body: MethodBody, offset: int) -> tuple[Value, ...] | None:
        """Give what the call at ``offset`` passes; none if that cannot be told, see :attr:`MethodFlow.why`."""
        self.budget.ask()
        flow = self.follow(body, None, lambda flow: flow.calls.get(offset, ()))
        return flow.calls.get(offset) if flow else None

    def follow(
        self,
        body: MethodBody,
        arguments: tuple[Value, ...] | None,
        asked: Callable[[MethodFlow], Iterable[Value]],
        picks: _Picks = (),
    ) -> MethodFlow | None:
        """Analyse a method, and follow what the values asked for are made of, and only that."""
        flow = self.analyse(body, arguments, frozenset(), picks)
        followed: _Followed = frozenset()
        for _ in range(_DEEPEST):
            if flow is None:
                break
            try:
                known = self._shared.get((body, arguments, picks), frozenset())
                more = needed(flow, body, asked(flow), self.budget, known)
                if more <= followed:
                    break
                followed = self._widened((body, arguments, picks), flow, followed | more)
            except TooMuchError:
                break
            flow = self.analyse(body, arguments, followed, picks) or flow
        return flow

    def _widened(self, given: _Given, flow: MethodFlow, followed: _Followed) -> _Followed:
        """The same to follow, or what all questions about a method need: it is not run for each of many."""
        apart = self._apart.setdefault(given, set())
        if followed in apart or len(apart) < _MOST_APART:
            apart.add(followed)
            return followed
        shared = self._shared.get(given)
        if shared is None or not followed <= shared:
            values = (*(one for passed in flow.calls.values() for one in passed), *flow.writes.values())
            all_needed = needed(flow, given[0], (*values, *_result(flow)), self.budget)
            shared = self._shared[given] = (shared or frozenset()) | followed | all_needed
        return shared

    def analyse(
        self,
        body: MethodBody,
        arguments: tuple[Value, ...] | None,
        followed: frozenset[FieldRef | int],
        picks: _Picks = (),
    ) -> MethodFlow | None:
        """Analyse a method; none if that is under way already or leads too far."""
        # Without anything to follow, the depth makes no difference.
        key = (body, arguments, followed, self._depth if followed else 0, picks)
        if key in self._flows:
            return self._flows[key]
        if (body, arguments) in self.busy or self._depth > _DEEPEST:
            return None
        if self._depth and self.budget.leads_too_far:
            self._give_up()
            return None
        self.busy.add((body, arguments))
        if not self._depth:
            self._root = body
        self._depth += 1
        try:
            self._flows[key] = run(self, body, arguments, followed, picks)
        except (TooComplexError, TooMuchError) as error:
            if self._depth > 1 and isinstance(error, TooMuchError):
                self._give_up()
                return None
            self.budget.give_up(body, str(error))
            self._flows[key] = MethodFlow(why=str(error))
        except DexError:
            if self._depth == 1:
                raise
            self._flows[key] = None
        finally:
            self._depth -= 1
            self.busy.discard((body, arguments))
        return self._flows[key]

    def _give_up(self) -> None:
        """Note that the question under way leads too far."""
        if self._root:
            self.budget.give_up(self._root, "it leads through too much code to be followed")

    def call(self, ref: MethodRef, arguments: tuple[Value, ...]) -> Value | None:
        """Give what a method of the program returns, if that is constant or one of its arguments."""
        returned = ref.descriptor[ref.descriptor.rfind(")") + 1 :]
        if returned not in _PLAIN_RESULTS and returned.strip("[") != ref.class_name:
            return None
        method = self._run_by(ref, arguments)
        if method is None or method.body is None or len(method.body.units) > _LONGEST_HELPER:
            return None
        flow = self.follow(method.body, arguments, _result)
        value = flow.returned if flow else None
        if value is None or all(isinstance(one, Unknown) for one in possible(value)):
            return None
        passed = set(arguments)
        told = all(one in passed or is_constant(one) or is_collection(one) for one in possible(value))
        return value if told else None

    def _run_by(self, ref: MethodRef, arguments: tuple[Value, ...]) -> MethodDef | None:
        """Give the method that a call runs: that of the object's class, if it is known."""
        if arguments and isinstance(arguments[0], Created) and arguments[0].descriptor != ref.class_name:
            found = (cls.method(ref.name, ref.descriptor) for cls in self.ancestry(arguments[0].descriptor))
            return next((method for method in found if method is not None and method.body), None)
        return self._only_method(ref)

    def _only_method(self, ref: MethodRef) -> MethodDef | None:
        """Give the method that a call runs, unless a subclass may have another."""
        method = self.method(ref)
        if method is None or method.access & (ACC_STATIC | ACC_FINAL | ACC_PRIVATE):
            return method
        cls = method.ref.class_name
        if cls not in self._extended:
            known = self.class_def(cls)
            final = known is not None and bool(known.access & ACC_FINAL)
            self._extended[cls] = not final and any(any(dex.subclasses([cls]).values()) for dex in self.files)
        return None if self._extended[cls] else method

    # Fields.

    def read_field(self, ref: FieldRef) -> Value:
        """Give what a field holds if that is constant, else that it comes from the field."""
        value = self.stored(ref)
        return value if is_constant(value) or is_collection(value) else FieldValue(ref)

    def stored(self, ref: FieldRef) -> Value:
        """Give all that the program writes to a field."""
        key = (ref, self._depth)
        if key not in self._fields:
            if ref in self.busy:
                return Unknown("a field that is computed from itself")
            self.busy.add(ref)
            try:
                self._fields[key] = self._stored(ref)
            finally:
                self.busy.discard(ref)
        return self._fields[key]

    def _stored(self, ref: FieldRef) -> Value:
        found = self.field(ref)
        if found is None:
            return Unknown("a field of a class outside the program")
        cls, field = found
        writers = self._writers(cls, field)
        if len(writers) > MOST_WRITES:
            return Unknown("a field that many methods write")
        values = [value for value in (self._first_value(cls, field),) if value is not None]
        for writer in writers:
            flow = self.follow(writer, None, lambda flow: self.written(flow, field.ref))
            if flow is None:
                return Unknown("a field written by code that leads too far")
            values += self.written(flow, field.ref)
        if not values:
            return NULL if writers or field.is_static else Unknown("a field that nothing writes")
        return union(values)

    def written(self, flow: MethodFlow, ref: FieldRef) -> list[Value]:
        """Give what a method writes to a field."""
        alike = flow.named.get((ref.name, ref.descriptor), ())
        return [flow.writes[written] for written in alike if self._same(written, ref)]

    def _same(self, written: FieldRef, ref: FieldRef) -> bool:
        """Whether code that names a field, perhaps through a subclass, means this one."""
        if written.name != ref.name or written.descriptor != ref.descriptor:
            return False
        found = None if written == ref else self.field(written)
        return written == ref or (found is not None and found[1].ref == ref)

    def _writers(self, cls: ClassDef, field: FieldDef) -> list[MethodBody]:
        """Methods that write a field: of a final one, the initialisers of its class."""
        if field.access & ACC_FINAL:
            initialiser = "<clinit>" if field.is_static else "<init>"
            return [method.body for method in cls.methods if method.ref.name == initialiser and method.body]
        sites = self._in_each(lambda dex: self._writes_in(dex, field.ref))
        return list(dict.fromkeys(site.method for site in sites if self.counts(site.method)))

    def _writes_in(self, dex: Dex, ref: FieldRef) -> tuple[Site, ...]:
        ids = dex.field_refs(ref.class_name, ref.name)
        return dex.field_writes(ids) if ids and self.budget.search(len(dex.data)) else ()

    @guarded
    def _first_value(self, cls: ClassDef, field: FieldDef) -> Value | None:
        """Give what a static field begins with, other than by code."""
        first = cls.first_value(field.field) if field.is_static else None
        if first is None or first.kind == "null":
            return None
        kind, value = first
        if kind == "other":
            return Unknown("a static field of another type than is followed")
        if kind == "string":
            return Text(cls.dex.string(value))
        return ClassLiteral(cls.dex.type_name(value)) if kind == "type" else Number(value)

    # Origins.

    def origins(self, value: Value) -> tuple[Value, ...]:
        """Follow objects back through fields, methods of the program that return them, and callers.

        The answer holds constants, :class:`Created`, calls of what lies outside the program, and
        whatever could not be followed further.
        """
        found: dict[Value, None] = {}
        waiting = list(possible(value))
        seen = set(waiting)
        for _ in range(_MOST_ORIGINS):
            if not waiting:
                break
            one = waiting.pop(0)
            further = self.behind(one)
            if further is None:
                found[one] = None
                continue
            fresh = [value for value in further if value not in seen]
            seen.update(fresh)
            waiting += fresh
        return (*found, *waiting)

    def behind(self, value: Value) -> tuple[Value, ...] | None:
        """Give what one origin stands for; none if it is the last to be known."""
        self.budget.ask()
        behind: Value | None = None
        if isinstance(value, FieldValue):
            behind = self.stored(value.ref)
        elif isinstance(value, Returned):
            method = self._only_method(value.ref)
            flow = self.follow(method.body, None, _result) if method and method.body else None
            behind = flow.returned if flow else None
        elif isinstance(value, Parameter):
            behind = self._passed(value)
        if behind is None or all(isinstance(one, Unknown) for one in possible(behind)):
            return None
        return possible(behind)

    def _passed(self, parameter: Parameter) -> Value | None:
        """Give all that callers pass for a parameter."""
        body = parameter.method
        sites = self.call_sites(body.class_name, body.name, body.descriptor)
        if not sites or len(sites) > MOST_WRITES:
            return None
        passed = [arguments(self, site) for site in sites]
        # Code that calls it as if it were (not) static passes one argument more or less, and never runs.
        return union(values[parameter.index] for values in passed if parameter.index < len(values))


def _result(flow: MethodFlow) -> Iterable[Value]:
    return () if flow.returned is None else (flow.returned,)


def arguments(program: Program | Sequence[Dex], site: Site) -> tuple[Value, ...]:
    """Give what a call passes; the receiver of an instance method comes first."""
    if not isinstance(program, Program):
        program = Program(program)
    values = program.call_arguments(site.method, site.offset)
    if values is not None:
        return values
    kinds = passed_kinds(site.opcode, site.method.dex.method_ref(site.ref))
    return (Unknown(program.flow(site.method).why),) * len(kinds)
