"""What the calls of maps, their entries and pairs do to constants.

A pair is a box of two; a map is a box of pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.collection_models import element
from pincompiler.android.constants.state import Box
from pincompiler.android.constants.values import Number, Text, Unknown, Value, possible, union
from pincompiler.base.bounds import ITEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pincompiler.android.constants.call import Call

MAPS: Final = (
    *("Ljava/util/HashMap;", "Ljava/util/LinkedHashMap;", "Ljava/util/TreeMap;", "Ljava/util/Hashtable;"),
    *("Ljava/util/concurrent/ConcurrentHashMap;", "Landroid/util/ArrayMap;"),
)
PAIRS: Final = ("Lkotlin/Pair;", "Ljava/util/AbstractMap$SimpleEntry;", "Landroid/util/Pair;")
_KOTLIN: Final = "Lkotlin/collections/MapsKt;"
_NO_MAP: Final = Unknown("an entry of a map that is not constant")


def _pair(call: Call) -> Value:
    return call.state.allocate(call.offset, Box("pair", call.arguments[-2:]))


def _init_pair(call: Call) -> None:
    call.state.change(call.arguments[0], lambda _: Box("pair", call.arguments[1:3]))


def _half(place: int) -> Callable[[Call], Value | None]:
    """Model a method that gives the key or the value."""

    def model(call: Call) -> Value | None:
        boxes = [call.state.box(one) for one in possible(call.arguments[0])]
        halves = [element(box, Number(place)) for box in boxes if box is not None and box.kind == "pair"]
        return union(halves) if len(halves) == len(boxes) else None

    return model


def _init(call: Call) -> None:
    """Begin empty or with another map's entries; numbers are a capacity and a load factor."""
    source: Box | None = Box("map", ())
    if len(call.arguments) > 1 and call.kinds[1] != "I":
        source = call.state.box(call.arguments[1])
    known = source or Box("map", (_NO_MAP,), exact=False)
    call.state.change(call.arguments[0], lambda _: Box("map", known.items, known.exact))


def _put(call: Call) -> Value:
    entry = _pair(call)

    def change(box: Box) -> Box:
        fits = box.exact and len(box.items) < ITEMS.limit
        return Box("map", (*box.items, entry)) if fits else box.loosened(entry)

    call.state.change(call.arguments[0], change)
    return Unknown("what a map held before")


def _put_all(call: Call) -> None:
    more = call.state.box(call.arguments[-1]) or Box("map", (_NO_MAP,), exact=False)

    def change(box: Box) -> Box:
        exact = box.exact and more.exact
        return Box("map", (*box.items, *more.items)) if exact else box.loosened(*more.items)

    call.state.change(call.arguments[0], change)


def _spoil(call: Call) -> Value | None:
    call.state.change(call.arguments[0], lambda box: box.loosened(_NO_MAP))
    return None


def _made(call: Call) -> Value | None:
    """Of entries in an array, of one entry, or of none."""
    if not call.arguments:
        return call.state.allocate(call.offset, Box("map", ()))
    box = call.state.box(call.arguments[0])
    if box is None:
        return None
    entries = Box("map", (call.arguments[0],)) if box.kind == "pair" else Box("map", box.items, box.exact)
    return call.state.allocate(call.offset, entries)


def _made_of_all(call: Call) -> Value | None:
    """``Map.of(key, value, key, value…)``."""
    pairs = zip(call.arguments[::2], call.arguments[1::2], strict=True)
    entries = [
        call.state.allocate(-(call.offset * ITEMS.limit + number) - 1, Box("pair", pair))
        for number, pair in enumerate(pairs)
    ]
    return call.state.allocate(call.offset, Box("map", tuple(entries)))


def _entries(call: Call) -> Value | None:
    box = call.state.box(call.arguments[0])
    return call.state.allocate(call.offset, Box("set", box.items, box.exact)) if box else None


def _halves(place: int) -> Callable[[Call], Value | None]:
    """Model a method that gives all keys or all values."""

    def model(call: Call) -> Value | None:
        box = call.state.box(call.arguments[0])
        if box is None:
            return None
        items = tuple(half for pair in box.items for half in _half_of(call, pair, place))
        return call.state.allocate(call.offset, Box("list", items, box.exact))

    return model


def _half_of(call: Call, pair: Value, place: int) -> Iterator[Value]:
    for one in possible(pair):
        box = call.state.box(one)
        yield element(box, Number(place)) if box and box.kind == "pair" else _NO_MAP


def _get(call: Call) -> Value | None:
    """What a key has, or all that it may have."""
    box = call.state.box(call.arguments[0])
    if box is None:
        return None
    asked = call.state.publish(call.arguments[1])
    found: list[Value] = []
    for pair in box.items:
        (key,), (value,) = ([*_half_of(call, pair, place)][:1] for place in (0, 1))
        if not isinstance(asked, Text) or not isinstance(key, Text) or key == asked:
            found.append(value)
    return union(found) if found else None


MAP_MODELS: Final[dict[str, Callable[[Call], Value | None]]] = {
    "<init>": _init,
    "put": _put,
    "putAll": _put_all,
    "entrySet": _entries,
    "keySet": _halves(0),
    "values": _halves(1),
    "get": _get,
    **dict.fromkeys(("remove", "clear", "replace", "compute", "merge", "putIfAbsent"), _spoil),
}
"""Models of a map's own methods, by name."""
MAP_CLASSES: Final = frozenset((*MAPS, "Ljava/util/Map;"))
PAIR_MODELS: Final[dict[tuple[str, str], Callable[[Call], Value | None]]] = {
    **{(pair, "<init>"): _init_pair for pair in PAIRS},
    ("Landroid/util/Pair;", "create"): _pair,
    ("Lkotlin/TuplesKt;", "to"): _pair,
    ("Ljava/util/Map;", "entry"): _pair,
    **{("Lkotlin/Pair;", name): _half(0) for name in ("getFirst", "component1")},
    **{("Lkotlin/Pair;", name): _half(1) for name in ("getSecond", "component2")},
    **{(kind, "getKey"): _half(0) for kind in ("Ljava/util/Map$Entry;", PAIRS[1])},
    **{(kind, "getValue"): _half(1) for kind in ("Ljava/util/Map$Entry;", PAIRS[1])},
    **{(_KOTLIN, name): _made for name in ("mapOf", "hashMapOf", "linkedMapOf", "mutableMapOf", "emptyMap")},
    ("Ljava/util/Map;", "ofEntries"): _made,
    ("Ljava/util/Map;", "of"): _made_of_all,
    ("Ljava/util/Collections;", "singletonMap"): _made_of_all,
}
"""Pairs, and what makes a map of them."""
