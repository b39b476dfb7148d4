"""The words of a source text: names, literals and signs, without comments, each with its offset.

One small scanner for Kotlin, Java, Swift, Objective-C, JavaScript and JSON: what is read of them are literals and
calls by name, for which strings and comments have to be told apart and nothing else.  It takes time in proportion to
the text, and whatever the text, it ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pincompiler.base.lazy_regex import lazy_regex
from pincompiler.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME, STRING, COMPUTED, NUMBER, SIGN = "name", "string", "computed", "number", "sign"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word of a text."""

    kind: str
    """:data:`NAME`, :data:`STRING`, :data:`NUMBER`, :data:`SIGN`; :data:`COMPUTED`: a string with values put in."""
    text: str
    """The value of a string; else as it stands there."""
    at: int
    """Its offset."""
    end: int
    """The offset behind it."""


@dataclass(frozen=True, slots=True)
class Comment:
    """The words of a comment, without its signs."""

    text: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Language:
    """What tells strings and comments apart in a language."""

    name: str
    quotes: tuple[str, ...]
    """How strings begin, and end, the longest first."""
    puts_in: re.Pattern[str]
    """What in a string puts a value in."""
    nested: bool = False
    """Whether block comments nest."""
    raw: tuple[str, ...] = ()
    """Strings without escapes."""
    patterns: bool = False
    """Whether `/…/` may be a regular expression."""


_NEVER = re.compile(r"(?!)")
_DOLLAR = re.compile(r"\$(?:\w|\{)")
_C = Language("Objective-C", ('"', "'"), _NEVER)
_SCRIPT = Language("JavaScript", ('"', "'", "`"), re.compile(r"\$\{"), patterns=True)
_KOTLIN = Language("Kotlin", ('"""', '"', "'"), _DOLLAR, nested=True, raw=('"""',))
LANGUAGES: Mapping[str, Language] = {
    **dict.fromkeys((".kt", ".kts"), _KOTLIN),
    ".java": Language("Java", ('"""', '"', "'"), _NEVER),
    ".swift": Language("Swift", ('"""', '"'), re.compile(r"\\\("), nested=True),
    **dict.fromkeys((".m", ".mm", ".h"), _C),
    **dict.fromkeys((".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".json"), _SCRIPT),
}
"""By the ending of a file's name."""

_BLANK = lazy_regex(r"\s+")
_WORD = lazy_regex(r"[A-Za-z_$][\w$]*|[^\W\d]\w*")
_NUMBER = lazy_regex(r"\d[\w.]*")
_ESCAPE = lazy_regex(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.|\n))")
_ENDS = {'"': lazy_regex(r'(?:[^"\\\n]|\\.)*"'), "'": lazy_regex(r"(?:[^'\\\n]|\\.)*'")}
_WHOLE = {
    "`": lazy_regex(r"(?:[^`\\]|\\.|\\\n)*`"),
    '"""': lazy_regex(r'(?:[^"\\]|\\.|\\\n|"(?!""))*"""'),
}
_PATTERN = lazy_regex(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "\n": ""}
_DIRECTIVE = lazy_regex(r"(?m)^[ \t]*#[ \t]*(if\w*|endif)\b[ \t]*(\w*)")
_DEFINES = lazy_regex(r"\s*#[ \t]*define[ \t]+(\w+)")
_BEFORE_PATTERN = frozenset("(,=:[!&|?{};+-*%<>~^")


def scanned(text: str, language: Language) -> tuple[tuple[Lexeme, ...], tuple[Comment, ...]]:
    """The words of a text, and its comments; what is no word of any of these languages is a sign."""
    scanner = _Scanner(text, language)
    return tuple(scanner.tokens()), tuple(scanner.comments)


class _Scanner:
    def __init__(self, text: str, language: Language) -> None:
        self._text = text
        self._language = language
        self.comments: list[Comment] = []
        self._before = ""

    def tokens(self) -> Iterator[Lexeme]:
        at = 0
        while at < len(self._text):
            if found := _BLANK.match(self._text, at):
                at = found.end()
            elif self._text.startswith(("//", "/*"), at):
                at = self._comment(at)
            else:
                token = self._token(at)
                self._before = "" if token.kind == SIGN else token.kind
                self._before = token.text if token.kind == SIGN else token.kind
                at = token.end
                yield token

    def _comment(self, at: int) -> int:
        line = self._text.startswith("//", at)
        end = self._line_end(at) if line else self._block_end(at)
        inner = self._text[at + 2 : end if line else max(at + 2, end - 2)]
        words = " ".join(part.strip().lstrip("*/!").strip() for part in inner.splitlines())
        self.comments.append(Comment(words.strip(), at, end))
        return end

    def _line_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _block_end(self, at: int) -> int:
        depth, place = 1, at + 2
        while depth:
            end = self._text.find("*/", place)
            if end < 0:
                return len(self._text)
            more = self._text.find("/*", place, end) if self._language.nested else -1
            depth, place = (depth + 1, more + 2) if more >= 0 else (depth - 1, end + 2)
        return place

    def _token(self, at: int) -> Lexeme:
        text = self._text
        begins = at + 1 if text.startswith('@"', at) else at
        for quote in self._language.quotes:
            if text.startswith(quote, begins):
                return self._string(at, begins + len(quote), quote)
        if text.startswith('#"', at) and self._language.name == "Swift":
            end = text.find('"#', at + 2)
            if end >= 0:
                return Lexeme(STRING, text[at + 2 : end], at, end + 2)
        if found := _WORD.match(text, at):
            return Lexeme(NAME, found[0], at, found.end())
        if found := _NUMBER.match(text, at):
            return Lexeme(NUMBER, found[0], at, found.end())
        if self._language.patterns and text[at] == "/" and self._before in _BEFORE_PATTERN:
            found = _PATTERN.match(text, at)
            if found:
                return Lexeme(COMPUTED, found[0], at, found.end())
        return Lexeme(SIGN, text[at], at, at + 1)

    def _string(self, at: int, begins: int, quote: str) -> Lexeme:
        if quote in self._language.raw:
            end = self._text.find(quote, begins)
            inner, end = (self._text[begins:end], end + len(quote)) if end >= 0 else ("", -1)
            return self._text_token(at, inner, inner, end)
        found = (_WHOLE.get(quote) or _ENDS[quote]).match(self._text, begins)
        if not found:
            return Lexeme(SIGN, self._text[at], at, at + 1)
        inner = found[0][: -len(quote)]
        value = _ESCAPE.sub(_unescaped, inner)
        if quote == '"""':
            value = _unindented(value)
        return self._text_token(at, inner, value, found.end())

    def _text_token(self, at: int, inner: str, value: str, end: int) -> Lexeme:
        if end < 0:
            return Lexeme(SIGN, self._text[at], at, at + 1)
        kind = COMPUTED if self._language.puts_in.search(inner) else STRING
        return Lexeme(kind, value, at, end)


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < _CODES else "\N{REPLACEMENT CHARACTER}"
    return _PLAIN.get(found[4], found[4])


_CODES = 0x110000


def _unindented(text: str) -> str:
    """A text block, whose first line is empty and whose lines begin where the last does."""
    lines = text.split("\n")
    if lines[0].strip():
        return text
    return "\n".join(line.strip() for line in lines[1:]).rstrip("\n")


def directed(text: str) -> tuple[tuple[int, int], ...]:
    """The parts of a text between a directive and its end, outermost ones; what guards a header is none."""
    found: list[tuple[int, int]] = []
    begun: list[tuple[int, bool]] = []
    for one in _DIRECTIVE.finditer(text):
        if one[1] != "endif":
            defined = _DEFINES.match(text, one.end())
            begun.append((one.end(), not (one[1] == "ifndef" and defined and defined[1] == one[2])))
        elif begun:
            begins, counts = begun.pop()
            found += [(begins, one.start())] if counts else []
    found += [(begins, len(text)) for begins, counts in begun if counts]
    return tuple(found)
