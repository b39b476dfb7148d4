"""``List``, ``Queue``, ``Vector`` and ``Stack``: what has an order and two ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.collections import OUTSIDE, add, changed, place_of, size
from pincompiler.android.running.java.contents import items, on_items, sorting
from pincompiler.android.running.java.iterators import NONE_LEFT
from pincompiler.android.running.java.tools import UTIL, any_of, list_of, on, returned
from pincompiler.android.running.values import NULL, JavaList, JavaSet, Value

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_APPLY: Final = "(Ljava/lang/Object;)Ljava/lang/Object;"


def _get(m: Running, some: list[Value], args: list[Value], ref: MethodRef) -> Value:
    at = args[1]
    if not isinstance(at, int):
        return any_of(ref)
    if not 0 <= at < len(some):
        m.throw(OUTSIDE, f"Index: {at}, Size: {len(some)}")
    return some[at]


def _set(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of, at, value = args
    changed(m, of)
    if not isinstance(of, JavaList) or not isinstance(at, int):
        m.forget([of])
        return any_of(ref)
    if not 0 <= at < len(of.items):
        m.throw(OUTSIDE, f"Index: {at}, Size: {len(of.items)}")
    old, of.items[at] = of.items[at], value
    return old


def _index(m: Running, some: list[Value], args: list[Value], ref: MethodRef) -> Value:
    if ref.name == "indexOf":
        at = place_of(m, some, args[1])
    else:
        at = place_of(m, some[::-1], args[1])
        at = len(some) - 1 - at if at is not None and at >= 0 else at
    return any_of(ref) if at is None else at


def _sub_list(m: Running, some: list[Value], args: list[Value], ref: MethodRef) -> Value:
    begin, end = args[1:3]
    if not isinstance(begin, int) or not isinstance(end, int):
        return any_of(ref)
    if not 0 <= begin <= end <= len(some):
        m.throw(OUTSIDE, f"fromIndex: {begin}, toIndex: {end}, size: {len(some)}")
    part = list_of(m, some[begin:end])
    if isinstance(args[0], JavaList):
        part.is_fixed, part.part_of = args[0].is_fixed, args[0]
    return part


def _sort(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    of = args[0]
    changed(m, of)
    some = items(m, of)
    if some is None or not isinstance(of, JavaList):
        m.forget([of])
    else:
        of.items[:] = sorted(some, key=sorting(m, args[1] if len(args) > 1 else NULL))
    return NULL


def _replace_all(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    of = args[0]
    changed(m, of)
    if isinstance(of, JavaList):
        of.items[:] = [m.call(args[1], "apply", _APPLY, one) for one in tuple(of.items)]
    else:
        m.forget([of])
    return NULL


def _end(place: int, *, takes: bool, error: str = "") -> Model:
    """A look at the first or last item of a queue, which takes it perhaps; none left is null or an exception."""

    def model(m: Running, args: list[Value], ref: MethodRef) -> Value:
        of = args[0]
        if isinstance(of, JavaSet):
            some = items(m, of)
            if some:
                return some[place]
        elif isinstance(of, JavaList) and not of.is_open:
            if of.items:
                return of.items.pop(place) if takes else of.items[place]
        else:
            return any_of(ref)
        if error:
            m.throw(error)
        return NULL

    return model


def _push(place: int) -> Model:
    def model(m: Running, args: list[Value], ref: MethodRef) -> Value:
        of = args[0]
        if isinstance(of, JavaList):
            m.charge(1)
            of.items.insert(0 if place == 0 else len(of.items), args[1])
        if returned(ref) == "Z":
            return 1
        return args[1] if returned(ref) != "V" else NULL

    return model


_LIST: Final[dict[str, Model]] = {
    "get": on_items(_get),
    "elementAt": on_items(_get),
    "set": _set,
    **dict.fromkeys(("indexOf", "lastIndexOf"), on_items(_index)),
    "subList": on_items(_sub_list),
    "sort": _sort,
    "replaceAll": _replace_all,
    "addElement": add,
    "ensureCapacity": lambda _m, _a, _r: NULL,
    "trimToSize": lambda _m, _a, _r: NULL,
}
_QUEUE: Final[dict[str, Model]] = {
    **dict.fromkeys(("peek", "peekFirst"), _end(0, takes=False)),
    "peekLast": _end(-1, takes=False),
    **dict.fromkeys(("poll", "pollFirst"), _end(0, takes=True)),
    "pollLast": _end(-1, takes=True),
    **dict.fromkeys(("element", "getFirst", "first", "firstElement"), _end(0, takes=False, error=NONE_LEFT)),
    **dict.fromkeys(("getLast", "last", "lastElement"), _end(-1, takes=False, error=NONE_LEFT)),
    **dict.fromkeys(("removeFirst", "pop"), _end(0, takes=True, error=NONE_LEFT)),
    "removeLast": _end(-1, takes=True, error=NONE_LEFT),
    **dict.fromkeys(("push", "addFirst", "offerFirst"), _push(0)),
    **dict.fromkeys(("offer", "addLast", "offerLast"), _push(-1)),
}
_STACK: Final[dict[str, Model]] = {
    "push": _push(-1),
    "pop": _end(-1, takes=True, error="Ljava/util/EmptyStackException;"),
    "peek": _end(-1, takes=False, error="Ljava/util/EmptyStackException;"),
    "empty": on_items(size),
}
VIRTUAL: Final = {
    **on(f"{UTIL}List;", _LIST),
    **on(f"{UTIL}Vector;", _LIST),
    **on(f"{UTIL}Queue;", _QUEUE),
    **on(f"{UTIL}NavigableSet;", _QUEUE),
    **on(f"{UTIL}Stack;", _STACK),
    (f"{UTIL}LinkedList;", "getFirst"): _end(0, takes=False, error=NONE_LEFT),
}
