"""Encoded values: how a DEX file stores what static fields begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pincompiler.android.dex.format import DexError, uleb128
from pincompiler.base.bounds import STATIC_DEPTH, STATIC_VALUES

if TYPE_CHECKING:
    from typing import Literal

STRING: Final = 0x17
TYPE: Final = 0x18
ARRAY: Final = 0x1C
ANNOTATION: Final = 0x1D
NULL: Final = 0x1E
BOOLEAN: Final = 0x1F
_SIGNED: Final = frozenset((0x00, 0x02, 0x04, 0x06))
_FLOATS: Final = frozenset((0x10, 0x11))
_UNSIGNED: Final = frozenset((0x03, 0x15, 0x16, STRING, TYPE, 0x19, 0x1A, 0x1B))


class EncodedValue(NamedTuple):
    """One value: a number or an index; what it is not needed for (annotations, floats) is ``other``."""

    kind: Literal["number", "string", "type", "null", "other"]
    value: int = 0


def read_values(data: bytes, at: int) -> tuple[EncodedValue, ...]:
    """Read an encoded_array."""
    count, at = uleb128(data, at)
    if count > STATIC_VALUES.limit:
        raise DexError("malformed DEX file: a class begins with more values than it can have fields")
    values = []
    for _ in range(count):
        value, at = _value(data, at, 0)
        values.append(value)
    return tuple(values)


def _value(data: bytes, at: int, depth: int) -> tuple[EncodedValue, int]:
    kind, argument = data[at] & 31, data[at] >> 5
    at += 1
    if kind == BOOLEAN:
        return EncodedValue("number", argument), at
    if kind == NULL:
        return EncodedValue("null"), at
    if kind in {ARRAY, ANNOTATION}:
        return EncodedValue("other"), _skip(data, at, depth + 1, named=kind == ANNOTATION)
    raw = data[at : at + argument + 1]
    if len(raw) <= argument:
        raise DexError("truncated DEX file: an encoded value lies beyond its end")
    return _number(kind, raw), at + argument + 1


def _number(kind: int, raw: bytes) -> EncodedValue:
    if kind in _SIGNED:
        return EncodedValue("number", int.from_bytes(raw, "little", signed=True))
    if kind in _FLOATS:
        return EncodedValue("other")
    if kind not in _UNSIGNED:
        raise DexError(f"malformed DEX file: no encoded value is of kind {kind}")
    value = int.from_bytes(raw, "little")
    if kind == STRING:
        return EncodedValue("string", value)
    if kind == TYPE:
        return EncodedValue("type", value)
    return EncodedValue("number" if kind == 0x03 else "other", value)


def _skip(data: bytes, at: int, depth: int, *, named: bool) -> int:
    """Step over an array, or over an annotation: a type, then names with values."""
    if depth > STATIC_DEPTH.limit:
        raise DexError("malformed DEX file: encoded values nested without end")
    if named:
        _, at = uleb128(data, at)
    count, at = uleb128(data, at)
    if count > STATIC_VALUES.limit:
        raise DexError("malformed DEX file: an encoded array has more values than are read")
    for _ in range(count):
        if named:
            _, at = uleb128(data, at)
        _, at = _value(data, at, depth)
    return at
