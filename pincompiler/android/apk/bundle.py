"""The protobuf forms of XML and of the resource table, which app bundles hold.

Field numbers are from AOSP's aapt2 Resources.proto and Configuration.proto.  What comes out is what
the binary forms of the same sources give.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from pincompiler.android.apk.arsc import TableError, content
from pincompiler.android.apk.configuration import Configuration
from pincompiler.android.apk.markup import (
    Attribute,
    EndTag,
    Event,
    Markup,
    StartTag,
    TextPiece,
    ValueKind,
    typed_text,
)
from pincompiler.android.apk.protobuf import WireError, fields, inner, integer, text
from pincompiler.android.apk.resources import Content, ResourceName, Value
from pincompiler.base.bounds import XML_DEPTH
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.archives.oddities import Oddities

_WHITE = lazy_regex("[ \t\r\n]+")
_PRIMITIVES = {
    1: ValueKind.NULL,
    2: ValueKind.NULL,
    3: ValueKind.FLOAT,
    6: ValueKind.DECIMAL,
    7: ValueKind.HEXADECIMAL,
    8: ValueKind.BOOLEAN,
    9: 0x1C,
    10: 0x1D,
    11: 0x1E,
    12: 0x1F,
    13: 0x05,
    14: 0x06,
}
"""Field of ``Primitive`` to data type of ``Res_value``."""
_AXES = {
    1: "mcc",
    2: "mnc",
    4: "direction",
    5: "width",
    6: "height",
    7: "width_dp",
    8: "height_dp",
    9: "smallest_width",
    10: "size",
    11: "long",
    12: "round",
    13: "gamut",
    14: "range",
    15: "orientation",
    16: "ui",
    17: "night",
    18: "density",
    19: "touch",
    20: "keys_hidden",
    21: "keyboard",
    22: "navigation_hidden",
    23: "navigation",
    24: "sdk",
}
"""Field of ``Configuration`` to axis; 3 is the locale."""


def read_proto_xml(data: bytes) -> Markup:
    """The events of a serialised ``XmlNode``; never an exception."""
    events: list[Event] = []
    try:
        _node(memoryview(data), events, 1)
    except WireError as wrong:
        return Markup(tuple(events), str(wrong))
    return Markup(tuple(events), "" if events else "it has no element")


def _node(node: memoryview, events: list[Event], depth: int) -> None:
    """An ``XmlNode``: element 1, text 2, source 3.  Text is narrowed as aapt2 does for binary XML."""
    if depth > XML_DEPTH.limit:
        raise WireError(f"its elements are nested more than {XML_DEPTH.limit} deep")
    parts = dict(fields(node))
    source, element = parts.get(3), parts.get(1)
    line = integer(source, 1) if isinstance(source, memoryview) else 0
    if isinstance(element, memoryview):
        names: dict[int, str] = {}
        attributes: list[Attribute] = []
        children: list[memoryview] = []
        for number, value in fields(element):
            if number in (2, 3):
                names[number] = text(value)
            elif isinstance(value, memoryview) and number in (4, 5):
                if number == 4:
                    attributes.append(_attribute(value))
                else:
                    children.append(value)
        events.append(StartTag(line, names.get(2, ""), names.get(3, ""), tuple(attributes)))
        for child in children:
            _node(child, events, depth + 1)
        events.append(EndTag())
    elif depth > 1 and (piece := _WHITE.sub(" ", text(parts.get(2)))) not in ("", " "):
        events.append(TextPiece(line, piece))


def _attribute(message: memoryview) -> Attribute:
    """An ``XmlAttribute``: namespace 1, name 2, value 3, id 5, compiled item 6."""
    parts = dict(fields(message))
    raw, item, identifier = text(parts.get(3)), parts.get(6), parts.get(5, 0)
    kind, data, string = int(ValueKind.STRING), 0, raw
    if isinstance(item, memoryview):
        kind, data, string = _item(item)
    known = identifier if isinstance(identifier, int) else 0
    return Attribute(
        text(parts.get(1)), text(parts.get(2)), known, kind, data, typed_text(kind, data, string)
    )


def _item(message: memoryview) -> tuple[int, int, str]:
    """An ``Item`` as data type, data and string of a ``Res_value``."""
    for number, value in fields(message):
        if not isinstance(value, memoryview):
            continue
        if number == 1:
            kind = ValueKind.ATTRIBUTE if integer(value, 1) else ValueKind.REFERENCE
            return kind, integer(value, 2) & 0xFFFFFFFF, ""
        if number in (2, 3, 4, 5):
            return ValueKind.STRING, 0, text(inner(value, 1))
        if number == 7:
            for primitive, data in fields(value):
                if primitive in _PRIMITIVES:
                    number_of = data if isinstance(data, int) else primitive - 1
                    return _PRIMITIVES[primitive], number_of & 0xFFFFFFFF, ""
    return ValueKind.NULL, 0, ""


@dataclass(slots=True, eq=False, repr=False)
class _Type:
    """One ``Type`` of a ``Package``, its entries found when they are first asked for."""

    package: str
    name: str
    message: memoryview
    _entries: dict[int, memoryview] | None = None

    def entries(self) -> dict[int, memoryview]:
        """Each ``Entry`` by its id."""
        if self._entries is None:
            self._entries = {}
            for number, value in fields(self.message):
                if number == 3 and isinstance(value, memoryview):
                    identifier = inner(value, 1)
                    self._entries.setdefault(integer(identifier, 1) if identifier else 0, value)
        return self._entries


@dataclass(slots=True, eq=False, repr=False)
class ProtoTable:
    """resources.pb; TableError if it cannot be read."""

    data: bytes
    oddities: Oddities
    member: str = "resources.pb"
    part: str = ""
    broken: str = ""
    """Never: a message is read as a whole or not at all."""
    lost: dict[str, None] = field(default_factory=dict)
    _types: dict[int, list[_Type]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            for number, package in fields(memoryview(self.data)):
                if number == 2 and isinstance(package, memoryview):
                    self._package(package)
        except WireError as wrong:
            raise TableError(f"{self.member}: cannot be read: {wrong}") from wrong

    def _package(self, package: memoryview) -> None:
        identifier, name = integer(inner(package, 1), 1), text(inner(package, 2))
        for number, value in fields(package):
            if number == 3 and isinstance(value, memoryview):
                kind = integer(inner(value, 1), 1)
                found = _Type(name, text(inner(value, 2)), value)
                self._types.setdefault(identifier << 8 | kind, []).append(found)

    def values(self, identifier: int) -> Iterator[Value]:
        """The values as they stand there, references not followed."""
        try:
            for _, entry in self._entries(identifier):
                for number, value in fields(entry):
                    if number == 6 and isinstance(value, memoryview):
                        yield self._value(value)
        except WireError:
            self.oddities.note(f"has an entry that cannot be read: {identifier:#010x}", self.member)

    def name(self, identifier: int) -> ResourceName | None:
        """What it is called here."""
        try:
            for kind, entry in self._entries(identifier):
                return ResourceName(kind.package, kind.name, text(inner(entry, 2)))
        except WireError:
            pass
        return None

    def identify(self, name: ResourceName) -> int | None:
        """The id of what is called so."""
        try:
            for number, types in self._types.items():
                for kind in types:
                    if (kind.package, kind.name) == (name.package, name.type):
                        for entry, message in kind.entries().items():
                            if text(inner(message, 2)) == name.entry:
                                return number << 16 | entry
        except WireError:
            pass
        return None

    def identifiers(self, kind: str) -> Iterator[int]:
        """The ids of all resources of a type; some may come twice."""
        try:
            for number, types in self._types.items():
                for one in types:
                    if one.name == kind:
                        yield from (number << 16 | entry for entry in one.entries())
        except WireError:
            pass

    def _entries(self, identifier: int) -> Iterator[tuple[_Type, memoryview]]:
        for kind in self._types.get(identifier >> 16, ()):
            entry = kind.entries().get(identifier & 0xFFFF)
            if entry is not None:
                yield kind, entry

    def _value(self, message: memoryview) -> Value:
        """A ``ConfigValue``: configuration 1, value 2 with item 4 or compound value 5."""
        config, item, compound = inner(message, 1), inner(message, 2, 4), inner(message, 2, 5)
        qualifier = _configuration(config).qualifier() if config else ""
        if item is not None or compound is None:
            return Value(qualifier, _content(item), self.part)
        return Value(qualifier, tuple(_bag(compound)), self.part)


def _bag(compound: memoryview) -> Iterator[Content]:
    """The items of a style (2), an array (4) or a plural (5)."""
    for number, value in fields(compound):
        if isinstance(value, memoryview) and number in (2, 4, 5):
            elements, item = {2: (3, 4), 4: (1, 3), 5: (1, 4)}[number]
            for key, element in fields(value):
                if key == elements and isinstance(element, memoryview):
                    yield _content(inner(element, item))


def _content(item: memoryview | None) -> Content:
    return content(*_item(item)) if item is not None else None


def _configuration(message: memoryview) -> Configuration:
    axes: dict[str, int] = {}
    locale: tuple[str, ...] = ()
    for number, value in fields(message):
        if number in _AXES and isinstance(value, int):
            axes[_AXES[number]] = value & 0xFFFFFFFF
        elif number == 3:
            locale = tuple(text(value).split("-"))
    return Configuration(locale=locale, **axes)
