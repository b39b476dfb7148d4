"""What people wrote beside the pins and hosts of a text: on the same line behind them, or on the lines above."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from pincompiler.base.bounds import SHOWN_LONG, shortened
from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.foreign.tokens import LANGUAGES, Comment, scanned
from pincompiler.platforms.headers import MARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_WORD = lazy_regex(r"[\w+/=.*-]+")
_MARKUP = lazy_regex(r"(?s)<!--(.*?)-->")
_HASH = lazy_regex(r"(?m)(?:(?<=[ \t])|^)#(.*)$")
_OPENS = lazy_regex(r"\s*(?:<[A-Za-z][^<>]*>|\[\[?[\w.-]+\]\]?|[{(\[])?\s*")
"""A line that only begins what a pin or a host stands in."""
_CLOSES = lazy_regex(r"[\s\"'`,;()\[\]{}=]*(?:</[A-Za-z][\w-]*>)?[\s,;)\]}]*")
"""What may stand between a text and the comment behind it."""


def beside(text: str, suffix: str, wanted: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """For pins and hosts the comments on each where it stands first, in their order; what has none is left out."""
    comments = _comments(text, suffix)
    if not comments:
        return {}
    begins = {one.at: one for one in comments}
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    own = _alone_on_lines(text, comments, starts)
    found: dict[str, tuple[str, ...]] = {}
    for one, at, end in _places(text, frozenset(wanted), comments):
        notes = [*_above(lines, own, bisect_right(starts, at) - 1), *_behind(text, end, begins)]
        if notes:
            found[one] = tuple(dict.fromkeys(shortened(note, SHOWN_LONG) for note in notes))
    return found


def _places(text: str, wanted: frozenset[str], comments: Iterable[Comment]) -> Iterator[tuple[str, int, int]]:
    """Where each stands first outside of comments: a pin with or without `sha256/`, a host with or without a star."""
    seen: set[str] = set()
    inside = iter(comments)
    comment = next(inside, None)
    for word in _WORD.finditer(text):
        while comment and comment.end <= word.start():
            comment = next(inside, None)
        if comment and comment.at <= word.start():
            continue
        forms = (word[0].removeprefix("sha256/"), word[0].lstrip("*.").lower())
        one = next((form for form in forms if form in wanted and form not in seen), None)
        if one is not None:
            seen.add(one)
            yield one, word.start(), word.end()


def _comments(text: str, suffix: str) -> tuple[Comment, ...]:
    if suffix in LANGUAGES:
        found = scanned(text, LANGUAGES[suffix])[1]
    else:
        pattern = _HASH if suffix == ".toml" else _MARKUP
        found = tuple(
            Comment(" ".join(one[1].split()), one.start(), one.end()) for one in pattern.finditer(text)
        )
    return tuple(one for one in found if one.text and MARK not in one.text)


def _alone_on_lines(
    text: str, comments: Iterable[Comment], starts: Sequence[int]
) -> Mapping[int, tuple[int, Comment]]:
    """The comments that have their lines for themselves, by the last line, each with the first."""
    found: dict[int, tuple[int, Comment]] = {}
    for one in comments:
        first = bisect_right(starts, one.at) - 1
        last = bisect_right(starts, one.end - 1) - 1
        before, behind = text[starts[first] : one.at], text[one.end : starts[last + 1] - 1]
        if not (before.strip() or behind.strip()):
            found[last] = first, one
    return found


def _above(lines: Sequence[str], own: Mapping[int, tuple[int, Comment]], line: int) -> list[str]:
    """The comments right above a line, or above the lines that begin what the line is in."""
    number, found = line - 1, list[str]()
    while number >= 0 and number not in own and _OPENS.fullmatch(lines[number]):
        number -= 1
    while number in own:
        number, comment = own[number][0] - 1, own[number][1]
        found.insert(0, comment.text)
    return found


def _behind(text: str, at: int, begins: Mapping[int, Comment]) -> list[str]:
    """The comment behind a text on its line."""
    found = _CLOSES.match(text, at)
    comment = begins.get(found.end() if found else at)
    if comment is None or "\n" in text[at : comment.at]:
        return []
    return [comment.text]
