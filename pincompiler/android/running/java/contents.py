"""What objects hold, and which are equal: each needs the other, as a ``HashMap`` is in the order of hashes."""

from __future__ import annotations

from functools import cmp_to_key
from typing import TYPE_CHECKING, Any, Final

from pincompiler.android.running.java.nulls import NO_OBJECT
from pincompiler.android.running.java.tools import ENTRY, PRIMITIVES, UTIL, any_of
from pincompiler.android.running.numbers import int32
from pincompiler.android.running.texts import hash_of
from pincompiler.android.running.values import (
    NULL,
    Boxed,
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
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

EQUALS: Final = "(Ljava/lang/Object;)Z"


def equal(m: Running, one: Value, other: Value) -> Value:
    """``Objects.equals``: 1, 0 or unknown."""
    if one is other:
        return 1
    if isinstance(one, int) or isinstance(other, int):
        unknown = one if isinstance(one, NotKnown) else other
        return NotKnown("Z", unknown.why) if isinstance(unknown, NotKnown) else int(one == other)
    for value in (one, other):
        if isinstance(value, NotKnown):
            return NotKnown("Z", value.why)
    if isinstance(one, Instance):
        if m.has_code(one.cls, "equals", EQUALS):
            return m.call(one, "equals", EQUALS, other)
        return _equal_items(m, one, other) if _is_collection(m, one) else 0
    return _equal_things(m, one, other)


def _equal_things(m: Running, one: Value, other: Value) -> Value:
    found: Value = int(isinstance(one, str) and one == other)
    if isinstance(one, JavaMap):
        found = _equal_maps(m, one, other)
    elif isinstance(one, JavaList | JavaSet):
        found = _equal_items(m, one, other)
    elif isinstance(one, Boxed) and isinstance(other, Boxed):
        found = int(other.cls == one.cls and other.value == one.value)
    elif isinstance(one, Wrapped) and isinstance(other, Wrapped) and one.cls == other.cls:
        if one.cls == ENTRY:
            found = all_true(equal(m, *pair) for pair in zip(one.value, other.value, strict=True))
        else:
            found = int(one.value == other.value)
    return found


def all_true(found: Iterable[Value]) -> Value:
    """Whether all of some answers are yes; unknown if one of them is, and none is no."""
    unknown: Value = 1
    for one in found:
        if isinstance(one, NotKnown):
            unknown = one
        elif not one:
            return 0
    return unknown


def _equal_items(m: Running, one: Value, other: Value) -> Value:
    for kind in ("List;", "Set;"):
        if m.is_instance(one, UTIL + kind):
            if not m.is_instance(other, UTIL + kind):
                return 0
            some, others = items(m, one), items(m, other)
            if some is None or others is None:
                return NotKnown("Z", "items that are unknown")
            if len(some) != len(others):
                return 0
            if kind == "List;":
                return all_true(equal(m, *pair) for pair in zip(some, others, strict=True))
            return all_true(contains(m, others, item) for item in some)
    return 0


def _equal_maps(m: Running, one: JavaMap, other: Value) -> Value:
    if not isinstance(other, JavaMap) or len(one.entries) != len(other.entries):
        return 0
    if one.is_open or other.is_open:
        return NotKnown("Z", "a map that is unknown")
    pairs = ((value, other.entries.get(key)) for key, (_, value) in one.entries.items())
    return all_true(0 if found is None else equal(m, value, found[1]) for value, found in pairs)


def contains(m: Running, some: Iterable[Value], wanted: Value) -> Value:
    """Whether some item equals a value: 1, 0 or unknown."""
    unknown: Value = 0
    for one in some:
        found = equal(m, wanted, one)
        if isinstance(found, NotKnown):
            unknown = found
        elif found:
            return 1
    return unknown


def hash_value(m: Running, value: Value) -> int | None:
    """``Objects.hashCode``; None where it is unknown, or only an object's identity."""
    found: int | None = None
    if isinstance(value, int):
        found = 0
    elif isinstance(value, str):
        found = hash_of(value)
    elif isinstance(value, Boxed):
        found = _hash_of_box(value)
    elif isinstance(value, Instance) and m.has_code(value.cls, "hashCode", "()I"):
        said = m.call(value, "hashCode", "()I")
        found = said if isinstance(said, int) else None
    elif isinstance(value, Wrapped) and value.cls == ENTRY:
        one, other = (hash_value(m, part) for part in value.value)
        found = None if one is None or other is None else one ^ other
    elif isinstance(value, JavaList | JavaSet | JavaMap):
        found = _hash_of_items(m, value)
    return found


def _hash_of_box(value: Boxed) -> int:
    kind = PRIMITIVES.get(value.cls, "")
    if kind == "Z":
        return 1231 if value.value else 1237
    if kind in {"J", "D"}:
        return int32(value.value ^ ((value.value & 0xFFFFFFFFFFFFFFFF) >> 32))
    return value.value


def _hash_of_items(m: Running, value: Value) -> int | None:
    some = items(m, value)
    hashes = [] if some is None else [hash_value(m, one) for one in some]
    if some is None or None in hashes:
        return None
    if not isinstance(value, JavaList):
        return int32(sum(one or 0 for one in hashes))
    found = 1
    for one in hashes:
        found = int32(31 * found + (one or 0))
    return found


def key_of(m: Running, value: Value, entries: Mapping[Hashable, tuple[Value, Value]]) -> Hashable | None:
    """What makes keys of a map equal; None for an unknown key."""
    if isinstance(value, str | int):
        return value
    if isinstance(value, NotKnown):
        return None
    if isinstance(value, Boxed):
        return value.cls, value.value
    found = hash_value(m, value)
    if found is None:
        return None if m.class_of(value) in _BY_CONTENT else ("", id(value))
    number = 0
    while (key := ("hash", found, number)) in entries:
        same = equal(m, value, entries[key][0])
        if isinstance(same, NotKnown):
            return None
        if same:
            break
        number += 1
    return key


_BY_CONTENT: Final = frozenset({ENTRY, *(f"{UTIL}{name};" for name in ("ArrayList", "HashSet", "HashMap"))})


def _is_collection(m: Running, value: Value) -> bool:
    """Whether a value is a ``Collection``."""
    return m.is_instance(value, f"{UTIL}Collection;")


def items(m: Running, value: Value) -> list[Value] | None:
    """What an ``Iterable``, an array or an iterator gives; None where that is unknown."""
    if isinstance(value, int):
        m.throw(NO_OBJECT)
    if isinstance(value, JavaArray):
        return value.items
    if isinstance(value, JavaList):
        return None if value.is_open else value.items
    if isinstance(value, JavaSet):
        keys = ordered(m, value.map)
        return None if keys is None or value.is_open else [key for key, _ in keys]
    if isinstance(value, Walk):
        return [value.ahead.pop() if value.ahead else next(value.rest) for _ in iter(value.has_next, False)]
    if isinstance(value, Instance):
        return _walked(m, value)
    return None


def _walked(m: Running, value: Instance) -> list[Value] | None:
    walk: Value = value
    if not m.is_instance(value, f"{UTIL}Iterator;"):
        if not m.has_code(value.cls, "iterator", "()Ljava/util/Iterator;"):
            return None
        walk = m.call(value, "iterator", "()Ljava/util/Iterator;")
    if not isinstance(walk, Instance):
        return items(m, walk)
    found: list[Value] = []
    while True:
        more = m.call(walk, "hasNext", "()Z")
        if isinstance(more, NotKnown) or len(found) > ARRAY_ELEMENTS.limit:
            return None
        if not more:
            return found
        m.charge(1)
        found.append(m.call(walk, "next", "()Ljava/lang/Object;"))


def entries_of(m: Running, value: Value) -> list[Value] | None:
    """The entries of a map; None where they are unknown."""
    if isinstance(value, JavaMap):
        found = ordered(m, value)
        return None if found is None else [Wrapped(ENTRY, [key, one]) for key, one in found]
    if isinstance(value, Instance) and m.has_code(value.cls, "entrySet", "()Ljava/util/Set;"):
        return items(m, m.call(value, "entrySet", "()Ljava/util/Set;"))
    return None


def ordered(m: Running, of: JavaMap) -> list[tuple[Value, Value]] | None:
    """The entries of a map in the order in which it gives them; None where that is unknown."""
    if of.is_open:
        return None
    entries = list(of.entries.values())
    if "Tree" in of.cls or "SkipList" in of.cls:
        key = sorting(m, NULL)
        return sorted(entries, key=lambda entry: key(entry[0]))
    hashed = {"Ljava/util/HashMap;", "Ljava/util/concurrent/ConcurrentHashMap;"}
    if of.cls not in hashed or len(entries) < 2:
        return entries
    hashes = [hash_value(m, key) for key, _ in entries]
    if None in hashes:
        return entries
    mask = (of.capacity or 16) - 1
    at = [((one or 0) ^ ((one or 0) & 0xFFFFFFFF) >> 16) & mask for one in hashes]
    front = [of.to_front.get(key, 0) for key in of.entries]
    return [entries[number] for number in sorted(range(len(entries)), key=lambda one: (at[one], front[one]))]


def sorting(m: Running, comparator: Value) -> Callable[[Value], Any]:
    """The key of ``sorted`` for a comparator, or for the natural order."""
    return cmp_to_key(lambda one, other: compare(m, comparator, one, other))


def compare(m: Running, comparator: Value, one: Value, other: Value) -> int:
    """What a comparator says, or without one the first object.  StoppedError if that is unknown."""
    if isinstance(comparator, int):
        if isinstance(one, int):
            m.throw(NO_OBJECT)
        found = m.call(one, "compareTo", "(Ljava/lang/Object;)I", other)
    else:
        found = m.call(comparator, "compare", "(Ljava/lang/Object;Ljava/lang/Object;)I", one, other)
    if not isinstance(found, int):
        raise StoppedError("an order that is unknown")
    return found


def on_items(model: Callable[[Running, list[Value], list[Value], MethodRef], Value]) -> Model:
    """A model that is given the items of its first argument, where these are known."""

    def asked(m: Running, args: list[Value], ref: MethodRef) -> Value:
        some = items(m, args[0])
        return any_of(ref, "items that are unknown") if some is None else model(m, some, args, ref)

    return asked
