"""What the calls of strings and their builders do to constants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.state import Box, as_text, concatenated
from pincompiler.android.constants.values import (
    LONG,
    Items,
    Joined,
    Number,
    Text,
    Unknown,
    Value,
    possible,
    union,
)
from pincompiler.base.bounds import ITEMS, TEXT_LETTERS
from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.constants.call import Call

STRING: Final = "Ljava/lang/String;"
TEXT_BUILDERS: Final = ("Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;")
_FORMAT: Final = lazy_regex(r"%(?:(\d+)\$)?([sd%n])")
_PLAIN_FORMAT: Final = lazy_regex(r"(?:[^%]|%(?:\d+\$)?[sd]|%[%n])*")
_LITERAL: Final = lazy_regex(r"[^\\\[\](){}.*+?^$|]+|\\[^A-Za-z0-9]")
"""A regular expression that matches itself: what String.split is given as a rule."""


def _append(call: Call) -> Value:
    part = as_text(call.state.publish(call.arguments[1]), call.kinds[1])
    if len(call.arguments) > 2:  # a range of characters
        part = Unknown("a part of a text")
    call.state.change(call.arguments[0], lambda box: Box("text", (concatenated((*box.items, part)),)))
    return call.arguments[0]


def _init_text(call: Call) -> None:
    """Begin with the first argument; that of ``StringBuilder(int)`` is a capacity."""
    box = Box("text", ())
    if len(call.arguments) > 1 and call.kinds[1] != "I":
        first = call.arguments[1]
        box = Box(
            "text", (_from_array(call) if call.kinds[1] in {"[B", "[C"} else call.state.publish(first),)
        )
    call.state.change(call.arguments[0], lambda _: box)


def _from_array(call: Call) -> Value:
    """``new String(char[])`` and ``new String(byte[])``, which takes UTF-8 for granted."""
    box = call.state.box(call.arguments[1])
    if box is None:
        return Joined((call.state.publish(call.arguments[1]),))
    numbers = [item.value for item in box.items if isinstance(item, Number)]
    if not box.exact or len(numbers) < len(box.items) or "I" in call.kinds:
        return Unknown("a text made of bytes or characters that are not all constant")
    if call.kinds[1] == "[C":
        return Text("".join(chr(number & 0xFFFF) for number in numbers))
    return Text(bytes(number & 255 for number in numbers).decode("utf-8", "replace"))


def _spoil(call: Call) -> Value:
    """A change to a builder that is not followed."""
    unknown = Unknown(f"a text changed by {call.ref.name}")
    call.state.change(call.arguments[0], lambda _: Box("text", (unknown,)))
    return call.arguments[0]


def _set_length(call: Call) -> Value:
    if call.arguments[1] != Number(0):
        return _spoil(call)
    call.state.change(call.arguments[0], lambda _: Box("text", ()))
    return call.arguments[0]


def _concat(call: Call) -> Value:
    pieces = zip(call.arguments, call.kinds, strict=False)
    return concatenated([as_text(call.state.publish(value), kind) for value, kind in pieces])


def _value_of(call: Call) -> Value | None:
    if call.kinds[0] in {"[C", "[B"}:
        return None
    return as_text(call.state.publish(call.arguments[0]), call.kinds[0])


def _mapped(change: Callable[[str], str]) -> Callable[[Call], Value | None]:
    """Model a method without other relevant arguments that makes one text of another."""

    def model(call: Call) -> Value | None:
        options = possible(call.state.publish(call.arguments[0]))
        if not all(isinstance(one, Text) for one in options):
            return None
        return union(Text(change(one.value)) for one in options if isinstance(one, Text))

    return model


def _strings(call: Call) -> list[str] | None:
    """All arguments, if each is one constant string."""
    values = [call.state.publish(argument) for argument in call.arguments]
    found = [value.value for value in values if isinstance(value, Text)]
    return found if len(found) == len(values) else None


def _replace(call: Call) -> Value | None:
    strings = _strings(call)
    if not strings or not strings[1]:
        return None
    longest = len(strings[0]) + strings[0].count(strings[1]) * len(strings[2])
    return Text(strings[0].replace(strings[1], strings[2])) if longest <= TEXT_LETTERS.limit else LONG


def _substring(call: Call) -> Value | None:
    text, *bounds = (call.state.publish(argument) for argument in call.arguments)
    numbers = [bound.value for bound in bounds if isinstance(bound, Number)]
    if not isinstance(text, Text) or len(numbers) < len(bounds) or min(numbers) < 0:
        return None
    return Text(text.value[slice(numbers[0], numbers[1] if len(numbers) > 1 else None)])


def _split(call: Call) -> Value | None:
    text, separator = (call.state.publish(argument) for argument in call.arguments[:2])
    if (
        not isinstance(text, Text)
        or not isinstance(separator, Text)
        or not _LITERAL.fullmatch(separator.value)
    ):
        return None
    pieces = text.value.split(separator.value.removeprefix("\\"))
    while pieces and not pieces[-1]:
        pieces.pop()
    return Items("array", tuple(map(Text, pieces))) if len(pieces) <= ITEMS.limit else None


def _format(call: Call) -> Value | None:
    """``String.format`` with plain ``%s`` and ``%d``."""
    arguments = call.arguments[1:] if call.kinds[0] == "Ljava/util/Locale;" else call.arguments
    template = call.state.publish(arguments[0])
    box = call.state.box(arguments[1]) if len(arguments) > 1 else None
    if not isinstance(template, Text) or box is None or not _PLAIN_FORMAT.fullmatch(template.value):
        return None
    parts: list[Value] = []
    at = following = 0
    for match in _FORMAT.finditer(template.value):
        parts.append(Text(template.value[at : match.start()]))
        at = match.end()
        if match[2] in "%n":
            parts.append(Text("%" if match[2] == "%" else "\n"))
            continue
        number = int(match[1]) - 1 if match[1] else following
        following += not match[1]
        if not box.exact or not 0 <= number < len(box.items):
            return None
        parts.append(as_text(call.state.publish(box.items[number]), "I" if match[2] == "d" else ""))
    return concatenated([*parts, Text(template.value[at:])])


def _join(call: Call) -> Value | None:
    separator = call.state.publish(call.arguments[0])
    box = call.state.box(call.arguments[1])
    if box is None or not box.exact or not isinstance(separator, Text):
        return None
    parts: list[Value] = []
    for number, item in enumerate(box.items):
        parts += [separator, call.state.publish(item)] if number else [call.state.publish(item)]
    return concatenated(parts)


def _joined(call: Call) -> Value | None:
    """Kotlin's ``joinToString``, of which all but the separator are the defaults."""
    mask, given = call.arguments[-2], call.arguments[1]
    box = call.state.box(call.arguments[0])
    separator = (
        {Number(0x3E): given, Number(0x3F): Text(", ")}.get(mask) if isinstance(mask, Number) else None
    )
    if box is None or not box.exact or not isinstance(separator, Text):
        return None
    parts: list[Value] = []
    for item in map(call.state.publish, box.items):
        parts += [separator, item] if parts else [item]
    return concatenated(parts)


def _cut(change: Callable[[str, str], str]) -> Callable[[Call], Value | None]:
    """Model a method that takes a part of a text by means of another text."""

    def model(call: Call) -> Value | None:
        text, other = (call.state.publish(argument) for argument in call.arguments[:2])
        if not isinstance(text, Text) or not isinstance(other, Text) or not other.value:
            return None
        if call.ref.name.endswith("$default") and call.arguments[-2] != Number(2):
            return None
        return Text(change(text.value, other.value))

    return model


def _found(search: Callable[[str, str], int]) -> Callable[[Call], Value | None]:
    def model(call: Call) -> Value | None:
        strings = _strings(call) if len(call.arguments) == 2 else None
        return Number(search(*strings)) if strings else None

    return model


def _length(call: Call) -> Value | None:
    text = call.state.publish(call.arguments[0])
    return (
        Number(len(text.value.encode("utf-16-le", "surrogatepass")) // 2) if isinstance(text, Text) else None
    )


def _lines(call: Call) -> Value | None:
    text = call.state.publish(call.arguments[0])
    lines = re.split("\r\n|\n|\r", text.value) if isinstance(text, Text) else ()
    return Items("list", tuple(map(Text, lines))) if 0 < len(lines) <= ITEMS.limit else None


def _split_by(call: Call) -> Value | None:
    """Kotlin's ``split``, by one text."""
    text, box = call.state.publish(call.arguments[0]), call.state.box(call.arguments[1])
    if not isinstance(text, Text) or box is None or not box.exact or len(box.items) != 1:
        return None
    (separator,) = map(call.state.publish, box.items)
    if isinstance(separator, Number) and call.kinds[1] == "[C":
        separator = Text(chr(separator.value & 0xFFFF))
    if not isinstance(separator, Text) or not separator.value or call.arguments[-2] != Number(6):
        return None
    pieces = text.value.split(separator.value)
    return Items("list", tuple(map(Text, pieces))) if len(pieces) <= ITEMS.limit else None


def _plain(call: Call) -> Value | None:
    """``toString()`` of what is declared as something else, and is a text."""
    text = call.state.publish(call.arguments[0])
    return text if all(isinstance(one, Text) for one in possible(text)) else None


_KOTLIN_TEXT: Final = "Lkotlin/text/StringsKt;"
TEXT_MODELS: Final[dict[tuple[str, str], Callable[[Call], Value | None]]] = {
    **{(builder, "append"): _append for builder in TEXT_BUILDERS},
    **{(builder, "<init>"): _init_text for builder in (*TEXT_BUILDERS, STRING)},
    **{
        (builder, "toString"): lambda call: call.state.publish(call.arguments[0]) for builder in TEXT_BUILDERS
    },
    **{
        (builder, name): _spoil
        for builder in TEXT_BUILDERS
        for name in ("insert", "reverse", "replace", "delete")
    },
    **{(builder, name): _spoil for builder in TEXT_BUILDERS for name in ("deleteCharAt", "setCharAt")},
    **{(builder, "setLength"): _set_length for builder in TEXT_BUILDERS},
    (STRING, "concat"): _concat,
    (STRING, "valueOf"): _value_of,
    (STRING, "trim"): _mapped(str.strip),
    (STRING, "toLowerCase"): _mapped(str.lower),
    (STRING, "toUpperCase"): _mapped(str.upper),
    (STRING, "replace"): _replace,
    (STRING, "substring"): _substring,
    (STRING, "split"): _split,
    (STRING, "format"): _format,
    (STRING, "join"): _join,
    ("Landroid/text/TextUtils;", "join"): _join,
    ("Lkotlin/jvm/internal/Intrinsics;", "stringPlus"): _concat,
    (STRING, "length"): _length,
    (STRING, "indexOf"): _found(str.find),
    (STRING, "lastIndexOf"): _found(str.rfind),
    ("Ljava/lang/Object;", "toString"): _plain,
    ("Ljava/lang/CharSequence;", "toString"): _plain,
    ("Lkotlin/collections/CollectionsKt;", "joinToString$default"): _joined,
    ("Lkotlin/collections/ArraysKt;", "joinToString$default"): _joined,
    (_KOTLIN_TEXT, "removePrefix"): _cut(str.removeprefix),
    (_KOTLIN_TEXT, "removeSuffix"): _cut(str.removesuffix),
    (_KOTLIN_TEXT, "substringAfter$default"): _cut(lambda text, by: text.partition(by)[2] or text),
    (_KOTLIN_TEXT, "substringBefore$default"): _cut(lambda text, by: text.partition(by)[0]),
    (_KOTLIN_TEXT, "trim"): _mapped(str.strip),
    (_KOTLIN_TEXT, "lines"): _lines,
    (_KOTLIN_TEXT, "split$default"): _split_by,
}
