"""``Iterator``, and what walks over all items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.contents import key_of, on_items
from pincompiler.android.running.java.tools import UTIL, on
from pincompiler.android.running.values import (
    NULL,
    Collected,
    JavaList,
    JavaMap,
    JavaSet,
    StoppedError,
    Value,
    Walk,
    Wrapped,
)
from pincompiler.base.bounds import ARRAY_ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

NONE_LEFT: Final = "Ljava/util/NoSuchElementException;"
_ACCEPT: Final = "(Ljava/lang/Object;)V"


def _iterator(_m: Running, some: list[Value], args: list[Value], _ref: MethodRef) -> Value:
    owner = args[0] if isinstance(args[0], Collected) else None
    if isinstance(owner, JavaSet) and owner.shown_of is not None:
        owner = owner.shown_of
    if isinstance(args[0], JavaList):
        return Walk(_live(args[0], args[1] if len(args) > 1 and isinstance(args[1], int) else 0), owner)
    return Walk(iter(tuple(some)), owner)


def _live(of: JavaList, at: int) -> Iterator[Value]:
    """The items of a list while it is walked; the one that an iterator removes is passed over."""
    seen = 0
    before = len(of.items)
    while at < len(of.items):
        if len(of.items) < before:
            at -= before - len(of.items)
        before = len(of.items)
        if at >= len(of.items):
            return
        yield of.items[at]
        at += 1
        seen += 1
        if seen > ARRAY_ELEMENTS.limit:
            raise StoppedError("a list that grows while it is walked")


def _for_each(m: Running, some: list[Value], args: list[Value], _ref: MethodRef) -> Value:
    for one in tuple(some):
        m.call(args[1], "accept", _ACCEPT, one)
    return NULL


def _walk(value: Value) -> Walk:
    if not isinstance(value, Walk):
        raise StoppedError("an iterator that is none")
    return value


def _next(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    walk = _walk(args[0])
    if not walk.has_next():
        m.throw(NONE_LEFT)
    walk.last = walk.ahead.pop()
    return walk.last


def _take_away(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    walk = _walk(args[0])
    if isinstance(walk.owner, JavaList):
        walk.owner.items[:] = [one for one in walk.owner.items if one is not walk.last]
    elif isinstance(walk.owner, JavaSet):
        key = key_of(m, walk.last, walk.owner.map.entries)
        if key is not None:
            walk.owner.map.entries.pop(key, None)
    elif isinstance(walk.owner, JavaMap) and isinstance(walk.last, Wrapped):
        key = key_of(m, walk.last.value[0], walk.owner.entries)
        if key is not None:
            walk.owner.entries.pop(key, None)
    return NULL


def _each_left(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    walk = _walk(args[0])
    while walk.has_next():
        m.call(args[1], "accept", _ACCEPT, walk.ahead.pop())
    return NULL


_ITERATOR: Final[dict[str, Model]] = {
    **dict.fromkeys(("hasNext", "hasMoreElements"), lambda _m, a, _r: int(_walk(a[0]).has_next())),
    **dict.fromkeys(("next", "nextElement"), _next),
    "remove": _take_away,
    "forEachRemaining": _each_left,
}
VIRTUAL: Final = {
    **on(f"{UTIL}Iterator;", _ITERATOR),
    **on(f"{UTIL}Collection;", dict.fromkeys(("iterator", "listIterator"), on_items(_iterator))),
    ("Ljava/lang/Iterable;", "forEach"): on_items(_for_each),
}
