"""``Arrays``, and ``System.arraycopy``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.collections import changed
from pincompiler.android.running.java.contents import all_true, compare, equal, hash_value, items, sorting
from pincompiler.android.running.java.nulls import NO_OBJECT
from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import LANG, UTIL, any_of, array, box, on
from pincompiler.android.running.texts import bounded
from pincompiler.android.running.values import NULL, JavaArray, JavaList, NotKnown, StoppedError, Value
from pincompiler.base.bounds import ARRAY_ELEMENTS

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_OUTSIDE: Final = "Ljava/lang/ArrayIndexOutOfBoundsException;"
_FIXED_LIST: Final = f"{UTIL}Arrays$ArrayList;"


def sort(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    """``sort`` of an array, of a part of one, or of a list."""
    of = args[0]
    changed(m, of)
    some = items(m, of)
    if isinstance(of, JavaArray | JavaList) and some is not None:
        order = args[-1] if len(args) in {2, 4} else NULL
        low, high = (args[1], args[2]) if len(args) > 2 else (0, len(some))
        if isinstance(low, int) and isinstance(high, int):
            if all(isinstance(one, int) for one in some):
                of.items[low:high] = sorted(some[low:high])  # type: ignore[type-var]
            else:
                of.items[low:high] = sorted(some[low:high], key=sorting(m, order))
            return NULL
    m.forget([of])
    return NULL


def _as_list(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if not isinstance(args[0], JavaArray):
        return any_of(ref)
    found = JavaList(_FIXED_LIST)
    found.items = args[0].items  # a write to one shows in the other
    m.charge(1)
    return found


def _copied(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of, numbers = args[0], [one for one in args[1:3] if isinstance(one, int)]
    wanted = 2 if ref.name == "copyOfRange" else 1
    if not isinstance(of, JavaArray) or len(numbers) < wanted:
        return any_of(ref)
    begin, end = numbers if wanted == 2 else (0, numbers[0])
    if not 0 <= begin <= end or begin > len(of.items):
        m.throw(_OUTSIDE if begin <= end else "Ljava/lang/IllegalArgumentException;")
    if end - begin > ARRAY_ELEMENTS.limit:
        raise StoppedError("an array of too many elements")
    kind = args[-1].name if hasattr(args[-1], "name") else of.cls
    some = of.items[begin:end]
    return array(m, kind, some + [NULL] * (end - begin - len(some)))


def searched(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``binarySearch``, in the whole of an array or a list."""
    of, wanted, order = (*args, NULL)[:3]
    some = None if isinstance(of, NotKnown) or len(args) > 3 else items(m, of)
    if some is None or m.class_of(of) in {"[D", "[F"}:
        return any_of(ref)
    low, high = 0, len(some) - 1
    while low <= high:
        middle = (low + high) // 2
        one = some[middle]
        if isinstance(one, int) and isinstance(wanted, int):
            found = (one > wanted) - (one < wanted)
        else:
            found = compare(m, order, one, wanted)
        if found == 0:
            return middle
        low, high = (middle + 1, high) if found < 0 else (low, middle - 1)
    return -low - 1


def _fill(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    of = args[0]
    if isinstance(of, JavaArray):
        low, high = args[1:3] if len(args) > 2 else (0, len(of.items))
        if isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= len(of.items):
            of.items[low:high] = [args[-1]] * (high - low)
            return NULL
    m.forget([of])
    return NULL


def _boxed(value: JavaArray) -> list[Value]:
    return [box(value.cls[1:], one) for one in value.items]


def _equal_arrays(m: Running, args: list[Value], ref: MethodRef) -> Value:
    one, other = args
    if isinstance(one, NotKnown) or isinstance(other, NotKnown):
        return any_of(ref)
    if not isinstance(one, JavaArray) or not isinstance(other, JavaArray):
        return int(one is other or one == other == NULL)
    if len(one.items) != len(other.items):
        return 0
    return all_true(equal(m, *pair) for pair in zip(_boxed(one), _boxed(other), strict=True))


def _array_text(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    if not isinstance(of, JavaArray):
        return any_of(ref) if isinstance(of, NotKnown) else "null"
    texts = [text_of(m, one) for one in _boxed(of)]
    if not all(isinstance(one, str) for one in texts):
        return any_of(ref)
    return bounded("[" + ", ".join(one for one in texts if isinstance(one, str)) + "]")


def hashed(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``Arrays.hashCode``."""
    of = args[0]
    if not isinstance(of, JavaArray):
        return any_of(ref) if isinstance(of, NotKnown) else 0
    found = hash_value(m, JavaList("", _boxed(of)))
    return any_of(ref) if found is None else found


def _moved(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    """``System.arraycopy``."""
    source, start, to, at, count = args
    for one in (source, to):
        if isinstance(one, int):
            m.throw(NO_OBJECT)
    known = isinstance(source, JavaArray) and isinstance(to, JavaArray)
    if not known or not all(isinstance(one, int) for one in (start, at, count)):
        m.forget([to])
        return NULL
    if min(start, at, count) < 0 or start + count > len(source.items) or at + count > len(to.items):  # type: ignore[operator,type-var,union-attr]
        m.throw(_OUTSIDE)
    to.items[at : at + count] = source.items[start : start + count]  # type: ignore[operator,union-attr]
    return NULL


_MODELS: Final[dict[str, Model]] = {
    "asList": _as_list,
    **dict.fromkeys(("copyOf", "copyOfRange"), _copied),
    "fill": _fill,
    "sort": sort,
    "binarySearch": searched,
    **dict.fromkeys(("equals", "deepEquals"), _equal_arrays),
    "toString": _array_text,
    "hashCode": hashed,
}
STATIC: Final = {**on(f"{UTIL}Arrays;", _MODELS), (f"{LANG}System;", "arraycopy"): _moved}
