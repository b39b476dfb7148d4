"""The questions that a DEX file answers, answered by androguard's analysis of it.

All tables, members and uses are androguard's.  What a method does with the constants it loads is still
found by :mod:`pincompiler.android.constants.method_flow`, over the code that androguard locates.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

from pincompiler.android.androguard.process import AndroguardError, Question, ask
from pincompiler.android.dex import Dex, DexError, Site
from pincompiler.android.dex.code_map import ClassData, CodeMap, EncodedField, EncodedMethod
from pincompiler.android.dex.format import Layout, as_uleb128
from pincompiler.android.dex.method import MethodBody
from pincompiler.android.dex.strings import StringTable, decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pincompiler.android.dex.classes import ClassDef
    from pincompiler.android.dex.format import Numbers
    from pincompiler.android.dex.scan import Wanted
    from pincompiler.android.dex.strings import StringPattern


class _Text(NamedTuple):
    """A string: its length in UTF-16 units, and its bytes."""

    size: int
    raw: bytes


class _Strings(StringTable):
    """The strings as androguard has read them, each looked at in turn."""

    def __init__(self, strings: list[tuple[int, int, str]]) -> None:
        self._all = [_Text(size, raw.encode("latin-1")) for _, size, raw in strings]
        self._decoded = [decode(text.raw) for text in self._all]
        self._ids = {text: index for index, text in reversed(list(enumerate(self._decoded)))}

    def __len__(self) -> int:
        return len(self._all)

    def raw(self, index: int) -> bytes:
        """The text of a string as it is stored."""
        return self._all[index].raw

    def text(self, index: int) -> str:
        """The text of a string."""
        return self._decoded[index]

    def find(self, text: str) -> int | None:
        """The id of the string that reads ``text``."""
        return self._ids.get(text)

    def matching(self, patterns: Sequence[StringPattern]) -> set[int]:
        """The ids of the strings that some pattern matches."""
        return {
            index
            for index, (size, raw) in enumerate(self._all)
            for pattern in patterns
            if (
                pattern.regex.match(as_uleb128(size) + raw + b"\0")
                if pattern.whole
                else pattern.regex.search(raw + b"\0")
            )
        }


class _Code(CodeMap):
    """The members of classes as androguard has read them."""

    def __init__(self, members: Iterable[tuple[Any, Any, Any]]) -> None:
        self._read_members = [
            ClassData(
                tuple(EncodedField(*one) for one in statics),
                tuple(EncodedField(*one) for one in instances),
                tuple(EncodedMethod(*one) for one in methods),
            )
            for statics, instances, methods in members
        ]

    def members(self, class_index: int) -> ClassData:
        """The fields and methods of one class."""
        return self._read_members[class_index]


class AndroguardDex(Dex):
    """One DEX file, through androguard; DexError if androguard cannot read it."""

    lost: tuple[str, ...]
    """Methods, as ``Lcom/example/Net;->get()V``, whose code androguard could not read to its end."""

    def _open(self) -> None:
        try:
            reading = ask(Question.DEX, self.data)
        except AndroguardError as error:
            raise DexError(f"androguard cannot read it: {error}") from error
        self.layout = _layout(reading)
        self.strings = _Strings(reading["strings"])
        self.code = _Code(reading["members"])
        self.lost = tuple(reading["lost"])
        self._type_ids_by_text = {text: index for index, text in reversed(list(enumerate(self.layout.types)))}
        self._supers: list[list[str]] = reading["supers"]
        self._bodies = [MethodBody(self, *body) for body in reading["bodies"]]
        self._sites: dict[tuple[int, int], list[tuple[int, int]]] = {}
        numbers = iter(reading["sites"])
        for body, offset, opcode, ref in zip(numbers, numbers, numbers, numbers, strict=True):
            self._sites.setdefault((opcode, ref), []).append((body, offset))

    def type_id(self, descriptor: str) -> int | None:
        """The id of a type."""
        text = self.strings.find(descriptor)
        return None if text is None else self._type_ids_by_text.get(text)

    def subclasses(self, descriptors: Iterable[str]) -> Mapping[str, tuple[ClassDef, ...]]:
        """Map each type to the classes here that extend or implement it directly."""
        wanted = [name for name in descriptors if self.type_id(name) is not None]
        return {
            name: tuple(self.class_at(index) for index, supers in enumerate(self._supers) if name in supers)
            for name in wanted
        }

    def uses(self, *wanted: Wanted) -> tuple[Site, ...]:
        """Find all instructions of the wanted kinds, in the order of the code."""
        found = {
            (place, offset): Site(self._bodies[place], offset, opcode, ref)
            for want in wanted
            for opcode in want.opcodes
            for ref in want.ids
            for place, offset in self._sites.get((opcode, ref), ())
        }
        return tuple(
            sorted(found.values(), key=lambda one: (one.method.code, one.offset, one.method.class_index))
        )


def _layout(reading: Mapping[str, Any]) -> Layout:
    return Layout(
        reading["version"],
        _table("I", [offset for offset, *_ in reading["strings"]]),
        _table("I", reading["types"]),
        _table("I", reading["protos"]),
        _table("H", _halved(reading["fields"])),
        _table("H", _halved(reading["methods"])),
        _table("I", reading["classes"]),
        {},
    )


def _table(width: str, values: Sequence[int]) -> Numbers:
    return memoryview(array(width, values))


def _halved(rows: Sequence[int]) -> list[int]:
    """Rows of two 16-bit numbers and one of 32, as rows of four."""
    numbers = iter(rows)
    return [
        number
        for owner, kind, name in zip(numbers, numbers, numbers, strict=True)
        for number in (owner, kind, name & 0xFFFF, name >> 16)
    ]
