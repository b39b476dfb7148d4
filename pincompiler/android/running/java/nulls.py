"""Arguments for which the platform's methods throw a ``NullPointerException``, by the documentation of each class.

A model is asked only if no such argument is null.  One that stands in no table here takes null, or is at a loss with it
and leaves the run unknown: what a model does not expect is never an exception of the app's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.android.running.java.tools import LANG, UTIL
from pincompiler.android.running.values import NULL, STRING, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

NO_OBJECT: Final = f"{LANG}NullPointerException;"
_ALL: Final = ""
"""Every argument that is an object; others are named by their place, or by their type."""
_CHARS: Final = "[C"
_FIRST, _SECOND = 0, 1


def _all(*names: str) -> dict[str, int | str]:
    return dict.fromkeys(names, _ALL)


def _first(*names: str) -> dict[str, int | str]:
    return dict.fromkeys(names, _FIRST)


_TEXT: Final = _all(
    *("compareTo", "compareToIgnoreCase", "startsWith", "endsWith", "contains", "contentEquals", "concat"),
    *("replace", "toLowerCase", "toUpperCase", "regionMatches", "split", "replaceAll", "replaceFirst"),
    *("matches", "indexOf", "lastIndexOf", "getBytes"),
)
_BUFFER: Final = {**_all("indexOf", "lastIndexOf", "replace"), **dict.fromkeys(("append", "insert"), _CHARS)}
_COLLECTION: Final = _all(
    *("addAll", "removeIf", "removeAll", "retainAll", "containsAll", "toArray", "replaceAll")
)
_QUEUE: Final = _all("add", "offer", "push", "addFirst", "addLast", "offerFirst", "offerLast")
_FULL_MAP: Final = {
    **_all("put", "putIfAbsent", "get", "containsKey", "containsValue", "remove", "merge", "compute"),
    **_all("computeIfAbsent", "computeIfPresent", "putAll", "forEach"),
    **_first("getOrDefault"),
}
"""Of maps that have neither keys nor values that are null."""
_STREAM: Final = _all(
    *(
        "map",
        "flatMap",
        "filter",
        "forEach",
        "forEachOrdered",
        "anyMatch",
        "allMatch",
        "noneMatch",
        "collect",
    ),
    "toArray",
)
_URL: Final = "Ljava/net/URI;"
_WALKED: Final = _all("forEach", "forEachRemaining")
_FUNCTION: Final = f"{UTIL}function/"
REFUSED: Final[Mapping[str, Mapping[str, int | str]]] = {
    f"{LANG}String;": {**_TEXT, **_all("join", "copyValueOf"), "valueOf": _CHARS, "format": STRING},
    f"{LANG}StringBuilder;": _BUFFER,
    f"{LANG}StringBuffer;": _BUFFER,
    **dict.fromkeys((f"{LANG}{one};" for one in ("Integer", "Long", "Boolean", "Enum")), _all("compareTo")),
    f"{LANG}Class;": _all("forName"),
    f"{LANG}Iterable;": _WALKED,
    f"{UTIL}Iterator;": _WALKED,
    f"{UTIL}Collection;": _COLLECTION,
    f"{UTIL}ArrayDeque;": _QUEUE,
    f"{UTIL}concurrent/ConcurrentLinkedQueue;": _QUEUE,
    f"{UTIL}concurrent/LinkedBlockingQueue;": _QUEUE,
    f"{UTIL}TreeSet;": _all("add", "contains", "remove"),
    f"{UTIL}TreeMap;": _first("get", "put", "containsKey", "remove"),
    **dict.fromkeys(
        (
            f"{UTIL}{one};"
            for one in ("Hashtable", "concurrent/ConcurrentHashMap", "concurrent/ConcurrentSkipListMap")
        ),
        _FULL_MAP,
    ),
    f"{UTIL}List;": {**_all("replaceAll", "copyOf"), "of": _ALL},
    f"{UTIL}Set;": _all("of", "copyOf"),
    f"{UTIL}Map;": {
        **_all("putAll", "forEach", "of", "copyOf", "entry", "ofEntries"),
        **dict.fromkeys(("computeIfAbsent", "computeIfPresent", "compute", "merge"), _SECOND),
    },
    f"{UTIL}Arrays;": _first(
        "asList", "copyOf", "copyOfRange", "fill", "sort", "binarySearch", "stream", "setAll"
    ),
    f"{UTIL}Collections;": {
        **_first("sort", "reverse", "min", "max", "addAll", "binarySearch", "list", "newSetFromMap"),
        **_all("disjoint"),
        **_all(
            *(f"unmodifiable{one}" for one in ("List", "Set", "Map", "Collection", "SortedSet", "SortedMap")),
            *(f"synchronized{one}" for one in ("List", "Set", "Map", "Collection", "SortedSet", "SortedMap")),
        ),
    },
    f"{UTIL}Optional;": _all("of", "map", "flatMap", "filter"),
    f"{UTIL}Comparator;": _all("thenComparing", "comparing"),
    f"{_FUNCTION}Function;": _all("andThen", "compose"),
    f"{UTIL}stream/Stream;": {**_STREAM, **_all("concat")},
    f"{UTIL}regex/Pattern;": _all("compile", "matcher", "quote", "split", "matches"),
    f"{UTIL}regex/Matcher;": _all("replaceAll", "replaceFirst"),
    f"{UTIL}Base64$Encoder;": _all("encode", "encodeToString"),
    f"{UTIL}Base64$Decoder;": _all("decode"),
    "Landroid/util/Base64;": _all("encode", "encodeToString", "decode"),
    "Landroid/net/Uri;": _all("parse"),
    "Landroid/text/TextUtils;": _all("join"),
    "Ljava/security/MessageDigest;": _all("update", "digest"),
    "Ljava/nio/ByteBuffer;": _all("wrap"),
    "Ljava/net/IDN;": _all("toASCII"),
    _URL: _all("create"),
}
"""By class and method: which argument, of those that are objects, may not be null."""
NEW: Final = frozenset(
    {
        *(f"{LANG}{name};" for name in ("String", "StringBuilder", "StringBuffer")),
        *(f"{UTIL}{name};" for name in ("ArrayList", "LinkedList", "ArrayDeque", "HashSet", "LinkedHashSet")),
        *(f"{UTIL}{name};" for name in ("HashMap", "LinkedHashMap", "Vector", "StringTokenizer")),
        *(_URL, "Ljava/io/ByteArrayInputStream;", "Ljava/math/BigInteger;"),
    }
)
"""Classes whose constructors take no null."""


def checked(model: Model, classes: Iterable[str], name: str) -> Model:
    """The same model, which throws what the documentation says of null: of the first class that says anything."""
    said = (REFUSED[one][name] for one in classes if name in REFUSED.get(one, ()))
    which = next(said, None)
    return model if which is None else _checked(model, which)


def checked_new(model: Model, cls: str) -> Model:
    """The same constructor, which throws what the documentation of its class says of null."""
    return _checked(model, _ALL) if cls in NEW else model


def _checked(model: Model, which: int | str) -> Model:
    def asked(m: Running, args: list[Value], ref: MethodRef) -> Value:
        if NULL in args:
            kinds = parameters(ref.descriptor)
            given = args[len(args) - len(kinds) :]
            some = [
                one for at, one in enumerate(given) if kinds[at][0] in "L[" and which in {_ALL, at, kinds[at]}
            ]
            if NULL in some:
                m.throw(NO_OBJECT)
        return model(m, args, ref)

    return asked
