"""``Math``, and whole numbers of any size."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.boxes import extreme, integers
from pincompiler.android.running.java.tools import (
    LANG,
    any_of,
    byte_array,
    bytes_of,
    on,
    returned,
    strict,
    wrap64,
)
from pincompiler.android.running.numbers import as_double, double_bits
from pincompiler.android.running.values import NULL, StoppedError, Value, Wrapped
from pincompiler.base.bounds import NUMBER_DIGITS, shortened

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model


def _real(operation: str) -> Model:
    """A function of Python's that means the same for ``double``, and gives the same to the last digit."""

    def model(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
        numbers = [as_double(one) for one in integers(args)]
        if any(math.isnan(one) or math.isinf(one) for one in numbers):
            raise StoppedError("a number without an end")
        if operation == "sqrt" and numbers[0] < 0:
            return double_bits(math.nan)
        return double_bits(float(getattr(math, operation)(*numbers)))

    return model


def _absolute(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    (value,) = integers(args)
    kind = returned(ref)
    if kind in "FD":
        return value & (0x7FFFFFFF if kind == "F" else 0x7FFFFFFFFFFFFFFF)
    return wrap64(abs(value), kind)


def _exact(m: Running, args: list[Value], ref: MethodRef) -> Value:
    numbers, kind = integers(args), returned(ref)
    found = {
        "addExact": lambda: numbers[0] + numbers[1],
        "subtractExact": lambda: numbers[0] - numbers[1],
        "multiplyExact": lambda: numbers[0] * numbers[1],
        "toIntExact": lambda: numbers[0],
        "negateExact": lambda: -numbers[0],
    }[ref.name]()
    if found != wrap64(found, kind):
        m.throw("Ljava/lang/ArithmeticException;", "long overflow" if kind == "J" else "integer overflow")
    return found


def _floored(m: Running, args: list[Value], ref: MethodRef) -> Value:
    one, other = integers(args)
    if not other:
        m.throw("Ljava/lang/ArithmeticException;", "/ by zero")
    return wrap64(one // other if ref.name == "floorDiv" else one % other, returned(ref))


# -- BigInteger ------------------------------------------------------------------------------------


def new_big(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    """``new BigInteger(…)`` of a text in some radix, or of bytes with a sign or without; else it is unknown."""
    made, given = args[0], args[1:]
    if not isinstance(made, Wrapped):
        raise StoppedError("a number that is none")
    if isinstance(given[0], str):
        made.value = _of_digits(m, given[0], *integers(given[1:]))
    elif len(given) == 2 and isinstance(given[0], int):
        data = bytes_of(given[1])
        made.value = None if data is None else given[0] * int.from_bytes(data, "big")
    else:
        data = bytes_of(given[0])
        made.value = None if data is None else int.from_bytes(data, "big", signed=True)
    return NULL


def _of_digits(m: Running, text: str, radix: int = 10) -> int:
    if len(text) > NUMBER_DIGITS.limit:
        raise StoppedError("a number of too many digits")
    if text.isalnum() or text[1:].isalnum():
        with suppress(ValueError):
            return int(text, radix)
    return m.throw("Ljava/lang/NumberFormatException;", shortened(text))


def _to_text(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    held = args[0].value if isinstance(args[0], Wrapped) else None
    (radix,) = integers(args[1:]) or (10,)
    if not isinstance(held, int) or radix not in {10, 16}:
        return any_of(ref)
    return str(held) if radix == 10 else f"{held:x}"


def _to_bytes(m: Running, args: list[Value], ref: MethodRef) -> Value:
    held = args[0].value if isinstance(args[0], Wrapped) else None
    if not isinstance(held, int):
        return any_of(ref)
    return byte_array(
        m, held.to_bytes((held if held >= 0 else ~held).bit_length() // 8 + 1, "big", signed=True)
    )


def _in_order(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    one, other = (value.value if isinstance(value, Wrapped) else None for value in args)
    return (one > other) - (one < other) if isinstance(one, int) and isinstance(other, int) else any_of(ref)


BIG: Final = "Ljava/math/BigInteger;"
_MATH: Final[dict[str, Model]] = {
    **dict.fromkeys(("min", "max"), extreme),
    "abs": _absolute,
    **dict.fromkeys(("addExact", "subtractExact", "multiplyExact", "toIntExact", "negateExact"), _exact),
    **dict.fromkeys(("floorDiv", "floorMod"), _floored),
    "sqrt": _real("sqrt"),
    "floor": _real("floor"),
    "ceil": _real("ceil"),
}
VIRTUAL: Final = strict(on(BIG, {"toString": _to_text, "toByteArray": _to_bytes, "compareTo": _in_order}))
STATIC: Final = strict(on(f"{LANG}Math;", _MATH))
