"""``String``, ``StringBuilder`` and what else makes texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.tools import (
    LANG,
    any_of,
    array,
    byte_array,
    bytes_of,
    items,
    on,
    strict,
    text_of,
)
from pincompiler.android.running.texts import bounded, characters, hash_of, units
from pincompiler.android.running.values import (
    NULL,
    STRING,
    JavaArray,
    NotKnown,
    StoppedError,
    TextBuffer,
    Value,
    Wrapped,
)
from pincompiler.base.bounds import TEXT_LETTERS, shortened

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_OUTSIDE: Final = "Ljava/lang/StringIndexOutOfBoundsException;"
_SPACES: Final = "".join(map(chr, range(33)))
"""What ``trim`` takes away."""


def _text(m: Running, value: Value) -> str:
    """The text of a ``CharSequence``.  StoppedError if it is unknown."""
    if isinstance(value, int):
        m.throw("Ljava/lang/NullPointerException;")
    found = text_of(m, value)
    if not isinstance(found, str):
        raise StoppedError("a text that is unknown")
    return found


def _number(value: Value) -> int:
    if not isinstance(value, int):
        raise StoppedError("a number that is unknown")
    return value


def _char_at(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, at = _text(m, args[0]), _number(args[1])
    if not 0 <= at < len(text):
        m.throw(_OUTSIDE, f"index {at}, length {len(text)}")
    return ord(text[at])


def _substring(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text = _text(m, args[0])
    begin, end = _number(args[1]), _number(args[2]) if len(args) > 2 else len(text)
    if not 0 <= begin <= end <= len(text):
        m.throw(_OUTSIDE, f"begin {begin}, end {end}, length {len(text)}")
    return text[begin:end]


def _equals(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return int(isinstance(args[1], str) and args[0] == args[1])


def _equals_ignoring_case(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    one, other = args
    return int(isinstance(one, str) and isinstance(other, str) and _folded(one) == _folded(other))


def _folded(text: str) -> list[str]:
    """What ``equalsIgnoreCase`` compares: each unit in upper case and then in lower case."""
    return [_single(_single(one, one.upper()), _single(one, one.upper()).lower()) for one in text]


def _single(one: str, changed: str) -> str:
    return changed if len(changed) == 1 else one


def _compare_to(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    one, other = _text(m, args[0]), _text(m, args[1])
    for left, right in zip(one, other, strict=False):
        if left != right:
            return ord(left) - ord(right)
    return len(one) - len(other)


def _compare_ignoring_case(m: Running, args: list[Value], ref: MethodRef) -> Value:
    return _compare_to(m, ["".join(_folded(_text(m, one))) for one in args[-2:]], ref)


def _starts(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    at = _number(args[2]) if len(args) > 2 else 0
    text, start = _text(m, args[0]), _text(m, args[1])
    return int(0 <= at <= len(text) and text.startswith(start, at))


def _sought(m: Running, args: list[Value]) -> tuple[str, str]:
    wanted = args[1]
    return _text(m, args[0]), units(chr(wanted)) if isinstance(wanted, int) else _text(m, wanted)


def _index_of(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, wanted = _sought(m, args)
    at = max(0, _number(args[2])) if len(args) > 2 else 0
    return text.find(wanted, min(at, len(text)))


def _last_index_of(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, wanted = _sought(m, args)
    if len(args) > 2:
        return text.rfind(wanted, 0, max(0, _number(args[2]) + len(wanted))) if _number(args[2]) >= 0 else -1
    return text.rfind(wanted)


def _replace(m: Running, args: list[Value], ref: MethodRef) -> Value:
    old, new = args[1], args[2]
    if ref.descriptor.startswith("(CC)"):
        old, new = chr(_number(old)), chr(_number(new))
    text, old, new = _text(m, args[0]), _text(m, old), _text(m, new)
    if len(text) * (len(new) + 1) > TEXT_LETTERS.limit << 8:
        raise StoppedError("a text that is too long")
    return bounded(text.replace(old, new))


def _repeat(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, times = _text(m, args[0]), _number(args[1])
    if times < 0:
        m.throw("Ljava/lang/IllegalArgumentException;", f"count is negative: {times}")
    if len(text) * times > TEXT_LETTERS.limit:
        raise StoppedError("a text that is too long")
    return bounded(text * times)


def _lower(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return units(characters(_text(m, args[0])).lower())


def _upper(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return units(characters(_text(m, args[0])).upper())


def _to_chars(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return array(m, "[C", [ord(one) for one in _text(m, args[0])])


def charset_of(value: Value) -> str:
    """Python's name of a charset.  StoppedError if it is none that is modelled."""
    name = str(value.value if isinstance(value, Wrapped) else value).lower().replace("_", "-")
    found = _CHARSETS.get(name)
    if found is None:
        raise StoppedError(f"the charset {shortened(name)}")
    return found


_CHARSETS: Final = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("us-ascii", "ascii"), "ascii"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1"), "latin-1"),
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "utf-32be": "utf-32-be",
    "utf-32le": "utf-32-le",
}


def _to_bytes(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    charset = charset_of(args[1]) if len(args) > 1 else "utf-8"
    text = characters(_text(m, args[0]))
    mark = (
        b"\xfe\xff"
        if charset == "utf-16-be" and len(args) > 1 and "16be" not in str(args[1]).lower()
        else b""
    )
    return byte_array(m, mark + text.encode(charset, "replace"))


def _region(m: Running, args: list[Value], ref: MethodRef) -> Value:
    folded = ref.descriptor.startswith("(Z")
    ignoring = bool(folded and args[1])
    at, other, start, length = args[2:6] if folded else args[1:5]
    text, wanted = _text(m, args[0]), _text(m, other)
    at, start, length = _number(at), _number(start), _number(length)
    if at < 0 or start < 0 or at + length > len(text) or start + length > len(wanted):
        return 0
    one, two = text[at : at + length], wanted[start : start + length]
    return int(_folded(one) == _folded(two)) if ignoring else int(one == two)


def _code_point(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, at = _text(m, args[0]), _number(args[1])
    if not 0 <= at < len(text):
        m.throw(_OUTSIDE, f"index {at}, length {len(text)}")
    return ord(characters(text[at : at + 2])[0])


def _stripped(m: Running, args: list[Value], ref: MethodRef) -> Value:
    text = _text(m, args[0])
    if ref.name == "trim":
        return text.strip(_SPACES)
    return {"strip": text.strip, "stripLeading": text.lstrip, "stripTrailing": text.rstrip}[ref.name]()


def _value_of(m: Running, args: list[Value], ref: MethodRef) -> Value:
    kinds = parameters(ref.descriptor)
    if kinds[0] == "[C":
        return _from_chars(args[0], *map(_number, args[1:3]))
    return text_of(m, args[0], kinds[0])


def _from_chars(value: Value, start: int = 0, count: int | None = None) -> Value:
    if not isinstance(value, JavaArray) or any(not isinstance(one, int) for one in value.items):
        return NotKnown(STRING, "characters that are unknown")
    some = value.items[start:] if count is None else value.items[start : start + count]
    return "".join(chr(one & 0xFFFF) for one in some if isinstance(one, int))


def _join(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = items(m, args[1])
    texts = None if some is None else [text_of(m, one) for one in some]
    if texts is None or not all(isinstance(one, str) for one in texts):
        return any_of(ref)
    return bounded(_text(m, args[0]).join(one for one in texts if isinstance(one, str)))


_DIRECTIVE: Final = re.compile(r"%(?:(\d+)\$)?([-0,+ #]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")


def _format(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``%s``, ``%d``, ``%x``, ``%X``, ``%c``, ``%b``, ``%n`` and ``%%`` with width and zeros."""
    pattern, given = args[-2:]
    if not isinstance(pattern, str) or not isinstance(given, JavaArray):
        return any_of(ref)
    waiting = iter(given.items)
    out, at = [], 0
    for found in _DIRECTIVE.finditer(pattern):
        out.append(pattern[at : found.start()])
        at = found.end()
        if found[5] in "%n":
            out.append("%" if found[5] == "%" else "\n")
            continue
        value = given.items[int(found[1]) - 1] if found[1] else next(waiting, None)
        text = None if value is None else _formatted(m, found, value)
        if text is None:
            return any_of(ref)
        out.append(text)
    return bounded("".join([*out, pattern[at:]]))


def _formatted(m: Running, found: re.Match[str], value: Value) -> str | None:
    _, flags, width, precision, kind = found.groups()
    size = int(width or 0)
    if size > TEXT_LETTERS.limit or set(flags) - {"0", "-"}:
        return None
    if kind in "sS":
        text = text_of(m, value)
    elif kind == "b":
        text = "false" if isinstance(value, int) else text_of(m, value)
    else:
        held = getattr(value, "value", None)
        if not isinstance(held, int) or precision or kind not in "dxXc":
            return None
        text = chr(held) if kind == "c" else str(held) if kind == "d" else _hexadecimal(value, held)
    if not isinstance(text, str):
        return None
    text = text[: int(precision)] if precision else text
    text = text.upper() if kind in "SX" else text
    return text.ljust(size) if "-" in flags else text.zfill(size) if "0" in flags else text.rjust(size)


def _hexadecimal(value: Value, number: int) -> str:
    widths = {"Ljava/lang/Byte;": 8, "Ljava/lang/Short;": 16, "Ljava/lang/Long;": 64}
    bits = widths.get(getattr(value, "cls", ""), 32)
    return f"{number & ((1 << bits) - 1):x}"


# -- builders ----------------------------------------------------------------------------------------


def _buffer(value: Value) -> TextBuffer:
    if not isinstance(value, TextBuffer):
        raise StoppedError("a builder of texts that is none")
    return value


def _append(m: Running, args: list[Value], ref: MethodRef) -> Value:
    buffer, value = _buffer(args[0]), args[1]
    kind = parameters(ref.descriptor)[0]
    if len(args) > 3:
        text = _part(m, value, *map(_number, args[2:4]), kind=kind)
    else:
        text = _from_chars(value) if kind == "[C" else text_of(m, value, kind)
    if buffer.text is None or not isinstance(text, str):
        buffer.text = None
    else:
        buffer.text = bounded(buffer.text + text)
    return buffer


def _part(m: Running, value: Value, start: int, end: int, *, kind: str) -> Value:
    if kind == "[C":
        return _from_chars(value, start, end)
    text = text_of(m, value)
    return text[start:end] if isinstance(text, str) else text


def _insert(m: Running, args: list[Value], ref: MethodRef) -> Value:
    buffer, at = _buffer(args[0]), args[1]
    text = text_of(m, args[2], parameters(ref.descriptor)[1])
    if buffer.text is None or not isinstance(text, str) or not isinstance(at, int):
        buffer.text = None
        return buffer
    if not 0 <= at <= len(buffer.text):
        m.throw(_OUTSIDE, f"offset {at}, length {len(buffer.text)}")
    buffer.text = bounded(buffer.text[:at] + text + buffer.text[at:])
    return buffer


def _cut(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``delete``, ``deleteCharAt``, ``replace``, ``setLength`` and ``setCharAt``."""
    buffer = _buffer(args[0])
    text = buffer.text
    if text is None or any(isinstance(one, NotKnown) for one in args):
        buffer.text = None
        return any_of(ref) if ref.descriptor.endswith("V") else buffer
    first = _number(args[1])
    if not 0 <= first <= len(text) and ref.name != "setLength":
        m.throw(_OUTSIDE, f"index {first}, length {len(text)}")
    if ref.name == "delete":
        buffer.text = text[:first] + text[max(first, _number(args[2])) :]
    elif ref.name == "deleteCharAt":
        buffer.text = text[:first] + text[first + 1 :]
    elif ref.name == "replace":
        buffer.text = bounded(text[:first] + _text(m, args[3]) + text[_number(args[2]) :])
    elif ref.name == "setLength":
        if first > TEXT_LETTERS.limit:
            raise StoppedError("a text that is too long")
        buffer.text = text[:first] + "\0" * max(0, first - len(text))
    else:
        buffer.text = text[:first] + chr(_number(args[2])) + text[first + 1 :]
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


# -- constructors ------------------------------------------------------------------------------------


def new_text(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new String(…)``: the text itself."""
    kinds = parameters(ref.descriptor)
    if not kinds:
        return ""
    if any(isinstance(one, NotKnown) for one in args[1:]):
        return NotKnown(STRING, "a text that is unknown")
    if kinds[0] == "[C":
        return _from_chars(args[1], *map(_number, args[2:4]))
    if kinds[0] == "[B":
        data = bytes_of(args[1])
        if data is None:
            return NotKnown(STRING, "bytes that are unknown")
        if kinds[1:3] == ("I", "I"):
            start, count = _number(args[2]), _number(args[3])
            data = data[start : start + count]
        charset = charset_of(args[-1]) if kinds[-1][0] == "L" else "utf-8"
        return units(data.decode(charset, "replace"))
    return text_of(m, args[1])


def new_buffer(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new StringBuilder(…)``."""
    buffer = _buffer(args[0])
    if parameters(ref.descriptor)[:1] not in {(), ("I",)}:
        text = text_of(m, args[1])
        buffer.text = text if isinstance(text, str) else None
    return NULL


_SHARED: Final[dict[str, Model]] = {
    "length": lambda m, a, _r: len(_text(m, a[0])),
    "isEmpty": lambda m, a, _r: int(not _text(m, a[0])),
    "charAt": _char_at,
    "substring": _substring,
    "subSequence": _substring,
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "codePointAt": _code_point,
    "toString": lambda m, a, _r: _text(m, a[0]),
}
_TEXT: Final[dict[str, Model]] = {
    **_SHARED,
    "equals": _equals,
    "equalsIgnoreCase": _equals_ignoring_case,
    "hashCode": lambda m, a, _r: hash_of(_text(m, a[0])),
    "compareTo": _compare_to,
    "compareToIgnoreCase": _compare_ignoring_case,
    "startsWith": _starts,
    "endsWith": lambda m, a, _r: int(_text(m, a[0]).endswith(_text(m, a[1]))),
    "contains": lambda m, a, _r: int(_text(m, a[1]) in _text(m, a[0])),
    "contentEquals": lambda m, a, _r: int(_text(m, a[1]) == _text(m, a[0])),
    "concat": lambda m, a, _r: bounded(_text(m, a[0]) + _text(m, a[1])),
    "replace": _replace,
    "repeat": _repeat,
    "toLowerCase": _lower,
    "toUpperCase": _upper,
    **dict.fromkeys(("trim", "strip", "stripLeading", "stripTrailing"), _stripped),
    "isBlank": lambda m, a, _r: int(not _text(m, a[0]).strip()),
    "toCharArray": _to_chars,
    "getBytes": _to_bytes,
    "intern": lambda m, a, _r: _text(m, a[0]),
    "regionMatches": _region,
}
_BUILDER: Final[dict[str, Model]] = {
    **{name: _of_buffer(model) for name, model in _SHARED.items()},
    "append": _append,
    "appendCodePoint": lambda m, a, r: _append(m, [a[0], chr(_number(a[1]))], r),
    "insert": _insert,
    **dict.fromkeys(("delete", "deleteCharAt", "replace", "setLength", "setCharAt"), _cut),
    "reverse": _reverse,
}
BUILDERS: Final = (f"{LANG}StringBuilder;", f"{LANG}StringBuffer;")
VIRTUAL: Final = {
    **strict(on(STRING, _TEXT)),
    **on(BUILDERS[0], _BUILDER),
    **on(BUILDERS[1], _BUILDER),
}
STATIC: Final = {
    **strict(
        on(
            STRING,
            {
                "valueOf": _value_of,
                "copyValueOf": _value_of,
                "join": _join,
                "format": _format,
            },
        )
    ),
}
