"""``String.valueOf``: any value as a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.contents import entries_of, items
from pincompiler.android.running.java.tools import PRIMITIVES
from pincompiler.android.running.numbers import as_double, as_float, float_bits
from pincompiler.android.running.texts import bounded
from pincompiler.android.running.values import (
    OBJECT,
    STRING,
    Boxed,
    ClassObject,
    Instance,
    JavaArray,
    JavaMap,
    NotKnown,
    TextBuffer,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from pincompiler.android.running.frame import Running

TO_STRING: Final = "()Ljava/lang/String;"


def text_of(m: Running, value: Value, kind: str = OBJECT) -> Value:
    """``String.valueOf`` of a value that is declared as ``kind``: a ``str`` or unknown."""
    found: Value = value
    if isinstance(value, NotKnown):
        found = NotKnown(STRING, value.why)
    elif isinstance(value, int):
        found = "null" if kind[0] in "L[" else text_of_number(value, kind)
    elif isinstance(value, Boxed):
        found = text_of_number(value.value, PRIMITIVES.get(value.cls, "I"))
    elif isinstance(value, TextBuffer):
        found = NotKnown(STRING, "a text that is unknown") if value.text is None else value.text
    elif isinstance(value, Instance | Wrapped):
        found = m.call(value, "toString", TO_STRING)
    elif isinstance(value, ClassObject):
        found = f"class {class_name(value.name)}"
    elif not isinstance(value, str):
        found = _text_of_items(m, value)
    return found


def _text_of_items(m: Running, value: Value) -> Value:
    some = entries_of(m, value) if isinstance(value, JavaMap) else items(m, value)
    if some is None or isinstance(value, JavaArray):
        return NotKnown(STRING, "a text of what is unknown")
    texts = []
    for one in some:
        text = "(this Collection)" if one is value else text_of(m, one)
        if not isinstance(text, str):
            return NotKnown(STRING, "a text of what is unknown")
        texts.append(text)
    opening, closing = "{}" if isinstance(value, JavaMap) else "[]"
    return bounded(opening + ", ".join(texts) + closing)


def class_name(descriptor: str) -> str:
    """``Class.getName``."""
    if descriptor.startswith("["):
        return descriptor.replace("/", ".")
    if descriptor.startswith("L"):
        return descriptor[1:-1].replace("/", ".")
    names = {"I": "int", "J": "long", "Z": "boolean", "B": "byte", "C": "char", "S": "short"}
    return {**names, "F": "float", "D": "double", "V": "void"}.get(descriptor, descriptor)


def text_of_number(value: int, kind: str) -> str:
    """A number of a primitive type as Java writes it."""
    if kind == "C":
        return chr(value & 0xFFFF)
    if kind == "Z":
        return "true" if value else "false"
    if kind == "F":
        return real_text(as_float(value), short=True)
    return real_text(as_double(value), short=False) if kind == "D" else str(value)


def real_text(value: float, *, short: bool) -> str:
    """``Double.toString``, or ``Float.toString``: the fewest digits that none of its neighbours has."""
    if value != value:  # noqa: PLR0124 - what is no number equals nothing
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    digits = _shortest(value) if short else repr(value)
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    mantissa, _, exponent = digits.partition("e")
    whole, _, part = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    significant = (whole + part).lstrip("0")
    point -= len(whole + part) - len(significant)
    significant = significant.rstrip("0") or "0"
    if significant == "0":
        return f"{sign}0.0"
    if 1e-3 <= abs(value) < 1e7:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{significant}"
        padded = significant.ljust(point, "0")
        return f"{sign}{padded[:point]}.{padded[point:] or '0'}"
    return f"{sign}{significant[0]}.{significant[1:] or '0'}E{point - 1}"


def _shortest(value: float) -> str:
    """The fewest digits that are read as the same ``float``."""
    wanted = float_bits(value)
    for precision in range(1, 10):
        text = f"{value:.{precision}g}"
        if float_bits(float(text)) == wanted:
            return text
    return repr(value)
