"""Which names of a source text keep one value: set once, and declared so that nothing else sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.foreign.tokens import NAME, SIGN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pincompiler.foreign.tokens import Lexeme

_DECLARES = frozenset({"const", "val", "let", "final", "private"})
"""What keeps a name from being set by another file."""
_TYPES = frozenset({"object", "class", "enum", "struct", "interface", "extension", "implementation"})
_OWN = frozenset({"this", "self", "Self", "Companion"})
_CHANGES = frozenset("+-*/%|&^?")
_ENDS = frozenset(";{}(,=")


class Constants:
    """The names that a text sets, and where."""

    def __init__(self, tokens: Sequence[Lexeme], closing: Mapping[int, int], blocks: Sequence[int]) -> None:
        self._tokens, self._closing, self._blocks = tokens, closing, blocks
        self._starts: dict[str, list[int]] = {}
        self._types = {
            self._name(number + 1) for number, token in enumerate(tokens) if token.text in _TYPES
        } | _OWN
        parens = [-1] * len(tokens)
        stack: list[int] = []
        for number, token in enumerate(tokens):
            parens[number] = stack[-1] if stack else -1
            if token.kind == SIGN and token.text in "([{" and number in closing:
                stack.append(number)
            elif token.kind == SIGN and token.text in ")]}" and number in closing:
                stack.pop()
            if token.kind == NAME and self._is_variable(number, parens[number]):
                self._starts.setdefault(token.text, []).extend((-1, -1))
        for number in range(1, len(tokens) - 1):
            if self._is(number, "=") and not self._is(number + 1, "="):
                self._note(number)

    def only(self, name: str) -> int | None:
        """The token with which the value of a constant begins; None: it is none."""
        starts = self._starts.get(name, ())
        return starts[0] if len(starts) == 1 and self._is_kept(starts[0]) else None

    def is_own(self, name: str) -> bool:
        """Whether a name is that of a type of this text, or of what is just being defined."""
        return name in self._types

    def _is(self, number: int, sign: str) -> bool:
        return (
            0 <= number < len(self._tokens)
            and self._tokens[number].kind == SIGN
            and self._tokens[number].text == sign
        )

    def _name(self, number: int) -> str:
        found = 0 <= number < len(self._tokens) and self._tokens[number].kind == NAME
        return self._tokens[number].text if found else ""

    def _is_variable(self, number: int, around: int) -> bool:
        """Whether a name is that of a parameter, or of what a loop or a block goes over."""
        if self._name(number + 1) == "in" or (self._is(number + 1, "-") and self._is(number + 2, ">")):
            return True
        if around < 0 or not self._is(around, "("):
            return False
        typed = self._is(number + 1, ":")  # name: String
        ends = self._is(number + 1, ",") or self._is(number + 1, ")")
        behind = self._name(number - 1) not in ("", "return", "new") or self._is(number - 1, ">")
        return typed or (ends and behind)  # String name

    def _note(self, equals: int) -> None:
        """Keep what a name is set to: ``NAME = …``, ``NAME: Type = …``, ``NAME[] = …``, ``NAME += …``."""
        changes = self._tokens[equals - 1].kind == SIGN and self._tokens[equals - 1].text in _CHANGES
        before = number = equals - 2 if changes else equals - 1
        while number > 0 and not (self._begins(number) or self._is(number, ":")):
            number = self._closing.get(number, number) - 1
        name = number - 1 if self._is(number, ":") else before
        if self._is(name, "]"):
            name = self._closing.get(name, name) - 1
        if self._name(name):
            starts = self._starts.setdefault(self._name(name), [])
            starts += (-1, -1) if changes else (equals + 1,)

    def _begins(self, number: int) -> bool:
        """Whether a token cannot be part of a type behind a name."""
        token = self._tokens[number]
        return token.kind not in (NAME, SIGN) or token.text in _ENDS

    def _is_kept(self, start: int) -> bool:
        """Whether nothing but this text can set what it sets to a value."""
        number = start - 1
        while number >= 0 and not (self._tokens[number].kind == SIGN and self._tokens[number].text in ";{}"):
            if self._name(number) in _DECLARES:
                return True
            number -= 1
        return self._is_local(start)

    def _is_local(self, start: int) -> bool:
        """Whether it stands in the body of a function: a brace behind a list of parameters."""
        opening = self._blocks[start]
        return opening > 0 and self._is(opening - 1, ")")
