"""What the calls that make bytes of texts do to constants: base64, hexadecimal, encodings."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.values import Items, Number, Text, Value, possible, union
from pincompiler.base.bounds import ITEMS
from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.constants.call import Call

_KOTLIN_HEX: Final = "Lkotlin/text/HexExtensionsKt"
_KOTLIN_TEXT: Final = "Lkotlin/text/StringsKt"
_ENCODED: Final = lazy_regex(r"[A-Za-z0-9+/\-_]*")


def array_of(data: bytes) -> Items:
    """The value of a ``byte[]``: signed numbers, as Java has them."""
    return Items("array", tuple(Number(byte - 256 if byte > 127 else byte) for byte in data))


def bytes_of(value: Value) -> bytes | None:
    """What a ``byte[]`` holds, if that is one sequence of constants."""
    if not isinstance(value, Items) or value.kind != "array" or not value.exact:
        return None
    numbers = [item.value for item in value.items if isinstance(item, Number)]
    if len(numbers) < len(value.items):
        return None
    return bytes(number & 255 for number in numbers)


def _made_of(
    text: Callable[[Call], Value], decode: Callable[[str], bytes | None]
) -> Callable[[Call], Value | None]:
    """Model a call that makes bytes of one text."""

    def model(call: Call) -> Value | None:
        found = [decode(one.value) for one in possible(text(call)) if isinstance(one, Text)]
        arrays = [array_of(data) for data in found if data is not None and len(data) <= ITEMS.limit]
        return union(arrays) if arrays and len(arrays) == len(possible(text(call))) else None

    return model


def _text_at(place: int) -> Callable[[Call], Value]:
    """The argument at a place, which a few decoders also take as the bytes of a text."""

    def text(call: Call) -> Value:
        value = call.state.publish(call.arguments[place])
        data = bytes_of(value)
        return value if data is None else Text(data.decode("latin-1"))

    return text


def _base64(text: str) -> bytes | None:
    """Either alphabet, padding or not, white space anywhere: some decoder takes it, and no two differ."""
    body = re.sub(r"[\s=]", "", text)
    if not _ENCODED.fullmatch(body):
        return None
    try:
        return b64decode(body + "=" * (-len(body) % 4), altchars=b"-_" if re.search("[-_]", body) else None)
    except (Base64Error, ValueError):
        return None


def _hexadecimal(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


_BASE64_FIRST: Final = _made_of(_text_at(0), _base64)
_BASE64_SECOND: Final = _made_of(_text_at(1), _base64)
_HEXADECIMAL: Final = _made_of(_text_at(0), _hexadecimal)
_UTF_8: Final = _made_of(_text_at(0), str.encode)


def _encoded(call: Call) -> Value | None:
    """Base64 of bytes: Android's by its flags, that of ``getEncoder()`` as it is."""
    android = call.ref.class_name == "Landroid/util/Base64;"
    data = bytes_of(call.state.publish(call.arguments[0 if android else 1]))
    flags = call.arguments[1] if android else Number(_NO_WRAP)
    if data is None or not isinstance(flags, Number) or len(call.arguments) > 2:
        return None
    text = b64encode(data, altchars=b"-_" if flags.value & _URL_SAFE else None).decode()
    if flags.value & _NO_PADDING:
        text = text.rstrip("=")
    return Text(text) if flags.value & _NO_WRAP else Text(f"{text}\n") if len(text) <= _LINE else None


_NO_PADDING, _NO_WRAP, _URL_SAFE, _LINE = 1, 2, 8, 76
BYTE_MODELS: Final[dict[tuple[str, str], Callable[[Call], Value | None]]] = {
    ("Landroid/util/Base64;", "decode"): _BASE64_FIRST,
    ("Landroid/util/Base64;", "encodeToString"): _encoded,
    ("Ljava/util/Base64$Encoder;", "encodeToString"): _encoded,
    ("Ljava/util/Base64$Decoder;", "decode"): _BASE64_SECOND,
    ("Lkotlin/io/encoding/Base64;", "decode"): _BASE64_SECOND,
    ("Lkotlin/io/encoding/Base64;", "decode$default"): _BASE64_SECOND,
    **dict.fromkeys(
        ((f"{_KOTLIN_HEX};", "hexToByteArray"), (f"{_KOTLIN_HEX};", "hexToByteArray$default")), _HEXADECIMAL
    ),
    ("Ljava/lang/String;", "getBytes"): _UTF_8,
    (f"{_KOTLIN_TEXT};", "encodeToByteArray"): _UTF_8,
}
"""Calls for texts that are not constant give no answer, and neither do texts that no decoder takes."""
