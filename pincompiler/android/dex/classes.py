"""Classes as a DEX file defines them; a member costs something only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pincompiler.android.dex.encoded import read_values
from pincompiler.android.dex.format import NO_INDEX, guarded
from pincompiler.android.dex.method import MethodBody
from pincompiler.android.dex.refs import FieldDef
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pincompiler.android.dex.code_map import EncodedMethod
    from pincompiler.android.dex.encoded import EncodedValue
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.dex.tables import Tables


class MethodDef(NamedTuple):
    """A method as its class defines it."""

    method: int
    """Its method id."""
    ref: MethodRef
    access: int
    body: MethodBody | None
    """None for abstract and native methods."""


@dataclass(frozen=True, slots=True)
class ClassDef:
    """A class that a DEX file defines."""

    dex: Tables
    index: int

    def _number(self, column: int) -> int:
        return self.dex.layout.classes[8 * self.index + column]

    @property
    @guarded
    def name(self) -> str:
        """Its descriptor."""
        return self.dex.type_name(self._number(0))

    @property
    @guarded
    def access(self) -> int:
        """Its access flags."""
        return self._number(1)

    @property
    @guarded
    def superclass(self) -> str | None:
        """Descriptor of its superclass; only ``java.lang.Object`` has none."""
        kind = self._number(2)
        return None if kind == NO_INDEX else self.dex.type_name(kind)

    @property
    @guarded
    def interfaces(self) -> tuple[str, ...]:
        """Descriptors of the interfaces that it names itself."""
        return tuple(self.dex.type_name(kind) for kind in self.dex.type_list(self._number(3)))

    @property
    def source_file(self) -> str | None:
        """Name of the file it was compiled from, if that was kept."""
        return self.dex.source_file(self.index)

    @property
    @guarded
    def fields(self) -> tuple[FieldDef, ...]:
        """Its fields, static ones first."""
        members = self.dex.code.members(self.index)
        encoded = (*members.static_fields, *members.instance_fields)
        return tuple(
            FieldDef(entry.field, self.dex.field_ref(entry.field), entry.access) for entry in encoded
        )

    @property
    @guarded
    def methods(self) -> tuple[MethodDef, ...]:
        """Its methods, direct ones first."""
        return tuple(map(self._method, self._entries))

    @property
    @guarded
    def _entries(self) -> tuple[EncodedMethod, ...]:
        return self.dex.code.members(self.index).methods

    def _method(self, entry: EncodedMethod) -> MethodDef:
        body = MethodBody(self.dex, self.index, *entry) if entry.code else None
        return MethodDef(entry.method, self.dex.method_ref(entry.method), entry.access, body)

    def method(self, name: str, descriptor: str | None = None) -> MethodDef | None:
        """Find a method of its own by name, and descriptor if it matters."""
        if descriptor is None:
            return next(self.named(name), None)
        known = self.dex.cache.overloads.get((self.index, name))
        if known is None:
            known = self.dex.cache.overloads[self.index, name] = {}
            for one in self._named(name):
                known.setdefault(self.dex.method_ref(one.method).descriptor, one)
        found = known.get(descriptor)
        return None if found is None else self._method(found)

    def named(self, name: str) -> Iterator[MethodDef]:
        """Its methods of a name, however many it has besides."""
        return map(self._method, self._named(name))

    def _named(self, name: str) -> Sequence[EncodedMethod]:
        known = self.dex.cache.methods.get(self.index)
        if known is None:
            known = self.dex.cache.methods[self.index] = {}
            for one in self._entries:
                known.setdefault(self.dex.method_ref(one.method).name, []).append(one)
        return known.get(name, ())

    def field(self, name: str) -> FieldDef | None:
        """Find a field of its own by name."""
        known = self.dex.cache.fields.get(self.index)
        if known is None:
            known = self.dex.cache.fields[self.index] = {}
            for one in self.fields:
                known.setdefault(one.ref.name, one)
        return known.get(name)

    @property
    @guarded
    def static_values(self) -> tuple[EncodedValue, ...]:
        """First values of its static fields, in their order; later ones begin as zero or null."""
        offset = self._number(7)
        return read_values(self.dex.data, offset) if offset else ()

    @guarded
    def first_value(self, field: int) -> EncodedValue | None:
        """What a static field of its own, by its id, begins with; none if that is zero or null."""
        known = self.dex.cache.values.get(self.index)
        if known is None:
            ids = (entry.field for entry in self.dex.code.members(self.index).static_fields)
            known = self.dex.cache.values[self.index] = dict(zip(ids, self.static_values, strict=False))
        return known.get(field)
