"""An index over one DEX file that answers an audit's questions and builds objects for the answers only.

A file of 16 MB has a hundred thousand methods; an audit asks about a few dozen.  Names are found by
bisection in the sorted tables, their uses by one pass over all code (:mod:`.scan`), the methods that
hold the uses by :mod:`.code_map`; only these methods are read instruction by instruction.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from pincompiler.android.dex import opcodes
from pincompiler.android.dex.classes import ClassDef
from pincompiler.android.dex.code_map import CODE_HEADER
from pincompiler.android.dex.format import guarded
from pincompiler.android.dex.method import MethodBody
from pincompiler.android.dex.scan import Wanted, candidates
from pincompiler.android.dex.tables import Tables
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Site:
    """One instruction that refers to something asked for."""

    method: MethodBody
    offset: int
    """In code units."""
    opcode: int
    ref: int
    """Id of what it refers to, in the DEX file of ``method``."""

    @property
    def line(self) -> int | None:
        """Its source line, if that was kept."""
        return self.method.line_of(self.offset)


class Dex(Tables):
    """One DEX file; :class:`~pincompiler.android.dex.format.DexError` from any call says it is malformed."""

    # Classes.

    @cached_property
    def _classes_by_type(self) -> Mapping[int, int]:
        return {kind: index for index, kind in reversed(list(enumerate(self.layout.classes[0::8].tolist())))}

    def class_at(self, index: int) -> ClassDef:
        """The class of an index of the class table."""
        return ClassDef(self, index)

    def class_def(self, descriptor: str) -> ClassDef | None:
        """The class of that name, if it is defined here."""
        kind = self.type_id(descriptor)
        index = None if kind is None else self._classes_by_type.get(kind)
        return None if index is None else ClassDef(self, index)

    @guarded
    def subclasses(self, descriptors: Iterable[str]) -> Mapping[str, tuple[ClassDef, ...]]:
        """Map each type to the classes here that extend or implement it directly."""
        wanted = {kind: name for name in descriptors if (kind := self.type_id(name)) is not None}
        found: dict[str, set[int]] = {name: set() for name in wanted.values()}
        if not wanted:
            return {}
        for kind, name in wanted.items():
            found[name].update(self._extending.get(kind, ()))
        return {name: tuple(ClassDef(self, index) for index in sorted(some)) for name, some in found.items()}

    @guarded
    def heirs(self, descriptor: str) -> list[str]:
        """Descriptors of the classes here that extend a class directly; those that implement it are left out."""
        kind = self.type_id(descriptor)
        if kind is None:
            return []
        return [self.class_at(index).name for index in self._heirs.get(kind, ())]

    @cached_property
    def _heirs(self) -> Mapping[int, list[int]]:
        """For each type the classes here, by index, that extend it directly; no list of interfaces is read."""
        found: dict[int, list[int]] = defaultdict(list)
        for index, kind in enumerate(self.layout.classes[2::8].tolist()):
            found[kind].append(index)
        return found

    @cached_property
    def _extending(self) -> Mapping[int, list[int]]:
        """For each type the classes here, by index, that extend or implement it directly."""
        found: dict[int, list[int]] = defaultdict(list)
        for index, kind in enumerate(self.layout.classes[2::8].tolist()):
            found[kind].append(index)
        sharing: dict[int, list[int]] = defaultdict(list)
        for index, offset in enumerate(self.layout.classes[3::8].tolist()):
            sharing[offset].append(index)
        for offset, indices in sharing.items():  # many classes share one list
            kinds = self.type_list(offset)
            self.charge(len(kinds) * len(indices))
            for kind in kinds:
                found[kind] += indices
        return found

    # Uses.

    @guarded
    def uses(self, *wanted: Wanted) -> tuple[Site, ...]:
        """Find all instructions of the wanted kinds, in one pass over the code, in the order of the code."""
        sites = []
        bodies = self.code.bodies(candidates(self.data, self.code.section, wanted))
        for head, (owners, places) in sorted(bodies.items()):
            start = head + CODE_HEADER
            methods = [MethodBody(self, index, *method) for index, method in owners]
            for offset in methods[0].starts((place - start) >> 1 for place in places):
                opcode, ref = self._at(start + 2 * offset)
                sites += [Site(method, offset, opcode, ref) for method in methods]
        return tuple(sites)

    def _at(self, place: int) -> tuple[int, int]:
        opcode = self.data[place]
        width = 4 if opcode == opcodes.CONST_STRING_JUMBO else 2
        return opcode, int.from_bytes(self.data[place + 2 : place + 2 + width], "little")

    def call_sites(self, method_ids: Iterable[int]) -> tuple[Site, ...]:
        """Find all calls of some methods."""
        return self.uses(Wanted(opcodes.INVOKES, frozenset(method_ids)))

    def field_writes(self, field_ids: Iterable[int]) -> tuple[Site, ...]:
        """Find all writes of some fields, static or not."""
        ids = frozenset(field_ids)
        return self.uses(Wanted(opcodes.STATIC_PUTS | opcodes.INSTANCE_PUTS, ids))
