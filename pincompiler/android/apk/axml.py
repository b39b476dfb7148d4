"""Binary XML, read as AOSP's ``ResXMLTree`` and ``XmlBlock`` read it.

Chunks of unknown kinds are skipped, the kind of the whole and the sizes of records are not looked
at more than Android does.  Where Android refuses the document, that is said, and what can be read
of it is kept.
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
    from pincompiler.archives.oddities import Oddities

_CHUNK = Struct("<HHI")
_NUMBER = Struct("<I")
_SIGNED = Struct("<i")
_ELEMENT = Struct("<iiHHH")
_ATTRIBUTE = Struct("<iiiHBBI")
_NODE = 16
"""Bytes of the header of a node, which begins like every chunk's."""
_POOL, _IDS, _NAMESPACE, _NAMESPACE_END, _START, _END, _TEXT = 1, 0x180, 0x100, 0x101, 0x102, 0x103, 0x104
_XML = 3
_NODES = range(0x100, 0x180)
_LEAST = {_NAMESPACE: 8, _NAMESPACE_END: 8, _START: _ELEMENT.size + 6, _END: 8, _TEXT: 12}
"""Bytes that follow the header."""
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
        reader.refuse(f"{wrong}")
    except error:
        reader.refuse("a record is cut off")
    return Markup(tuple(reader.events), reader.refused)


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
    inside: bool = False
    """Whether the first node was met."""
    refused: str = ""
    """Why Android opens no such document, whatever was read of it."""

    def read(self) -> None:
        """One chunk after the other, up to the end of the root element."""
        kind, header, size = _CHUNK.unpack_from(self.data, 0)
        if kind != _XML:
            self.note(
                f"is of kind {kind:#06x} instead of binary XML, which only newer versions of Android look at"
            )
        if header > size or size > len(self.data):
            self.refuse("its size is impossible")
        elif size != len(self.data):
            self.note("states another size than it has")
        at, end = header, min(size, len(self.data))
        while at < end and not (self.events and not self.depth):
            kind, header, size = _CHUNK.unpack_from(self.data, at)
            self.inside |= kind in _NODES
            body = header + (_LEAST.get(kind, 0) if self.inside else 0)
            if not (_NODE if self.inside else _CHUNK.size) <= header <= body <= size or at + size > end:
                raise _BrokenError(f"the chunk at byte {at} has an impossible size")
            if (header | size) % 4:
                self.refuse(f"the chunk at byte {at} is not in units of four bytes")
            self.chunk(kind, at, header, size)
            at += size
        if not self.events:
            raise _BrokenError("it has no element")
        if self.pool is None or self.pool.fault:
            self.refuse(self.pool.fault if self.pool else "it has no string pool")
        if self.depth:
            self.note("ends before its root element does, which Android takes for that")

    def refuse(self, why: str) -> None:
        """Note why Android opens no such document, and go on for what it holds."""
        self.refused = self.refused or why

    def chunk(self, kind: int, at: int, header: int, size: int) -> None:
        """One chunk, whatever it is."""
        if kind == _START:
            self.start(at, at + header, at + size)
        elif kind == _END:
            if self.depth:
                self.depth -= 1
                self.events.append(EndTag())
        elif kind == _TEXT and self.depth:
            text = self.string(_SIGNED.unpack_from(self.data, at + header)[0])
            self.charge(len(text))
            self.events.append(TextPiece(self.line(at), text))
        elif kind in (_POOL, _IDS) and not self.inside:
            self.table(kind, at, header, size)
        elif kind not in (_NAMESPACE, _NAMESPACE_END, _TEXT):
            self.note(f"has a chunk of the kind {kind:#06x} where Android skips it")

    def table(self, kind: int, at: int, header: int, size: int) -> None:
        """What stands before the first node: of two pools or lists of ids Android takes the last."""
        if kind == _IDS:
            self.ids = range(at + header, at + size - 3, 4)
            return
        if self.pool is not None:
            self.note("has a second string pool")
        self.pool = StringPool(self.data[at : at + size], 0)

    def start(self, at: int, body: int, end: int) -> None:
        """A start tag; its attributes need not follow at once nor be of the usual size."""
        namespace, name, first, stride, count = _ELEMENT.unpack_from(self.data, body)
        if first + stride * count > end - body:
            raise _BrokenError(f"the attributes of the element at byte {at} are cut off")
        if count and (stride != _ATTRIBUTE.size or first != _ATTRIBUTE.size):
            self.note("has attributes of an unusual size or place")
        self.depth += 1
        if self.depth > XML_DEPTH.limit:
            raise _BrokenError(f"its elements are nested more than {XML_DEPTH.limit} deep")
        attributes = tuple([self.attribute(body + first + stride * number) for number in range(count)])
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
