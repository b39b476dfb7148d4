"""Values that stand in a source text as literals: strings, numbers, arrays, dictionaries, and constants of them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from pincompiler.base.bounds import LITERAL_DEPTH, LITERAL_LETTERS, shortened
from pincompiler.base.location import Location, Span
from pincompiler.base.records import dataclass
from pincompiler.foreign.constants import Constants
from pincompiler.foreign.tokens import LANGUAGES, NAME, NUMBER, SIGN, STRING, directed, scanned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pincompiler.foreign.tokens import Lexeme

_WORDS: Mapping[str, object] = {
    **dict.fromkeys(("true", "YES", "TRUE"), True),
    **dict.fromkeys(("false", "NO", "FALSE"), False),
    **dict.fromkeys(("null", "nil", "undefined"), None),
}
_OPENERS = {"{": "}", "[": "]", "(": ")"}
_LISTS = frozenset({"arrayOf", "listOf", "setOf", "mutableListOf", "asList", "of", "Set", "Array"})
"""Calls that make a list of what they are given."""
_CASTS = frozenset({"as", "satisfies"})
_GOES_ON = frozenset(".+-*/%&|?:<>=!([")
"""Signs with which an expression goes on."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A value, where it stands."""

    value: object
    """A str, bool, int, float or None; a tuple of literals; a dict of literals by text; :data:`UNKNOWN`."""
    at: int
    end: int

    @property
    def known(self) -> bool:
        """Whether it is one."""
        return self.value is not UNKNOWN

    @property
    def items(self) -> tuple[Literal, ...]:
        """Those of an array; none of anything else."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def entries(self) -> Mapping[str, Literal]:
        """Those of a dictionary; none of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def text(self) -> str | None:
        """The string it is."""
        return self.value if isinstance(self.value, str) else None

    def within(self) -> Iterator[Literal]:
        """It, and the values inside it, in their order."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting += reversed([*one.items, *one.entries.values()])


COMPUTED_ENTRY = "\0computed"
"""The key of what a dictionary has besides entries: a spread, a name alone."""


class _Unknown:
    """What is computed."""


UNKNOWN = _Unknown()


class SourceText:
    """A text of one of the languages that are read, with the words in it."""

    def __init__(self, text: str, file: str, suffix: str) -> None:
        self.text = text
        self.file = file
        self.language = LANGUAGES[suffix]
        self.tokens, self.comments = scanned(text, self.language)
        self.closing, self.blocks = _pairs(self.tokens)
        """For each opening bracket the closing one, and the other way round, by their numbers; and for each token the
        brace that opens the innermost block around it, -1 for none."""
        self._lines = [0, *(n + 1 for n, letter in enumerate(text) if letter == "\n")]
        self.returns = [n for n, one in enumerate(self.tokens) if one.kind == NAME and one.text == "return"]
        """The words that end a function, by their numbers."""
        self.directed = directed(text)
        """The parts that a compiler may leave out."""
        self._values: dict[str, Literal | None] = {}
        self._constants = Constants(self.tokens, self.closing, self.blocks)

    # -- words ------------------------------------------------------------------------------------

    def is_sign(self, number: int, sign: str) -> bool:
        """Whether the token of a number is a sign."""
        if not 0 <= number < len(self.tokens):
            return False
        token = self.tokens[number]
        return token.kind == SIGN and token.text == sign

    def name(self, number: int) -> str:
        """The name that a token is, or nothing."""
        found = 0 <= number < len(self.tokens) and self.tokens[number].kind == NAME
        return self.tokens[number].text if found else ""

    def where(self, at: int, end: int | None = None) -> Location:
        """The place of a part of the text."""
        line, column = self._place(at)
        last_line, last = self._place(max(at + 1, end or 0))
        return Location(self.file, Span(line, column, last_line, last))

    def between(self, number: int, other: int) -> str:
        """What stands between two tokens."""
        return self.text[self.tokens[number].end : self.tokens[other].at]

    def line(self, at: int) -> str:
        """The line of a part of the text, as ``file:line``."""
        return f"{self.file}:{self._place(at)[0]}"

    def said(self, at: int, end: int, what: str) -> str:
        """A sentence on a part of the text, which it names."""
        line, column = self._place(at)
        part = shortened(" ".join(self.text[at : min(end, at + LITERAL_LETTERS.limit)].split()))
        return f"{self.file}:{line}:{column}: {part} {what}"

    def _place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1

    def around(self, number: int) -> int:
        """The bracket of the innermost collection around a token, -1 for none."""
        at = number - 1
        while at >= 0:
            token = self.tokens[at]
            if token.kind == SIGN and token.text in _OPENERS:
                return at
            at = self.closing.get(at, at) - 1
        return -1

    def constant(self, name: str, depth: int = 0) -> Literal | None:
        """The value of a name that is set once, and declared so that it keeps it; None: not known."""
        if name not in self._values:
            self._values[name] = None  # while it is looked for, so that a circle ends
            start = self._constants.only(name)
            if start is not None:
                found, _ = self.value(start, depth + 1)
                self._values[name] = found if found.known else None
        return self._values[name]

    # -- values -----------------------------------------------------------------------------------

    def value(self, number: int, depth: int = 0) -> tuple[Literal, int]:
        """The value that begins with a token, and the number of the token behind it."""
        first, after = self._term(number, depth)
        while isinstance(first.value, str) and self.is_sign(after, "+"):
            more, after = self._term(after + 1, depth)
            joined = first.value + more.value if isinstance(more.value, str) else None
            fits = joined is not None and len(joined) <= LITERAL_LETTERS.limit
            first = Literal(joined if fits else UNKNOWN, first.at, more.end)
        while self.name(after) in _CASTS:
            after = self._behind_type(after + 1)
        if self._ends(after):
            return first, after
        return self._unknown(number)

    def _behind_type(self, number: int) -> int:
        """The number of the token behind a type: a name, or one in brackets."""
        while self.is_sign(number, "!") or self.is_sign(number, "?"):
            number += 1
        return self.closing.get(number, self._qualified(number)) + 1

    def _ends(self, after: int) -> bool:
        """Whether no expression goes on here: with a name on the same line it does."""
        if after >= len(self.tokens):
            return True
        token = self.tokens[after]
        if token.kind == SIGN:
            return token.text not in _GOES_ON
        return self.text.count("\n", self.tokens[after - 1].end, token.at) > 0

    def _unknown(self, number: int) -> tuple[Literal, int]:
        """What is computed, up to the comma or bracket behind it."""
        after = number
        while after < len(self.tokens):
            text = self.tokens[after].text if self.tokens[after].kind == SIGN else ""
            if text in _OPENERS:
                after = self.closing.get(after, len(self.tokens))
            elif text and text in ",;)]}":
                break
            after += 1
        if number >= len(self.tokens):
            return Literal(UNKNOWN, len(self.text), len(self.text)), number
        last = self.tokens[max(number, min(after, len(self.tokens)) - 1)]
        return Literal(UNKNOWN, self.tokens[number].at, last.end), after

    def _term(self, number: int, depth: int) -> tuple[Literal, int]:
        if number >= len(self.tokens) or depth >= LITERAL_DEPTH.limit:
            return self._unknown(number)
        token = self.tokens[number]
        if token.kind == NAME:
            return self._named(number, depth)
        if token.kind == SIGN:
            return self._marked(number, depth)
        value = (
            token.text if token.kind == STRING else _number(token.text) if token.kind == NUMBER else UNKNOWN
        )
        return Literal(value, token.at, token.end), number + 1

    def _marked(self, number: int, depth: int) -> tuple[Literal, int]:
        """A value that begins with a sign: a bracket, Objective-C's `@`, Kotlin's spread."""
        sign = self.tokens[number].text
        if sign in "{[":
            return self._collection(number, depth)
        if sign in "@*":
            return self._term(number + 1, depth + 1)
        close = self.closing.get(number)
        if sign == "(" and close is not None:
            found, after = self.value(number + 1, depth + 1)
            return (found, close + 1) if after == close else self._unknown(number)
        return self._unknown(number)

    def _named(self, number: int, depth: int) -> tuple[Literal, int]:
        token = self.tokens[number]
        if token.text in _WORDS:
            return Literal(_WORDS[token.text], token.at, token.end), number + 1
        if token.text == "new":  # new String[] { … }
            brace = next((n for n in range(number, number + 8) if self.is_sign(n, "{")), 0)
            return self._collection(brace, depth) if brace else self._unknown(number)
        last = self._qualified(number)
        if self.is_sign(last + 1, "(") and self.tokens[last].text in _LISTS:
            return self._collection(last + 1, depth)
        found = self._constant_at(number, last, depth)
        if found and (depth == 0 or _is_small(found)):
            return Literal(found.value, token.at, self.tokens[last].end), last + 1
        return self._unknown(number)

    def _qualified(self, number: int) -> int:
        """The last token of ``Name.of.something``."""
        while self.is_sign(number + 1, ".") and self.name(number + 2):
            number += 2
        return number

    def _constant_at(self, first: int, last: int, depth: int) -> Literal | None:
        """A constant by its name, alone or behind that of a type of this text."""
        if first != last and not self._constants.is_own(self.name(last - 2)):
            return None
        return self.constant(self.name(last), depth)

    def _collection(self, number: int, depth: int) -> tuple[Literal, int]:
        """An array or a dictionary, whichever brackets the language has for it."""
        close = self.closing.get(number)
        if close is None:
            return self._unknown(number)
        items: list[Literal] = []
        entries: dict[str, Literal] = {}
        at, keyed = number + 1, self.is_sign(number, "{") and self.language.name == "JavaScript"
        if self.is_sign(at, ":") and at + 1 == close:  # Swift's empty dictionary
            return Literal({}, self.tokens[number].at, self.tokens[close].end), close + 1
        while at < close:
            begins, (key, after) = at, self._key(at)
            if self.is_sign(after, ":"):
                keyed = True
                found, at = self.value(after + 1, depth + 1)
                unknown = Literal(UNKNOWN, self.tokens[begins].at, self.tokens[after - 1].end)
                entries[key] = unknown if key == COMPUTED_ENTRY else found
            else:
                item, at = self.value(at, depth + 1)
                items.append(item)
            if at < close and not self.is_sign(at, ","):
                return self._unknown(number)
            at += 1
        if keyed and items:
            entries[COMPUTED_ENTRY] = Literal(UNKNOWN, items[0].at, items[0].end)
        value: object = entries if keyed else tuple(items)
        return Literal(value, self.tokens[number].at, self.tokens[close].end), close + 1

    def _key(self, number: int) -> tuple[str, int]:
        """What the key of an entry is, and the number of the token behind it.

        A string; in a script a name as it stands there, or in brackets a constant; elsewhere a constant, by TrustKit's
        names or of this text.
        """
        token, script = self.tokens[number], self.language.name == "JavaScript"
        if token.kind == SIGN and token.text == "@":
            return self._key(number + 1) if number + 1 < len(self.tokens) else ("", number)
        if token.kind == STRING or (token.kind == NAME and (script or token.text.startswith("kTSK"))):
            return token.text, number + 1
        bracketed = script and self.is_sign(number, "[") and self.is_sign(number + 2, "]")
        if not (bracketed or token.kind == NAME):
            return "", number
        first = number + 1 if bracketed else number
        last = self._qualified(first)
        found = self._constant_at(first, last, 1)
        text = found.text if found else None
        return COMPUTED_ENTRY if text is None else text, last + 1 + bracketed

    def calls(self, *names: str) -> Iterator[int]:
        """The numbers of the tokens where something of such a name is called."""
        for number, token in enumerate(self.tokens):
            if token.kind == NAME and token.text in names and self.is_sign(number + 1, "("):
                yield number

    def arguments(self, bracket: int) -> tuple[Literal, ...]:
        """What a call is given, by its bracket; names of parameters are left out."""
        close = self.closing.get(bracket, len(self.tokens))
        at, found = bracket + 1, []
        while at < close:
            if self.name(at) and (self.is_sign(at + 1, "=") or self.is_sign(at + 1, ":")):
                at += 2
            literal, at = self.value(at)
            found.append(literal)
            at += 1
        return tuple(found)


def _is_small(literal: Literal) -> bool:
    """Whether it may stand in many places: values of values would grow without end."""
    return not literal.entries and not any(one.items or one.entries for one in literal.items)


def _pairs(tokens: Sequence[Lexeme]) -> tuple[Mapping[int, int], Sequence[int]]:
    found: dict[int, int] = {}
    stack: list[int] = []
    braces: list[int] = []
    around: list[int] = []
    for number, token in enumerate(tokens):
        around.append(braces[-1] if braces else -1)
        if token.kind != SIGN:
            continue
        if token.text in _OPENERS:
            stack.append(number)
            braces += [number] if token.text == "{" else []
        elif stack and token.text == _OPENERS[tokens[stack[-1]].text]:
            opening = stack.pop()
            found[opening], found[number] = number, opening
            if token.text == "}":
                braces.pop()
    return found, around


def _number(text: str) -> int | float | str:
    plain = text.replace("_", "")
    return int(plain) if plain.isdecimal() else text
