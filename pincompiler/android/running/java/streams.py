"""``java.util.stream.Stream`` and ``Collectors``: all items at once, since what apps do with them has no other effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.contents import contains, on_items, sorting
from pincompiler.android.running.java.functions import OPTIONAL
from pincompiler.android.running.java.tools import UTIL, any_of, array, list_of, on, returned
from pincompiler.android.running.texts import units
from pincompiler.android.running.values import (
    NULL,
    JavaArray,
    NotKnown,
    StoppedError,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

STREAM: Final = f"{UTIL}stream/Stream;"
_COLLECTOR: Final = f"{UTIL}stream/Collector;"
_COLLECTORS: Final = f"{UTIL}stream/Collectors;"
_APPLY: Final = "(Ljava/lang/Object;)Ljava/lang/Object;"
_TEST: Final = "(Ljava/lang/Object;)Z"
_ACCEPT: Final = "(Ljava/lang/Object;)V"
_NEW_ARRAY: Final = "(I)Ljava/lang/Object;"
_IS_NOT: Final = 1
"""The comparison of :meth:`Running.truth` with zero."""


def _stream(m: Running, some: Iterable[Value]) -> Value:
    found = list(some)
    m.charge(len(found))
    return Wrapped(STREAM, found)


def _items(of: Value) -> list[Value]:
    if not isinstance(of, Wrapped) or not isinstance(of.value, list):
        raise StoppedError("a stream that is none")
    found: list[Value] = of.value
    return found


def _passes(m: Running, test: Value, one: Value) -> bool:
    return m.truth(_IS_NOT, m.call(test, "test", _TEST, one), 0)


# -- where streams are from --------------------------------------------------------------------------


def _of_items(m: Running, some: list[Value], _args: list[Value], _ref: MethodRef) -> Value:
    return _stream(m, some)


def _of(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``Stream.of`` and ``Arrays.stream`` of objects."""
    if not args:
        return _stream(m, ())
    if ref.descriptor.startswith("(Ljava/lang/Object;)"):
        return _stream(m, args)
    given = args[0]
    known = isinstance(given, JavaArray) and len(args) == 1 and returned(ref) == STREAM
    return _stream(m, given.items) if known and isinstance(given, JavaArray) else any_of(ref)


def _concat(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return _stream(m, [*_items(args[0]), *_items(args[1])])


# -- what is done with them --------------------------------------------------------------------------


def _map(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return _stream(m, [m.call(args[1], "apply", _APPLY, one) for one in _items(args[0])])


def _flat_map(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return _stream(m, [item for one in _items(_map(m, args, _ref)) for item in _items(one)])


def _filter(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return _stream(m, [one for one in _items(args[0]) if _passes(m, args[1], one)])


def _distinct(m: Running, args: list[Value], ref: MethodRef) -> Value:
    found: list[Value] = []
    for one in _items(args[0]):
        there = contains(m, found, one)
        if isinstance(there, NotKnown):
            return any_of(ref)
        found += [] if there else [one]
    return _stream(m, found)


def _sorted(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return _stream(m, sorted(_items(args[0]), key=sorting(m, args[1] if len(args) > 1 else NULL)))


def _part(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some, count = _items(args[0]), args[1]
    if not isinstance(count, int):
        return any_of(ref)
    return _stream(m, some[:count] if ref.name == "limit" else some[count:])


# -- what comes of them ------------------------------------------------------------------------------


def _for_each(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    for one in _items(args[0]):
        m.call(args[1], "accept", _ACCEPT, one)
    return NULL


def _match(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = _items(args[0])
    if ref.name == "allMatch":
        return int(all(_passes(m, args[1], one) for one in some))
    return int(any(_passes(m, args[1], one) for one in some) == (ref.name == "anyMatch"))


def _first(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return Wrapped(OPTIONAL, next(iter(_items(args[0])), NULL))


def _to_array(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    some = _items(args[0])
    made = m.call(args[1], "apply", _NEW_ARRAY, len(some)) if len(args) > 1 else NULL
    return array(m, made.cls if isinstance(made, JavaArray) else "[Ljava/lang/Object;", list(some))


def _to_list(m: Running, args: list[Value], ref: MethodRef) -> Value:
    return list_of(m, _items(args[0]), fixed=ref.name == "toList")


def _collect(m: Running, args: list[Value], ref: MethodRef) -> Value:
    collector = args[1]
    if len(args) != 2 or not isinstance(collector, Wrapped) or not callable(collector.value):
        return any_of(ref)
    found: Value = collector.value(m, _items(args[0]))
    return found


# -- collectors --------------------------------------------------------------------------------------


def _collector(made: Callable[[Running, list[Value]], Value]) -> Value:
    return Wrapped(_COLLECTOR, made)


def _as_list(_m: Running, _args: list[Value], _ref: MethodRef) -> Value:
    return _collector(list_of)


def _joining(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    def joined(m: Running, some: list[Value]) -> Value:
        if not all(isinstance(one, str) for one in (*some, *args)):
            return NotKnown("Ljava/lang/String;", f"{ref.class_name}->{ref.name}")
        between, before, after = (*args, *[units("")] * 3)[:3]
        whole = f"{before}{str(between).join(map(str, some))}{after}"
        m.charge(len(whole))
        return whole

    return _collector(joined)


_STREAM: Final[dict[str, Model]] = {
    "map": _map,
    "flatMap": _flat_map,
    "filter": _filter,
    "distinct": _distinct,
    "sorted": _sorted,
    **dict.fromkeys(("limit", "skip"), _part),
    **dict.fromkeys(("forEach", "forEachOrdered"), _for_each),
    **dict.fromkeys(("anyMatch", "allMatch", "noneMatch"), _match),
    **dict.fromkeys(("findFirst", "findAny"), _first),
    "count": lambda _m, args, _ref: len(_items(args[0])),
    "toArray": _to_array,
    "toList": _to_list,
    "collect": _collect,
    **dict.fromkeys(("sequential", "parallel", "unordered"), lambda _m, args, _ref: args[0]),
}
VIRTUAL: Final = {
    **on(STREAM, _STREAM),
    (f"{UTIL}Collection;", "stream"): on_items(_of_items),
}
STATIC: Final = {
    (STREAM, "of"): _of,
    (STREAM, "empty"): _of,
    (STREAM, "concat"): _concat,
    (f"{UTIL}Arrays;", "stream"): _of,
    **dict.fromkeys(((_COLLECTORS, "toList"), (_COLLECTORS, "toUnmodifiableList")), _as_list),
    (_COLLECTORS, "joining"): _joining,
}
