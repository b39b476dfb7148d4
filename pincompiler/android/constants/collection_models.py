"""What the calls of collections and their factories do to constants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.state import Box
from pincompiler.android.constants.values import Items, Number, ResourceRef, Unknown, Value, possible, union
from pincompiler.base.bounds import ITEMS
from pincompiler.base.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from pincompiler.android.constants.call import Call
    from pincompiler.android.constants.state import FlowState

LISTS: Final = (
    *("Ljava/util/ArrayList;", "Ljava/util/LinkedList;", "Ljava/util/Vector;"),
    "Lkotlin/jvm/internal/SpreadBuilder;",
)
SETS: Final = ("Ljava/util/HashSet;", "Ljava/util/LinkedHashSet;", "Ljava/util/TreeSet;")
COLLECTIONS: Final = frozenset(
    (
        *(*LISTS, *SETS),
        *("Ljava/util/List;", "Ljava/util/Set;", "Ljava/util/Collection;", "Ljava/lang/Iterable;"),
        "Ljava/util/stream/Stream;",
    )
)
_MAKERS: Final = {
    ("Ljava/util/List;", "of"): "list",
    ("Ljava/util/Set;", "of"): "set",
    ("Ljava/util/Arrays;", "asList"): "list",
    ("Ljava/util/Collections;", "singletonList"): "list",
    ("Ljava/util/Collections;", "singleton"): "set",
    ("Ljava/util/Collections;", "emptyList"): "list",
    ("Ljava/util/Collections;", "emptySet"): "set",
    ("Lkotlin/collections/CollectionsKt;", "createListBuilder"): "list",
    ("Lkotlin/collections/SetsKt;", "createSetBuilder"): "set",
}
_KOTLIN_MAKER: Final = lazy_regex(
    r"(?:mutable|array|hash|linked)?(List|Set)Of(?:NotNull)?|empty(List|Set)", re.IGNORECASE
)
_KOTLIN_LISTS: Final = ("Lkotlin/collections/CollectionsKt", "Lkotlin/collections/SetsKt")


def made(call: Call) -> Value | None:
    """A collection that a factory makes of its arguments."""
    kind = _MAKERS.get(call.key)
    if kind is None and call.ref.class_name.startswith(_KOTLIN_LISTS):
        match = _KOTLIN_MAKER.fullmatch(call.ref.name)
        kind = (match[1] or match[2]).lower() if match else None
    return _make(call, kind) if kind else None


def _make(call: Call, kind: str) -> Value | None:
    """A collection of the arguments, or of the one array among them."""
    if call.kinds == ("I",):  # a capacity
        return call.state.allocate(call.offset, Box("set" if kind == "set" else "list", ()))
    if len(call.arguments) == 1 and call.kinds[0].startswith("["):
        source = call.state.box(call.arguments[0])
        if source is None:
            return None
    else:
        source = Box("array", call.arguments)
    box = Box("set" if kind == "set" else "list", source.items, source.exact)
    return call.state.allocate(call.offset, box)


def _init(call: Call) -> None:
    """Begin empty or with another collection's items; an ``int`` is a capacity."""
    source = call.state.box(call.arguments[1]) if len(call.arguments) > 1 else Box("list", ())
    if source is None:
        other = Box("list", (Unknown("items of another collection"),), exact=False)
        source = Box("list", ()) if call.kinds[1] == "I" else other
    items, exact = source.items, source.exact
    call.state.change(call.arguments[0], lambda box: Box(box.kind, items, exact))


def _add(call: Call) -> Value:
    item = call.arguments[-1]

    def change(box: Box) -> Box:
        exact = box.exact and len(call.arguments) == 2 and len(box.items) < ITEMS.limit
        return Box(box.kind, (*box.items, item)) if exact else box.loosened(item)

    call.state.change(call.arguments[0], change)
    return Number(1)


def _add_all(call: Call) -> Value:
    other = Box("list", (Unknown("items of another collection"),), exact=False)
    more = call.state.box(call.arguments[-1]) or other

    def change(box: Box) -> Box:
        fits = len(box.items) + len(more.items) < ITEMS.limit
        exact = box.exact and more.exact and len(call.arguments) == 2 and fits
        return Box(box.kind, (*box.items, *more.items)) if exact else box.loosened(*more.items)

    call.state.change(call.arguments[0], change)
    return Number(1)


def _spoil(call: Call) -> Value | None:
    """A change that is not followed: what was in it may still be."""
    unknown = Unknown(f"a collection changed by {call.ref.name}")
    call.state.change(call.arguments[0], lambda box: box.loosened(unknown))
    return None


def _get(call: Call) -> Value | None:
    return elements(call.state, call.arguments[0], call.arguments[-1])


def elements(state: FlowState, array: Value, index: Value) -> Value | None:
    """The item at a place of any of several arrays or lists; none if one of them is not known."""
    boxes = [box for box in map(state.box, possible(array)) if box is not None]
    return union(element(box, index) for box in boxes) if len(boxes) == len(possible(array)) else None


def element(box: Box, index: Value) -> Value:
    """The item at a place, or all that may be there."""
    places = [one.value for one in possible(index) if isinstance(one, Number)]
    if box.exact and len(places) == len(possible(index)):
        return union(box.items[place] for place in places if 0 <= place < len(box.items))
    return union(box.items)


def _any(call: Call) -> Value | None:
    """Some item of a collection or of what an iterator goes over."""
    source = call.arguments[0]
    if isinstance(source, Items):
        return union(source.items)
    box = call.state.box(source)
    return union(box.items) if box else None


def _iterator(call: Call) -> Value | None:
    box = call.state.box(call.arguments[0])
    return Items("iterator", tuple(map(call.state.publish, box.items)), box.exact) if box else None


def _to_array(call: Call) -> Value | None:
    box = call.state.box(call.arguments[0])
    return call.state.allocate(call.offset, Box("array", box.items, box.exact)) if box else None


def _copy_of(call: Call) -> Value | None:
    """``Arrays.copyOf``, which is also how Kotlin spreads an array."""
    box, length = call.state.box(call.arguments[0]), call.arguments[1]
    if box is None:
        whole = all(isinstance(one, ResourceRef) for one in possible(call.arguments[0]))
        return call.arguments[0] if whole else None
    if not box.exact or not isinstance(length, Number) or not 0 <= length.value <= ITEMS.limit:
        return call.state.allocate(call.offset, box.loosened())
    items = (*box.items[: length.value], *(Number(0),) * (length.value - len(box.items)))
    return call.state.allocate(call.offset, Box("array", items))


def _plus(call: Call) -> Value | None:
    """The items of one collection or array, and another one's, or one more."""
    box, more = call.state.box(call.arguments[0]), call.state.box(call.arguments[1])
    if box is None:
        return None
    if more is None or more.kind == "text":
        more = Box("list", (call.arguments[1],), exact=not call.kinds[1].startswith(("[", "Ljava/lang/It")))
    both = Box(box.kind, (*box.items, *more.items))
    return call.state.allocate(call.offset, both if box.exact and more.exact else box.loosened(*more.items))


def _size(call: Call) -> Value | None:
    box = call.state.box(call.arguments[0])
    return Number(len(box.items)) if box and box.exact else None


COLLECTION_MODELS: Final[dict[str, Callable[[Call], Value | None]]] = {
    "<init>": _init,
    "add": _add,
    "addAll": _add_all,
    "addSpread": _add_all,
    "get": _get,
    "iterator": _iterator,
    "toArray": _to_array,
    "stream": _to_array,
    "size": _size,
    **dict.fromkeys(("remove", "set", "clear", "removeAll", "retainAll", "removeIf", "replaceAll"), _spoil),
}
"""Models of a collection's own methods, by name: receivers are declared as interfaces or classes."""
FUNCTION_MODELS: Final[dict[tuple[str, str], Callable[[Call], Value | None]]] = {
    ("Ljava/util/Iterator;", "next"): _any,
    ("Ljava/util/ListIterator;", "next"): _any,
    ("Lkotlin/collections/CollectionsKt;", "first"): _any,
    ("Ljava/util/Collections;", "addAll"): _add_all,
    ("Ljava/util/Arrays;", "copyOf"): _copy_of,
    ("Ljava/util/Arrays;", "stream"): _to_array,
    ("Lkotlin/collections/ArraysKt;", "plus"): _plus,
    ("Lkotlin/collections/CollectionsKt;", "plus"): _plus,
    ("Lkotlin/collections/SetsKt;", "plus"): _plus,
}
