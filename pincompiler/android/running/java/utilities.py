"""``Collections``, ``List.of`` and ``Objects``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java import arrays
from pincompiler.android.running.java.collections import LISTS, SETS, add_to, new_set, refill, set_of
from pincompiler.android.running.java.contents import (
    compare,
    contains,
    entries_of,
    equal,
    hash_value,
    items,
    on_items,
)
from pincompiler.android.running.java.maps import MAPS, pair_of, put_in
from pincompiler.android.running.java.nulls import NO_OBJECT
from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import (
    ENTRY,
    UTIL,
    any_of,
    list_of,
    on,
    returned,
)
from pincompiler.android.running.values import (
    NULL,
    Collected,
    JavaList,
    JavaMap,
    JavaSet,
    NotKnown,
    Value,
    Wrapped,
)
from pincompiler.base.bounds import ARRAY_ELEMENTS

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model


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


# -- Objects -----------------------------------------------------------------------------------------


def _required(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    value = args[0]
    if isinstance(value, int):
        m.throw(NO_OBJECT, args[1] if len(args) > 1 and isinstance(args[1], str) else NULL)
    return value


def _either(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    """``requireNonNullElse``."""
    return args[0] if m.truth(1, args[0], NULL) else _required(m, args[1:], _ref)


def _is_null(m: Running, args: list[Value], ref: MethodRef) -> Value:
    return int(m.truth(0 if ref.name == "isNull" else 1, args[0], NULL))


def _hash(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if ref.name == "hash":
        return arrays.hashed(m, args, ref)
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
    "binarySearch": arrays.searched,
    "sort": arrays.sort,
    "reverse": _reverse,
    **dict.fromkeys(("min", "max"), on_items(_extreme)),
    "addAll": _add_each,
    "nCopies": _repeated,
    "disjoint": _disjoint,
    "list": _list_of_all,
    "newSetFromMap": _set_from_map,
}
_OBJECTS: Final[dict[str, Model]] = {
    "requireNonNull": _required,
    "requireNonNullElse": _either,
    **dict.fromkeys(("isNull", "nonNull"), _is_null),
    "equals": lambda m, a, _r: equal(m, a[0], a[1]),
    **dict.fromkeys(("hash", "hashCode"), _hash),
    "toString": _text,
    "checkIndex": _clamped,
}
STATIC: Final = {
    **on(f"{UTIL}Collections;", _COLLECTIONS),
    **on(f"{UTIL}Objects;", _OBJECTS),
    **{
        (f"{UTIL}{kind};", name): model
        for kind in ("List", "Set", "Map")
        for name, model in (("of", _of), ("ofEntries", _of), ("copyOf", _list_of_all), ("entry", _entry))
    },
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
