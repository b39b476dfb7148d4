"""``String``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.contents import items
from pincompiler.android.running.java.formatting import formatted
from pincompiler.android.running.java.nulls import NO_OBJECT
from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import any_of, array, byte_array, bytes_of, on, strict
from pincompiler.android.running.texts import bounded, characters, hash_of, units
from pincompiler.android.running.values import STRING, JavaArray, NotKnown, StoppedError, Value, Wrapped
from pincompiler.base.bounds import TEXT_LETTERS, shortened

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

OUTSIDE: Final = "Ljava/lang/StringIndexOutOfBoundsException;"
_SPACES: Final = "".join(map(chr, range(33)))
"""What ``trim`` takes away."""


def known_text(m: Running, value: Value) -> str:
    """The text of a ``CharSequence``.  StoppedError if it is unknown."""
    if isinstance(value, int):
        m.throw(NO_OBJECT)
    found = text_of(m, value)
    if not isinstance(found, str):
        raise StoppedError("a text that is unknown")
    return found


def known_number(value: Value) -> int:
    """An argument that is a number.  StoppedError if it is unknown."""
    if not isinstance(value, int):
        raise StoppedError("a number that is unknown")
    return value


def _char_at(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, at = known_text(m, args[0]), known_number(args[1])
    if not 0 <= at < len(text):
        m.throw(OUTSIDE, f"index {at}, length {len(text)}")
    return ord(text[at])


def _substring(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text = known_text(m, args[0])
    begin, end = known_number(args[1]), known_number(args[2]) if len(args) > 2 else len(text)
    if not 0 <= begin <= end <= len(text):
        m.throw(OUTSIDE, f"begin {begin}, end {end}, length {len(text)}")
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
    one, other = known_text(m, args[0]), known_text(m, args[1])
    for left, right in zip(one, other, strict=False):
        if left != right:
            return ord(left) - ord(right)
    return len(one) - len(other)


def _compare_ignoring_case(m: Running, args: list[Value], ref: MethodRef) -> Value:
    return _compare_to(m, ["".join(_folded(known_text(m, one))) for one in args[-2:]], ref)


def _starts(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    at = known_number(args[2]) if len(args) > 2 else 0
    text, start = known_text(m, args[0]), known_text(m, args[1])
    return int(0 <= at <= len(text) and text.startswith(start, at))


def _sought(m: Running, args: list[Value]) -> tuple[str, str]:
    wanted = args[1]
    return known_text(m, args[0]), units(chr(wanted)) if isinstance(wanted, int) else known_text(m, wanted)


def _index_of(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, wanted = _sought(m, args)
    at = max(0, known_number(args[2])) if len(args) > 2 else 0
    return text.find(wanted, min(at, len(text)))


def _last_index_of(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, wanted = _sought(m, args)
    if len(args) > 2:
        return (
            text.rfind(wanted, 0, max(0, known_number(args[2]) + len(wanted)))
            if known_number(args[2]) >= 0
            else -1
        )
    return text.rfind(wanted)


def _replace(m: Running, args: list[Value], ref: MethodRef) -> Value:
    old, new = args[1], args[2]
    if ref.descriptor.startswith("(CC)"):
        old, new = chr(known_number(old)), chr(known_number(new))
    text, old, new = known_text(m, args[0]), known_text(m, old), known_text(m, new)
    if len(text) * (len(new) + 1) > TEXT_LETTERS.limit << 8:
        raise StoppedError("a text that is too long")
    return bounded(text.replace(old, new))


def _repeat(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, times = known_text(m, args[0]), known_number(args[1])
    if times < 0:
        m.throw("Ljava/lang/IllegalArgumentException;", f"count is negative: {times}")
    if len(text) * times > TEXT_LETTERS.limit:
        raise StoppedError("a text that is too long")
    return bounded(text * times)


def _lower(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return units(characters(known_text(m, args[0])).lower())


def _upper(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return units(characters(known_text(m, args[0])).upper())


def _to_chars(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return array(m, "[C", [ord(one) for one in known_text(m, args[0])])


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
    text = characters(known_text(m, args[0]))
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
    text, wanted = known_text(m, args[0]), known_text(m, other)
    at, start, length = known_number(at), known_number(start), known_number(length)
    if at < 0 or start < 0 or at + length > len(text) or start + length > len(wanted):
        return 0
    one, two = text[at : at + length], wanted[start : start + length]
    return int(_folded(one) == _folded(two)) if ignoring else int(one == two)


def _code_point(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    text, at = known_text(m, args[0]), known_number(args[1])
    if not 0 <= at < len(text):
        m.throw(OUTSIDE, f"index {at}, length {len(text)}")
    return ord(characters(text[at : at + 2])[0])


def _stripped(m: Running, args: list[Value], ref: MethodRef) -> Value:
    text = known_text(m, args[0])
    if ref.name == "trim":
        return text.strip(_SPACES)
    return {"strip": text.strip, "stripLeading": text.lstrip, "stripTrailing": text.rstrip}[ref.name]()


def _value_of(m: Running, args: list[Value], ref: MethodRef) -> Value:
    kinds = parameters(ref.descriptor)
    if kinds[0] == "[C":
        return text_of_chars(args[0], *map(known_number, args[1:3]))
    return text_of(m, args[0], kinds[0])


def text_of_chars(value: Value, start: int = 0, count: int | None = None) -> Value:
    """The text of a ``char[]``, or of some of it."""
    if not isinstance(value, JavaArray) or any(not isinstance(one, int) for one in value.items):
        return NotKnown(STRING, "characters that are unknown")
    some = value.items[start:] if count is None else value.items[start : start + count]
    return "".join(chr(one & 0xFFFF) for one in some if isinstance(one, int))


def _join(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = items(m, args[1])
    texts = None if some is None else [text_of(m, one) for one in some]
    if texts is None or not all(isinstance(one, str) for one in texts):
        return any_of(ref)
    return bounded(known_text(m, args[0]).join(one for one in texts if isinstance(one, str)))


def new_text(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new String(…)``: the text itself."""
    kinds = parameters(ref.descriptor)
    if not kinds:
        return ""
    if any(isinstance(one, NotKnown) for one in args[1:]):
        return NotKnown(STRING, "a text that is unknown")
    if kinds[0] == "[C":
        return text_of_chars(args[1], *map(known_number, args[2:4]))
    if kinds[0] == "[B":
        data = bytes_of(args[1])
        if data is None:
            return NotKnown(STRING, "bytes that are unknown")
        if kinds[1:3] == ("I", "I"):
            start, count = known_number(args[2]), known_number(args[3])
            data = data[start : start + count]
        charset = charset_of(args[-1]) if kinds[-1][0] == "L" else "utf-8"
        return units(data.decode(charset, "replace"))
    return text_of(m, args[1])


CHAR_SEQUENCE: Final[dict[str, Model]] = {
    "length": lambda m, a, _r: len(known_text(m, a[0])),
    "isEmpty": lambda m, a, _r: int(not known_text(m, a[0])),
    "charAt": _char_at,
    "substring": _substring,
    "subSequence": _substring,
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "codePointAt": _code_point,
    "toString": lambda m, a, _r: known_text(m, a[0]),
}
_TEXT: Final[dict[str, Model]] = {
    **CHAR_SEQUENCE,
    "equals": _equals,
    "equalsIgnoreCase": _equals_ignoring_case,
    "hashCode": lambda m, a, _r: hash_of(known_text(m, a[0])),
    "compareTo": _compare_to,
    "compareToIgnoreCase": _compare_ignoring_case,
    "startsWith": _starts,
    "endsWith": lambda m, a, _r: int(known_text(m, a[0]).endswith(known_text(m, a[1]))),
    "contains": lambda m, a, _r: int(known_text(m, a[1]) in known_text(m, a[0])),
    "contentEquals": lambda m, a, _r: int(known_text(m, a[1]) == known_text(m, a[0])),
    "concat": lambda m, a, _r: bounded(known_text(m, a[0]) + known_text(m, a[1])),
    "replace": _replace,
    "repeat": _repeat,
    "toLowerCase": _lower,
    "toUpperCase": _upper,
    **dict.fromkeys(("trim", "strip", "stripLeading", "stripTrailing"), _stripped),
    "isBlank": lambda m, a, _r: int(not known_text(m, a[0]).strip()),
    "toCharArray": _to_chars,
    "getBytes": _to_bytes,
    "intern": lambda m, a, _r: known_text(m, a[0]),
    "regionMatches": _region,
}
_STATIC: Final[dict[str, Model]] = {
    **dict.fromkeys(("valueOf", "copyValueOf"), _value_of),
    "join": _join,
    "format": formatted,
}
VIRTUAL: Final = strict(on(STRING, _TEXT))
STATIC: Final = strict(on(STRING, _STATIC))
