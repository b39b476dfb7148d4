"""What calls of the platform and of Kotlin's library make of constants: numbers, boxes, items, texts, failures."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from pincompiler.android.dex.refs import parameters
from pincompiler.base.bounds import WAY_ITEMS
from pincompiler.shipped.android.trust.ways.lineage import (
    Contents,
    Cut,
    Failure,
    Matching,
    Val,
    Words,
    cut_among,
)
from pincompiler.shipped.android.trust.ways.texts import answer, changed, is_url_of, place_of, words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.shipped.android.trust.ways.lineage import Inside, Lineage, Origin

_BOXES: Final = frozenset(
    f"Ljava/lang/{name};" for name in ("Boolean", "Byte", "Character", "Integer", "Long", "Short")
)
_FUNCTIONS: Final[dict[tuple[str, str, int], Callable[..., int]]] = {
    ("Ljava/lang/Math;", "abs", 1): abs,
    ("Ljava/lang/Math;", "max", 2): max,
    ("Ljava/lang/Math;", "min", 2): min,
    ("Ljava/lang/Integer;", "max", 2): max,
    ("Ljava/lang/Integer;", "min", 2): min,
    ("Ljava/lang/Integer;", "bitCount", 1): lambda number: (number & 0xFFFFFFFF).bit_count(),
    ("Ljava/lang/Integer;", "compare", 2): lambda one, other: (one > other) - (one < other),
    ("Ljava/lang/Boolean;", "compare", 2): lambda one, other: one - other,
    ("Lkotlin/jvm/internal/Intrinsics;", "compare", 2): lambda one, other: (one > other) - (one < other),
}
"""By class, name, and how many numbers they are passed."""


def hash_code(text: str) -> int:
    """What ``String.hashCode`` answers, by which a switch over texts begins."""
    units = text.encode("utf-16-le", "surrogatepass")
    number = 0
    for at in range(0, len(units), 2):
        number = (31 * number + units[at] + (units[at + 1] << 8)) & 0xFFFFFFFF
    return number - (1 << 32) if number >> 31 else number


_MEASURES: Final[dict[str, Callable[[str], int]]] = {"hashCode": hash_code, "length": len}
_LISTING: Final = frozenset(
    {
        *(
            "arrayListOf",
            "asList",
            "asIterable",
            "copyOf",
            "hashSetOf",
            "linkedSetOf",
            "listOf",
            "mutableListOf",
        ),
        *(
            "mutableSetOf",
            "of",
            "setOf",
            "singleton",
            "singletonList",
            "toHashSet",
            "toList",
            "toMutableList",
        ),
        *("toMutableSet", "toSet", "unmodifiableCollection", "unmodifiableList", "unmodifiableSet"),
    }
)
"""Static methods that make a list or a set of items, of an array or of another."""
RANGE: Final = "Lkotlin/ranges/IntRange;"
_COLLECTIONS: Final = frozenset({"Ljava/util/ArrayList;", "Ljava/util/HashSet;", "Ljava/util/LinkedHashSet;"})
_URLS: Final = frozenset({"Ljava/net/URI;", "Ljava/net/URL;"})
_PATTERNS: Final = frozenset({"Lkotlin/text/Regex;", "Ljava/util/regex/Pattern;"})
_PLAIN_REGION: Final = 5
"""What ``String.regionMatches`` is passed, the receiver among it, where case counts."""
_FAILING: Final = frozenset({"isFailure-impl", "isSuccess-impl", "exceptionOrNull-impl"})
_OF_TEXTS: Final = (
    *("Ljava/lang/", "Ljava/net/", "Ljava/util/", "Lkotlin/", "Landroid/net/", "Landroid/text/"),
    "Landroid/webkit/URLUtil;",
)


def is_whole(inside: Inside) -> bool:
    """Whether it is known which number or text it is."""
    return isinstance(inside, int) or (isinstance(inside, Words) and inside.whole)


def item_of(value: Val, kind: str) -> Inside:
    """What a value is as an item of an array or a collection."""
    return value.inside if kind[0] in "L[" else value.number


def constant(ref: MethodRef, passed: list[Val], here: Origin, lineage: Lineage) -> Val | None:
    """What a call answers of constants; none if it is not known."""
    if not passed or not ref.class_name.startswith(_OF_TEXTS):
        return None
    found = _number(ref, passed, here) or _boxed(ref, passed, here) or _failing(ref, passed, here, lineage)
    found = found or _listed(ref, passed, here) or _of_text(ref, passed, here)
    if found and found.number is not None and not lineage.folds(here, passed):
        return None
    cut = None if found else cut_among(passed)
    return Val(here, inside=cut) if cut else found


def contents(items: Iterable[Inside], *, growing: bool = False) -> Contents | Cut:
    """What is in an array, a list or a set, if these are few."""
    few = tuple(islice(items, WAY_ITEMS.limit + 1))
    if len(few) > WAY_ITEMS.limit:
        return Cut(f"a list has more than {WAY_ITEMS}", many=True)
    return Contents(few, growing)


def _number(ref: MethodRef, passed: list[Val], here: Origin) -> Val | None:
    kinds, count = parameters(ref.descriptor), len(passed)
    function = _FUNCTIONS.get((ref.class_name, ref.name, count))
    numbers = [value.number for value in passed if value.number is not None]
    if function is None or len(numbers) < count or len(kinds) < count or not {"I", "Z"}.issuperset(kinds):
        return None
    return Val(here, function(*numbers))


def _boxed(ref: MethodRef, passed: list[Val], here: Origin) -> Val | None:
    """Numbers that are put into objects, taken out, and compared there."""
    first = passed[0]
    if ref.class_name in _BOXES and ref.name == "valueOf" and ref.descriptor[1] not in "L[":
        return Val(here, something=True, inside=first.number)
    if not isinstance(first.inside, int):
        return None
    if ref.name.endswith("Value") and len(passed) == 1:
        return Val(here, first.inside)
    other = passed[1].inside if len(passed) > 1 else None
    if ref.name in {"equals", "areEqual"} and isinstance(other, int):
        return Val(here, int(first.inside == other))
    return None


def _failing(ref: MethodRef, passed: list[Val], here: Origin, lineage: Lineage) -> Val | None:
    """What Kotlin's Result says of what was made of an exception, or of what is surely no such thing."""
    first = passed[0]
    if (ref.class_name, ref.name) == ("Lkotlin/ResultKt;", "createFailure"):
        return Val(here, something=True, inside=Failure(first))
    if ref.class_name != "Lkotlin/Result;":
        return None
    if ref.name == "constructor-impl":
        return first
    failure = first.inside if isinstance(first.inside, Failure) else None
    if ref.name not in _FAILING or not (failure or lineage.is_plain(first)):
        return None
    if ref.name == "exceptionOrNull-impl":
        return failure.thrown if failure else Val(here, 0)
    return Val(here, int(bool(failure) is (ref.name == "isFailure-impl")))


def _listed(ref: MethodRef, passed: list[Val], here: Origin) -> Val | None:
    """Lists and sets of constants, and whether something is among them."""
    kinds = parameters(ref.descriptor)
    first = passed[0]
    if ref.name in _LISTING and len(kinds) == len(passed):
        if len(kinds) == 1 and (kinds[0][0] == "[" or isinstance(first.inside, Contents | Cut)):
            return Val(here, something=True, inside=first.inside)
        made = (item_of(value, kind) for value, kind in zip(passed, kinds, strict=True))
        return Val(here, something=True, inside=contents(made))
    if ref.name != "contains" or not isinstance(first.inside, Contents | Cut) or len(passed) < 2:
        return None
    sought = item_of(passed[1], kinds[-1] if len(kinds) < len(passed) else kinds[1])
    if isinstance(first.inside, Cut):
        return Val(here, inside=first.inside._replace(many=False)) if is_whole(sought) else None
    items = first.inside.items
    closed = not first.inside.growing and all(map(is_whole, items))
    if not is_whole(sought) or not (sought in items or closed):
        return None
    return Val(here, int(sought in items))


def _of_text(ref: MethodRef, passed: list[Val], here: Origin) -> Val | None:
    """What is found in a text, and what is made of it."""
    name, kinds = ref.name.removesuffix("$default"), parameters(ref.descriptor)
    kinds = kinds if len(kinds) == len(passed) else (ref.class_name, *kinds)
    values = passed[:-2] if ref.name != name else passed  # without the mask of what is left out, and a marker
    if not values:
        return None
    subject = values[0].inside
    if name == "matcher" and len(values) > 1:
        return Val(here, something=True, inside=Matching(subject, values[1].inside))
    if isinstance(subject, Matching):
        values = [Val(here, inside=subject.text), Val(here, inside=subject.pattern)]
    elif ref.class_name in _PATTERNS and len(values) > 1 and ref.name != "compile":
        values = [values[1], values[0]]
    of_region = name == "regionMatches" and len(values) >= _PLAIN_REGION
    said = _begins(values) if of_region else _said(name, values, kinds)
    if said is not None:
        return Val(here, int(said))
    text = words_in(values[0])
    if text is None:
        return None
    if name == "compile":
        return Val(here, something=True, inside=text)
    return _made(name, text, values, here)


def _made(name: str, text: Words, values: list[Val], here: Origin) -> Val | None:
    numbers = [value.number for value in values[1:]]
    if name == "indexOf" and len(values) > 1:
        sought = words_in(values[1]) or (Words(chr(numbers[0] & 0xFFFF)) if numbers[0] else None)
        at = place_of(text, sought) if sought and not any(numbers[1:]) else None
        return None if at is None else Val(here, at)
    if name == "charAt" and numbers and numbers[0] is not None and 0 <= numbers[0] < len(text.begins):
        return Val(here, ord(text.begins[numbers[0]]))
    if name in _MEASURES and text.whole:
        return Val(here, _MEASURES[name](text.begins))
    others = [one for value in values[1:] if (one := words_in(value))]
    made = changed(name, text, numbers, others)
    return made and Val(here, something=True, filled=bool(made.begins or not made.whole), inside=made)


def _said(name: str, values: list[Val], kinds: tuple[str, ...]) -> bool | None:
    """Whether something is found in a text; true of any text, of nothing."""
    if len(values) == 1 and (text := words_in(values[0])):
        return is_url_of(name, text)
    if len(values) < 2:
        return None
    text, sought = words_in(values[0]), words_in(values[1])
    if name in {"equals", "areEqual", "equalsIgnoreCase", "contentEquals"}:
        empty = Words("") in {text, sought}
        if empty and (values[0].filled or values[1].filled):
            return False
    elif sought == Words("") and name in {"contains", "endsWith", "startsWith"}:
        return True
    flags = [value.number for value, kind in zip(values, kinds, strict=False) if kind == "Z"]
    if text is None or sought is None or None in flags:
        return None
    return answer(name, text, sought, ignoring_case=1 in flags)


def _begins(values: list[Val]) -> bool | None:
    """What ``String.regionMatches([ignoring case], 0, other, 0, length)`` says of the whole of the other."""
    text, sought = words_in(values[0]), words_in(values[-3])
    starts = [values[-4].number, values[-2].number]
    ignoring = values[1].number if len(values) > _PLAIN_REGION else 0
    if text is None or sought is None or ignoring is None or starts != [0, 0]:
        return None
    if not sought.whole or values[-1].number != len(sought.begins):
        return None
    return answer("startsWith", text, sought, ignoring_case=bool(ignoring))


def created(ref: MethodRef, passed: list[Val]) -> Inside:
    """What a new object has inside, by what its constructor is passed."""
    if len(passed) == 2 and ref.class_name in _URLS | _PATTERNS:
        return words_in(passed[1])
    if ref.class_name == RANGE and len(passed) == 3:
        first, last = passed[1].number, passed[2].number
        if first is not None and last is not None:
            return contents(range(first, last + 1))
    if ref.class_name in _COLLECTIONS and len(passed) == 2 and isinstance(passed[1].inside, Contents | Cut):
        return passed[1].inside
    return None
