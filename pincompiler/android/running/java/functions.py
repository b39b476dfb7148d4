"""``Optional``, comparators, and what functions of ``java.util.function`` do beside their one method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.contents import compare
from pincompiler.android.running.java.tools import UTIL, any_of, on
from pincompiler.android.running.values import NULL, NotKnown, StoppedError, Value, Wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

COMPARATOR: Final = f"{UTIL}Comparator;"
OPTIONAL: Final = f"{UTIL}Optional;"
_FUNCTION: Final = f"{UTIL}function/Function;"
_APPLY: Final = "(Ljava/lang/Object;)Ljava/lang/Object;"
_TEST: Final = "(Ljava/lang/Object;)Z"
_ACCEPT: Final = "(Ljava/lang/Object;)V"
_GET: Final = "()Ljava/lang/Object;"


# -- comparators -------------------------------------------------------------------------------------


def _comparator(order: Callable[[Running, Value, Value], int]) -> Value:
    return Wrapped(COMPARATOR, order)


def _ordered(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    of = args[0]
    if not isinstance(of, Wrapped):
        raise StoppedError("a comparator that is none")
    found: int = of.value(m, args[1], args[2])
    return found


def _natural(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    backwards = ref.name == "reverseOrder"
    of: Value = args[0] if args else NULL
    if backwards:
        return _comparator(lambda m, one, other: compare(m, of, other, one))
    return _comparator(lambda m, one, other: compare(m, of, one, other))


def _reversed(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return _comparator(lambda m, one, other: compare(m, args[0], other, one))


def _comparing(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    key, order = args[0], args[1] if len(args) > 1 else NULL
    return _comparator(
        lambda m, one, other: compare(m, order, *(m.call(key, "apply", _APPLY, of) for of in (one, other)))
    )


def _then(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    first, second = args[0], args[1]
    if len(args) > 2 or f"({COMPARATOR})" not in ref.descriptor:
        second = _comparing(_m, args[1:], ref)
    return _comparator(lambda m, one, other: compare(m, first, one, other) or compare(m, second, one, other))


# -- functions ---------------------------------------------------------------------------------------


def _identity(_m: Running, _args: list[Value], _ref: MethodRef) -> Value:
    return Wrapped(_FUNCTION, lambda _machine, value: value)


def _applied(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    of = args[0]
    if not isinstance(of, Wrapped):
        raise StoppedError("a function that is none")
    found: Value = of.value(m, args[1])
    return found


def _chained(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    first, second = args if ref.name == "andThen" else reversed(args)
    return Wrapped(
        _FUNCTION, lambda m, value: m.call(second, "apply", _APPLY, m.call(first, "apply", _APPLY, value))
    )


def _negated(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    def test(m: Running, value: Value) -> Value:
        found = m.call(args[0], "test", _TEST, value)
        return found if isinstance(found, NotKnown) else int(not found)

    return Wrapped(f"{UTIL}function/Predicate;", test)


# -- Optional ----------------------------------------------------------------------------------------


def _optional(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return Wrapped(OPTIONAL, args[0] if args else NULL)


def _content(m: Running, args: list[Value], test: int = 1) -> tuple[Value, bool]:
    of = args[0]
    if not isinstance(of, Wrapped):
        raise StoppedError("an optional that is none")
    return of.value, m.truth(test, of.value, NULL)


def _present(m: Running, args: list[Value], ref: MethodRef) -> Value:
    return int(_content(m, args)[1] == (ref.name == "isPresent"))


def _or_else(m: Running, args: list[Value], ref: MethodRef) -> Value:
    value, there = _content(m, args)
    if there:
        return value
    if ref.name in {"get", "orElseThrow"}:
        m.throw("Ljava/util/NoSuchElementException;", "No value present")
    return args[1] if ref.name == "orElse" else m.call(args[1], "get", _GET)


def _mapped(m: Running, args: list[Value], ref: MethodRef) -> Value:
    value, there = _content(m, args)
    if not there:
        return args[0]
    if ref.name == "filter":
        kept = m.call(args[1], "test", _TEST, value)
        return any_of(ref) if isinstance(kept, NotKnown) else args[0] if kept else Wrapped(OPTIONAL, NULL)
    found = m.call(args[1], "apply", _APPLY, value)
    return found if ref.name == "flatMap" else Wrapped(OPTIONAL, found)


def _if_present(m: Running, args: list[Value], ref: MethodRef) -> Value:
    value, there = _content(m, args)
    if there:
        m.call(args[1], "accept", _ACCEPT, value)
    elif ref.name == "ifPresentOrElse":
        m.call(args[2], "run", "()V")
    return NULL


_COMPARATOR: Final[dict[str, Model]] = {
    "compare": _ordered,
    "reversed": _reversed,
    "thenComparing": _then,
}
_OPTIONAL: Final[dict[str, Model]] = {
    **dict.fromkeys(("isPresent", "isEmpty"), _present),
    **dict.fromkeys(("get", "orElse", "orElseGet", "orElseThrow"), _or_else),
    **dict.fromkeys(("map", "flatMap", "filter"), _mapped),
    **dict.fromkeys(("ifPresent", "ifPresentOrElse"), _if_present),
}
VIRTUAL: Final = {
    **on(COMPARATOR, _COMPARATOR),
    **on(OPTIONAL, _OPTIONAL),
    (_FUNCTION, "apply"): _applied,
    **dict.fromkeys(((_FUNCTION, "andThen"), (_FUNCTION, "compose")), _chained),
    (f"{UTIL}function/Predicate;", "test"): _applied,
    (f"{UTIL}function/Predicate;", "negate"): _negated,
}
STATIC: Final = {
    (COMPARATOR, "naturalOrder"): _natural,
    (COMPARATOR, "reverseOrder"): _natural,
    (f"{UTIL}Collections;", "reverseOrder"): _natural,
    (COMPARATOR, "comparing"): _comparing,
    (_FUNCTION, "identity"): _identity,
    **{(OPTIONAL, name): _optional for name in ("of", "ofNullable", "empty")},
}


def ignoring_case() -> Value:
    """``String.CASE_INSENSITIVE_ORDER``."""

    def order(m: Running, one: Value, other: Value) -> int:
        found = m.call(one, "compareToIgnoreCase", "(Ljava/lang/String;)I", other)
        if not isinstance(found, int):
            raise StoppedError("an order that is unknown")
        return found

    return _comparator(order)
