"""What calls make of texts of which the beginning is known, and whether they find in them what they look for.

The address of a page whose certificate was refused begins with ``https://``, whoever asks: a test for that is true of
every page.  What is looked for further on may be there or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.shipped.android.trust.ways.lineage import Words

if TYPE_CHECKING:
    from pincompiler.shipped.android.trust.ways.lineage import Val

ADDRESS: Final = Words("https://", whole=False, dotted=True)
"""Of a page, as Chromium writes it: scheme and host in small letters."""
HOST_NAME: Final = Words("", whole=False, dotted=True)
_SAME: Final = frozenset(
    {
        *("create", "get", "getNormalizedText", "intern", "normalizeScheme", "parse", "strip", "toHttpUrl"),
        *("toString", "toURI", "toURL", "toUri", "trim", "valueOf"),
    }
)
_LOWER: Final = frozenset({"lowercase", "toLowerCase"})
_UPPER: Final = frozenset({"toUpperCase", "uppercase"})
_CUTS: Final = frozenset({"drop", "subSequence", "substring", "take"})
_SCHEMES: Final = frozenset({"getProtocol", "getScheme", "scheme"})
_HOSTS: Final = frozenset({"getAuthority", "getEncodedAuthority", "getHost", "host"})
_PREFIXES: Final = {
    "isHttpsUrl": ("https://",),
    "isHttpUrl": ("http://",),
    "isNetworkUrl": ("http://", "https://"),
    "isValidUrl": ("http://", "https://", "about:", "content:", "file:", "javascript:"),
}
"""Of ``android.webkit.URLUtil``."""
_EQUAL: Final = frozenset({"areEqual", "contentEquals", "equals", "equalsIgnoreCase"})
_FINDS: Final = frozenset({"containsMatchIn", "find", "lookingAt"})
_PLAIN: Final = lazy_regex(r"(\.\*)?((?:[\w:/ -]\??|\\[./:-]\??)*)(\.[*+])?")
"""A pattern whose matches are easily known: letters, some of them optional, and anything around them."""


def changed(name: str, text: Words, numbers: list[int | None], others: list[Words]) -> Words | None:
    """The text that a call makes of one; none if it is not known."""
    begins = text.begins
    if name in _SAME:
        return text
    if name in _LOWER or name in _UPPER:
        return text._replace(begins=begins.lower() if name in _LOWER else begins.upper())
    if name in _SCHEMES and ":" in begins:
        return Words(begins.partition(":")[0])
    if name in _HOSTS and begins.endswith("://"):
        return HOST_NAME
    if name in _CUTS and numbers:
        return _cut(text, (0, *numbers) if name == "take" else tuple(numbers))
    return _parted(name, text, others[0].begins) if others and others[0].whole else None


def _parted(name: str, text: Words, part: str) -> Words | None:
    """A text before or behind a part that is known to be in it."""
    if not part:
        return None
    before, found, after = text.begins.partition(part)
    if name == "substringBefore" and found:
        return Words(before)
    behind = name == "substringAfter" or (name == "removePrefix" and not before)
    return Words(after, text.whole) if found and behind else None


def _cut(text: Words, bounds: tuple[int | None, ...]) -> Words | None:
    """A part of a text, from a place on, or up to another."""
    first, last = bounds[0], bounds[1] if len(bounds) > 1 else len(text.begins)
    if first is None or last is None or not 0 <= first <= last <= len(text.begins):
        return None
    return Words(text.begins[first:last], text.whole or len(bounds) > 1)


def place_of(text: Words, sought: Words) -> int | None:
    """Where a text is found in another, -1 if it is not there; none if that is not known."""
    found = text.begins.find(sought.begins) if sought.whole else -1
    return found if found >= 0 else -1 if text.whole and sought.whole else None


def answer(name: str, text: Words, sought: Words, *, ignoring_case: bool) -> bool | None:
    """Whether a text begins with, ends with, has, is or fits another; none if that is not known."""
    if ignoring_case or name == "equalsIgnoreCase":
        text, sought = (one._replace(begins=one.begins.lower()) for one in (text, sought))
    if name in _EQUAL:
        return _equal(text, sought)
    if not sought.whole:
        return None
    if name == "startsWith":
        return _starts(text, sought.begins)
    if name == "contains":
        at = place_of(text, sought)
        return True if (text.dotted and sought.begins == ".") else None if at is None else at >= 0
    if name == "endsWith":
        return text.begins.endswith(sought.begins) if text.whole or not sought.begins else None
    return fits(text, sought.begins, whole=name not in _FINDS) if name in {"matches", *_FINDS} else None


def _starts(text: Words, prefix: str) -> bool | None:
    if text.begins.startswith(prefix):
        return True
    return None if not text.whole and prefix.startswith(text.begins) else False


def _equal(one: Words, other: Words) -> bool | None:
    if one.whole and other.whole:
        return one.begins == other.begins
    known, open_ = (one, other) if one.whole else (other, one)
    could = known.begins.startswith(open_.begins) if known.whole else _starts(one, other.begins) is not False
    return None if could else False


def fits(text: Words, pattern: str, *, whole: bool) -> bool | None:
    """Whether a text surely matches a regular expression, the whole of it or a part.

    Only plain ones are read, since others can take for ever; that a text does not match is never claimed.
    """
    from_start, to_end = pattern.startswith("^") or whole, pattern.endswith("$") or whole
    plain = _PLAIN.fullmatch(pattern.removeprefix("^").removesuffix("$"))
    if plain is None or (to_end and not plain[3] and not text.whole):
        return None
    anywhere = bool(plain[1]) or not from_start
    ends = _ends(plain[2], text.begins, anywhere=anywhere)
    if plain[3] == ".+":
        found = bool(ends) and (text.dotted or min(ends) < len(text.begins))
    else:
        found = bool(ends) if plain[3] or not to_end else len(text.begins) in ends
    return True if found else None


def _ends(letters: str, begins: str, *, anywhere: bool) -> set[int]:
    """Where letters, some of them optional, may end that stand where a text begins, or anywhere."""
    ends = set(range(len(begins) + 1)) if anywhere else {0}
    for letter, optional in _letters(letters):
        stepped = {at + 1 for at in ends if begins[at : at + 1] == letter}
        ends = stepped | (ends if optional else set())
    return ends


def _letters(pattern: str) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    for letter in pattern.replace("\\", ""):
        if letter == "?" and found:
            found[-1] = (found[-1][0], True)
        else:
            found.append((letter, False))
    return found


def is_url_of(name: str, text: Words) -> bool | None:
    """What URLUtil says of an address."""
    prefixes = _PREFIXES.get(name, ())
    answers = [answer("startsWith", text, Words(prefix), ignoring_case=True) for prefix in prefixes]
    if True in answers:
        return True
    return None if None in answers or not answers else False


def words_in(value: Val) -> Words | None:
    """The text that a value is, or is made of."""
    return value.inside if isinstance(value.inside, Words) else None
