"""Lazy expressions match as the standard library's do, and are compiled once, when they are used."""

from __future__ import annotations

import re

import pytest

from pincompiler.base import lazy_regex as regexes
from pincompiler.base.lazy_regex import lazy_regex


def test_matches_as_the_standard_library_does() -> None:
    ours, theirs = lazy_regex("(a+)|b", re.IGNORECASE), re.compile("(a+)|b", re.IGNORECASE)
    text = "xAab"
    assert ours.sub("-", text) == theirs.sub("-", text) == "x--"
    assert ours.findall(text) == theirs.findall(text)
    assert [m.span() for m in ours.finditer(text)] == [m.span() for m in theirs.finditer(text)]
    assert (ours.match(text), ours.fullmatch("b").span()) == (None, (0, 1))  # type: ignore[union-attr]
    assert (ours.pattern, ours.split("1a2")) == (theirs.pattern, theirs.split("1a2"))


def test_is_compiled_once_and_when_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []

    class Noting:
        def compile(self, expression: str, flags: int) -> re.Pattern[str]:
            compiled.append(expression)
            return re.compile(expression, flags)

    monkeypatch.setattr(regexes, "re", Noting())
    ours = lazy_regex("a")
    assert compiled == []
    assert ours.match("a")
    assert ours.search("ba")
    assert compiled == ["a"]


def test_equal_by_expression_and_flags() -> None:
    assert lazy_regex("a") == lazy_regex("a") != lazy_regex("a", re.DOTALL)
    assert len({lazy_regex(b"a"), lazy_regex(b"a"), lazy_regex("a")}) == 2


def test_a_wrong_expression_is_told_when_used() -> None:
    with pytest.raises(re.error):
        lazy_regex("(").match("")
    with pytest.raises(AttributeError):
        lazy_regex("a").nothing  # type: ignore[attr-defined]  # noqa: B018
