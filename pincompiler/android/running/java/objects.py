"""``Object``, ``Class``, ``Enum``, exceptions, and the holders of one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.contents import equal
from pincompiler.android.running.java.to_string import TO_STRING, class_name, text_of
from pincompiler.android.running.java.tools import BOXES, LANG, UTIL, any_of, on, returned
from pincompiler.android.running.numbers import int32, int64
from pincompiler.android.running.values import (
    CLASS,
    NULL,
    OBJECT,
    STRING,
    ClassObject,
    Instance,
    JavaArray,
    NotKnown,
    StoppedError,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_ATOMIC: Final = f"{UTIL}concurrent/atomic/Atomic"
_APPLY: Final = "(Ljava/lang/Object;)Ljava/lang/Object;"
_RUNNABLE: Final = f"{LANG}Runnable;"
THROWABLE: Final = f"{LANG}Throwable;"


# -- Object ------------------------------------------------------------------------------------------


def _class_of(m: Running, args: list[Value], ref: MethodRef) -> Value:
    return any_of(ref) if isinstance(args[0], NotKnown) else m.class_object(m.class_of(args[0]))


def _equals(m: Running, args: list[Value], ref: MethodRef) -> Value:
    one, other = args
    if isinstance(one, NotKnown) or isinstance(other, NotKnown):
        return int(one is other) or any_of(ref)
    return int(one is other) if isinstance(one, Instance) else equal(m, one, other)


def _clone(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    if isinstance(of, JavaArray):
        m.charge(len(of.items))
        return JavaArray(of.cls, list(of.items))
    if not isinstance(of, Instance):
        return any_of(ref)
    made = Instance(of.cls, is_open=of.is_open)
    made.fields.update(of.fields)
    made.extra.update(of.extra)
    return made


# -- Class -------------------------------------------------------------------------------------------


def _name(value: Value) -> str:
    if not isinstance(value, ClassObject):
        raise StoppedError("a class that is unknown")
    return value.name


def _named(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    name = class_name(_name(args[0]))
    if ref.name == "getSimpleName":
        return name.rsplit(".", 1)[-1].rsplit("$", 1)[-1]
    return name.replace("$", ".") if ref.name == "getCanonicalName" else name


def _for_name(m: Running, args: list[Value], ref: MethodRef) -> Value:
    name = args[0]
    if not isinstance(name, str):
        return any_of(ref)
    descriptor = name.replace(".", "/") if name.startswith("[") else f"L{name.replace('.', '/')};"
    if m.is_defined(descriptor):
        return m.class_object(descriptor)
    if name.startswith(("java.", "javax.", "android.", "dalvik.", "sun.", "com.android.", "org.conscrypt.")):
        return any_of(ref)
    return m.throw(f"{LANG}ClassNotFoundException;", name)


def _is_a(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if isinstance(args[0], NotKnown) or isinstance(args[1], NotKnown):
        return any_of(ref)
    return int(not isinstance(args[1], int) and m.is_instance(args[1], _name(args[0])))


def _constants(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if isinstance(args[0], NotKnown):
        return any_of(ref)
    name = _name(args[0])
    fields = m.instances_of(name)
    return JavaArray(f"[{name}", [m.get_static(one) for one in fields]) if fields else NULL


# -- Enum --------------------------------------------------------------------------------------------


def _new_constant(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    made = args[0]
    if isinstance(made, Instance) and parameters(ref.descriptor) == (STRING, "I"):
        made.extra["name"], made.extra["ordinal"] = args[1:3]
    return NULL


def _of_constant(key: str) -> Model:
    def model(_m: Running, args: list[Value], ref: MethodRef) -> Value:
        found: Value | None = args[0].extra.get(key) if isinstance(args[0], Instance) else None
        return any_of(ref) if found is None else found

    return model


def _compared(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    places = [one.extra.get("ordinal") if isinstance(one, Instance) else None for one in args]
    if not all(isinstance(one, int) for one in places):
        return any_of(ref)
    return int(places[0] or 0) - int(places[1] or 0)


def _constant_named(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if not isinstance(args[0], ClassObject) or not isinstance(args[1], str):
        return any_of(ref)
    for field in m.instances_of(args[0].name):
        one = m.get_static(field)
        if isinstance(one, Instance) and one.extra.get("name") == args[1]:
            return one
    return m.throw(
        f"{LANG}IllegalArgumentException;", f"No enum constant {class_name(args[0].name)}.{args[1]}"
    )


# -- exceptions --------------------------------------------------------------------------------------


def new_exception(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new Exception(…)``: message and cause."""
    made = args[0]
    if not isinstance(made, Instance):
        return NULL
    made.is_open = False
    for kind, value in zip(parameters(ref.descriptor), args[1:], strict=False):
        if kind in {STRING, OBJECT}:
            made.extra["message"] = value if kind == STRING else text_of(m, value)
        elif kind == THROWABLE:
            made.extra["cause"] = value
            if "message" not in made.extra:
                made.extra["message"] = NULL if isinstance(value, int) else _exception_text(m, [value], ref)
    return NULL


def _message(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    if not isinstance(args[0], Instance):
        return any_of(ref)
    found: Value = args[0].extra.get("message", any_of(ref) if args[0].is_open else NULL)
    return found


def _cause(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    if not isinstance(args[0], Instance):
        return any_of(ref)
    found: Value = args[0].extra.get("cause", any_of(ref) if args[0].is_open else NULL)
    return found


def _init_cause(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    if isinstance(args[0], Instance):
        args[0].extra["cause"] = args[1]
    return args[0]


def _exception_text(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    message = m.call(args[0], "getLocalizedMessage", TO_STRING)
    if isinstance(message, NotKnown):
        return message
    name = class_name(m.class_of(args[0]))
    return name if isinstance(message, int) else f"{name}: {message}"


def _no_trace(m: Running, _args: list[Value], _ref: MethodRef) -> Value:
    m.charge(1)
    return JavaArray("[Ljava/lang/StackTraceElement;", [])


# -- threads -----------------------------------------------------------------------------------------


def new_thread(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new Thread(…)``: what it runs."""
    for kind, value in zip(parameters(ref.descriptor), args[1:], strict=False):
        if kind == _RUNNABLE and isinstance(args[0], Instance):
            args[0].extra["runs"] = value
    return NULL


def _started(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    """``start``: it is run at once, to its end."""
    thread = args[0]
    runs = thread.extra.get("runs", NULL) if isinstance(thread, Instance) else NULL
    for one in (thread, runs):
        if isinstance(one, Instance) and m.has_code(one.cls, "run", "()V"):
            m.call(one, "run", "()V")
    return NULL


# -- holders -----------------------------------------------------------------------------------------


def _held(value: Value) -> Wrapped:
    if not isinstance(value, Wrapped):
        raise StoppedError("a holder that is none")
    return value


def new_holder(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new AtomicReference(…)`` and its like."""
    if len(parameters(ref.descriptor)) == 1:
        _held(args[0]).value = args[1]
    return NULL


def _exchange(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    holder = _held(args[0])
    old: Value = holder.value
    holder.value = args[1]
    return old


def _exchange_if(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    holder, old, new = _held(args[0]), args[1], args[2]
    if isinstance(holder.value, NotKnown) or isinstance(old, NotKnown):
        holder.value = NotKnown(OBJECT, "a holder of what is unknown")
        return any_of(ref)
    if holder.value is old or (isinstance(old, int | str) and holder.value == old):
        holder.value = new
        return 1
    return 0


def _counted(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``incrementAndGet`` and its like."""
    holder = _held(args[0])
    step = args[1] if len(args) > 1 else (1 if "ncrement" in ref.name else -1)
    old: Value = holder.value
    if not isinstance(old, int) or not isinstance(step, int):
        holder.value = any_of(ref)
        return any_of(ref)
    holder.value = (int64 if returned(ref) == "J" else int32)(old + step)
    return old if ref.name.startswith("get") else holder.value


def _updated(m: Running, args: list[Value], ref: MethodRef) -> Value:
    holder = _held(args[0])
    if "Reference" not in holder.cls:
        return any_of(ref)
    old: Value = holder.value
    holder.value = m.call(args[1], "apply", _APPLY, old)
    return old if ref.name.startswith("get") else holder.value


def _get(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    found: Value = _held(args[0]).value
    return found


def _set(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    _held(args[0]).value = args[1]
    return NULL


_HOLDER: Final[dict[str, Model]] = {
    **dict.fromkeys(("get", "getPlain", "getAcquire", "intValue", "longValue"), _get),
    **dict.fromkeys(("set", "lazySet", "setRelease"), _set),
    "getAndSet": _exchange,
    **dict.fromkeys(("compareAndSet", "weakCompareAndSet"), _exchange_if),
    **dict.fromkeys(
        (
            *("incrementAndGet", "getAndIncrement", "decrementAndGet", "getAndDecrement"),
            *("addAndGet", "getAndAdd"),
        ),
        _counted,
    ),
    **dict.fromkeys(("updateAndGet", "getAndUpdate"), _updated),
}
HOLDERS: Final[dict[str, Value]] = {
    f"{_ATOMIC}Integer;": 0,
    f"{_ATOMIC}Long;": 0,
    f"{_ATOMIC}Boolean;": 0,
    f"{_ATOMIC}Reference;": NULL,
    f"{LANG}ThreadLocal;": NULL,
    "Ljava/lang/ref/WeakReference;": NULL,
    "Ljava/lang/ref/SoftReference;": NULL,
}
"""What each holds at first."""
_OBJECT: Final[dict[str, Model]] = {
    "getClass": _class_of,
    "equals": _equals,
    "clone": _clone,
    "notify": lambda _m, _a, _r: NULL,
    "notifyAll": lambda _m, _a, _r: NULL,
}
_CLASS: Final[dict[str, Model]] = {
    **dict.fromkeys(("getName", "getSimpleName", "getCanonicalName", "getTypeName"), _named),
    "desiredAssertionStatus": lambda _m, _a, _r: 0,
    "isInstance": _is_a,
    "cast": lambda _m, a, _r: a[1],
    "getEnumConstants": _constants,
    "isInterface": lambda _m, _a, r: any_of(r),
    "isArray": lambda _m, a, _r: int(_name(a[0]).startswith("[")),
    "equals": _equals,
}
_ENUM: Final[dict[str, Model]] = {
    "name": _of_constant("name"),
    "toString": _of_constant("name"),
    "ordinal": _of_constant("ordinal"),
    "compareTo": _compared,
    "getDeclaringClass": _class_of,
}
_THROWABLE: Final[dict[str, Model]] = {
    "getMessage": _message,
    "getLocalizedMessage": lambda m, a, _r: m.call(a[0], "getMessage", TO_STRING),
    "getCause": _cause,
    "initCause": _init_cause,
    "toString": _exception_text,
    "getStackTrace": _no_trace,
    "getSuppressed": _no_trace,
    **dict.fromkeys(("setStackTrace", "addSuppressed", "printStackTrace"), lambda _m, _a, _r: NULL),
    "fillInStackTrace": lambda _m, a, _r: a[0],
}
_RUNTIME: Final = f"{LANG}Runtime;"
_THREAD: Final = f"{LANG}Thread;"
VIRTUAL: Final = {
    (_RUNTIME, "availableProcessors"): lambda _m, _a, _r: 4,
    (_THREAD, "getId"): lambda _m, _a, _r: 1,
    (_THREAD, "start"): _started,
    (_THREAD, "join"): lambda _m, _a, _r: NULL,
    **on(OBJECT, _OBJECT),
    **on(CLASS, _CLASS),
    **on(f"{LANG}Enum;", _ENUM),
    **on(THROWABLE, _THROWABLE),
    **{key: model for cls in HOLDERS for key, model in on(cls, _HOLDER).items()},
}
STATIC: Final = {
    (CLASS, "forName"): _for_name,
    (_RUNTIME, "getRuntime"): lambda _m, _a, _r: Wrapped(_RUNTIME, None),
    (_THREAD, "currentThread"): lambda _m, _a, _r: Wrapped(_THREAD, None),
    (f"{LANG}Enum;", "valueOf"): _constant_named,
}
CONSTRUCTORS: Final = {
    f"{LANG}Enum;": _new_constant,
    OBJECT: lambda _m, _a, _r: NULL,
    _THREAD: new_thread,
    **dict.fromkeys(HOLDERS, new_holder),
}
TYPES: Final = {cls: kind for kind, cls in BOXES.items()} | {f"{LANG}Void;": "V"}
