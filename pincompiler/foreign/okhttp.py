"""The patterns and pins that Kotlin and Java code gives a ``CertificatePinner.Builder``, as far as they are literals.

``okhttp3.CertificatePinner.Builder.add(pattern, pins…)`` of OkHttp 3 to 5.  A builder is known by the call that makes
it, or by its declared type; what is added to it is followed within the file: chains, ``name.add``, and the blocks of
``apply``, ``also``, ``run``, ``let`` and ``with``.  A pin that is found anywhere else in the file is a doubt, and so is
another call of ``add`` with pins, so that none is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pincompiler.foreign.conditions import conditional
from pincompiler.foreign.found import PREFIX, Foreign, OnPlatform, key_of
from pincompiler.foreign.tokens import NAME, STRING
from pincompiler.platforms.headers import MARK
from pincompiler.platforms.okhttp.model import OkHttp, OkHttpEntry
from pincompiler.platforms.okhttp.pins import fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pincompiler.foreign.literals import SourceText
    from pincompiler.foreign.tokens import Lexeme

_CLASS, _BUILDER, _NONE = "CertificatePinner", "Builder", "DEFAULT"
_BLOCKS = frozenset({"apply", "also", "run", "let"})
_GENERATED = f"// {MARK}"
_PREFIXES = (PREFIX, "sha1/")


def read(source: SourceText) -> Foreign | None:
    """What the pinners of a source file demand; None if there is none."""
    if not any(token.kind == NAME and token.text == _CLASS for token in source.tokens):
        return None
    reader = _Reader(source)
    reader.follow()
    return reader.found()


class _Reader:
    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._pinners: dict[str, list[OkHttpEntry]] = {}
        """What each is given, by the name and place of its builder; of one alone by nothing."""
        self._doubts: dict[str, None] = {}
        self._seen: set[int] = set()
        """The calls of `add` that were followed, by their tokens."""
        self._conditions: dict[int, str] = {}
        """Why what a chain adds may not count, by its first token."""
        self._used: set[int] = set()
        """Where the pins in these stand."""
        self._given: set[str] = set()
        """Their texts: a constant is set to them somewhere else."""

    def found(self) -> Foreign | None:
        self._doubt_other_calls()
        for number, token in self._pins():
            is_constant = token.text in self._given and self._source.is_sign(number - 1, "=")
            if token.at not in self._used and not is_constant:
                self._doubt(token.at, token.end, "is a pin, and what is done with it is not followed")
        pinners = [tuple(entries) for entries in self._pinners.values() if entries]
        if pinners and not self._source.text.startswith(_GENERATED):
            self._doubt_other_pinners()
        if not (pinners or self._doubts):
            return None
        titles = ["OkHttp"] if len(pinners) < 2 else [f"OkHttp pinner {n + 1}" for n in range(len(pinners))]
        found = tuple(
            OnPlatform(title, OkHttp(entries)) for title, entries in zip(titles, pinners or [()], strict=True)
        )
        return Foreign(found, tuple(self._doubts))

    def _doubt_other_calls(self) -> None:
        """Name the calls of `add` with pins whose builder is not known: of an alias, in a function of its own."""
        source = self._source
        for number in source.calls("add"):
            bracket = number + 1
            given = () if number in self._seen else source.arguments(bracket)
            texts = [one.text or "" for literal in given for one in (literal.items or (literal,))]
            if any(text.startswith(_PREFIXES) for text in texts):
                closing = source.closing.get(bracket, bracket)
                self._used |= {token.at for token in source.tokens[number:closing]}
                at, end = source.tokens[number].at, source.tokens[closing].end
                self._doubt(at, end, "is of a builder that is not followed")

    def _doubt_other_pinners(self) -> None:
        """Name the pinner without pins, ``CertificatePinner.DEFAULT``: some condition may choose it instead."""
        source = self._source
        for number, token in enumerate(source.tokens):
            if token.text == _CLASS and source.is_sign(number + 1, ".") and source.name(number + 2) == _NONE:
                end = source.tokens[number + 2].end
                self._doubt(token.at, end, "has no pins, and when it is used is not followed")

    def _pins(self) -> Iterator[tuple[int, Lexeme]]:
        generated = self._source.text.startswith(_GENERATED)
        for number, token in enumerate(self._source.tokens):
            digest = generated and "POLICY" in map(self._source.name, (number - 2, number - 4))
            if token.kind == STRING and token.text.startswith(_PREFIXES) and not digest:
                yield number, token

    def _doubt(self, at: int, end: int, what: str) -> None:
        self._doubts.setdefault(self._source.said(at, end, what))

    # -- builders ---------------------------------------------------------------------------------

    def follow(self) -> None:
        source, names = self._source, self._declared()
        called, current = set(names.values()), dict[str, str]()
        alone = sum(map(self._is_made, range(len(source.tokens)))) <= 1
        for number, token in enumerate(source.tokens):
            if token.kind != NAME:
                continue
            if number in names:  # from here on the name is of this one
                current[names[number]] = "" if alone else f"{names[number]} at {number}"
            if self._is_made(number):
                self._chain(number + 2, "" if alone else current.get(names.get(number, ""), f"at {number}"))
            elif token.text in called and not source.is_sign(number - 1, "."):
                pinner = current.get(token.text, "")
                self._chain(number, pinner)
                if source.name(number - 2) == "with" and source.is_sign(number + 1, ")"):
                    self._block(number + 2, pinner)

    def _is_made(self, number: int) -> bool:
        source = self._source
        return (
            source.name(number) == _CLASS
            and source.is_sign(number + 1, ".")
            and source.name(number + 2) == _BUILDER
            and source.is_sign(number + 3, "(")
        )

    def _declared(self) -> dict[int, str]:
        """The names of builders, by the token of the class where each is declared."""
        source, found = self._source, {}
        for number, token in enumerate(source.tokens):
            if token.text != _CLASS or source.name(number + 2) != _BUILDER:
                continue
            before = number - 1
            while source.is_sign(before, ".") and source.name(before - 1):  # okhttp3.CertificatePinner
                before -= 2
            if source.name(before) == "new":
                before -= 1
            if source.is_sign(before, "=") or source.is_sign(before, ":"):
                typed = before - 1
                name = source.name(typed)
                if (
                    source.is_sign(before, "=") and source.name(typed) == _BUILDER
                ):  # val b: CertificatePinner.Builder =
                    continue
                if name:
                    found[number] = name
            elif not source.is_sign(number + 3, "(") and source.name(number + 3):
                found[number] = source.name(number + 3)
        return found

    def _chain(self, number: int, pinner: str) -> None:
        """Follow the calls on a builder, from the token before the first bracket or dot on."""
        source = self._source
        at = number + 1
        if source.is_sign(at, "("):
            at = source.closing.get(at, at) + 1
        while True:
            if source.is_sign(at, "?") or source.is_sign(at, "!"):  # builder?.add, builder!!.add
                at += 1
                continue
            if not (source.is_sign(at, ".") and source.name(at + 1)):
                return
            name, bracket = source.name(at + 1), at + 2
            if source.is_sign(bracket, "{"):
                if name in _BLOCKS:
                    self._block(bracket, pinner)
                at = source.closing.get(bracket, bracket) + 1
            elif source.is_sign(bracket, "("):
                if name == "add":
                    self._add(at + 1, pinner, number)
                at = source.closing.get(bracket, bracket) + 1
            else:
                at += 2

    def _block(self, opening: int, pinner: str) -> None:
        """The calls of `add` inside a block whose receiver, or `it`, is a builder."""
        source = self._source
        if not source.is_sign(opening, "{"):
            return
        for number in range(opening, source.closing.get(opening, opening)):
            if source.name(number) != "add" or not source.is_sign(number + 1, "("):
                continue
            receiver = source.name(number - 2) if source.is_sign(number - 1, ".") else ""
            if not source.is_sign(number - 1, ".") or receiver in ("it", "this"):
                self._add(number, pinner, number)

    # -- pins -------------------------------------------------------------------------------------

    def _add(self, number: int, pinner: str, begins: int) -> None:
        """Take what a call of `add` is given, or say that it is not known."""
        source = self._source
        if number in self._seen:
            return
        self._seen.add(number)
        bracket = number + 1
        at, end = source.tokens[number].at, source.tokens[source.closing.get(bracket, bracket)].end
        given = source.arguments(bracket)
        texts = [one for literal in given for one in (literal.items or (literal,))]
        self._used |= {token.at for token in source.tokens[number : source.closing.get(bracket, number)]}
        self._used |= {one.at for one in texts}
        if not all(one.text is not None for one in texts) or not texts:
            self._doubt(at, end, "is given what is computed")
            return
        if begins not in self._conditions:
            self._conditions[begins] = conditional(source, begins)
        if why := self._conditions[begins]:
            self._doubt(at, end, why)
            return
        pattern, *pins = (one.text or "" for one in texts)
        self._given |= {text for one in texts if (text := one.text)}
        if fault := fault_of(pattern, None):
            self._doubt(at, end, f"has a pattern that pins nothing: {fault}")
            return
        keys = [key_of(pin, prefixed=True) for pin in pins]
        known = tuple(key for key in keys if key is not None)
        if len(known) < len(keys):
            wrong = pins[keys.index(None)]
            self._doubt(at, end, f"has {wrong!r}, which is no SHA-256 pin that pins.toml has")
            return
        entry = OkHttpEntry(pattern, known, source.where(at, end))
        self._pinners.setdefault(pinner, []).append(entry)
