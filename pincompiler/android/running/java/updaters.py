"""``AtomicReferenceFieldUpdater``, by which Kotlin's coroutines keep their result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import FieldRef
from pincompiler.android.running.java.tools import UTIL, any_of, on
from pincompiler.android.running.values import NULL, ClassObject, Instance, StoppedError, Value, Wrapped

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_UPDATER: Final = f"{UTIL}concurrent/atomic/AtomicReferenceFieldUpdater;"


def _made(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``newUpdater(Owner.class, Type.class, "field")``."""
    owner, kind, name = args
    if not isinstance(owner, ClassObject) or not isinstance(kind, ClassObject) or not isinstance(name, str):
        return any_of(ref)
    return Wrapped(_UPDATER, FieldRef(owner.name, name, kind.name))


def _field(args: list[Value]) -> tuple[Instance, FieldRef]:
    if not isinstance(args[0], Wrapped) or not isinstance(args[1], Instance) or args[1].is_open:
        raise StoppedError("a field that is unknown")
    return args[1], args[0].value


def _get(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    of, field = _field(args)
    return of.fields.get(field, NULL)


def _set(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of, field = _field(args)
    before = of.fields.get(field, NULL)
    m.put(of, field, args[2])
    return before if ref.name == "getAndSet" else NULL


def _compare_and_set(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    of, field = _field(args)
    if not m.truth(0, of.fields.get(field, NULL), args[2]):
        return 0
    m.put(of, field, args[3])
    return 1


_MODELS: Final[dict[str, Model]] = {
    "get": _get,
    **dict.fromkeys(("set", "lazySet", "getAndSet"), _set),
    **dict.fromkeys(("compareAndSet", "weakCompareAndSet"), _compare_and_set),
}
VIRTUAL: Final = on(_UPDATER, _MODELS)
STATIC: Final = {(_UPDATER, "newUpdater"): _made}
