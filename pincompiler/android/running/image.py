"""The code of an app as runs share it: prepared methods, resolved names, the order of types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.access import ACC_ABSTRACT
from pincompiler.android.dex.format import DexError
from pincompiler.android.running.frame import ReadyCode
from pincompiler.android.running.supertypes import DIRECT
from pincompiler.android.running.texts import units
from pincompiler.android.running.values import NULL, OBJECT, NotKnown
from pincompiler.base.bounds import RUN_HEIRS, RUN_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.android.constants.linked import Linked
    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.android.dex.index import Site
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldDef, FieldRef, MethodRef
    from pincompiler.android.dex.tables import Tables
    from pincompiler.android.running.values import Value

_LISTED: Final = ("Ljava/lang/", "Ljava/util/")
"""Where the types of the platform are of which it is known what they extend."""


class Image:
    """What is the same for all runs of one app."""

    def __init__(
        self, program: Linked, watched: frozenset[str] = frozenset(), left_out: frozenset[str] = frozenset()
    ) -> None:
        self.program = program
        self.watched = watched
        """Classes of which the watcher of a run is asked before a method is called or a field written."""
        self.left_out = left_out
        """Classes of which nothing is run: what their methods give is unknown."""
        self.cut = False
        """Whether some class has more supertypes than are looked at."""
        self.too_far: set[tuple[ReadyCode, int, int]] = set()
        """Calls that were given up: in which method, at which offset, and how many calls of that place were before."""
        self._prepared: dict[tuple[int, int], ReadyCode] = {}
        self._direct: dict[MethodRef, ReadyCode | None] = {}
        self._virtual: dict[tuple[str, str, str], ReadyCode | None] = {}
        self._only: dict[tuple[str, str, str], ReadyCode | None] = {}
        self._supers: dict[str, tuple[str, ...]] = {}
        self._fields: dict[FieldRef, FieldRef] = {}
        self._written: dict[str, dict[FieldRef, frozenset[MethodBody]]] = {}

    def prepared(self, body: MethodBody) -> ReadyCode:
        """The code of a method.  DexError if it is damaged."""
        key = (id(body.dex), body.code)
        if key not in self._prepared:
            self._prepared[key] = ReadyCode(body)
        return self._prepared[key]

    # Methods.

    def direct(self, ref: MethodRef) -> ReadyCode | None:
        """The code that a call runs which no subclass has a say in; none if the app has none."""
        if ref not in self._direct:
            known = not ref.class_name.startswith("[") and ref.class_name not in self.left_out
            found = self.program.method(ref) if known else None
            self._direct[ref] = self.prepared(found.body) if found and found.body else None
        return self._direct[ref]

    def virtual(self, cls: str, name: str, descriptor: str) -> ReadyCode | None:
        """The code that a call runs on an object of a class: the class's, a superclass's, or an interface's."""
        key = (cls, name, descriptor)
        if key not in self._virtual:
            self._virtual[key] = self._resolved(cls, name, descriptor)
        return self._virtual[key]

    def _resolved(self, cls: str, name: str, descriptor: str) -> ReadyCode | None:
        for definition in (*self.program.ancestry(cls), *self._interfaces(cls)):
            method = definition.method(name, descriptor)
            if method and method.body:
                return None if definition.name in self.left_out else self.prepared(method.body)
        return None

    def _interfaces(self, cls: str) -> Iterator[ClassDef]:
        for name in self.supers(cls):
            definition = self.program.class_def(name)
            if definition is not None:
                yield definition

    def only(self, cls: str, name: str, descriptor: str) -> ReadyCode | None:
        """The one method that a call may run on any object of a type; none if several may."""
        key = (cls, name, descriptor)
        if key not in self._only:
            codes = {self.virtual(one, name, descriptor) for one in self._concrete(cls)}
            self._only[key] = codes.pop() if len(codes) == 1 else None
        return self._only[key]

    def _concrete(self, cls: str) -> list[str]:
        """A class and all below it; more than a few are said to have none."""
        waiting, found = [cls], dict[str, None]()
        while waiting:
            one = waiting.pop()
            if one in found or self.program.class_def(one) is None:
                continue
            found[one] = None
            if len(found) > RUN_HEIRS.limit:
                return []
            for dex in self.program.files:
                waiting += [heir.name for heirs in dex.subclasses([one]).values() for heir in heirs]
        return [one for one in found if not self._is_abstract(one)]

    def _is_abstract(self, name: str) -> bool:
        definition = self.program.class_def(name)
        return definition is not None and bool(definition.access & ACC_ABSTRACT)

    # Types.

    def supers(self, name: str) -> tuple[str, ...]:
        """A class, and all classes and interfaces above it, nearest first."""
        if name not in self._supers:
            order: dict[str, None] = {}
            waiting = [name]
            while waiting and len(order) < RUN_TYPES.limit:
                one = waiting.pop(0)
                if one not in order:
                    order[one] = None
                    waiting = self._above(one, waiting)
            self.cut |= any(one not in order for one in waiting)
            self._supers[name] = tuple(order)
        return self._supers[name]

    def _above(self, name: str, waiting: list[str]) -> list[str]:
        definition = self.program.class_def(name)
        if definition is None:
            return [*waiting, *DIRECT.get(name, ())]
        above = [definition.superclass] if definition.superclass else []
        return [*above, *waiting, *definition.interfaces]

    def is_subtype(self, name: str, wanted: str) -> bool:
        """Whether objects of one type are of the other."""
        if wanted in {name, OBJECT}:
            return True
        if not name.startswith("["):
            return wanted in self.supers(name)
        if not wanted.startswith("["):
            return wanted in {"Ljava/lang/Cloneable;", "Ljava/io/Serializable;"}
        inner, other = name[1:], wanted[1:]
        return inner[0] in "L[" and other[0] in "L[" and self.is_subtype(inner, other)

    def may_be(self, name: str, wanted: str) -> bool:
        """Whether objects of a class may be of a type of the platform: what its own types extend is not known of all."""
        if self.program.class_def(wanted) is not None:
            return False
        above = (one for one in self.supers(name) if not one.startswith(_LISTED))
        return any(one not in DIRECT and self.program.class_def(one) is None for one in above)

    # Fields.

    def field(self, dex: Tables, index: int) -> FieldRef:
        """The field that an id names, by the class that defines it."""
        named = dex.field_ref(index)
        if named not in self._fields:
            self._fields[named] = self._defined(named)
        return self._fields[named]

    def _defined(self, named: FieldRef) -> FieldRef:
        found = self.program.field(named)
        if found is not None:
            return found[1].ref
        for definition in self._interfaces(named.class_name):
            constant = definition.field(named.name)
            if constant is not None:
                return constant.ref
        return named

    def instances_of(self, name: str) -> tuple[FieldRef, ...]:
        """The static fields of a class that hold objects of it, in their order: of an enum, its constants."""
        cls = self.program.class_def(name)
        fields = cls.fields if cls else ()
        return tuple(one.ref for one in fields if one.is_static and one.ref.descriptor == name)

    def writers(self, ref: FieldRef) -> frozenset[MethodBody]:
        """The methods that write a field, initialisers and constructors of its class left out.

        Raises DexError if there is no budget left to look for them.
        """
        cls = ref.class_name
        if cls not in self._written:
            found: dict[FieldRef, set[MethodBody]] = {}
            for site in self._writes(cls):
                own = site.method.class_name == cls and site.method.name in {"<clinit>", "<init>"}
                if not own:
                    found.setdefault(self.field(site.method.dex, site.ref), set()).add(site.method)
            self._written[cls] = {field: frozenset(methods) for field, methods in found.items()}
        return self._written[cls].get(ref, frozenset())

    def _writes(self, cls: str) -> Iterator[Site]:
        """All writes of the fields of a class, by one search."""
        for dex in self.program.files:
            ids = dex.field_refs(cls, None)
            if ids and not self.program.budget.search(len(dex.data)):
                raise DexError("there is more code than is searched for the writers of a field")
            yield from dex.field_writes(ids) if ids else ()

    def first_value(self, cls: ClassDef, field: FieldDef, class_object: Callable[[str], Value]) -> Value:
        """What a static field holds before its class is initialised."""
        first = cls.first_value(field.field)
        if cls.name in self.left_out:
            return NotKnown(field.ref.descriptor, "a class that is not run")
        if first is None or first.kind == "null":
            return NULL
        if first.kind == "string":
            return units(cls.dex.string(first.value))
        if first.kind == "type":
            return class_object(cls.dex.type_name(first.value))
        if first.kind == "number":
            return first.value
        return NotKnown(field.ref.descriptor, "the first value of a field")
