"""Images as no linker writes them: segments, sections and load commands, laid out by hand."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

ARM64: Final = (0x0100000C, 0)
BASE: Final = 0x1_0000_0000
_SECTION: Final = struct.Struct("<16s16s2Q8I")
_SEGMENT: Final = struct.Struct("<2I16s4Q4I")
_REGULAR, _CODE, _TEXTS = 0, 0x80000400, 2


@dataclass
class Segment:
    """Bytes at an address, and the sections that they are said to have."""

    name: str
    address: int
    data: bytes
    sections: list[tuple[str, int, int, int]] = field(default_factory=list)
    """Name, address, size, flags."""


def command(kind: int, body: bytes) -> bytes:
    """A load command."""
    padded = body + bytes(-len(body) % 8)
    return struct.pack("<2I", kind, 8 + len(padded)) + padded


def image(
    segments: list[Segment],
    more: tuple[bytes, ...] = (),
    linkedit: bytes = b"",
    links: dict[int, tuple[int, int]] | None = None,
) -> bytes:
    """An image; ``links`` are load commands that name a part of ``linkedit``: offset in it, and size."""
    count = len(segments) + len(more) + len(links or {})
    size = sum(_SEGMENT.size + _SECTION.size * len(one.sections) for one in segments)
    size += sum(len(one) for one in more) + 16 * len(links or {})
    at = 32 + size
    table, body = bytearray(), bytearray()
    for one in segments:
        table += _SEGMENT.pack(
            *(0x19, _SEGMENT.size + _SECTION.size * len(one.sections), one.name.encode(), one.address),
            *(len(one.data), at + len(body), len(one.data), 7, 7, len(one.sections), 0),
        )
        for name, address, length, flags in one.sections:
            offset = at + len(body) + address - one.address
            table += _SECTION.pack(
                *(
                    name.encode(),
                    one.name.encode(),
                    address,
                    length,
                    offset & 0xFFFFFFFF,
                    0,
                    0,
                    0,
                    flags,
                    0,
                    0,
                    0,
                )
            )
        body += one.data
    for kind, (offset, length) in (links or {}).items():
        table += struct.pack("<4I", kind, 16, at + len(body) + offset, length)
    table += b"".join(more)
    head = struct.pack("<8I", 0xFEEDFACF, *ARM64, 2, count, len(table), 0, 0)
    return head + bytes(table) + bytes(body) + linkedit


def sparse(data: bytes) -> bytes:
    """The same file without its pages of zeros: offset and size of each stretch, and its bytes."""
    out, at = bytearray(), 0
    while at < len(data):
        if not any(data[at : at + 16]):
            at += 16
            continue
        end = at
        while end < len(data) and any(data[end : end + 16]):
            end += 16
        out += struct.pack("<IH", at, min(end, len(data)) - at) + data[at:end]
        at = end
    return bytes(out)


def whole(data: bytes) -> bytes:
    """The file that :func:`sparse` made smaller, whatever became of it since."""
    out, at = bytearray(), 0
    while at + 6 <= len(data):
        offset, size = struct.unpack_from("<IH", data, at)
        piece = data[at + 6 : at + 6 + size]
        offset %= 1 << 20
        if len(out) < offset + len(piece):
            out.extend(bytes(offset + len(piece) - len(out)))
        out[offset : offset + len(piece)] = piece
        at += 6 + size
    return bytes(out)
