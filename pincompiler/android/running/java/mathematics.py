"""``Math``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.boxes import extreme, integers
from pincompiler.android.running.java.tools import LANG, on, returned, strict, wrap64
from pincompiler.android.running.numbers import as_double, double_bits
from pincompiler.android.running.values import StoppedError, Value

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


_MATH: Final[dict[str, Model]] = {
    **dict.fromkeys(("min", "max"), extreme),
    "abs": _absolute,
    **dict.fromkeys(("addExact", "subtractExact", "multiplyExact", "toIntExact", "negateExact"), _exact),
    **dict.fromkeys(("floorDiv", "floorMod"), _floored),
    "sqrt": _real("sqrt"),
    "floor": _real("floor"),
    "ceil": _real("ceil"),
}
STATIC: Final = strict(on(f"{LANG}Math;", _MATH))
