"""``List``, ``Set``, ``Queue``, their iterators, ``Collections`` and ``Arrays``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.tools import (
    UTIL,
    any_of,
    array,
    contains,
    equal,
    hash_value,
    items,
    key_of,
    list_of,
    on,
    returned,
    sorting,
    text_of,
)
from pincompiler.android.running.values import (
    NULL,
    Collected,
    Instance,
    JavaArray,
    JavaList,
    JavaMap,
    JavaSet,
    NotKnown,
    StoppedError,
    Value,
    Walk,
    Wrapped,
)
from pincompiler.base.bounds import ARRAY_ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_OUTSIDE: Final = "Ljava/lang/IndexOutOfBoundsException;"
_NONE_LEFT: Final = "Ljava/util/NoSuchElementException;"
_REFUSED: Final = "Ljava/lang/UnsupportedOperationException;"
_ACCEPT: Final = "(Ljava/lang/Object;)V"
_APPLY: Final = "(Ljava/lang/Object;)Ljava/lang/Object;"
_TEST: Final = "(Ljava/lang/Object;)Z"
LISTS: Final = tuple(
    f"{UTIL}{name};"
    for name in (
        *("ArrayList", "LinkedList", "ArrayDeque", "Vector", "Stack"),
        *(
            "concurrent/CopyOnWriteArrayList",
            "concurrent/ConcurrentLinkedQueue",
            "concurrent/LinkedBlockingQueue",
        ),
    )
)
SETS: Final = tuple(
    f"{UTIL}{name};" for name in ("HashSet", "LinkedHashSet", "TreeSet", "concurrent/CopyOnWriteArraySet")
)


def new_set(cls: str, *, fixed: bool = False) -> JavaSet:
    """An empty set."""
    name = (
        cls.replace("LinkedHashSet", "LinkedHashMap")
        .replace("HashSet", "HashMap")
        .replace("TreeSet", "TreeMap")
    )
    return JavaSet(cls, JavaMap(name), is_fixed=fixed)


def set_of(
    m: Running, some: list[Value], cls: str = f"{UTIL}LinkedHashSet;", *, fixed: bool = False
) -> JavaSet:
    """A set of some values."""
    found = new_set(cls, fixed=fixed)
    for one in some:
        _add_to_set(m, found, one)
    return found


def _add_to_set(m: Running, to: JavaSet, value: Value) -> Value:
    key = key_of(m, value, to.map.entries)
    if key is None:
        to.is_open = to.map.is_open = True
        return NotKnown("Z", "a set of what is unknown")
    if key in to.map.entries:
        return 0
    m.charge(1)
    to.map.grow(len(to.map.entries) + 1)
    to.map.entries[key] = (value, 1)
    return 1


def changed(m: Running, value: Value) -> None:
    """Throw if a collection refuses changes."""
    if isinstance(value, Collected) and value.is_fixed:
        m.throw(_REFUSED)
    if isinstance(value, JavaList) and value.part_of is not None:
        value.part_of.is_open = True


def add_to(m: Running, to: Value, value: Value) -> Value:
    """``Collection.add``."""
    if isinstance(to, JavaSet):
        changed(m, to)
        return _add_to_set(m, to, value)
    if isinstance(to, JavaList):
        changed(m, to)
        if "Array" in to.cls and "Arrays" in to.cls:
            m.throw(_REFUSED)
        m.charge(1)
        to.items.append(value)
        return 1
    return m.call(to, "add", _TEST, value)


# -- collections -------------------------------------------------------------------------------------


def _known(model: Callable[[Running, list[Value], list[Value], MethodRef], Value]) -> Model:
    """A model that is given the items of its receiver, where these are known."""

    def asked(m: Running, args: list[Value], ref: MethodRef) -> Value:
        some = items(m, args[0])
        return any_of(ref, "items that are unknown") if some is None else model(m, some, args, ref)

    return asked


def _add(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if len(args) == 3 and isinstance(args[0], JavaList):
        changed(m, args[0])
        at, some = args[1], args[0].items
        if not isinstance(at, int):
            args[0].is_open = True
        elif not 0 <= at <= len(some):
            m.throw(_OUTSIDE, f"Index: {at}, Size: {len(some)}")
        else:
            m.charge(1)
            some.insert(at, args[2])
        return NULL
    if isinstance(args[0], Instance):
        m.throw(_REFUSED)
    found = add_to(m, args[0], args[1])
    return found if returned(ref) == "Z" else NULL


def _add_all(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = None if isinstance(args[-1], NotKnown) else items(m, args[-1])
    to = args[0]
    if some is None or (len(args) == 3 and not isinstance(args[1], int)):
        m.forget([to])
        return any_of(ref)
    if len(args) == 3 and isinstance(to, JavaList) and isinstance(args[1], int):
        changed(m, to)
        m.charge(len(some))
        to.items[args[1] : args[1]] = some
        return int(bool(some))
    found: Value = 0
    for one in tuple(some):
        found = 1 if add_to(m, to, one) == 1 or found == 1 else 0
    return found


def _remove(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    changed(m, of)
    if isinstance(of, JavaSet):
        return _remove_key(m, of, args[1])
    if not isinstance(of, JavaList):
        return any_of(ref)
    if len(args) == 1:
        return _take(m, of, 0)
    at = args[1] if parameters(ref.descriptor) == ("I",) else _place_of(m, of.items, args[1])
    if not isinstance(at, int):
        of.is_open = True
        return any_of(ref)
    if returned(ref) != "Z":
        return _take(m, of, at)
    if at >= 0:
        del of.items[at]
    return int(at >= 0)


def _remove_key(m: Running, of: JavaSet, what: Value) -> Value:
    key = key_of(m, what, of.map.entries)
    if key is None:
        of.map.is_open = of.is_open = True
        return NotKnown("Z", "a set of what is unknown")
    return int(of.map.entries.pop(key, None) is not None)


def _take(m: Running, of: JavaList, at: int, error: str = _OUTSIDE) -> Value:
    if not 0 <= at < len(of.items):
        m.throw(error, f"Index: {at}, Size: {len(of.items)}")
    return of.items.pop(at)


def _place_of(m: Running, some: list[Value], wanted: Value) -> int | None:
    for at, one in enumerate(some):
        same = equal(m, wanted, one)
        if isinstance(same, NotKnown):
            return None
        if same:
            return at
    return -1


def _kept(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``removeIf``, ``removeAll`` and ``retainAll``."""
    of, by = args
    changed(m, of)
    some = items(m, of)
    others = None if ref.name == "removeIf" or isinstance(by, NotKnown) else items(m, by)
    if some is None or (others is None and (ref.name != "removeIf" or isinstance(by, NotKnown))):
        m.forget([of])
        return any_of(ref)
    gone = []
    for one in tuple(some):
        found = m.call(by, "test", _TEST, one) if others is None else contains(m, others, one)
        if isinstance(found, NotKnown):
            m.forget([of])
            return any_of(ref)
        gone.append(bool(found) != (ref.name == "retainAll"))
    left = [one for one, out in zip(tuple(some), gone, strict=True) if not out]
    refill(m, of, left)
    return int(any(gone))


def refill(m: Running, of: Value, some: list[Value]) -> None:
    """Let a collection hold some items instead of its own."""
    if isinstance(of, JavaList):
        of.items[:] = some
    elif isinstance(of, JavaSet):
        kept = {id(one) for one in some}
        for key, (one, _) in tuple(of.map.entries.items()):
            if id(one) not in kept:
                del of.map.entries[key]
    else:
        m.forget([of])


def _clear(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    changed(m, args[0])
    if isinstance(args[0], JavaList):
        args[0].items.clear()
        args[0].is_open = False
    elif isinstance(args[0], JavaSet):
        args[0].map.entries.clear()
        args[0].is_open = args[0].map.is_open = False
    return NULL


def _size(_m: Running, some: list[Value], _args: list[Value], ref: MethodRef) -> Value:
    return len(some) if ref.name == "size" else int(not some)


def _has(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    of = args[0]
    if isinstance(of, JavaSet):
        key = key_of(m, args[1], of.map.entries)
        known = key is not None and not of.map.is_open
        if known:
            return int(key in of.map.entries)
    some = items(m, of)
    return NotKnown("Z", "items that are unknown") if some is None else contains(m, some, args[1])


def _has_all(m: Running, some: list[Value], args: list[Value], ref: MethodRef) -> Value:
    others = None if isinstance(args[1], NotKnown) else items(m, args[1])
    if others is None:
        return any_of(ref)
    found = [contains(m, some, one) for one in others]
    unknown = next((one for one in found if isinstance(one, NotKnown)), None)
    return 0 if 0 in found else unknown or 1


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


def _to_array(m: Running, some: list[Value], args: list[Value], _ref: MethodRef) -> Value:
    kind, into = "[Ljava/lang/Object;", args[1] if len(args) > 1 else None
    if isinstance(into, JavaArray):
        kind = into.cls
        if len(into.items) >= len(some):
            into.items[: len(some)] = some
            if len(into.items) > len(some):
                into.items[len(some)] = NULL
            return into
    return array(m, kind, list(some))


def _text(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    if isinstance(args[0], Instance):
        some = items(m, args[0])
        return any_of(_ref) if some is None else text_of(m, JavaList(f"{UTIL}ArrayList;", some))
    return text_of(m, args[0])


def _hash(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    if isinstance(of, Instance):
        some = items(m, of)
        is_list = m.is_instance(of, f"{UTIL}List;")
        if some is not None:
            of = JavaList("", some) if is_list else set_of(m, some)
    found = None if isinstance(of, Instance) else hash_value(m, of)
    return any_of(ref) if found is None else found


# -- lists -------------------------------------------------------------------------------------------


def _get(m: Running, some: list[Value], args: list[Value], ref: MethodRef) -> Value:
    at = args[1]
    if not isinstance(at, int):
        return any_of(ref)
    if not 0 <= at < len(some):
        m.throw(_OUTSIDE, f"Index: {at}, Size: {len(some)}")
    return some[at]


def _set(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of, at, value = args
    changed(m, of)
    if not isinstance(of, JavaList) or not isinstance(at, int):
        m.forget([of])
        return any_of(ref)
    if not 0 <= at < len(of.items):
        m.throw(_OUTSIDE, f"Index: {at}, Size: {len(of.items)}")
    old, of.items[at] = of.items[at], value
    return old


def _index(m: Running, some: list[Value], args: list[Value], ref: MethodRef) -> Value:
    if ref.name == "indexOf":
        at = _place_of(m, some, args[1])
    else:
        at = _place_of(m, some[::-1], args[1])
        at = len(some) - 1 - at if at is not None and at >= 0 else at
    return any_of(ref) if at is None else at


def _sub_list(m: Running, some: list[Value], args: list[Value], ref: MethodRef) -> Value:
    begin, end = args[1:3]
    if not isinstance(begin, int) or not isinstance(end, int):
        return any_of(ref)
    if not 0 <= begin <= end <= len(some):
        m.throw(_OUTSIDE, f"fromIndex: {begin}, toIndex: {end}, size: {len(some)}")
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


# -- iterators ---------------------------------------------------------------------------------------


def _walk(value: Value) -> Walk:
    if not isinstance(value, Walk):
        raise StoppedError("an iterator that is none")
    return value


def _next(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    walk = _walk(args[0])
    if not walk.has_next():
        m.throw(_NONE_LEFT)
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


_COLLECTION: Final[dict[str, Model]] = {
    "add": _add,
    "addAll": _add_all,
    "remove": _remove,
    **dict.fromkeys(("removeIf", "removeAll", "retainAll"), _kept),
    "clear": _clear,
    **dict.fromkeys(("size", "isEmpty"), _known(_size)),
    "contains": _has,
    "containsAll": _known(_has_all),
    **dict.fromkeys(("iterator", "listIterator"), _known(_iterator)),
    "toArray": _known(_to_array),
    "toString": _text,
    "equals": lambda m, a, _r: equal(m, a[0], a[1]),
    "hashCode": _hash,
}
_LIST: Final[dict[str, Model]] = {
    "get": _known(_get),
    "elementAt": _known(_get),
    "set": _set,
    **dict.fromkeys(("indexOf", "lastIndexOf"), _known(_index)),
    "subList": _known(_sub_list),
    "sort": _sort,
    "replaceAll": _replace_all,
    "addElement": _add,
    "ensureCapacity": lambda _m, _a, _r: NULL,
    "trimToSize": lambda _m, _a, _r: NULL,
}
_QUEUE: Final[dict[str, Model]] = {
    **dict.fromkeys(("peek", "peekFirst"), _end(0, takes=False)),
    "peekLast": _end(-1, takes=False),
    **dict.fromkeys(("poll", "pollFirst"), _end(0, takes=True)),
    "pollLast": _end(-1, takes=True),
    **dict.fromkeys(("element", "getFirst", "first", "firstElement"), _end(0, takes=False, error=_NONE_LEFT)),
    **dict.fromkeys(("getLast", "last", "lastElement"), _end(-1, takes=False, error=_NONE_LEFT)),
    **dict.fromkeys(("removeFirst", "pop"), _end(0, takes=True, error=_NONE_LEFT)),
    "removeLast": _end(-1, takes=True, error=_NONE_LEFT),
    **dict.fromkeys(("push", "addFirst", "offerFirst"), _push(0)),
    **dict.fromkeys(("offer", "addLast", "offerLast"), _push(-1)),
}
_STACK: Final[dict[str, Model]] = {
    "push": _push(-1),
    "pop": _end(-1, takes=True, error="Ljava/util/EmptyStackException;"),
    "peek": _end(-1, takes=False, error="Ljava/util/EmptyStackException;"),
    "empty": _known(_size),
}
_ITERATOR: Final[dict[str, Model]] = {
    **dict.fromkeys(("hasNext", "hasMoreElements"), lambda _m, a, _r: int(_walk(a[0]).has_next())),
    **dict.fromkeys(("next", "nextElement"), _next),
    "remove": _take_away,
    "forEachRemaining": _each_left,
}
VIRTUAL: Final = {
    **on(f"{UTIL}Collection;", _COLLECTION),
    **on(f"{UTIL}List;", _LIST),
    **on(f"{UTIL}Vector;", _LIST),
    **on(f"{UTIL}Queue;", _QUEUE),
    **on(f"{UTIL}NavigableSet;", _QUEUE),
    **on(f"{UTIL}Stack;", _STACK),
    **on(f"{UTIL}Iterator;", _ITERATOR),
    ("Ljava/lang/Iterable;", "forEach"): _known(_for_each),
    (f"{UTIL}LinkedList;", "getFirst"): _end(0, takes=False, error=_NONE_LEFT),
}


def new_collection(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new ArrayList(…)`` and its like."""
    made, kinds = args[0], parameters(ref.descriptor)
    if isinstance(made, JavaSet) and made.map.cls == f"{UTIL}HashMap;":
        made.map.threshold = capacity_for(args[1] if kinds[:1] == ("I",) else 16)
    if kinds and kinds[0].startswith("Ljava/util/") and kinds[0] != "Ljava/util/Comparator;":
        some = None if isinstance(args[1], NotKnown) else items(m, args[1])
        if some is None:
            m.forget([made])
        else:
            if isinstance(made, JavaSet):
                made.map.threshold = capacity_for(max(int(len(some) / 0.75) + 1, 16))
            for one in tuple(some):
                add_to(m, made, one)
    elif kinds[:1] == (f"{UTIL}Comparator;",) and args[1] != NULL:
        raise StoppedError("a set in an order of its own")
    return NULL


def capacity_for(wanted: Value) -> int:
    """The table of a ``HashMap`` that is made for so many: the next power of two."""
    size = 1
    while isinstance(wanted, int) and size < min(wanted, ARRAY_ELEMENTS.limit):
        size *= 2
    return size if isinstance(wanted, int) else 16
