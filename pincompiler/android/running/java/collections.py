"""What every ``Collection`` does, and how one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.contents import contains, equal, hash_value, items, key_of, on_items
from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import UTIL, any_of, array, on, returned
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
)
from pincompiler.base.bounds import ARRAY_ELEMENTS

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

OUTSIDE: Final = "Ljava/lang/IndexOutOfBoundsException;"
_REFUSED: Final = "Ljava/lang/UnsupportedOperationException;"
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


def add(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``add``, at a place or at the end."""
    if len(args) == 3 and isinstance(args[0], JavaList):
        changed(m, args[0])
        at, some = args[1], args[0].items
        if not isinstance(at, int):
            args[0].is_open = True
        elif not 0 <= at <= len(some):
            m.throw(OUTSIDE, f"Index: {at}, Size: {len(some)}")
        else:
            m.charge(1)
            some.insert(at, args[2])
        return NULL
    if isinstance(args[0], Instance):
        m.throw(_REFUSED)
    found = add_to(m, args[0], args[1])
    return found if returned(ref) == "Z" else NULL


def _add_all(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = items(m, args[-1])
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
    at = args[1] if parameters(ref.descriptor) == ("I",) else place_of(m, of.items, args[1])
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


def _take(m: Running, of: JavaList, at: int, error: str = OUTSIDE) -> Value:
    if not 0 <= at < len(of.items):
        m.throw(error, f"Index: {at}, Size: {len(of.items)}")
    return of.items.pop(at)


def place_of(m: Running, some: list[Value], wanted: Value) -> int | None:
    """Where the first item is that equals a value: -1 if none does, None if that is unknown."""
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


def size(_m: Running, some: list[Value], _args: list[Value], ref: MethodRef) -> Value:
    """``size``; of any other name, whether there is no item."""
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
    others = items(m, args[1])
    if others is None:
        return any_of(ref)
    found = [contains(m, some, one) for one in others]
    unknown = next((one for one in found if isinstance(one, NotKnown)), None)
    return 0 if 0 in found else unknown or 1


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


_COLLECTION: Final[dict[str, Model]] = {
    "add": add,
    "addAll": _add_all,
    "remove": _remove,
    **dict.fromkeys(("removeIf", "removeAll", "retainAll"), _kept),
    "clear": _clear,
    **dict.fromkeys(("size", "isEmpty"), on_items(size)),
    "contains": _has,
    "containsAll": on_items(_has_all),
    "toArray": on_items(_to_array),
    "toString": _text,
    "equals": lambda m, a, _r: equal(m, a[0], a[1]),
    "hashCode": _hash,
}


def new_collection(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new ArrayList(…)`` and its like."""
    made, kinds = args[0], parameters(ref.descriptor)
    if isinstance(made, JavaSet) and made.map.cls == f"{UTIL}HashMap;":
        made.map.threshold = capacity_for(args[1] if kinds[:1] == ("I",) else 16)
    if kinds and kinds[0].startswith("Ljava/util/") and kinds[0] != "Ljava/util/Comparator;":
        some = items(m, args[1])
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


VIRTUAL: Final = on(f"{UTIL}Collection;", _COLLECTION)
