"""What the calls of Java's, Kotlin's and Android's libraries do to constants.

A model takes the call and gives its result, or none if it has nothing to say about these arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.constants.byte_models import BYTE_MODELS
from pincompiler.android.constants.collection_models import (
    COLLECTION_MODELS,
    COLLECTIONS,
    FUNCTION_MODELS,
    LISTS,
    SETS,
    made,
)
from pincompiler.android.constants.map_models import MAP_CLASSES, MAP_MODELS, MAPS, PAIR_MODELS, PAIRS
from pincompiler.android.constants.state import Box
from pincompiler.android.constants.text_models import STRING, TEXT_BUILDERS, TEXT_MODELS
from pincompiler.android.constants.url_models import URL_MODELS, URLS
from pincompiler.android.constants.values import Number, ResourceRef, Unknown, Value, possible, union

if TYPE_CHECKING:
    from pincompiler.android.constants.call import Call
    from pincompiler.android.constants.state import Kind

_COPIES: Final = frozenset(
    {
        ("Ljava/util/List;", "copyOf"),
        ("Ljava/util/Set;", "copyOf"),
        ("Ljava/util/Collections;", "unmodifiableList"),
        ("Ljava/util/Collections;", "unmodifiableSet"),
        ("Ljava/util/Collections;", "unmodifiableCollection"),
        ("Ljava/util/Collections;", "unmodifiableMap"),
        ("Ljava/util/Objects;", "requireNonNull"),
        ("Ljava/lang/Object;", "clone"),
        ("Lkotlin/enums/EnumEntriesKt;", "enumEntries"),
        (STRING, "toString"),
        (STRING, "intern"),
        ("Ljava/lang/Integer;", "valueOf"),
        ("Ljava/lang/Integer;", "intValue"),
        ("Ljava/lang/Long;", "valueOf"),
        ("Ljava/lang/Boolean;", "valueOf"),
        ("Ljava/lang/Boolean;", "booleanValue"),
        ("Lkotlin/collections/ArraysKt;", "toList"),
        ("Lkotlin/collections/ArraysKt;", "asList"),
        ("Lkotlin/collections/CollectionsKt;", "toList"),
        ("Lkotlin/collections/CollectionsKt;", "toSet"),
        ("Lkotlin/collections/ArraysKt;", "toSet"),
        ("Lkotlin/collections/CollectionsKt;", "build"),
        ("Lkotlin/collections/SetsKt;", "build"),
        ("Lkotlin/collections/MapsKt;", "toMap"),
    }
)
"""Calls whose result is, or equals, their first argument."""
_RESOURCES: Final = {
    ("getString", "(I)Ljava/lang/String;"): "string",
    ("getText", "(I)Ljava/lang/CharSequence;"): "string",
    ("getStringArray", "(I)[Ljava/lang/String;"): "array",
    ("getTextArray", "(I)[Ljava/lang/CharSequence;"): "array",
}
_MODELS: Final = {**TEXT_MODELS, **FUNCTION_MODELS, **BYTE_MODELS, **PAIR_MODELS, **URL_MODELS}


_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys((*TEXT_BUILDERS, STRING), "text"),
    **dict.fromkeys(LISTS, "list"),
    **dict.fromkeys(SETS, "set"),
    **dict.fromkeys(MAPS, "map"),
    **dict.fromkeys(PAIRS, "pair"),
}


def created(descriptor: str) -> Box | None:
    """The content of a new object of a class whose content is followed."""
    if descriptor in URLS:
        return Box("text", (Unknown("a URL of several parts"),))
    kind = _KINDS.get(descriptor)
    return Box(kind, ()) if kind else None


def result(call: Call) -> Value | None:
    """What a call returns; what the call changes is changed in its state."""
    kind = _RESOURCES.get((call.ref.name, call.ref.descriptor))
    if kind and len(call.arguments) > 1:
        return _resource(kind, call.arguments[1])
    if call.arguments and (
        call.key in _COPIES or (call.ref.name == "clone" and call.ref.class_name[0] == "[")
    ):
        return call.arguments[0]
    model = _MODELS.get(call.key)
    if model is None and call.arguments:
        if call.ref.class_name in COLLECTIONS:
            model = COLLECTION_MODELS.get(call.ref.name)
        elif call.ref.class_name in MAP_CLASSES:
            model = MAP_MODELS.get(call.ref.name)
    try:
        return model(call) if model else made(call)
    except (IndexError, ValueError):  # a method of that name with other parameters than the library's
        return None


def _resource(kind: str, value: Value) -> Value | None:
    """A resource id begins with its package's number: the app's is 0x7f, the framework's 1."""
    options = possible(value)
    ids = [one.value for one in options if isinstance(one, Number) and one.value >> 24]
    if len(ids) < len(options):
        return None
    return union(ResourceRef(number, "array" if kind == "array" else "string") for number in ids)
