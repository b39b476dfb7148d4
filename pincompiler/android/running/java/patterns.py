"""Regular expressions: those that mean the same in Python, within bounds of work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pincompiler.android.running.java.to_string import text_of
from pincompiler.android.running.java.tools import UTIL, any_of, array, on, strict
from pincompiler.android.running.texts import bounded
from pincompiler.android.running.values import NULL, STRING, StoppedError, Value, Wrapped
from pincompiler.base.bounds import REGEX_LETTERS, REGEX_WORK, TEXT_LETTERS

if TYPE_CHECKING:
    from pincompiler.android.dex.refs import MethodRef
    from pincompiler.android.running.frame import Running
    from pincompiler.android.running.java.tools import Model

PATTERN: Final = f"{UTIL}regex/Pattern;"
MATCHER: Final = f"{UTIL}regex/Matcher;"
_STRANGE: Final = re.compile(r"\\[pPQEGXRhHVzZNkcx0]|&&|\[[^\]]*\[|\(\?[^:=!<P]|[*+?}]\+|\\[uU]")
"""What is written otherwise in Python, or means something else."""
_REPEATED_GROUP: Final = re.compile(r"\)\s*[*+{]")
_QUANTIFIED: Final = re.compile(r"(?<!\\)[*+{]")
_FLAGS: Final = {2: re.IGNORECASE, 8: re.MULTILINE, 32: re.DOTALL}


def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern of Java's.  StoppedError if it is none that is run."""
    if len(pattern) > REGEX_LETTERS.limit or _STRANGE.search(pattern) or flags & ~(2 | 8 | 32):
        raise StoppedError("a regular expression that is not modelled")
    if _REPEATED_GROUP.search(pattern):
        inner = [one for one in re.findall(r"\(([^()]*)\)[*+{]", pattern) if _QUANTIFIED.search(one)]
        if inner or re.search(r"\)\)+\s*[*+{]", pattern):
            raise StoppedError("a regular expression that may take very long")
    try:
        return re.compile(pattern, re.ASCII | sum(now for java, now in _FLAGS.items() if flags & java))
    except (re.error, OverflowError, RecursionError) as error:
        raise StoppedError("a regular expression that is not modelled") from error


def within_reason(pattern: re.Pattern[str], text: str) -> str:
    """The text.  StoppedError if the search may take very long."""
    times = len(_QUANTIFIED.findall(pattern.pattern)) + 1
    if len(text) ** times > REGEX_WORK.limit:
        raise StoppedError("a regular expression that may take very long")
    return text


def split(m: Running, pattern: re.Pattern[str], text: str, limit: int) -> list[str]:
    """``Pattern.split``: without the empty texts at the end, unless a limit is given."""
    found: list[str] = []
    at = 0
    for one in pattern.finditer(within_reason(pattern, text)):
        if 0 < limit <= len(found) + 1:
            break
        if one.end() == 0:
            continue  # an empty match at the beginning makes no empty text
        if one.start() == one.end() == len(text):
            break
        found.append(text[at : one.start()])
        at = one.end()
    found.append(text[at:])
    m.charge(len(found))
    if limit == 0:
        while len(found) > 1 and not found[-1]:
            found.pop()
    return found


def _plain(value: Value) -> str:
    if not isinstance(value, str):
        raise StoppedError("a text that is unknown")
    return value


def _split_text(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    limit = args[2] if len(args) > 2 and isinstance(args[2], int) else 0
    pattern, text = compiled(_plain(args[1])), _plain(args[0])
    parts = split(m, pattern, text, limit)
    return array(m, f"[{STRING}", list(parts) if text else [""])


def _replaced(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    return _substituted(
        compiled(_plain(args[1])), _plain(args[0]), _plain(args[2]), once=ref.name == "replaceFirst"
    )


def _substituted(pattern: re.Pattern[str], text: str, new: str, *, once: bool) -> str:
    if "\\" in new or re.search(r"\$(?!\d)", new):
        raise StoppedError("a replacement that is not modelled")

    def with_groups(found: re.Match[str]) -> str:
        return re.sub(r"\$(\d)", lambda one: found[int(one[1])] or "", new)

    try:
        made = pattern.sub(with_groups, within_reason(pattern, text), 1 if once else TEXT_LETTERS.limit)
    except IndexError as error:
        raise StoppedError("a replacement by a group that is not there") from error
    return bounded(made)


def _matches(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    pattern = compiled(_plain(args[1]))
    return int(pattern.fullmatch(within_reason(pattern, _plain(args[0]))) is not None)


# -- Pattern and Matcher -----------------------------------------------------------------------------


def _compile(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    flags = args[1] if len(args) > 1 and isinstance(args[1], int) else 0
    return Wrapped(PATTERN, compiled(_plain(args[0]), flags))


def _pattern(value: Value) -> re.Pattern[str]:
    if not isinstance(value, Wrapped) or not isinstance(value.value, re.Pattern):
        raise StoppedError("a pattern that is none")
    return value.value


class _Search:
    """A matcher: where it stands, and what it found."""

    __slots__ = ("at", "found", "pattern", "text")

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self.pattern, self.text = pattern, within_reason(pattern, text)
        self.at = 0
        self.found: re.Match[str] | None = None


def _matcher(m: Running, args: list[Value], ref: MethodRef) -> Value:
    text = text_of(m, args[1])
    return Wrapped(MATCHER, _Search(_pattern(args[0]), text)) if isinstance(text, str) else any_of(ref)


def _search(value: Value) -> _Search:
    if not isinstance(value, Wrapped) or not isinstance(value.value, _Search):
        raise StoppedError("a matcher that is none")
    return value.value


def _find(_m: Running, args: list[Value], ref: MethodRef) -> Value:
    search = _search(args[0])
    if ref.name == "find":
        at = args[1] if len(args) > 1 and isinstance(args[1], int) else search.at
        search.found = search.pattern.search(search.text, at) if at <= len(search.text) else None
        if search.found:
            search.at = max(search.found.end(), search.found.start() + 1)
    elif ref.name == "matches":
        search.found = search.pattern.fullmatch(search.text)
    else:
        search.found = search.pattern.match(search.text)
    return int(search.found is not None)


def _group(m: Running, args: list[Value], ref: MethodRef) -> Value:
    search = _search(args[0])
    if search.found is None:
        m.throw("Ljava/lang/IllegalStateException;", "No match found")
    number = args[1] if len(args) > 1 else 0
    if not isinstance(number, int | str):
        return any_of(ref)
    try:
        if ref.name != "group":
            return search.found.start(number) if ref.name == "start" else search.found.end(number)
        return NULL if search.found[number] is None else search.found[number]
    except IndexError:
        m.throw("Ljava/lang/IndexOutOfBoundsException;", f"No group {number}")


def _split_by(m: Running, args: list[Value], _ref: MethodRef) -> Value:
    limit = args[2] if len(args) > 2 and isinstance(args[2], int) else 0
    parts = split(m, _pattern(args[0]), _plain(text_of(m, args[1])), limit)
    return array(m, f"[{STRING}", list(parts))


def _quote(_m: Running, args: list[Value], _ref: MethodRef) -> Value:
    return re.sub(r"([^\w])", r"\\\1", _plain(args[0]), flags=re.ASCII)


_MATCHER: Final[dict[str, Model]] = {
    **dict.fromkeys(("find", "matches", "lookingAt"), _find),
    **dict.fromkeys(("group", "start", "end"), _group),
    "groupCount": lambda _m, a, _r: _search(a[0]).pattern.groups,
    "replaceAll": lambda _m, a, _r: _substituted(
        _search(a[0]).pattern, _search(a[0]).text, _plain(a[1]), once=False
    ),
    "replaceFirst": lambda _m, a, _r: _substituted(
        _search(a[0]).pattern, _search(a[0]).text, _plain(a[1]), once=True
    ),
}
VIRTUAL: Final = {
    **strict(
        on(
            STRING,
            {
                "split": _split_text,
                **dict.fromkeys(("replaceAll", "replaceFirst"), _replaced),
                "matches": _matches,
            },
        )
    ),
    **strict(
        on(
            PATTERN,
            {"matcher": _matcher, "split": _split_by, "pattern": lambda _m, a, _r: _pattern(a[0]).pattern},
        )
    ),
    **strict(on(MATCHER, _MATCHER)),
}
STATIC: Final = {
    **strict(
        on(
            PATTERN,
            {"compile": _compile, "quote": _quote, "matches": lambda m, a, r: _matches(m, a[::-1], r)},
        )
    ),
}
