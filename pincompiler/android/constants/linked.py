"""Several DEX files as the one program that Android makes of them: its classes, and who calls whom."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from pincompiler.android.constants.budget import Budget
from pincompiler.android.dex import opcodes
from pincompiler.android.dex.format import DexError
from pincompiler.android.dex.scan import Wanted
from pincompiler.base.bounds import ANCESTORS, LINKED_FILES, SEARCHED_BYTES, SEARCHES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pincompiler.android.dex.classes import ClassDef, MethodDef
    from pincompiler.android.dex.index import Dex, Site
    from pincompiler.android.dex.method import MethodBody
    from pincompiler.android.dex.refs import FieldDef, FieldRef, MethodRef

T = TypeVar("T")


class Linked:
    """All DEX files of an app; the first to define a class is the one that counts."""

    def __init__(self, files: Iterable[Dex]) -> None:
        self.files = tuple(files)
        whole = sum(len(dex.data) for dex in self.files)
        self.budget = Budget(searches=max(SEARCHED_BYTES.limit, SEARCHES.limit * whole))
        self.damaged: dict[str, str] = {}
        """The files that could not be read to their end, by name, and why."""
        self._classes: dict[str, ClassDef | None] = {}
        self._calls: dict[tuple[str | None, str, str | None], tuple[Site, ...]] = {}
        self._makings: dict[str, tuple[Site, ...]] = {}

    def class_def(self, descriptor: str) -> ClassDef | None:
        """The class of that name, if some file defines it."""
        if len(self.files) > LINKED_FILES.limit:
            return self._every_class.get(descriptor)
        if descriptor not in self._classes:
            found = self.in_each(lambda dex: (dex.class_def(descriptor),))
            self._classes[descriptor] = next((cls for cls in found if cls is not None), None)
        return self._classes[descriptor]

    @cached_property
    def _every_class(self) -> dict[str, ClassDef]:
        """All classes by name: of thousands of files not each is asked for each class."""
        found: dict[str, ClassDef] = {}
        for dex in self.files:
            for index in range(len(dex.layout.classes) // 8):
                try:
                    cls = dex.class_at(index)
                    found.setdefault(cls.name, cls)
                except DexError as error:
                    self.damaged.setdefault(dex.name, str(error))
        return found

    def in_each(self, ask: Callable[[Dex], Iterable[T]]) -> Iterator[T]:
        """What each file says; one that is damaged says nothing, and hides no other."""
        for dex in self.files:
            try:
                found = tuple(ask(dex))
            except DexError as error:
                self.damaged.setdefault(dex.name, str(error))
            else:
                yield from found

    def ancestry(self, descriptor: str) -> Iterator[ClassDef]:
        """A class and its superclasses, as far as they are defined here; more than a few hundred are too much."""
        seen: set[str] = set()
        current: str | None = descriptor
        while current is not None and current not in seen:
            if len(seen) >= ANCESTORS.limit:
                self.budget.spent = True
                return
            seen.add(current)
            cls = self.class_def(current)
            if cls is None:
                return
            yield cls
            current = cls.superclass

    def method(self, ref: MethodRef) -> MethodDef | None:
        """The method that a call names, in its class or in a superclass."""
        found = (cls.method(ref.name, ref.descriptor) for cls in self.ancestry(ref.class_name))
        return next((method for method in found if method is not None), None)

    def field(self, ref: FieldRef) -> tuple[ClassDef, FieldDef] | None:
        """The field that code names, with the class that defines it."""
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
            found = self.in_each(lambda dex: self._calls_in(dex, *key))
            self._calls[key] = tuple(site for site in found if self.counts(site.method))
        return self._calls[key]

    def _calls_in(self, dex: Dex, cls: str | None, name: str, descriptor: str | None) -> tuple[Site, ...]:
        ids = dex.method_refs(cls, name)
        some = [one for one in ids if descriptor in {None, dex.method_ref(one).descriptor}]
        return dex.call_sites(some) if some and self.budget.search(len(dex.data)) else ()

    def makings(self, name: str) -> tuple[Site, ...]:
        """Where objects of a class are made: who calls its constructors, or makes one where R8 has left it none."""
        cls = self.class_def(name)
        if cls is None or any(method.ref.name == "<init>" for method in cls.methods):
            return self.call_sites(name, "<init>")
        if name not in self._makings:
            found = self.in_each(lambda dex: self._makings_in(dex, name))
            self._makings[name] = tuple(site for site in found if self.counts(site.method))
        return self._makings[name]

    def _makings_in(self, dex: Dex, name: str) -> tuple[Site, ...]:
        kind = dex.type_id(name)
        if kind is None or not self.budget.search(len(dex.data)):
            return ()
        return dex.uses(Wanted(opcodes.NEW_INSTANCE, frozenset({kind})))

    def subclasses(self, *descriptors: str) -> tuple[ClassDef, ...]:
        """Find all classes that extend or implement some types, however indirectly."""
        found: dict[str, ClassDef] = {}
        wanted: Iterable[str] = dict.fromkeys(descriptors)
        while wanted:
            direct = self._extending(wanted)
            self.budget.spend(len(self.files) + len(direct))
            fresh: dict[str, ClassDef] = {}
            for cls in direct:
                if cls.name not in found and cls == self.class_def(cls.name):
                    fresh[cls.name] = cls
            found |= fresh
            wanted = fresh
        return tuple(found.values())

    def _extending(self, descriptors: Iterable[str]) -> list[ClassDef]:
        return [
            cls for some in self.in_each(lambda dex: dex.subclasses(descriptors).values()) for cls in some
        ]
