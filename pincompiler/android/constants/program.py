"""Questions about constants across the methods of an app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.budget import TooMuchError
from pincompiler.android.constants.flow import MethodFlow, needed
from pincompiler.android.constants.linked import Linked
from pincompiler.android.constants.method_flow import TooComplexError, run
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
from pincompiler.base.bounds import FOLLOWED_DEPTH, HELPER_UNITS, ORIGINS, RUNS_APART, WRITERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pincompiler.android.dex.classes import ClassDef, MethodDef
    from pincompiler.android.dex.index import Dex, Site
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldDef, FieldRef, MethodRef

    _Picks = tuple[tuple[int, int], ...]
    _Followed = frozenset[FieldRef | int]
    _Given = tuple[MethodBody, tuple[Value, ...] | None, _Picks]
    _Key = tuple[MethodBody, tuple[Value, ...] | None, _Followed, int, _Picks]

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


class Program(Linked):
    """The code of an app, and what it makes of constants across its methods."""

    def __init__(self, files: Iterable[Dex]) -> None:
        super().__init__(files)
        self._flows: dict[_Key, MethodFlow | None] = {}
        self._fields: dict[tuple[FieldRef, int], Value] = {}
        self._extended: dict[str, bool] = {}
        self._apart: dict[_Given, set[_Followed]] = {}
        """What was followed in a method for single questions."""
        self._shared: dict[_Given, _Followed] = {}
        """What is followed in a method for all questions."""
        self._busy: set[object] = set()
        """What questions under way are about: methods with their arguments, fields, fields of objects."""
        self._depth = 0
        self._root: MethodBody | None = None
        """The method that the question under way is about."""

    # Flow.

    def flow(self, body: MethodBody) -> MethodFlow:
        """Analyse a method by itself: what it takes from fields and other methods remains an origin."""
        self.budget.ask()
        return self.analyse(body, None, frozenset()) or MethodFlow()

    def call_arguments(self, body: MethodBody, offset: int) -> tuple[Value, ...] | None:
        """What the call at ``offset`` passes; none if that is unknown, see :attr:`MethodFlow.why`."""
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
        for _ in range(FOLLOWED_DEPTH.limit):
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
        if followed in apart or len(apart) < RUNS_APART.limit:
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
        if (body, arguments) in self._busy or self._depth > FOLLOWED_DEPTH.limit:
            return None
        if self._depth and self.budget.leads_too_far:
            self._give_up()
            return None
        self._busy.add((body, arguments))
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
            self._busy.discard((body, arguments))
        return self._flows[key]

    def _give_up(self) -> None:
        """Note that the question under way leads too far."""
        if self._root:
            self.budget.give_up(self._root, "it leads through too much code to be followed")

    def call(self, ref: MethodRef, arguments: tuple[Value, ...]) -> Value | None:
        """What a method of the program returns, if that is constant or one of its arguments."""
        returned = ref.descriptor[ref.descriptor.rfind(")") + 1 :]
        if returned not in _PLAIN_RESULTS and returned.strip("[") != ref.class_name:
            return None
        method = self._run_by(ref, arguments)
        if method is None or method.body is None or len(method.body.units) > HELPER_UNITS.limit:
            return None
        flow = self.follow(method.body, arguments, _result)
        value = flow.returned if flow else None
        if value is None or all(isinstance(one, Unknown) for one in possible(value)):
            return None
        passed = set(arguments)
        known = all(one in passed or is_constant(one) or is_collection(one) for one in possible(value))
        return value if known else None

    def _run_by(self, ref: MethodRef, arguments: tuple[Value, ...]) -> MethodDef | None:
        """The method that a call runs: that of the object's class, if it is known."""
        if arguments and isinstance(arguments[0], Created) and arguments[0].descriptor != ref.class_name:
            found = (cls.method(ref.name, ref.descriptor) for cls in self.ancestry(arguments[0].descriptor))
            return next((method for method in found if method is not None and method.body), None)
        return self._only_method(ref)

    def _only_method(self, ref: MethodRef) -> MethodDef | None:
        """The method that a call runs, unless a subclass may have another."""
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
        """What a field holds if that is constant, else that it comes from the field."""
        value = self.stored(ref)
        return value if is_constant(value) or is_collection(value) else FieldValue(ref)

    def stored(self, ref: FieldRef) -> Value:
        """All that the program writes to a field."""
        key = (ref, self._depth)
        if key not in self._fields:
            if ref in self._busy:
                return Unknown("a field that is computed from itself")
            self._busy.add(ref)
            try:
                self._fields[key] = self._stored(ref)
            finally:
                self._busy.discard(ref)
        return self._fields[key]

    def _stored(self, ref: FieldRef) -> Value:
        found = self.field(ref)
        if found is None:
            return Unknown("a field of a class outside the program")
        cls, field = found
        writers = self._writers(cls, field)
        if len(writers) > WRITERS.limit:
            return Unknown("many methods write to a field", bounded=True)
        values = [value for value in (self._first_value(cls, field),) if value is not None]
        for writer in writers:
            flow = self.follow(writer, None, lambda flow: self.written(flow, field.ref))
            if flow is None:
                return Unknown("code that leads too far writes to a field", bounded=True)
            values += self.written(flow, field.ref)
        if not values:
            return NULL if writers or field.is_static else Unknown("a field that nothing writes")
        return union(values)

    def written(self, flow: MethodFlow, ref: FieldRef) -> list[Value]:
        """What a method writes to a field."""
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
        sites = self.in_each(lambda dex: self._writes_in(dex, field.ref))
        return list(dict.fromkeys(site.method for site in sites if self.counts(site.method)))

    def _writes_in(self, dex: Dex, ref: FieldRef) -> tuple[Site, ...]:
        ids = dex.field_refs(ref.class_name, ref.name)
        return dex.field_writes(ids) if ids and self.budget.search(len(dex.data)) else ()

    @guarded
    def _first_value(self, cls: ClassDef, field: FieldDef) -> Value | None:
        """What a static field begins with, other than by code."""
        first = cls.first_value(field.field) if field.is_static else None
        if first is None or first.kind == "null":
            return None
        kind, value = first
        if kind == "other":
            return Unknown("a static field of another type than is followed")
        if kind == "string":
            return Text(cls.dex.string(value))
        return ClassLiteral(cls.dex.type_name(value)) if kind == "type" else Number(value)

    # Fields of one object, kept apart from those of others of its class.

    def read_field_of(self, value: Value, ref: FieldRef) -> Value | None:
        """What a field of an object holds, if it is constant and only the object's constructor writes it."""
        found = self.field(ref)
        if found is None or not found[1].access & ACC_FINAL:
            return None
        objects: list[Value] = []
        for one in possible(value):
            objects += possible(self.stored(one.ref)) if isinstance(one, FieldValue) else (one,)
        held = [self._constructed(one, found[1].ref) if isinstance(one, Created) else None for one in objects]
        known = [one for one in held if one is not None and (is_constant(one) or is_collection(one))]
        return union(known) if objects and len(known) == len(held) else None

    def _constructed(self, made: Created, ref: FieldRef) -> Value | None:
        """What the constructor of one object writes to a field."""
        key = (made, ref)
        if key in self._busy:
            return None
        self._busy.add(key)
        try:
            maker = self.analyse(made.method, None, frozenset())
            calls = maker.calls if maker else {}
            self.budget.follow(len(calls) >> 3)
            for offset, passed in calls.items():
                if passed and passed[0] == made and _is_constructor(made, offset):
                    return self._initialised(made, offset, ref)
            return None
        finally:
            self._busy.discard(key)

    def _initialised(self, made: Created, offset: int, ref: FieldRef) -> Value | None:
        called = made.method.called_at(offset)
        constructor = None if called is None else self.method(called)
        maker = self.follow(made.method, None, lambda flow: flow.calls.get(offset, ())[1:])
        if constructor is None or constructor.body is None or maker is None:
            return None
        body = constructor.body
        passed = (Parameter(body, 0, body.class_name), *maker.calls[offset][1:])
        flow = self.follow(body, passed, lambda flow: self.written(flow, ref))
        written = self.written(flow, ref) if flow else []
        return union(written) if written else None

    # Origins.

    def origins(self, value: Value) -> tuple[Value, ...]:
        """Follow objects back through fields, methods of the program that return them, and callers.

        The answer holds constants, :class:`Created`, calls of what lies outside the program, and
        whatever could not be followed further.
        """
        found: dict[Value, None] = {}
        waiting = list(possible(value))
        seen = set(waiting)
        for _ in range(ORIGINS.limit):
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
        """What one origin stands for; none if it is the last to be known."""
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
        """All that callers pass for a parameter."""
        body = parameter.method
        sites = self.call_sites(body.class_name, body.name, body.descriptor)
        if not sites or len(sites) > WRITERS.limit:
            return None
        passed = [arguments(self, site) for site in sites]
        # Code that calls it as if it were (not) static passes one argument more or less, and never runs.
        return union(values[parameter.index] for values in passed if parameter.index < len(values))


def _is_constructor(made: Created, offset: int) -> bool:
    called = made.method.called_at(offset)
    return called is not None and called.name == "<init>" and called.class_name == made.descriptor


def _result(flow: MethodFlow) -> Iterable[Value]:
    return () if flow.returned is None else (flow.returned,)


def arguments(program: Program | Sequence[Dex], site: Site) -> tuple[Value, ...]:
    """What a call passes; the receiver of an instance method comes first."""
    if not isinstance(program, Program):
        program = Program(program)
    values = program.call_arguments(site.method, site.offset)
    if values is not None:
        return values
    kinds = passed_kinds(site.opcode, site.method.dex.method_ref(site.ref))
    return (Unknown(program.flow(site.method).why),) * len(kinds)
