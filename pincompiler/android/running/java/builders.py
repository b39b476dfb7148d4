"""``StringBuilder`` and ``StringBuffer``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.text import (
    CHAR_SEQUENCE,
    OUTSIDE,
    known_number,
    known_text,
    text_of_chars,
)
from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import LANG, any_of, on
from pincompiler.android.running.texts import bounded, characters, units
from pincompiler.android.running.values import NULL, NotKnown, StoppedError, TextBuffer, Value
from pincompiler.base.bounds import TEXT_LETTERS

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model


def _buffer(value: Value) -> TextBuffer:
    if not isinstance(value, TextBuffer):
        raise StoppedError("a builder of texts that is none")
    return value


def _append(m: Running, args: list[Value], ref: MethodRef) -> Value:
    buffer, value = _buffer(args[0]), args[1]
    kind = parameters(ref.descriptor)[0]
    if len(args) > 3:
        text = _part(m, value, *map(known_number, args[2:4]), kind=kind)
    else:
        text = text_of_chars(value) if kind == "[C" else text_of(m, value, kind)
    if buffer.text is None or not isinstance(text, str):
        buffer.text = None
    else:
        buffer.text = bounded(buffer.text + text)
    return buffer


def _part(m: Running, value: Value, start: int, end: int, *, kind: str) -> Value:
    if kind == "[C":
        return text_of_chars(value, start, end)
    text = text_of(m, value)
    return text[start:end] if isinstance(text, str) else text


def _insert(m: Running, args: list[Value], ref: MethodRef) -> Value:
    buffer, at = _buffer(args[0]), args[1]
    text = text_of(m, args[2], parameters(ref.descriptor)[1])
    if buffer.text is None or not isinstance(text, str) or not isinstance(at, int):
        buffer.text = None
        return buffer
    if not 0 <= at <= len(buffer.text):
        m.throw(OUTSIDE, f"offset {at}, length {len(buffer.text)}")
    buffer.text = bounded(buffer.text[:at] + text + buffer.text[at:])
    return buffer


def _cut(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``delete``, ``deleteCharAt``, ``replace``, ``setLength`` and ``setCharAt``."""
    buffer = _buffer(args[0])
    text = buffer.text
    if text is None or any(isinstance(one, NotKnown) for one in args):
        buffer.text = None
        return any_of(ref) if ref.descriptor.endswith("V") else buffer
    first = known_number(args[1])
    if not 0 <= first <= len(text) and ref.name != "setLength":
        m.throw(OUTSIDE, f"index {first}, length {len(text)}")
    if ref.name == "delete":
        buffer.text = text[:first] + text[max(first, known_number(args[2])) :]
    elif ref.name == "deleteCharAt":
        buffer.text = text[:first] + text[first + 1 :]
    elif ref.name == "replace":
        buffer.text = bounded(text[:first] + known_text(m, args[3]) + text[known_number(args[2]) :])
    elif ref.name == "setLength":
        if first > TEXT_LETTERS.limit:
            raise StoppedError("a text that is too long")
        buffer.text = text[:first] + "\0" * max(0, first - len(text))
    else:
        buffer.text = text[:first] + chr(known_number(args[2])) + text[first + 1 :]
    return NULL if ref.descriptor.endswith("V") else buffer


def _reverse(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    buffer = _buffer(args[0])
    if buffer.text is not None:
        buffer.text = units(characters(buffer.text)[::-1])
    return buffer


def _of_buffer(model: Model) -> Model:
    """A model of texts for what a builder holds."""

    def known(m: Running, args: list[Value], ref: MethodRef) -> Value:
        text = _buffer(args[0]).text
        if text is None or any(isinstance(one, NotKnown) for one in args):
            return any_of(ref, "a text that is unknown")
        return model(m, [text, *args[1:]], ref)

    return known


def new_buffer(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new StringBuilder(…)``."""
    buffer = _buffer(args[0])
    if parameters(ref.descriptor)[:1] not in {(), ("I",)}:
        text = text_of(m, args[1])
        buffer.text = text if isinstance(text, str) else None
    return NULL


_BUILDER: Final[dict[str, Model]] = {
    **{name: _of_buffer(model) for name, model in CHAR_SEQUENCE.items()},
    "append": _append,
    "appendCodePoint": lambda m, a, r: _append(m, [a[0], chr(known_number(a[1]))], r),
    "insert": _insert,
    **dict.fromkeys(("delete", "deleteCharAt", "replace", "setLength", "setCharAt"), _cut),
    "reverse": _reverse,
}
BUILDERS: Final = (f"{LANG}StringBuilder;", f"{LANG}StringBuffer;")
VIRTUAL: Final = {key: model for cls in BUILDERS for key, model in on(cls, _BUILDER).items()}
