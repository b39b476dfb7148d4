"""What ``Character`` has besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.boxes import DIGITS, integers
from pincompiler.android.running.java.tools import LANG, on, strict

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model
    from pincompiler.android.running.values import Value


def _is_character(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    (value,) = integers(args)
    one = chr(value & 0x1FFFFF) if value & 0x1FFFFF <= 0x10FFFF else "\0"
    return int(
        {
            "isDigit": one.isdecimal(),
            "isLetter": one.isalpha(),
            "isLetterOrDigit": one.isalpha() or one.isdecimal(),
            "isUpperCase": one.isupper(),
            "isLowerCase": one.islower(),
            "isWhitespace": one.isspace() and one not in "\u00a0\u2007\u202f\x85",
            "isSpaceChar": one in " \u00a0\u2007\u202f\u3000" or (one.isspace() and ord(one) > 0x1680),
            "isSurrogate": "\ud800" <= one <= "\udfff",
            "isHighSurrogate": "\ud800" <= one <= "\udbff",
            "isLowSurrogate": "\udc00" <= one <= "\udfff",
        }[ref.name]
    )


def _changed_case(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    (value,) = integers(args)
    one = chr(value & 0xFFFF)
    changed = one.upper() if ref.name == "toUpperCase" else one.lower()
    return ord(changed) if len(changed) == 1 else value


def _digit(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``Character.digit``, ``getNumericValue`` and ``forDigit``."""
    value, base = integers([*args, 36])[:2]
    if ref.name == "forDigit":
        return ord(DIGITS[value]) if 0 <= value < base <= 36 else 0
    found = DIGITS.find(chr(value & 0xFFFF).lower())
    return found if found < base else -1


_CHARACTER: Final[dict[str, Model]] = {
    **dict.fromkeys(
        (
            *("isDigit", "isLetter", "isLetterOrDigit", "isUpperCase", "isLowerCase", "isWhitespace"),
            *("isSpaceChar", "isSurrogate", "isHighSurrogate", "isLowSurrogate"),
        ),
        _is_character,
    ),
    **dict.fromkeys(("toUpperCase", "toLowerCase"), _changed_case),
    **dict.fromkeys(("digit", "getNumericValue", "forDigit"), _digit),
    "charCount": lambda _m, a, _r: 1 + (integers(a)[0] > 0xFFFF),
}
STATIC: Final = strict(on(f"{LANG}Character;", _CHARACTER))
