"""``String.format``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import any_of
from pincompiler.android.running.texts import bounded
from pincompiler.android.running.values import Boxed, JavaArray, Value
from pincompiler.base.bounds import TEXT_LETTERS

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running

_DIRECTIVE: Final = re.compile(r"%(?:(\d+)\$)?([-0,+ #]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")


def formatted(m: Running, args: list[Value], ref: MethodRef) -> Value:
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
        text = None if value is None else _directive(m, found, value)
        if text is None:
            return any_of(ref)
        out.append(text)
    return bounded("".join([*out, pattern[at:]]))


def _directive(m: Running, found: re.Match[str], value: Value) -> str | None:
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
    if not isinstance(value, Boxed):
        return f"{number:x}"
    widths = {"Ljava/lang/Byte;": 8, "Ljava/lang/Short;": 16, "Ljava/lang/Long;": 64}
    bits = widths.get(value.cls, 32)
    return f"{number & ((1 << bits) - 1):x}"
