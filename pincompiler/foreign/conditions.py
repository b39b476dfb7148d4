"""Whether a place in a source text counts only sometimes: in an `if`, a loop, a branch for debug builds."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from pincompiler.base.bounds import STATEMENT_WORDS
from pincompiler.foreign.tokens import SIGN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.foreign.literals import SourceText

_WORDS = frozenset({"if", "else", "when", "switch", "case", "for", "forEach", "while", "catch"})
_TERNARY = frozenset({"Java", "Objective-C", "JavaScript"})


def conditional(source: SourceText, number: int) -> str:
    """Why what a token begins may not count, as the end of a sentence; empty: it always does."""
    for word in _around(source, number):
        return f"stands in a block of `{word}`, so that it may not count" if word else _TOO_LONG
    if _returned(source, number):
        return "comes after a `return`, so that it may not count"
    if any(begins <= source.tokens[number].at < end for begins, end in source.directed):
        return "stands between #if and #endif, so that it may not count"
    return ""


_TOO_LONG = f"stands in a statement of more than {STATEMENT_WORDS}, which was not followed"


def _around(source: SourceText, number: int) -> Iterator[str]:
    """The words that make a statement, or a block around it, one that may be passed over; empty: it is too long."""
    while number >= 0:
        yield from _before(source, number)
        number = source.blocks[number]


def _returned(source: SourceText, number: int) -> bool:
    """Whether the function around a token may have ended before it."""
    opening = source.blocks[number]
    while opening >= 0 and not _is_body(source, opening):
        opening = source.blocks[opening]
    found = source.returns[bisect_right(source.returns, opening) : bisect_right(source.returns, number)]
    return opening >= 0 and any(not _is_of(source, one, number) for one in found[-2:])


def _is_of(source: SourceText, returns: int, number: int) -> bool:
    """Whether a `return` is of the statement that a token is in."""
    if number - returns > STATEMENT_WORDS.limit or "\n" in source.between(returns, returns + 1):
        return False
    inside = source.tokens[returns + 1 : number]
    return not any(token.kind == SIGN and token.text in "{};" for token in inside)


def _is_body(source: SourceText, opening: int) -> bool:
    """Whether a brace begins the body of a function: behind its parameters, its type, or an arrow."""
    at = opening - 1
    if source.is_sign(at, ">") and source.is_sign(at - 1, "="):
        return True
    for _ in range(STATEMENT_WORDS.limit):
        if at < 0 or (source.tokens[at].kind == SIGN and source.tokens[at].text in "{};"):
            return False
        if source.is_sign(at, ")") and at in source.closing:
            return source.name(source.closing[at] - 1) not in _WORDS
        at -= 1
    return False


def _before(source: SourceText, number: int) -> Iterator[str]:
    """Such words on the line of a token, before it, and what its condition belongs to."""
    at = number - 1
    for _ in range(STATEMENT_WORDS.limit):
        if at < 0 or (source.tokens[at].kind == SIGN and source.tokens[at].text in "{};"):
            return
        if source.is_sign(at, ")") and at in source.closing:
            at = source.closing[at] - 1
            continue
        if source.name(at) in _WORDS:
            yield source.name(at)
        if source.is_sign(at, "?") and source.language.name in _TERNARY:
            yield "?"
        last, token = source.tokens[at], source.tokens[at + 1]
        if "\n" in source.text[last.end : token.at] and not source.is_sign(at + 1, "."):
            return
        at -= 1
    yield ""
