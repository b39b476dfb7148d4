"""Binary XML, read as AOSP's ``ResXMLTree`` and ``XmlBlock`` read it.

Chunks of unknown kinds are skipped, the kind of the whole and the sizes of records are not looked
at more than Android does; where Android would stop, reading stops and what came before is kept.
"""

from __future__ import annotations

from dataclasses import field
from struct import Struct, error
from typing import TYPE_CHECKING

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
from pincompiler.android.apk.pool import PoolError, StringPool
from pincompiler.base.bounds import XML_DEPTH, XML_LETTERS
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from pincompiler.android.apk.oddities import Oddities

_CHUNK = Struct("<HHI")
_NUMBER = Struct("<I")
_ELEMENT = Struct("<iiHHH")
_ATTRIBUTE = Struct("<iiiHBBI")
_POOL, _IDS, _NAMESPACE, _NAMESPACE_END, _START, _END, _TEXT = 1, 0x180, 0x100, 0x101, 0x102, 0x103, 0x104
_XML = 3
# An enumeration's members are looked up slowly.
_STRING, _BOOLEAN = int(ValueKind.STRING), int(ValueKind.BOOLEAN)
_TYPED = (_BOOLEAN, int(ValueKind.REFERENCE), int(ValueKind.DYNAMIC_REFERENCE))


class _BrokenError(Exception):
    """Nothing after this can be made sense of."""


def read_axml(data: bytes, member: str, oddities: Oddities) -> Markup:
    """The events of a document of this name; never an exception."""
    reader = _Reader(data, member, oddities, XML_LETTERS.limit + 16 * len(data))
    try:
        reader.read()
    except (_BrokenError, PoolError) as wrong:
        return Markup(tuple(reader.events), f"{wrong}")
    except error:
        return Markup(tuple(reader.events), "a record is cut off")
    return Markup(tuple(reader.events))


@dataclass(slots=True, eq=False, repr=False)
class _Reader:
    data: bytes
    member: str
    oddities: Oddities
    budget: int
    events: list[Event] = field(default_factory=list)
    pool: StringPool | None = None
    ids: range = range(0)
    """Places of the resource ids that attributes of the same numbers have; AOSP bounds their count by the chunk alone."""
    attributes: dict[bytes, Attribute] = field(default_factory=dict)
    """By their records."""
    depth: int = 0

    def read(self) -> None:
        """One chunk after the other, up to the end of the root element."""
        kind, header, size = _CHUNK.unpack_from(self.data, 0)
        if kind != _XML:
            self.note(f"is of kind {kind:#06x} instead of binary XML; Android does not look at that")
        if size != len(self.data):
            self.note("states another size than it has")
        at, end = max(header, _CHUNK.size), min(size, len(self.data))
        while at + _CHUNK.size <= end:
            kind, header, size = _CHUNK.unpack_from(self.data, at)
            if size < _CHUNK.size or header > size or at + size > end:
                raise _BrokenError(f"the chunk at byte {at} has an impossible size")
            self.chunk(kind, at, header, size)
            at += size
            if self.events and not self.depth:
                return
        raise _BrokenError("it ends before its root element does" if self.events else "it has no element")

    def chunk(self, kind: int, at: int, header: int, size: int) -> None:
        """One chunk, whatever it is."""
        if kind == _START:
            self.start(at, at + header, at + size)
        elif kind == _END:
            if self.depth:
                self.depth -= 1
                self.events.append(EndTag())
        elif kind == _TEXT and self.depth:
            text = self.string(_ELEMENT.unpack_from(self.data, at + header)[0])
            self.charge(len(text))
            self.events.append(TextPiece(self.line(at), text))
        elif kind == _POOL:
            if self.pool is None:
                self.pool = StringPool(self.data, at)
            else:
                self.note("has a second string pool")
        elif kind == _IDS:
            self.ids = range(at + header, at + size - 3, 4)
        elif kind not in (_NAMESPACE, _NAMESPACE_END, _TEXT):
            self.note(f"has a chunk of the unknown kind {kind:#06x}, which Android skips")

    def start(self, at: int, body: int, end: int) -> None:
        """A start tag; its attributes need not follow at once nor be of the usual size."""
        namespace, name, first, stride, count = _ELEMENT.unpack_from(self.data, body)
        if count and (stride < _ATTRIBUTE.size or body + first + stride * count > end):
            raise _BrokenError(f"the attributes of the element at byte {at} are cut off")
        if count and (stride != _ATTRIBUTE.size or first != _ATTRIBUTE.size):
            self.note("has attributes of an unusual size or place")
        self.depth += 1
        if self.depth > XML_DEPTH.limit:
            raise _BrokenError(f"its elements are nested more than {XML_DEPTH.limit} deep")
        places = range(body + first, body + first + stride * count, stride) if count else ()
        attributes = tuple([self.attribute(place) for place in places])
        tag = self.string(name)
        self.charge(len(tag))
        self.events.append(StartTag(self.line(at), self.string(namespace), tag, attributes))

    def attribute(self, at: int) -> Attribute:
        """One attribute; a manifest has the same ones again and again."""
        record = self.data[at : at + _ATTRIBUTE.size]
        known = self.attributes.get(record)
        if known is None:
            known = self.attributes[record] = self.new_attribute(record)
        self.charge(len(known.namespace) + len(known.name) + len(known.text))
        return known

    def new_attribute(self, record: bytes) -> Attribute:
        """Its raw text if it has one, else what its typed value says."""
        namespace, name, raw, _, _, kind, data = _ATTRIBUTE.unpack(record)
        known = _NUMBER.unpack_from(self.data, self.ids[name])[0] if 0 <= name < len(self.ids) else 0
        if raw >= 0 and kind not in _TYPED:
            text = self.string(raw)
        else:
            text = typed_text(kind, data, self.string(data) if kind == _STRING else "")
        if kind == _STRING and raw >= 0 and data != raw and self.string(data) != text:
            self.note("has an attribute of two texts")
        data = 0 if kind == _STRING else int(data != 0) if kind == _BOOLEAN else data
        return Attribute(self.string(namespace), self.string(name), known, kind, data, text)

    def line(self, at: int) -> int:
        """The line in the author's file."""
        return int(_NUMBER.unpack_from(self.data, at + _CHUNK.size)[0])

    def string(self, number: int) -> str:
        return self.pool[number] if self.pool is not None and number >= 0 else ""

    def charge(self, characters: int) -> None:
        """Count them: a few long strings that are used again and again would fill the memory."""
        self.budget -= characters + 16
        if self.budget < 0:
            raise _BrokenError("its strings are repeated without end")

    def note(self, what: str) -> None:
        self.oddities.note(what, self.member)
