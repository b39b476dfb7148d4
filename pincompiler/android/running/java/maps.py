"""``Map`` and its entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.collections import capacity_for, changed
from pincompiler.android.running.java.contents import contains, entries_of, equal, hash_value, key_of, ordered
from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import ENTRY, UTIL, any_of, list_of, on
from pincompiler.android.running.texts import bounded
from pincompiler.android.running.values import (
    NULL,
    Instance,
    JavaMap,
    JavaSet,
    NotKnown,
    StoppedError,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

_APPLY: Final = "(Ljava/lang/Object;)Ljava/lang/Object;"
_APPLY_TWO: Final = "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;"
MAPS: Final = tuple(
    f"{UTIL}{name};"
    for name in (
        *("HashMap", "LinkedHashMap", "TreeMap", "Hashtable", "WeakHashMap", "IdentityHashMap", "EnumMap"),
        *("concurrent/ConcurrentHashMap", "concurrent/ConcurrentSkipListMap"),
    )
)


def put_in(m: Running, to: Value, key: Value, value: Value, *, to_front: bool = False) -> Value:
    """``Map.put``: what the key had before; ``to_front`` as ``merge`` does it."""
    if not isinstance(to, JavaMap):
        return m.call(to, "put", _APPLY_TWO, key, value)
    changed(m, to)
    place = key_of(m, key, to.entries)
    if place is None:
        to.is_open = True
        return NotKnown("Ljava/lang/Object;", "a map of what is unknown")
    old = to.entries.get(place)
    if old is None:
        m.charge(1)
        if to_front:
            to.to_front[place] = -len(to.entries)
        else:
            to.grow(len(to.entries) + 1)
    to.entries[place] = (old[0] if old else key, value)
    return old[1] if old else NULL


def _put(m: Running, args: list[Value], ref: MethodRef) -> Value:
    if isinstance(args[0], Instance):
        m.throw("Ljava/lang/UnsupportedOperationException;")
    to, key, value = args
    if isinstance(to, JavaMap) and ref.name == "putIfAbsent":
        known = _found(m, to, key)
        if known is None or isinstance(known, NotKnown):
            m.forget([to])
            return any_of(ref)
        if known != NULL:
            return known
    return put_in(m, to, key, value)


def _put_all(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = None if isinstance(args[1], NotKnown) else entries_of(m, args[1])
    if some is None:
        m.forget([args[0]])
        return any_of(ref)
    if isinstance(args[0], JavaMap) and not args[0].capacity and some:
        args[0].threshold = max(args[0].threshold, capacity_for(int(len(some) / 0.75 + 1)))
    for one in some:
        put_in(m, args[0], *pair_of(m, one))
    return NULL


def pair_of(m: Running, entry: Value) -> tuple[Value, Value]:
    """Key and value of an entry."""
    if isinstance(entry, Wrapped) and entry.cls == ENTRY:
        key, value = entry.value
        return key, value
    return (
        m.call(entry, "getKey", "()Ljava/lang/Object;"),
        m.call(entry, "getValue", "()Ljava/lang/Object;"),
    )


def _found(m: Running, of: JavaMap, key: Value, default: Value = NULL) -> Value | None:
    """What a key has; None where that is unknown."""
    place = key_of(m, key, of.entries)
    if place is None:
        return None
    if place in of.entries:
        return of.entries[place][1]
    return None if of.is_open else default


def _get(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    default = args[2] if len(args) > 2 else NULL
    if isinstance(of, JavaMap):
        found = _found(m, of, args[1], default)
        return any_of(ref) if found is None else found
    some = entries_of(m, of)
    for one in some or ():
        key, value = pair_of(m, one)
        same = equal(m, args[1], key)
        if isinstance(same, NotKnown):
            return any_of(ref)
        if same:
            return value
    return any_of(ref) if some is None else default


def _has_key(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    if isinstance(of, JavaMap):
        place = key_of(m, args[1], of.entries)
        known = place is not None and (place in of.entries or not of.is_open)
        return int(place in of.entries) if known else any_of(ref)
    some = entries_of(m, of)
    return any_of(ref) if some is None else contains(m, (pair_of(m, one)[0] for one in some), args[1])


def _has_value(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = entries_of(m, args[0])
    return any_of(ref) if some is None else contains(m, (pair_of(m, one)[1] for one in some), args[1])


def _remove(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    changed(m, of)
    place = key_of(m, args[1], of.entries) if isinstance(of, JavaMap) else None
    if place is None or not isinstance(of, JavaMap) or of.is_open or len(args) > 2:
        m.forget([of])
        return any_of(ref)
    old = of.entries.pop(place, None)
    of.to_front.pop(place, None)
    return old[1] if old else NULL


def _clear(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    changed(m, args[0])
    if isinstance(args[0], JavaMap):
        args[0].entries.clear()
        args[0].is_open = False
    return NULL


def _size(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = entries_of(m, args[0])
    if some is None:
        return any_of(ref)
    return len(some) if ref.name == "size" else int(not some)


def _keys(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    if isinstance(of, JavaMap):
        return JavaSet(f"{UTIL}LinkedHashSet;", of)
    some = entries_of(m, of)
    return any_of(ref) if some is None else list_of(m, (pair_of(m, one)[0] for one in some))


def _values(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = entries_of(m, args[0])
    return any_of(ref) if some is None else list_of(m, [pair_of(m, one)[1] for one in some])


def _entries(m: Running, args: list[Value], ref: MethodRef) -> Value:
    of = args[0]
    if not isinstance(of, JavaMap):
        return any_of(ref)
    some = ordered(m, of)
    if some is None:
        return any_of(ref)
    entries = JavaMap(f"{UTIL}LinkedHashMap;")
    for number, (key, value) in enumerate(some):
        one = Wrapped(ENTRY, [key, value])
        entries.entries["entry", number] = (one, 1)
    return JavaSet(f"{UTIL}Set;", entries, shown_of=of)


def _computed(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``computeIfAbsent``, ``computeIfPresent``, ``compute`` and ``merge``."""
    of, key, function = args[0], args[1], args[-1]
    known = None
    if isinstance(of, JavaMap):
        known = _found(m, of, key)
        if ref.name != "computeIfPresent":
            of.grow(len(of.entries))
    if known is None or isinstance(known, NotKnown):
        m.forget([of])
        return any_of(ref)
    if ref.name == "computeIfAbsent":
        if known != NULL:
            return known
        value = m.call(function, "apply", _APPLY, key)
    elif ref.name == "merge":
        value = args[2] if known == NULL else m.call(function, "apply", _APPLY_TWO, known, args[2])
    elif ref.name == "computeIfPresent" and known == NULL:
        return NULL
    else:
        value = m.call(function, "apply", _APPLY_TWO, key, known)
    if value == NULL:
        _remove(m, [of, key], ref)
    else:
        put_in(m, of, key, value, to_front=True)
    return value


def _for_each(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = entries_of(m, args[0])
    if some is None:
        return any_of(ref)
    for one in some:
        m.call(args[1], "accept", "(Ljava/lang/Object;Ljava/lang/Object;)V", *pair_of(m, one))
    return NULL


def _equals(m: Running, args: list[Value], ref: MethodRef) -> Value:
    return any_of(ref) if isinstance(args[0], Instance) else equal(m, args[0], args[1])


def _text(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = entries_of(m, args[0])
    texts = [text_of(m, part) for one in some or () for part in pair_of(m, one)]
    if some is None or not all(isinstance(one, str) for one in texts):
        return any_of(ref)
    pairs = zip(texts[0::2], texts[1::2], strict=True)
    return bounded("{" + ", ".join(f"{key}={value}" for key, value in pairs) + "}")


def _hash(m: Running, args: list[Value], ref: MethodRef) -> Value:
    some = entries_of(m, args[0])
    hashes = [hash_value(m, Wrapped(ENTRY, list(pair_of(m, one)))) for one in some or ()]
    if some is None or None in hashes:
        return any_of(ref)
    return (sum(one or 0 for one in hashes) + 0x80000000) % (1 << 32) - 0x80000000


def _end(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``firstKey`` and its like, of a sorted map."""
    some = ordered(m, args[0]) if isinstance(args[0], JavaMap) else None
    if some is None:
        return any_of(ref)
    if not some:
        if ref.name.endswith("Key"):
            m.throw("Ljava/util/NoSuchElementException;")
        return NULL
    key, value = some[0 if ref.name.startswith("first") else -1]
    return key if ref.name.endswith("Key") else Wrapped(ENTRY, [key, value])


def new_map(m: Running, args: list[Value], ref: MethodRef) -> Value:
    """``new HashMap(…)`` and its like."""
    made, kinds = args[0], parameters(ref.descriptor)
    if not isinstance(made, JavaMap) or not kinds:
        return NULL
    if kinds[0] == "I":
        made.threshold = capacity_for(args[1])
    elif kinds[0] == f"{UTIL}Comparator;" and args[1] != NULL:
        raise StoppedError("a map in an order of its own")
    elif kinds[0].endswith("Map;"):
        return _put_all(m, args, ref)
    return NULL


# -- entries -----------------------------------------------------------------------------------------


def _part(number: int) -> Model:
    def model(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
        if not isinstance(args[0], Wrapped):
            raise StoppedError("an entry that is none")
        found: Value = args[0].value[number]
        return found

    return model


def _entry_text(m: Running, args: list[Value], ref: MethodRef) -> Value:
    key, value = (text_of(m, one) for one in pair_of(m, args[0]))
    if isinstance(key, str) and isinstance(value, str):
        return bounded(f"{key}={value}")
    return any_of(ref)


def _entry_hash(m: Running, args: list[Value], ref: MethodRef) -> Value:
    found = hash_value(m, args[0])
    return any_of(ref) if found is None else found


def new_entry(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    """``new AbstractMap.SimpleEntry(…)``."""
    if isinstance(args[0], Wrapped) and len(args) == 3:
        args[0].value = args[1:]
    return NULL


_MAP: Final[dict[str, Model]] = {
    **dict.fromkeys(("put", "putIfAbsent"), _put),
    "putAll": _put_all,
    **dict.fromkeys(("get", "getOrDefault"), _get),
    "containsKey": _has_key,
    "containsValue": _has_value,
    "remove": _remove,
    "clear": _clear,
    **dict.fromkeys(("size", "isEmpty"), _size),
    "keySet": _keys,
    "values": _values,
    "entrySet": _entries,
    **dict.fromkeys(("computeIfAbsent", "computeIfPresent", "compute", "merge"), _computed),
    "forEach": _for_each,
    "equals": _equals,
    "toString": _text,
    "hashCode": _hash,
    **dict.fromkeys(("firstKey", "lastKey", "firstEntry", "lastEntry"), _end),
}
VIRTUAL: Final = {
    **on(f"{UTIL}Map;", _MAP),
    **on(
        ENTRY,
        {
            "getKey": _part(0),
            "getValue": _part(1),
            "toString": _entry_text,
            "hashCode": _entry_hash,
            "equals": lambda m, a, _r: equal(m, a[0], a[1]),
        },
    ),
}
