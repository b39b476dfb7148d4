"""``Integer`` and its like."""

from __future__ import annotations

import math
import re
from itertools import permutations
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.contents import hash_value
from pincompiler.android.running.java.nulls import NO_OBJECT
from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import BOXES, LANG, PRIMITIVES, box, on, returned, strict, wrap64
from pincompiler.android.running.numbers import (
    UNARY,
    as_double,
    as_float,
    compared,
    double_bits,
    float_bits,
    int32,
)
from pincompiler.android.running.values import NULL, STRING, Boxed, StoppedError, Value

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_NO_NUMBER: Final = "Ljava/lang/NumberFormatException;"
_WHOLE: Final = re.compile(r"[+-]?[0-9a-zA-Z]+")
_WIDTHS: Final = {"I": 32, "J": 64, "S": 16, "B": 8}
_CONVERSIONS: Final = {pair: number for number, pair in enumerate(permutations("IJFD", 2), 6)}
"""From one type of number to another: the instruction that does it, as they are in :data:`UNARY`."""


def _converted(value: int, old: str, new: str) -> int:
    if new in "SBC":
        value = _converted(value, old, "I")
        return UNARY[{"B": 18, "C": 19, "S": 20}[new]](value)
    old = "I" if old in "SBCZ" else old
    number = _CONVERSIONS.get((old, new))
    return value if number is None else UNARY[number](value)


def _held(value: Value) -> tuple[int, str]:
    if not isinstance(value, Boxed):
        raise StoppedError("a number that is none")
    return value.value, PRIMITIVES[value.cls]


def _unboxed(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    value, kind = _held(args[0])
    return _converted(value, kind, returned(ref))


def _value_of(m: Running, args: list[Value], ref: MethodRef) -> Value:
    kind = PRIMITIVES[ref.class_name]
    given = args[0]
    if parameters(ref.descriptor)[0][0] == "L":
        given = _parse(m, args, ref)
    return box(kind, given)


def _parse(m: Running, args: list[Value], ref: MethodRef) -> Value:
    kind = PRIMITIVES[ref.class_name]
    text = args[0]
    if kind == "Z":
        return int(isinstance(text, str) and text.lower() == "true")
    if not isinstance(text, str):
        m.throw(NO_OBJECT if kind in "FD" else _NO_NUMBER)
    base = args[1] if len(args) > 1 and isinstance(args[1], int) else 10
    try:
        if kind in "FD":
            number = float(text.strip().rstrip("fFdD") if "_" not in text else "no number")
            return float_bits(number) if kind == "F" else double_bits(number)
        found = int(text if _WHOLE.fullmatch(text) else "no number", base)
    except ValueError:
        m.throw(_NO_NUMBER, f'For input string: "{text}"')
    width = _WIDTHS[kind]
    if not -(1 << (width - 1)) <= found < 1 << (width - 1):
        m.throw(_NO_NUMBER, f'For input string: "{text}"')
    return found


def _compare(one: int, other: int, kind: str) -> int:
    """``Integer.compare`` and its like, of the bits of two numbers."""
    if kind in "FD":
        read = as_float if kind == "F" else as_double
        left, right = read(one), read(other)
        if math.isnan(left) or math.isnan(right):
            return math.isnan(left) - math.isnan(right)
        return compared(left, right, 0) or (one > other) - (one < other)  # the zeros differ by their bits
    if kind in "SBC":
        return one - other
    return (one > other) - (one < other)


def _compare_static(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    one, other = integers(args)
    return _compare(one, other, PRIMITIVES[ref.class_name])


def _compare_boxes(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    (one, kind), (other, _) = _held(args[0]), _held(args[1])
    return _compare(one, other, kind)


def _to_text(m: Running, args: list[Value], ref: MethodRef) -> Value:
    kinds = parameters(ref.descriptor)
    value = args[0]
    if len(args) > 1 and isinstance(value, int) and isinstance(args[1], int):
        return _in_base(value, args[1])
    return text_of(m, value, kinds[0] if kinds else "Ljava/lang/Object;")


def _in_base(value: int, base: int) -> str:
    digits, rest = "", abs(value)
    base = base if 2 <= base <= 36 else 10
    while rest:
        rest, digit = divmod(rest, base)
        digits = DIGITS[digit] + digits
    return ("-" if value < 0 else "") + (digits or "0")


def _width(ref: MethodRef) -> int:
    """Bits of the numbers that a method of ``Long``, or of another class, takes apart."""
    return 64 if ref.class_name == f"{LANG}Long;" else 32


def _unsigned(bits: int) -> Model:
    def model(_m: Running, args: list[Value], ref: MethodRef) -> Value:
        (value,) = integers(args)
        return _in_base(value & ((1 << _width(ref)) - 1), 1 << bits)

    return model


def _bits(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``bitCount`` and its like."""
    (value,) = integers(args)
    width = _width(ref)
    unsigned = value & ((1 << width) - 1)
    found = {
        "bitCount": unsigned.bit_count(),
        "numberOfLeadingZeros": width - unsigned.bit_length(),
        "numberOfTrailingZeros": (unsigned & -unsigned).bit_length() - 1 if unsigned else width,
        "highestOneBit": 1 << (unsigned.bit_length() - 1) if unsigned else 0,
        "lowestOneBit": unsigned & -unsigned,
        "reverse": int(f"{unsigned:0{width}b}"[::-1], 2),
        "signum": (value > 0) - (value < 0),
    }[ref.name]
    return wrap64(found, returned(ref))


def _rotated(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    value, by = integers(args)
    width = _width(ref)
    unsigned = value & ((1 << width) - 1)
    by = (by if ref.name == "rotateLeft" else -by) % width
    return wrap64((unsigned << by | unsigned >> (width - by)) & ((1 << width) - 1), returned(ref))


def _as_unsigned(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    mask = {"B": 255, "S": 65535, "I": 0xFFFFFFFF}[parameters(ref.descriptor)[0]]
    return integers(args)[0] & mask


def _hash(m: Running, args: list[Value], ref: MethodRef) -> Value:
    value = args[0] if isinstance(args[0], Boxed) else box(PRIMITIVES[ref.class_name], args[0])
    found = hash_value(m, value)
    return NULL if found is None else found


def _equals(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    one, other = args
    if not isinstance(one, Boxed) or not isinstance(other, Boxed):
        return 0
    return int(one.cls == other.cls and one.value == other.value)


def new_box(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new Integer(…)``."""
    made, given = args
    found = _parse(m, [given], ref) if parameters(ref.descriptor)[0] == STRING else given
    if not isinstance(made, Boxed) or not isinstance(found, int):
        raise StoppedError("a number that is unknown")
    made.value = found
    return NULL


def integers(args: list[Value]) -> list[int]:
    """All of some arguments as numbers.  StoppedError if one is none."""
    found = [one for one in args if isinstance(one, int)]
    if len(found) < len(args):
        raise StoppedError("a number that is none")
    return found


def extreme(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``min`` and ``max``."""
    one, other = integers(args)
    kind = returned(ref)
    order = _compare(one, other, kind)
    if kind in "FD":
        read = as_float if kind == "F" else as_double
        for value in (one, other):
            if math.isnan(read(value)):
                return value
    return one if (order <= 0) == (ref.name == "min") else other


_NUMBER: Final[dict[str, Model]] = {
    **dict.fromkeys(
        (
            *("intValue", "longValue", "shortValue", "byteValue", "floatValue", "doubleValue"),
            *("charValue", "booleanValue"),
        ),
        _unboxed,
    ),
    "compareTo": _compare_boxes,
    "toString": _to_text,
    "hashCode": _hash,
    "equals": _equals,
}
_STATIC: Final[dict[str, Model]] = {
    "valueOf": _value_of,
    **dict.fromkeys(
        (
            *("parseInt", "parseLong", "parseShort", "parseByte"),
            *("parseFloat", "parseDouble", "parseBoolean"),
        ),
        _parse,
    ),
    "compare": _compare_static,
    "toString": _to_text,
    "hashCode": _hash,
    "toHexString": _unsigned(4),
    "toBinaryString": _unsigned(1),
    "toOctalString": _unsigned(3),
    **dict.fromkeys(
        (
            *("bitCount", "numberOfLeadingZeros", "numberOfTrailingZeros", "highestOneBit"),
            *("lowestOneBit", "reverse", "signum"),
        ),
        _bits,
    ),
    **dict.fromkeys(("rotateLeft", "rotateRight"), _rotated),
    **dict.fromkeys(("toUnsignedInt", "toUnsignedLong"), _as_unsigned),
    "isNaN": lambda _m, a, r: int(
        math.isnan((as_float if "(F" in r.descriptor else as_double)(*integers(a)))
    ),
    "floatToIntBits": lambda _m, a, _r: 0x7FC00000 if math.isnan(as_float(*integers(a))) else a[0],
    "doubleToLongBits": lambda _m, a, _r: 0x7FF8 << 48 if math.isnan(as_double(*integers(a))) else a[0],
    "intBitsToFloat": lambda _m, a, _r: a[0],
    "longBitsToDouble": lambda _m, a, _r: a[0],
    **dict.fromkeys(("min", "max"), extreme),
    "sum": lambda _m, a, r: wrap64(sum(integers(a)), returned(r)) if returned(r) in "IJ" else _no_sum(),
}


def _no_sum() -> Value:
    raise StoppedError("a sum of reals")


VIRTUAL: Final = {key: model for cls in PRIMITIVES for key, model in strict(on(cls, _NUMBER)).items()}
STATIC: Final = {key: model for cls in PRIMITIVES for key, model in strict(on(cls, _STATIC)).items()}
FIELDS: Final = {
    (f"{LANG}Integer;", "MAX_VALUE"): int32(0x7FFFFFFF),
    (f"{LANG}Integer;", "MIN_VALUE"): int32(-0x80000000),
    (f"{LANG}Long;", "MAX_VALUE"): (1 << 63) - 1,
    (f"{LANG}Long;", "MIN_VALUE"): -(1 << 63),
}
TRUTHS: Final = {"TRUE": Boxed(BOXES["Z"], 1), "FALSE": Boxed(BOXES["Z"], 0)}
