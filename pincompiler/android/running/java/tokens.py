"""``StringTokenizer``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.iterators import NONE_LEFT
from pincompiler.android.running.java.tools import UTIL, any_of, on
from pincompiler.android.running.values import NULL, Value, Wrapped

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

TOKENIZER: Final = f"{UTIL}StringTokenizer;"
_USUAL: Final = " \t\n\r\f"


def new_tokenizer(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    """``new StringTokenizer(…)``; of one that gives its separators as well nothing is known."""
    made, text, *rest = args
    separators = rest[0] if rest else _USUAL
    if isinstance(made, Wrapped) and isinstance(text, str) and isinstance(separators, str) and len(rest) < 2:
        apart = re.split(f"[{re.escape(separators)}]", text) if separators else [text]
        made.value = [one for one in apart if one]
    return NULL


def _of_rest(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    rest = args[0].value if isinstance(args[0], Wrapped) else None
    if rest is None:
        return any_of(ref)
    return len(rest) if ref.name == "countTokens" else int(bool(rest))


def _next(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    if not isinstance(of, Wrapped) or of.value is None or len(args) > 1:
        if isinstance(of, Wrapped):
            of.value = None
        return any_of(ref)
    if not of.value:
        m.throw(NONE_LEFT)
    return str(of.value.pop(0))


_MODELS: Final[dict[str, Model]] = {
    **dict.fromkeys(("hasMoreTokens", "hasMoreElements", "countTokens"), _of_rest),
    **dict.fromkeys(("nextToken", "nextElement"), _next),
}
VIRTUAL: Final = on(TOKENIZER, _MODELS)
