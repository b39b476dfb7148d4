"""The wire format of protocol buffers, read without generated code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MOST_BITS = 70


class WireError(ValueError):
    """The bytes are no message."""


def fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field: an integer, or the bytes of a string or an inner message."""
    at, end = 0, len(message)
    while at < end:
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield tag >> 3, value
            continue
        size = {_FIXED64: 8, _FIXED32: 4}.get(kind)
        if size is None:
            if kind != _BYTES:
                raise WireError(f"field {tag >> 3} has the unknown wire type {kind}")
            size, at = _varint(message, at)
        if size > end - at:
            raise WireError(f"field {tag >> 3} is cut off")
        body = message[at : at + size]
        at += size
        yield tag >> 3, body if kind == _BYTES else int.from_bytes(body, "little")


def inner(message: memoryview, *numbers: int) -> memoryview | None:
    """The inner message or string at the end of a way of field numbers, the first of each."""
    found: memoryview | None = message
    for number in numbers:
        if found is None:
            return None
        bodies = (value for key, value in fields(found) if key == number and not isinstance(value, int))
        found = next(bodies, None)
    return found


def integer(message: memoryview | None, number: int) -> int:
    """An integer field; 0 if it is not there."""
    found = 0
    for key, value in fields(message) if message is not None else ():
        if key == number and isinstance(value, int):
            found = value
    return found


def text(body: int | memoryview | None) -> str:
    """A string field."""
    return str(body, "utf-8", "replace") if isinstance(body, memoryview) else ""


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < _MOST_BITS:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
    raise WireError("an integer has no end")
