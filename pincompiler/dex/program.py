"""Several DEX files as the one program that Android makes of them, and questions across its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.dex.call import parameters
from pincompiler.dex.flow import MethodFlow, TooComplexError, needed, run
from pincompiler.dex.format import DexError, guarded
from pincompiler.dex.method import ACC_FINAL, ACC_STATIC
from pincompiler.dex.opcodes import INVOKE_STATIC
from pincompiler.dex.values import (
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pincompiler.dex.classes import ClassDef, FieldDef, FieldRef, MethodDef, MethodRef
    from pincompiler.dex.index import Dex, Site
    from pincompiler.dex.method import MethodBody

    _Picks = tuple[tuple[int, int], ...]
    _Key = tuple[MethodBody, tuple[Value, ...] | None, frozenset[FieldRef | int], int, _Picks]

_DEEPEST: Final = 3
"""Methods and fields that one answer may lead through, one inside the other."""
_MOST_HELPERS: Final = 400
"""Methods analysed for the sake of one."""
_LONGEST_HELPER: Final = 512
"""Code units; what is longer does more than give a constant."""
MOST_WRITES: Final = 16
_MOST_HOPS: Final = 8
_ACC_PRIVATE: Final = 0x2
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
        self._classes: dict[str, ClassDef | None] = {}
        self._flows: dict[_Key, MethodFlow | None] = {}
        self._fields: dict[tuple[FieldRef, int], Value] = {}
        self._extended: dict[str, bool] = {}
        self.busy: set[object] = set()
        self._depth = 0
        self.helpers = 0

    # Names.

    def class_def(self, descriptor: str) -> ClassDef | None:
        """Give the class of that name, if some file defines it."""
        if descriptor not in self._classes:
            found = (dex.class_def(descriptor) for dex in self.files)
            self._classes[descriptor] = next((cls for cls in found if cls is not None), None)
        return self._classes[descriptor]

    def ancestry(self, descriptor: str) -> Iterator[ClassDef]:
        """Give a class and its superclasses, as far as they are defined here."""
        seen = set()
        current: str | None = descriptor
        while current is not None and current not in seen:
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

    def call_sites(self, cls: str | None, name: str, descriptor: str | None = None) -> tuple[Site, ...]:
        """Find all calls of a method in all files."""
        return tuple(
            site
            for dex in self.files
            for site in dex.call_sites(
                method
                for method in dex.method_refs(cls, name)
                if descriptor is None or dex.method_ref(method).descriptor == descriptor
            )
        )

    def subclasses(self, *descriptors: str) -> tuple[ClassDef, ...]:
        """Find all classes that extend or implement some types, however indirectly."""
        found: dict[str, ClassDef] = {}
        wanted = set(descriptors)
        while wanted:
            direct = [cls for dex in self.files for some in dex.subclasses(wanted).values() for cls in some]
            fresh = {cls.name: cls for cls in direct if cls.name not in found}
            found |= fresh
            wanted = set(fresh)
        return tuple(found.values())

    # Flow.

    def flow(self, body: MethodBody) -> MethodFlow:
        """Analyse a method by itself: what it takes from fields and other methods remains an origin."""
        self.helpers = 0
        return self.analyse(body, None, frozenset()) or MethodFlow()

    def call_arguments(self, body: MethodBody, offset: int) -> tuple[Value, ...] | None:
        """Give what the call at ``offset`` passes; none if that cannot be told, see :attr:`MethodFlow.why`."""
        self.helpers = 0
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
        followed: frozenset[FieldRef | int] = frozenset()
        for _ in range(_DEEPEST):
            more = needed(flow, body, asked(flow)) if flow else followed
            if more <= followed:
                break
            followed |= more
            flow = self.analyse(body, arguments, followed, picks) or flow
        return flow

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
        self.helpers += 1
        if (body, arguments) in self.busy or self._depth > _DEEPEST or self.helpers > _MOST_HELPERS:
            return None
        self.busy.add((body, arguments))
        self._depth += 1
        try:
            self._flows[key] = run(self, body, arguments, followed, picks)
        except TooComplexError as error:
            self._flows[key] = MethodFlow(why=str(error))
        except DexError:
            if self._depth == 1:
                raise
            self._flows[key] = None
        finally:
            self._depth -= 1
            self.busy.discard((body, arguments))
        return self._flows[key]

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
        if method is None or method.access & (ACC_STATIC | ACC_FINAL | _ACC_PRIVATE):
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
        return [value for written, value in flow.writes.items() if self._same(written, ref)]

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
        sites = [
            site
            for dex in self.files
            for site in dex.field_writes(dex.field_refs(field.ref.class_name, field.ref.name))
        ]
        return list(dict.fromkeys(site.method for site in sites))

    @guarded
    def _first_value(self, cls: ClassDef, field: FieldDef) -> Value | None:
        """Give what a static field begins with, other than by code."""
        if not field.is_static:
            return None
        place = next((n for n, one in enumerate(cls.fields) if one.field == field.field), 0)
        values = cls.static_values
        if place >= len(values) or values[place].kind == "null":
            return None
        kind, value = values[place]
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
        for _ in range(_MOST_HELPERS):
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
        self.helpers = 0
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
    count = len(parameters(site.method.dex.method_ref(site.ref).descriptor))
    return (Unknown(program.flow(site.method).why),) * (count + (site.opcode not in INVOKE_STATIC))
