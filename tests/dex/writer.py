"""Writes DEX files without any tool: classes of methods whose code is given as instructions.

An instruction is a tuple of code units; in the place of a number there may be a :class:`Ref`, which becomes an
index of two units where it is ``wide``, or a label, which becomes a distance from the instruction.  Strings that
stand between instructions are labels; what follows ``=label`` begins at an even unit.  Only what the tests need is
there.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from struct import pack
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

OBJECT: Final = "Ljava/lang/Object;"
STRING: Final = "Ljava/lang/String;"
STATIC: Final = 0x9
"""public static"""
PUBLIC: Final = 0x1


@dataclass(frozen=True)
class Ref:
    """A string, type, field or method by what it is called; a label by its name."""

    kind: str
    name: Any
    wide: bool = False


Instruction = tuple[int | Ref, ...]


@dataclass(frozen=True)
class Method:
    """One method; ``code`` None makes it abstract."""

    name: str
    descriptor: str
    code: Sequence[Instruction | str] | None
    access: int = STATIC
    registers: int = 16
    outs: int = 16
    catches: Sequence[tuple[int, int, str, str]] = ()
    """Handlers: first unit, number of units, the exception, the label that catches it."""


@dataclass(frozen=True)
class Class:
    """One class; fields are name, descriptor and access flags."""

    name: str
    methods: Sequence[Method] = ()
    fields: Sequence[tuple[str, str, int]] = ()
    super_class: str = OBJECT
    interfaces: tuple[str, ...] = ()
    access: int = PUBLIC


# --- instructions ---------------------------------------------------------------------------------


def string(to: int, text: str) -> Instruction:
    return (0x1B | to << 8, Ref("string", text, wide=True))


def new(to: int, kind: str) -> Instruction:
    return (0x22 | to << 8, Ref("type", kind))


def const(to: int, number: int) -> Instruction:
    return (0x14 | to << 8, number & 0xFFFF, number >> 16 & 0xFFFF)


def result(to: int) -> Instruction:
    return (0x0C | to << 8,)


def move(to: int, source: int) -> Instruction:
    return (0x08 | to << 8, source)


def give(register: int) -> Instruction:
    return (0x11 | register << 8,)


RETURN: Final[Instruction] = (0x0E,)


def throw(register: int) -> Instruction:
    return (0x27 | register << 8,)


def goto(label: str) -> Instruction:
    return (0x2A, Ref("label", label, wide=True))


def if_zero(register: int, label: str) -> Instruction:
    return (0x38 | register << 8, Ref("label", label))


def new_array(to: int, length: int, kind: str) -> Instruction:
    return (0x23 | (to | length << 4) << 8, Ref("type", kind))


def put_item(value: int, array: int, index: int) -> Instruction:
    return (0x4D | value << 8, array | index << 8)


def get_item(to: int, array: int, index: int) -> Instruction:
    return (0x46 | to << 8, array | index << 8)


def get_field(to: int, holder: int, field: tuple[str, str, str]) -> Instruction:
    return (0x54 | (to | holder << 4) << 8, Ref("field", field))


def put_field(value: int, holder: int, field: tuple[str, str, str]) -> Instruction:
    return (0x5B | (value | holder << 4) << 8, Ref("field", field))


def get_static(to: int, field: tuple[str, str, str]) -> Instruction:
    return (0x62 | to << 8, Ref("field", field))


def put_static(value: int, field: tuple[str, str, str]) -> Instruction:
    return (0x69 | value << 8, Ref("field", field))


_KINDS: Final = {"virtual": 0x6E, "super": 0x6F, "direct": 0x70, "static": 0x71, "interface": 0x72}


def call(kind: str, cls: str, name: str, descriptor: str, *registers: int) -> Instruction:
    """A call; ``registers`` are at most five, each below 16."""
    nibbles = [*registers, *[0] * (5 - len(registers))]
    first = _KINDS[kind] | (len(registers) << 4 | nibbles[4]) << 8
    packed = nibbles[0] | nibbles[1] << 4 | nibbles[2] << 8 | nibbles[3] << 12
    return (first, Ref("method", (cls, name, descriptor)), packed)


def switch(register: int, labels: Sequence[str]) -> tuple[list[Instruction | str], list[Instruction | str]]:
    """A packed-switch, and its table, which stands behind the code."""
    distances = (Ref("label from switch", label, wide=True) for label in labels)
    jump: list[Instruction | str] = ["switch", (0x2B | register << 8, Ref("label", "=table", wide=True))]
    return jump, ["=table", (0x0100, len(labels), 0, 0, *distances)]


# --- the file -------------------------------------------------------------------------------------


def dex(classes: Iterable[Class]) -> bytes:
    """The file."""
    return _Writer(tuple(classes)).write()


def _parameters(descriptor: str) -> tuple[list[str], str]:
    given, returned = descriptor[1:].split(")")
    return re.findall(r"\[*(?:L[^;]*;|[A-Z])", given), returned


class _Writer:
    def __init__(self, classes: tuple[Class, ...]) -> None:
        self.classes = classes
        self.texts: set[str] = set()
        self.kinds: set[str] = set()
        self.protos: set[str] = set()
        self.fields: set[tuple[str, str, str]] = set()
        self.methods: set[tuple[str, str, str]] = set()
        for cls in classes:
            self._collect(cls)

    def _collect(self, cls: Class) -> None:
        self.kinds.update((cls.name, cls.super_class, *cls.interfaces))
        self.fields.update((cls.name, name, kind) for name, kind, _ in cls.fields)
        for method in cls.methods:
            self.methods.add((cls.name, method.name, method.descriptor))
            self.kinds.update(kind for _, _, kind, _ in method.catches)
            for one in method.code or ():
                for ref in one if not isinstance(one, str) else ():
                    if isinstance(ref, Ref):
                        self._named(ref)

    def _named(self, ref: Ref) -> None:
        wanted: dict[str, set[Any]] = {
            "string": self.texts,
            "type": self.kinds,
            "field": self.fields,
            "method": self.methods,
        }
        if ref.kind in wanted:
            wanted[ref.kind].add(ref.name)

    def write(self) -> bytes:
        self._close()
        strings = sorted(self.texts, key=lambda text: text.encode("utf-16-be", "surrogatepass"))
        self.ids: dict[tuple[str, Any], int] = {("string", text): n for n, text in enumerate(strings)}
        self._number("type", sorted(self.kinds, key=lambda kind: self.ids["string", kind]))
        self._number("proto", sorted(self.protos, key=self._proto_order))
        self._number("field", sorted(self.fields, key=self._member_order("type")))
        self._number("method", sorted(self.methods, key=self._member_order("proto")))
        return self._lay_out(strings)

    def _close(self) -> None:
        """Everything that is named by what is named."""
        for cls, name, kind in self.fields:
            self.kinds.update((cls, kind))
            self.texts.add(name)
        for cls, name, descriptor in self.methods:
            self.protos.add(descriptor)
            self.kinds.add(cls)
            self.texts.add(name)
        for descriptor in self.protos:
            given, returned = _parameters(descriptor)
            self.kinds.update((*given, returned))
            self.texts.add(self._shorty(descriptor))
        self.texts |= self.kinds

    def _shorty(self, descriptor: str) -> str:
        given, returned = _parameters(descriptor)
        return "".join("L" if kind[0] in "L[" else kind for kind in (returned, *given))

    def _number(self, kind: str, names: Sequence[Any]) -> None:
        self.ids.update(((kind, name), number) for number, name in enumerate(names))

    def _proto_order(self, descriptor: str) -> tuple[int, list[int]]:
        given, returned = _parameters(descriptor)
        return self.ids["type", returned], [self.ids["type", kind] for kind in given]

    def _member_order(self, last: str) -> Callable[[tuple[str, str, str]], tuple[int, int, int]]:
        ids = self.ids
        return lambda ref: (ids["type", ref[0]], ids["string", ref[1]], ids[last, ref[2]])

    def _lay_out(self, strings: Sequence[str]) -> bytes:
        rows = {kind: [name for (k, name) in self.ids if k == kind] for kind in ("type", "proto", "field")}
        rows["method"] = [name for (kind, name) in self.ids if kind == "method"]
        counts = (len(strings), *(len(rows[kind]) for kind in ("type", "proto", "field", "method")))
        sizes = (4, 4, 12, 8, 8)
        starts, at = [], 112
        for count, size in zip((*counts, len(self.classes)), (*sizes, 32), strict=True):
            starts.append(at)
            at += count * size
        data = _Data(at)
        lists: dict[tuple[str, ...], int] = {}
        for kinds in self._type_lists():
            data.align()
            lists[kinds] = data.at
            ids = [self.ids["type", kind] for kind in kinds]
            data.add(pack(f"<I{len(ids)}H", len(ids), *ids))
        data.align()
        codes = data.at
        code = {
            (cls.name, one.name, one.descriptor): self._code(one, data)
            for cls in self.classes
            for one in cls.methods
        }
        members = data.at
        class_data = [self._class_data(cls, code, data) for cls in self.classes]
        texts = data.at
        places = []
        for text in strings:
            places.append(data.at)
            data.add(_uleb(len(text.encode("utf-16-le", "surrogatepass")) // 2) + _mutf8(text) + b"\0")
        data.align()
        tables = pack(f"<{len(places)}I", *places)
        tables += pack(f"<{len(rows['type'])}I", *(self.ids["string", kind] for kind in rows["type"]))
        for descriptor in rows["proto"]:
            given, returned = _parameters(descriptor)
            shorty = self.ids["string", self._shorty(descriptor)]
            tables += pack("<3I", shorty, self.ids["type", returned], lists.get(tuple(given), 0))
        for cls, name, kind in rows["field"]:
            tables += pack("<HHI", self.ids["type", cls], self.ids["type", kind], self.ids["string", name])
        for cls, name, descriptor in rows["method"]:
            tables += pack(
                "<HHI", self.ids["type", cls], self.ids["proto", descriptor], self.ids["string", name]
            )
        for cls, offset in zip(self.classes, class_data, strict=True):
            above = self.ids["type", cls.super_class]
            head = (self.ids["type", cls.name], cls.access, above, lists.get(cls.interfaces, 0))
            tables += pack("<8I", *head, 0xFFFFFFFF, 0, offset, 0)
        sections = ((0x1001, 112), (0x2001, codes), (0x2000, members), (0x2002, texts), (0x1000, data.at))
        whole = pack("<I", len(sections)) + b"".join(
            pack("<HHII", kind, 0, 1, place) for kind, place in sections
        )
        pairs = [number for pair in zip((*counts, len(self.classes)), starts, strict=True) for number in pair]
        pairs = [number if count or n % 2 else 0 for n, (number, count) in enumerate(_with_counts(pairs))]
        size = data.at + len(whole)
        rest = pack("<2I", 112, 0x12345678) + pack("<3I", 0, 0, data.at) + pack("<12I", *pairs)
        rest += pack("<2I", size - at, at) + tables + bytes(data.data) + whole
        body = pack("<I", size) + rest
        signature = hashlib.sha1(body, usedforsecurity=False).digest()
        return b"dex\n035\0" + pack("<I", zlib.adler32(signature + body)) + signature + body

    def _type_lists(self) -> list[tuple[str, ...]]:
        some = [tuple(_parameters(descriptor)[0]) for descriptor in sorted(self.protos)]
        return [one for one in dict.fromkeys((*some, *(cls.interfaces for cls in self.classes))) if one]

    def _code(self, method: Method, data: _Data) -> int:
        if method.code is None:
            return 0
        labels: dict[str, int] = {}
        code: list[Instruction] = []
        at = 0
        for one in method.code:
            if isinstance(one, str):
                if one.startswith("=") and at % 2:
                    code.append((0x0000,))
                    at += 1
                labels[one] = at
            else:
                code.append(one)
                at += sum(2 if isinstance(unit, Ref) and unit.wide else 1 for unit in one)
        units: list[int] = []
        for instruction in code:
            units += self._units(instruction, len(units), labels)
        given, _ = _parameters(method.descriptor)
        ins = sum(2 if kind in {"J", "D"} else 1 for kind in given) + (not method.access & 8)
        data.align()
        place = data.at
        head = (method.registers, ins, method.outs, bool(method.catches), 0, len(units))
        data.add(pack("<4HII", *head) + pack(f"<{len(units)}H", *units))
        if method.catches:
            data.align()
            data.add(self._catches(method, labels))
        return place

    def _catches(self, method: Method, labels: Mapping[str, int]) -> bytes:
        """One try block, all of whose handlers are in one list."""
        start, count = method.catches[0][:2]
        kinds = [(self.ids["type", kind], labels[label]) for _, _, kind, label in method.catches]
        pairs = b"".join(_uleb(kind) + _uleb(target) for kind, target in kinds)
        return pack("<IHH", start, count, 1) + _uleb(1) + _sleb(len(kinds)) + pairs

    def _units(self, one: Instruction, start: int, labels: Mapping[str, int]) -> list[int]:
        units: list[int] = []
        for unit in one:
            if not isinstance(unit, Ref):
                units.append(unit)
                continue
            if unit.kind.startswith("label"):
                origin = unit.kind.removeprefix("label").removeprefix(" from ")
                number = labels[unit.name] - (labels[origin] if origin else start)
            else:
                number = self.ids[unit.kind, unit.name]
            units += [number & 0xFFFF, number >> 16 & 0xFFFF] if unit.wide else [number & 0xFFFF]
        return units

    def _class_data(self, cls: Class, code: Mapping[tuple[str, str, str], int], data: _Data) -> int:
        place = data.at
        fields = sorted(
            (self.ids["field", (cls.name, name, kind)], access) for name, kind, access in cls.fields
        )
        static = [one for one in fields if one[1] & 8]
        own = [one for one in fields if not one[1] & 8]
        refs = [((cls.name, one.name, one.descriptor), one) for one in cls.methods]
        rows = sorted((self.ids["method", ref], self._access(one), code[ref]) for ref, one in refs)
        direct = [row for row in rows if row[1] & 0x1000A]
        virtual = [row for row in rows if not row[1] & 0x1000A]
        out = b"".join(map(_uleb, (len(static), len(own), len(direct), len(virtual))))
        for some in (static, own, direct, virtual):
            before = 0
            for number, *rest in some:
                out += _uleb(number - before) + b"".join(map(_uleb, rest))
                before = number
        data.add(out)
        return place

    def _access(self, method: Method) -> int:
        return method.access | (0x10000 if method.name.startswith("<") else 0)


class _Data:
    """The data section, as far as it is written."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.data = bytearray()

    @property
    def at(self) -> int:
        return self.start + len(self.data)

    def align(self) -> None:
        self.data += bytes(-self.at % 4)

    def add(self, data: bytes) -> None:
        self.data += data


def _with_counts(pairs: Sequence[int]) -> list[tuple[int, int]]:
    return [(number, pairs[n - n % 2]) for n, number in enumerate(pairs)]


def _uleb(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _sleb(value: int) -> bytes:
    """Of a number that is not negative."""
    out = bytearray()
    while value > 63:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _mutf8(text: str) -> bytes:
    raw = text.encode("utf-16-be", "surrogatepass")
    units = (int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw), 2))
    return b"".join(
        b"\xc0\x80" if unit == 0 else chr(unit).encode("utf-8", "surrogatepass") for unit in units
    )
