"""``Collections``, ``Arrays``, ``List.of``, ``Objects`` and ``System``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.collections import LISTS, SETS, add_to, changed, new_set, refill, set_of
from pincompiler.android.running.java.contents import (
    all_true,
    compare,
    contains,
    entries_of,
    equal,
    hash_value,
    items,
    on_items,
    sorting,
)
from pincompiler.android.running.java.maps import MAPS, pair_of, put_in
from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import (
    ENTRY,
    LANG,
    UTIL,
    any_of,
    array,
    box,
    list_of,
    on,
    returned,
)
from pincompiler.android.running.texts import bounded
from pincompiler.android.running.values import (
    NULL,
    Collected,
    JavaArray,
    JavaList,
    JavaMap,
    JavaSet,
    NotKnown,
    StoppedError,
    Value,
    Wrapped,
)
from pincompiler.base.bounds import ARRAY_ELEMENTS

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_NO_OBJECT: Final = "Ljava/lang/NullPointerException;"
_OUTSIDE: Final = "Ljava/lang/ArrayIndexOutOfBoundsException;"
_FIXED_LIST: Final = f"{UTIL}Arrays$ArrayList;"


# -- Collections -------------------------------------------------------------------------------------


def _empty(_m: Running, _args: list[Value], ref: MethodRef) -> Value:
    return constant({f"{UTIL}Map;": "EMPTY_MAP", f"{UTIL}Set;": "EMPTY_SET"}.get(returned(ref), "EMPTY_LIST"))


def _single(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if ref.name == "singletonMap":
        return _map_of(m, [args], fixed=True)
    if ref.name == "singleton":
        return set_of(m, args, fixed=True)
    return list_of(m, args, f"{UTIL}List;", fixed=True)


def _map_of(m: Running, pairs: list[list[Value]], *, fixed: bool) -> Value:
    found = JavaMap(f"{UTIL}LinkedHashMap;")
    for key, value in pairs:
        put_in(m, found, key, value)
    found.is_fixed = fixed
    return found


def _unmodifiable(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """A view that refuses changes; what changes in the original shows in it."""
    of = args[0]
    if isinstance(of, JavaMap):
        view: Collected = JavaMap(of.cls, is_fixed=True)
        if isinstance(view, JavaMap):
            view.entries, view.capacity, view.to_front = of.entries, of.capacity, of.to_front
    elif isinstance(of, JavaSet):
        view = JavaSet(of.cls, of.map, is_fixed=True)
    elif isinstance(of, JavaList):
        view = JavaList(of.cls, is_fixed=True)
        if isinstance(view, JavaList):
            view.items = of.items
    else:
        return any_of(ref) if isinstance(of, NotKnown) else of
    view.is_open = of.is_open
    m.charge(1)
    return view


def _sort(m: Running, args: list[Value], _ref: MethodRef) -> Value:
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


def _reverse(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    some = items(m, args[0])
    if some is None:
        m.forget(args)
    else:
        refill(m, args[0], some[::-1])
    return NULL


def _extreme(m: Running, some: list[Value], args: list[Value], ref: MethodRef) -> Value:
    if not some:
        m.throw("Ljava/util/NoSuchElementException;")
    best, order = some[0], args[1] if len(args) > 1 else NULL
    for one in some[1:]:
        found = compare(m, order, one, best)
        if found < 0 if ref.name == "min" else found > 0:
            best = one
    return best


def _add_each(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    some = items(m, args[1])
    if some is None:
        m.forget([args[0]])
        return NotKnown("Z", "items that are unknown")
    return int(any([add_to(m, args[0], one) == 1 for one in some]))  # noqa: C419 - each is added


def _repeated(m: Running, args: list[Value], ref: MethodRef) -> Value:
    count, value = args
    if not isinstance(count, int) or count > ARRAY_ELEMENTS.limit:
        return any_of(ref)
    return list_of(m, [value] * count, f"{UTIL}List;", fixed=True)


def _list_of_all(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``Collections.list``, ``List.copyOf``, ``Set.copyOf`` and ``Map.copyOf``."""
    of = args[0]
    if ref.class_name == f"{UTIL}Map;":
        some = None if isinstance(of, NotKnown) else entries_of(m, of)
        return (
            any_of(ref) if some is None else _map_of(m, [list(pair_of(m, one)) for one in some], fixed=True)
        )
    found = items(m, of)
    if found is None:
        return any_of(ref)
    return set_of(m, found, fixed=True) if ref.class_name == f"{UTIL}Set;" else list_of(m, found, fixed=True)


def _of(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``List.of``, ``Set.of``, ``Map.of`` and ``Map.ofEntries``."""
    if ref.name == "ofEntries" or parameters(ref.descriptor) == ("[Ljava/lang/Object;",):
        some = items(m, args[0])
        if some is None:
            return any_of(ref)
        args = [part for one in some for part in pair_of(m, one)] if ref.name == "ofEntries" else some
    if ref.class_name == f"{UTIL}Map;":
        return _map_of(m, [args[at : at + 2] for at in range(0, len(args), 2)], fixed=True)
    if ref.class_name == f"{UTIL}Set;":
        return set_of(m, list(args), fixed=True)
    return list_of(m, args, f"{UTIL}List;", fixed=True)


def _entry(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return Wrapped(ENTRY, list(args))


def _set_from_map(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    return JavaSet(f"{UTIL}LinkedHashSet;", args[0]) if isinstance(args[0], JavaMap) else any_of(ref)


# -- Arrays ------------------------------------------------------------------------------------------


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


def _searched(m: Running, args: list[Value], ref: MethodRef) -> Value:
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


def _array_hash(m: Running, args: list[Value], ref: MethodRef) -> Value:
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
            m.throw(_NO_OBJECT)
    known = isinstance(source, JavaArray) and isinstance(to, JavaArray)
    if not known or not all(isinstance(one, int) for one in (start, at, count)):
        m.forget([to])
        return NULL
    if min(start, at, count) < 0 or start + count > len(source.items) or at + count > len(to.items):  # type: ignore[operator,type-var,union-attr]
        m.throw(_OUTSIDE)
    to.items[at : at + count] = source.items[start : start + count]  # type: ignore[operator,union-attr]
    return NULL


# -- Objects -----------------------------------------------------------------------------------------


def _required(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    value = args[0]
    if isinstance(value, int):
        m.throw(_NO_OBJECT, args[1] if len(args) > 1 and isinstance(args[1], str) else NULL)
    return value


def _is_null(m: Running, args: list[Value], ref: MethodRef) -> Value:
    return int(m.truth(0 if ref.name == "isNull" else 1, args[0], NULL))


def _hash(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if ref.name == "hash":
        return _array_hash(m, args, ref)
    found = None if isinstance(args[0], NotKnown) else hash_value(m, args[0])
    return any_of(ref) if found is None else found


def _text(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return args[1] if len(args) > 1 and isinstance(args[0], int) else text_of(m, args[0])


def _clamped(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    index, length = args
    if isinstance(index, int) and isinstance(length, int) and not 0 <= index < length:
        m.throw("Ljava/lang/IndexOutOfBoundsException;")
    return index


def _disjoint(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some, others = (None if isinstance(one, NotKnown) else items(m, one) for one in args)
    if some is None or others is None:
        return any_of(ref)
    found: Value = 1
    for one in some:
        inside = contains(m, others, one)
        if isinstance(inside, NotKnown):
            found = any_of(ref, inside.why)
        elif inside:
            return 0
    return found


_COLLECTIONS: Final[dict[str, Model]] = {
    **dict.fromkeys(("emptyList", "emptySet", "emptyMap"), _empty),
    **dict.fromkeys(("singletonList", "singleton", "singletonMap"), _single),
    **{
        f"{how}{kind}": _unmodifiable
        for how in ("unmodifiable", "synchronized")
        for kind in ("List", "Set", "Map", "Collection", "SortedSet", "SortedMap")
    },
    "binarySearch": _searched,
    "sort": _sort,
    "reverse": _reverse,
    **dict.fromkeys(("min", "max"), on_items(_extreme)),
    "addAll": _add_each,
    "nCopies": _repeated,
    "disjoint": _disjoint,
    "list": _list_of_all,
    "newSetFromMap": _set_from_map,
}
_ARRAYS: Final[dict[str, Model]] = {
    "asList": _as_list,
    **dict.fromkeys(("copyOf", "copyOfRange"), _copied),
    "fill": _fill,
    "sort": _sort,
    "binarySearch": _searched,
    **dict.fromkeys(("equals", "deepEquals"), _equal_arrays),
    "toString": _array_text,
    "hashCode": _array_hash,
}
_OBJECTS: Final[dict[str, Model]] = {
    **dict.fromkeys(("requireNonNull", "requireNonNullElse"), _required),
    **dict.fromkeys(("isNull", "nonNull"), _is_null),
    "equals": lambda m, a, _r: equal(m, a[0], a[1]),
    **dict.fromkeys(("hash", "hashCode"), _hash),
    "toString": _text,
    "checkIndex": _clamped,
}
STATIC: Final = {
    **on(f"{UTIL}Collections;", _COLLECTIONS),
    **on(f"{UTIL}Arrays;", _ARRAYS),
    **on(f"{UTIL}Objects;", _OBJECTS),
    **{
        (f"{UTIL}{kind};", name): model
        for kind in ("List", "Set", "Map")
        for name, model in (("of", _of), ("ofEntries", _of), ("copyOf", _list_of_all), ("entry", _entry))
    },
    (f"{LANG}System;", "arraycopy"): _moved,
}


def constant(name: str) -> Value:
    """``Collections.EMPTY_LIST`` and its like."""
    if name == "EMPTY_MAP":
        return JavaMap(f"{UTIL}Map;", is_fixed=True)
    return (
        new_set(f"{UTIL}LinkedHashSet;", fixed=True)
        if name == "EMPTY_SET"
        else JavaList(f"{UTIL}List;", is_fixed=True)
    )


def new_of(name: str) -> Value | None:
    """A new collection of a class of the platform; none if it is no such class."""
    if name in LISTS:
        return JavaList(name)
    if name in MAPS:
        return JavaMap(name)
    return new_set(name) if name in SETS else None
