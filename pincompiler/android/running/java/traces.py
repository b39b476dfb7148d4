"""Stack traces, which Kotlin asks for where it refuses a null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.to_string import class_name
from pincompiler.android.running.java.tools import LANG, any_of, array, on
from pincompiler.android.running.values import NULL, Value, Wrapped

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_THREAD: Final = f"{LANG}Thread;"
_ELEMENT: Final = f"{LANG}StackTraceElement;"


def _trace(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    """The methods under way, the innermost first; of an exception none, as where they are not written down."""
    if not isinstance(args[0], Wrapped):
        return array(m, f"[{_ELEMENT}", [])
    under_way = [one.code.ref for one in reversed(m.frames)]
    elements = [Wrapped(_ELEMENT, (class_name(one.class_name), one.name)) for one in under_way]
    own = Wrapped(_ELEMENT, ("java.lang.Thread", "getStackTrace"))
    return array(m, f"[{_ELEMENT}", [own, *elements])


def _part(number: int) -> Model:
    def model(_m: Running, args: list[Value], ref: MethodRef) -> Value:
        return str(args[0].value[number]) if isinstance(args[0], Wrapped) else any_of(ref)

    return model


VIRTUAL: Final = {
    **on(_THREAD, {"getStackTrace": _trace}),
    **on(f"{LANG}Throwable;", {"getStackTrace": _trace, "setStackTrace": lambda _m, _a, _r: NULL}),
    **on(_ELEMENT, {"getClassName": _part(0), "getMethodName": _part(1)}),
}
STATIC: Final = {(_THREAD, "currentThread"): lambda _m, _a, _r: Wrapped(_THREAD, None)}
