"""The tables of one DEX file: names of ids, ids of names, and what was already read of single methods.

What has a table's ids (:mod:`.method`, :mod:`.classes`) asks here; what finds classes and uses, and makes
objects of them, is :class:`~pincompiler.android.dex.index.Dex`.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from dataclasses import field
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.code_map import CodeMap
from pincompiler.android.dex.format import (
    NO_INDEX,
    STRING_DATA,
    DexError,
    guarded,
    numbers,
    read_layout,
    row,
    u32,
)
from pincompiler.android.dex.refs import FieldRef, MethodRef
from pincompiler.android.dex.strings import StringTable
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from pincompiler.android.dex.code_map import EncodedMethod
    from pincompiler.android.dex.decoding import Instruction
    from pincompiler.android.dex.encoded import EncodedValue
    from pincompiler.android.dex.format import Numbers
    from pincompiler.android.dex.handlers import Handler
    from pincompiler.android.dex.refs import FieldDef
    from pincompiler.android.dex.strings import StringPattern

_MOST_PARAMETERS: Final = 255
_MOST_INTERFACES: Final = 65535


@dataclass(slots=True)
class Cache:
    """What was read of single methods, by the offset of their code."""

    instructions: dict[int, tuple[Instruction, ...]] = field(default_factory=dict)
    lines: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    handlers: dict[int, tuple[Handler, ...]] = field(default_factory=dict)
    payloads: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    """Switch targets and array data, by the offset of the code and of the instruction in it."""
    places: dict[int, dict[int, int]] = field(default_factory=dict)
    """The index of each instruction by its offset."""
    leaders: dict[int, Counter[int]] = field(default_factory=dict)
    """How many paths lead to the offsets where some meet."""
    methods: dict[int, dict[str, list[EncodedMethod]]] = field(default_factory=dict)
    """By the index of their class, and their name; not as objects that hold the file, which would hold each other."""
    overloads: dict[tuple[int, str], dict[str, EncodedMethod]] = field(default_factory=dict)
    """The same by their descriptor."""
    fields: dict[int, dict[str, FieldDef]] = field(default_factory=dict)
    """By the index of their class, and their name."""
    values: dict[int, dict[int, EncodedValue]] = field(default_factory=dict)
    """First values of static fields, by the index of their class and their id."""


class Tables:
    """The tables of one DEX file; :class:`~pincompiler.android.dex.format.DexError` from any call says it is malformed."""

    @guarded
    def __init__(self, data: bytes | memoryview, name: str) -> None:
        self.data = data if isinstance(data, bytes) else bytes(data)
        self.name = name
        """As a report shows it: ``classes2.dex``."""
        self.cache = Cache()
        self._types: dict[int, str] = {}
        self._type_ids_known: dict[str, int | None] = {}
        self._protos: dict[int, str] = {}
        self._method_refs: dict[int, MethodRef] = {}
        self._allowance = len(self.data)
        self._open()

    def _open(self) -> None:
        """Read the tables; another engine may have another way to do so."""
        self.layout = read_layout(self.data)
        self.strings = StringTable(
            self.data, self.layout.strings, self.layout.sections.get(STRING_DATA, range(0))
        )
        self.code = CodeMap(self.data, self.layout)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def charge(self, amount: int) -> None:
        """Count work on a file; methods laid over each other could otherwise make it quadratic."""
        self._allowance -= amount
        if self._allowance < 0:
            raise DexError("malformed DEX file: its methods claim more code than it can hold")

    # Names of ids.

    @guarded
    def string(self, index: int) -> str:
        """The text of a string."""
        return self.strings.text(index)

    @guarded
    def type_name(self, index: int) -> str:
        """The descriptor of a type, as in ``Ljava/lang/String;``."""
        name = self._types.get(index)
        if name is None:
            name = self._types[index] = self.strings.text(self.layout.types[index])
        return name

    @guarded
    def type_list(self, offset: int) -> tuple[int, ...]:
        """The type ids of a type_list; an offset of 0 is an empty one."""
        if not offset:
            return ()
        count = u32(self.data, offset)
        if count > _MOST_INTERFACES:
            raise DexError("malformed DEX file: a list of types is too long")
        return tuple(numbers(self.data, offset + 4, count, "H"))

    @guarded
    def proto(self, index: int) -> str:
        """The text of a prototype, as in ``(I)V``."""
        text = self._protos.get(index)
        if text is None:
            _, returned, parameters = row(self.layout.protos, 3, index)
            kinds = self.type_list(parameters)
            if len(kinds) > _MOST_PARAMETERS:
                raise DexError("malformed DEX file: a method has too many parameters")
            text = f"({''.join(map(self.type_name, kinds))}){self.type_name(returned)}"
            self._protos[index] = text
        return text

    @guarded
    def method_ref(self, index: int) -> MethodRef:
        """Class, name and descriptor of a method id."""
        ref = self._method_refs.get(index)
        if ref is None:
            kind, proto, low, high = row(self.layout.methods, 4, index)
            ref = MethodRef(self.type_name(kind), self.strings.text(low | high << 16), self.proto(proto))
            self._method_refs[index] = ref
        return ref

    @guarded
    def field_ref(self, index: int) -> FieldRef:
        """Class, name and type of a field id."""
        owner, kind, low, high = row(self.layout.fields, 4, index)
        return FieldRef(self.type_name(owner), self.strings.text(low | high << 16), self.type_name(kind))

    # Ids of names.

    @guarded
    def string_ids(self, *patterns: StringPattern) -> tuple[int, ...]:
        """The ids of all strings that some of ``patterns`` match."""
        return tuple(sorted(self.strings.matching(patterns)))

    @guarded
    def type_id(self, descriptor: str) -> int | None:
        """The id of a type."""
        if descriptor not in self._type_ids_known:
            self._type_ids_known[descriptor] = self._search_type(descriptor)
        return self._type_ids_known[descriptor]

    def _search_type(self, descriptor: str) -> int | None:
        text = self.strings.find(descriptor)
        if text is None:
            return None
        index = bisect_left(self.layout.types, text)
        return index if index < len(self.layout.types) and self.layout.types[index] == text else None

    def method_refs(self, cls: str | None, name: str | None) -> tuple[int, ...]:
        """The ids of the methods of one class (or of any) and of one name (or of any)."""
        return self._members(self.layout.methods, cls, name)

    def field_refs(self, cls: str | None, name: str | None) -> tuple[int, ...]:
        """The ids of the fields of one class (or of any) and of one name (or of any)."""
        return self._members(self.layout.fields, cls, name)

    @guarded
    def _members(self, table: Numbers, cls: str | None, name: str | None) -> tuple[int, ...]:
        """Entries of the method or field table, which is sorted by class."""
        low, high = 0, len(table) // 4
        if cls is not None:
            kind = self.type_id(cls)
            if kind is None:
                return ()
            low = bisect_left(range(high), kind, key=lambda index: table[4 * index])
            high = bisect_right(range(high), kind, lo=low, key=lambda index: table[4 * index])
        if name is None:
            return tuple(range(low, high))
        text = self.strings.find(name)
        if text is None:
            return ()
        return tuple(_named(table, low, high, text))

    # Classes, by their index in the class table.

    @guarded
    def source_file(self, index: int) -> str | None:
        """Name of the file that a class was compiled from, if that was kept."""
        text = self.layout.classes[8 * index + 4]
        return None if text == NO_INDEX else self.string(text)


def _named(table: Numbers, low: int, high: int, name: int) -> Iterator[int]:
    """The rows of a method or field table, among some, that have a name; its id is split into two units."""
    lower = table[4 * low + 2 : 4 * high : 4].tobytes()
    wanted = (name & 0xFFFF).to_bytes(2, sys.byteorder)
    at = lower.find(wanted)
    while at >= 0:
        row = low + (at >> 1)
        if at % 2 == 0 and table[4 * row + 3] == name >> 16:
            yield row
        at = lower.find(wanted, at + 1)
